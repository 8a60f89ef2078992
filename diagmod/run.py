"""Run one stage of the pipeline: ``python -m diagmod.run STAGE``.

A strict runner around papermill: the section of params.yaml is checked against the notebook before a
kernel starts, outputs appear all together or not at all, and whoever started the run takes it along
when he goes. What a stage left behind when it failed is in ``reports/broken/``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from diagmod.io.paths import STAGE_VARIABLE, project_root
from diagmod.io.stages import Stage, StageError, facts_json, load_stage
from diagmod.io.staging import JOURNAL, claim, commit, prepare
from diagmod.io.work_attempts import ONE_THREAD

if TYPE_CHECKING:
    import nbformat

#: Seconds a stage may take in all, unless told otherwise.
TIME_LIMIT_S = 3600.0

#: Raises the limit for runs that DVC starts.
TIME_LIMIT_VARIABLE = "DIAGMOD_TIME_LIMIT_S"


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit code: 0 done, 1 the stage failed, 2 it could not start, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="diagmod.run", description="Run one stage of the pipeline.")
    parser.add_argument("stage", help="name of the stage, for example load")
    limit_s = float(os.environ.get(TIME_LIMIT_VARIABLE) or TIME_LIMIT_S)
    parser.add_argument("--time-limit", type=float, default=limit_s, help="seconds for the cells of the stage")
    given = parser.parse_args(arguments)
    take_along_when_the_parent_ends()
    try:
        root = project_root()
        os.chdir(root)
        stage = load_stage(given.stage, root)
        lock = claim(stage.name, root)
        staging = prepare(stage.name, root)
        os.environ.update(_kernel_environment(stage, staging, root))
    except (StageError, FileNotFoundError) as exc:
        return _fail(2, str(exc))
    with lock:
        return run_stage(stage, staging, root, given.time_limit)


def run_stage(stage: Stage, staging: Path, root: Path, limit_s: float) -> int:
    """Execute a checked stage and put its outputs in place; returns the exit code."""
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    clock = _Clock(stage.name, limit_s)
    broken = root / "reports" / "broken" / f"{stage.notebook.stem}.ipynb"
    broken.parent.mkdir(parents=True, exist_ok=True)
    broken.unlink(missing_ok=True)
    executed = staging.parent / f"{stage.name}.executing.ipynb"
    try:
        notebook = papermill.execute_notebook(
            stage.notebook,
            executed,
            parameters=stage.parameters,
            kernel_name="python3",
            progress_bar=False,
            cwd=root,
            extra_arguments=["--log-level=50"],  # a kernel that is ended while idle calls that an error
            timeout_func=clock.seconds_left,
            on_cell_start=clock.cell_started,
            on_cell_executed=clock.cell_executed,
            on_notebook_start=clock.kernel_started,
        )
        clock.executed()
        _refuse_early_end(stage, notebook)
        _write_report(stage, notebook, staging)
        commit(stage.name, root, stage.outs)
    except papermill.PapermillExecutionError as exc:
        executed.replace(broken)
        error = next((line for line in reversed(_plain(exc.traceback)) if line.strip()), exc.evalue)
        return _fail(1, f"stage {stage.name} failed in cell {clock.cell} ({clock.title}): {error}", broken, root)
    except CellTimeoutError:
        executed.replace(broken)
        reason = f"stage {stage.name} took longer than {limit_s:g} s, in cell {clock.cell} ({clock.title})"
        reason += f"; raise the limit by the variable {TIME_LIMIT_VARIABLE}"
        return _fail(1, reason, broken, root)
    except DeadKernelError:
        executed.replace(broken)
        reason = f"stage {stage.name}: the kernel died in cell {clock.cell} ({clock.title}); out of memory?"
        return _fail(1, reason, broken, root)
    except StageError as exc:
        executed.replace(broken)
        return _fail(1, str(exc), broken, root)
    except KeyboardInterrupt:
        is_moving = (staging / JOURNAL).exists()
        state = "the next run finishes putting its results in place" if is_moving else "earlier results are untouched"
        return _fail(130, f"stage {stage.name} was interrupted in cell {clock.cell}; {state}")
    executed.unlink(missing_ok=True)
    clock.write(root / "reports" / "runs" / f"{stage.name}.json")
    return 0


def take_along_when_the_parent_ends(poll_s: float = 0.5) -> None:
    """End this process and all it started soon after the process that started it has ended.

    ``dvc`` starts stages through a shell, so the shell's parent is watched as well.
    """
    watched = psutil.Process().parents()[:1]
    if watched and watched[0].name() in ("sh", "bash", "dash", "zsh"):
        watched += watched[0].parents()[:1]

    def watch() -> None:
        while _all_alive(watched):
            time.sleep(poll_s)
        for child in psutil.Process().children(recursive=True):
            child.kill()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _all_alive(processes: list[psutil.Process]) -> bool:
    try:
        return all(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)
    except psutil.NoSuchProcess:
        return False


class _Clock:
    """Progress, time limit and timings of one run."""

    def __init__(self, stage: str, limit_s: float) -> None:
        self.stage, self.cell, self.title = stage, 0, "start"
        self._begin = time.monotonic()
        self._deadline = self._begin + limit_s
        self._cell_begin = self._begin
        self._times: dict[str, float] = {}
        self._cells: list[dict[str, Any]] = []

    def seconds_left(self, cell: nbformat.NotebookNode) -> float:
        return max(0.1, self._deadline - time.monotonic())

    def kernel_started(self, notebook: nbformat.NotebookNode) -> None:
        self._times["start"] = time.monotonic() - self._begin

    def cell_started(self, cell: nbformat.NotebookNode, cell_index: int) -> None:
        if cell.cell_type == "markdown":
            headings = re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE)
            self.title = headings[-1] if headings else self.title
        self._cell_begin = time.monotonic()
        self.cell = cell_index + 1

    def cell_executed(self, cell: nbformat.NotebookNode, cell_index: int, execute_reply: object) -> None:
        seconds = time.monotonic() - self._cell_begin
        tags = cell.metadata.get("tags", [])
        name = tags[0] if tags else cell.source.strip().split("\n")[0][:60]
        self._cells.append({"cell": cell_index + 1, "section": self.title, "what": name, "seconds": round(seconds, 3)})
        _say(f"{self.stage}: cell {cell_index + 1:>2}  {seconds:6.2f} s  {name}")

    def executed(self) -> None:
        self._times["executed"] = time.monotonic() - self._begin

    def write(self, path: Path) -> None:
        """Write the timings; they are a record of this run and no result."""
        total = time.monotonic() - self._begin
        imports = sum(c["seconds"] for c in self._cells if c["what"] == "imports")
        cells = sum(c["seconds"] for c in self._cells)
        record = {
            "stage": self.stage,
            "seconds": round(total, 3),
            "kernel_start_s": round(self._times["executed"] - cells, 3),
            "imports_s": round(imports, 3),
            "work_s": round(cells - imports, 3),
            "report_s": round(total - self._times["executed"], 3),
            "cells": self._cells,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        _say(f"{self.stage}: done in {total:.1f} s (kernel {record['kernel_start_s']:.1f}, imports {imports:.1f})")


def _kernel_environment(stage: Stage, staging: Path, root: Path) -> dict[str, str]:
    python_path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")]))
    return {
        STAGE_VARIABLE: facts_json(stage, staging, root),
        "PYTHONPATH": python_path,
        "PYTHONHASHSEED": "0",
        **ONE_THREAD,
    }


def _write_report(stage: Stage, notebook: nbformat.NotebookNode, staging: Path) -> None:
    """Executed notebook and HTML, free of all that differs between two equal runs."""
    from diagmod.io.notebooks import normalised_execution, write_notebook
    from diagmod.io.report_html import notebook_to_html

    folder = staging / "reports" / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    normal = normalised_execution(notebook)
    write_notebook(normal, folder / f"{stage.notebook.stem}.ipynb")
    html = notebook_to_html(normal, f"diagmod: {stage.name}")
    (folder / f"{stage.notebook.stem}.html").write_text(html, encoding="utf-8")


def _refuse_early_end(stage: Stage, notebook: nbformat.NotebookNode) -> None:
    """Raise when a cell called ``sys.exit``: papermill takes it for success and runs no later cell."""
    for number, cell in enumerate(notebook.cells, 1):
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            raise StageError(
                f"stage {stage.name} failed in cell {number}: it ended the kernel; let the cell raise instead"
            )


def _plain(traceback: list[str]) -> list[str]:
    """A traceback without terminal colours, line by line."""
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(traceback)).split("\n")


def _fail(code: int, reason: str, broken: Path | None = None, root: Path | None = None) -> int:
    if broken and root and broken.exists():
        _say(f"the notebook as far as it ran: {broken.relative_to(root)}; earlier results are untouched")
    sys.stdout.flush()
    sys.stderr.write(f"error: {reason}\n")
    return code


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

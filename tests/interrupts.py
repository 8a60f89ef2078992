"""Interrupting ``dvc repro`` in the middle of a stage, and what must be true afterwards."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
from study_table import StudyTable
from tiny_project import STAGES, Project, heed_ctrl_c

#: When a stage is interrupted: as soon as DVC has started it, when its kernel computes, when it is nearly done.
MOMENTS = ("start", "kernel", "end")

#: Seconds a stage may take to reach a moment.
PATIENCE_S = 120

TABLE = StudyTable("interrupts", ("same_bytes", "files"))


def is_finished_with_the_same_bytes(built: Project, folder: Path, stage: str, how: signal.Signals, moment: str) -> bool:
    """The case of a study: :func:`bytes_after_interrupt`, kept in a table, not measured twice."""
    case = f"{stage} {how.name} {moment}"
    if TABLE.has(case):
        return True
    results = bytes_after_interrupt(built, folder, stage, how, moment)
    same = results == built.results()
    TABLE.add(case, same_bytes=same, files=len(results))
    return same


def bytes_after_interrupt(built: Project, folder: Path, stage: str, how: signal.Signals, moment: str) -> dict[str, str]:
    """Interrupt a copy of a built project in a stage, run ``dvc repro`` again; gives the results' hashes."""
    project = built.copy(folder)
    interrupt(project, stage, how, moment)
    ran = project.repro()
    if stage not in ran and moment != "end":
        raise AssertionError(f"after {how.name} in {stage} the stage was not run again; it ran {ran}")
    return project.results()


def interrupt(project: Project, stage: str, how: signal.Signals, moment: str) -> str:
    """Make ``dvc repro`` run from a stage on, interrupt it there; gives what was running at that moment.

    SIGINT goes to the whole group, as a terminal sends it; SIGKILL to ``dvc`` alone, which then can tell nobody.
    """
    forget(project, stage)
    log = project.root / "repro.log"
    with log.open("w") as stream:
        repro = subprocess.Popen(
            [sys.executable, "-m", "dvc", "repro", "--no-run-cache"], cwd=project.root, env=project.environment(),
            stdout=stream, stderr=stream, start_new_session=True, preexec_fn=heed_ctrl_c,
        )  # fmt: skip
        try:
            _wait_for(project, stage, moment, log, repro)
            family = psutil.Process(repro.pid).children(recursive=True)
            if how is signal.SIGKILL:
                repro.kill()
            else:
                psutil.Process(repro.pid).send_signal(how)
                for process in family:
                    if process.is_running():
                        process.send_signal(how)
            repro.wait(timeout=60)
        finally:
            repro.kill()
    _, alive = psutil.wait_procs(family, timeout=20)
    if alive:
        raise AssertionError(f"still running after the end of dvc: {[p.cmdline() for p in alive]}")
    return log.read_text()


def forget(project: Project, stage: str) -> None:
    """Make a stage and all after it undone: outputs, lock entries and stored work are gone."""
    from diagmod.io.stages import load_stage

    lock = project.root / "dvc.lock"
    for name in STAGES[STAGES.index(stage) :]:
        for out in load_stage(name, project.root).outs:
            path = project.root / out
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        lock.write_text(_without(lock.read_text(), name))
    if stage == STAGES[0]:
        lock.unlink()
    shutil.rmtree(project.root / ".cache", ignore_errors=True)


def _without(lock: str, stage: str) -> str:
    lines, kept, inside = lock.split("\n"), [], False
    for line in lines:
        if line.startswith("  ") and not line.startswith("   "):
            inside = line.strip() == f"{stage}:"
        if not inside:
            kept.append(line)
    return "\n".join(kept).rstrip("\n") + "\n"


def _wait_for(project: Project, stage: str, moment: str, log: Path, repro: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    mark = {"start": f"Running stage '{stage}'", "kernel": f"{stage}: cell", "end": f"{stage}: cell"}[moment]
    staging = project.root / ".cache" / "staging" / stage
    last_out = staging / "reports" / "notebooks"
    while time.monotonic() < deadline and repro.poll() is None:
        if mark in log.read_text() and (moment != "end" or last_out.exists()):
            return
        time.sleep(0.005)
    if moment != "end":
        raise AssertionError(f"stage {stage} never came to its {moment}:\n{log.read_text()[-2000:]}")

"""Admin, part "Runs": how every stage stands, why, when it last ran, how long, and what broke."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.io.broken_runs import broken_runs
from diagmod.io.changed_sources import changes_since
from diagmod.io.freshness import StageState, locked_stages, rebuild_pid, running_stages, stage_states
from diagmod.io.run_records import RunRecord, overhead_pct, read_run_records
from diagmod.io.stages import StageError, is_code
from diagmod.views.admin_figures import run_times_figure
from diagmod.views.pages.admin_parts import Known, Part, note, paragraph
from diagmod.views.pages.frame import Page
from diagmod.views.pages.grids import grid
from diagmod.views.panels import FigureSlot, HtmlSlot

#: Sign of each state, so that colour is never the only carrier.
SIGNS = {"fresh": "✓\u00a0fresh", "stale": "▲\u00a0stale", "not run": "✕\u00a0not run"}

#: Files that say how a stage stands.
_SOURCE = "dvc.lock, params.yaml, reports/runs"


def states_of(page: Page, known: Known) -> pd.DataFrame:
    """How every stage stands, in words: columns stage, standing, reason, last_run, stands_on."""
    return known.get("stages", lambda: _states(page))


class RunsPart(Part):
    """Runs and freshness of the stages."""

    name: ClassVar[str] = "runs"
    title: ClassVar[str] = "Runs and freshness"
    filters: ClassVar[tuple[str, ...]] = ("stage",)

    def make(self) -> Sequence[widgets.Widget]:
        self.now, self.rows, self.broken = HtmlSlot(), HtmlSlot(), HtmlSlot()
        self.times, self.cells = FigureSlot(self.words), HtmlSlot()
        return [self.now, self.rows, self.broken, self.times, self.cells]

    def draw(self) -> None:
        self.now.show(self._now())
        stages = self._stages()
        shown = stages.assign(standing=stages["standing"].map(SIGNS))
        self.rows.show(
            grid(
                shown, self.words, caption="Stages of the pipeline", source=_SOURCE,
                units={"last_run": "UTC", "duration_s": "s", "work_s": "s", "overhead_pct": "%"},
                heads={"standing": "state", "reason": "why", "stands_on": "stands on"}, as_is=("stage", "stands_on"),
                links={"stage": lambda row: ("", {"stage": row["stage"]})},
            )
        )  # fmt: skip
        self.broken.show(self._broken())
        self._draw_times()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        return {"stages": self._stages()}

    def _now(self) -> str:
        """What is going on, and what to do."""
        running, pid = running_stages(self.root), rebuild_pid(self.root)
        if running or pid is not None:
            what = f"stage {running[0]} runs" if running else f"process {pid} runs"
            return note(self.words(f"A rebuild is under way: {what}. Refresh this page when it is done."), "warn")
        states = states_of(self.page, self.known)
        old = int((states["standing"] != "fresh").sum())
        if not old:
            return paragraph(self.words("No rebuild is under way. Every stage is fresh."))
        told = (
            f"No rebuild is under way. {old} of {len(states)} stages are not fresh; `make repro` runs what must be run."
        )
        return note(self.words(told), "warn")

    def _stages(self) -> pd.DataFrame:
        states = states_of(self.page, self.known)
        records = {record.stage: record for record in _records(self)}
        table = states.assign(
            duration_s=[_of(records, stage, "seconds") for stage in states["stage"]],
            work_s=[_of(records, stage, "work_s") for stage in states["stage"]],
            overhead_pct=[overhead_pct([records[s]]) if _has_time(records, s) else math.nan for s in states["stage"]],
        )
        chosen = self.page.value("stage")
        return table[table["stage"] == chosen] if chosen else table

    def _broken(self) -> str:
        runs = broken_runs(self.root)
        if not runs:
            return paragraph(self.words("No run is broken: reports/broken is empty."))
        table = pd.DataFrame(
            [(run.stage, run.at, run.reason, run.notebook) for run in runs],
            columns=["stage", "failed_at", "reason", "notebook"],
        )
        told = "A run failed; its earlier results are untouched. Open the notebook, mend what stopped it, `make repro`."
        return note(self.words(told), "bad") + grid(
            table,
            self.words,
            caption="Broken runs",
            source="reports/broken",
            units={"failed_at": "UTC"},
            as_is=("stage", "notebook"),
        )

    def _draw_times(self) -> None:
        chosen = self.page.value("stage")
        records = [record for record in _records(self) if chosen in (None, record.stage)]
        if not records:
            self.times.say("No times are kept: no stage has run here, or its record was removed.")
        else:
            self.times.show(run_times_figure(records), "reports/runs")
        share = f"{overhead_pct(records):.0f}" if sum(r.seconds for r in records) > 0 else ""
        told = f"{share} % of the time was no work of the cells: start, imports, report." if share else ""
        self.cells.show(paragraph(self.words(told)) + (self._cells(chosen) if chosen else ""))

    def _cells(self, stage: str) -> str:
        """Times of the cells of a stage."""
        path = self.root / "reports" / "runs" / f"{stage}.json"
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            table = pd.DataFrame(cells)[["cell", "section", "what", "seconds"]]
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return grid(
            table, self.words, caption=f"Cells of stage {stage}", source=f"reports/runs/{stage}.json",
            units={"seconds": "s"}, heads={"seconds": "time"},
        )  # fmt: skip


def _records(part: Part) -> list[RunRecord]:
    """Times of the runs; none where there is no record."""
    try:
        return part.known.get("records", lambda: read_run_records(part.root))
    except StageError:
        return []


def _states(page: Page) -> pd.DataFrame:
    states, changes, locked = stage_states(page.root), changes_since(page.root), locked_stages(page.root)
    rows = [
        (s.stage, *_in_words(s, changes.get(s.stage, [])), s.finished_at, _stands_on(locked, s.stage)) for s in states
    ]
    table = pd.DataFrame(rows, columns=["stage", "standing", "reason", "last_run", "stands_on"])
    return table.assign(last_run=pd.to_datetime(table["last_run"], utc=True))


def _in_words(state: StageState, changes: list[str]) -> tuple[str, str]:
    """State of a stage in one word, and why in a sentence."""
    if state.standing == "missing":
        return "not run", state.reason
    reasons = [*filter(None, [state.reason]), *changes]
    return ("stale", f"because {'; '.join(reasons)}") if reasons else ("fresh", "")


def _stands_on(locked: Mapping[str, Mapping[str, Any]], stage: str) -> str:
    deps = [dep["path"] for dep in locked.get(stage, {}).get("deps", ())]
    return ", ".join(path for path in deps if not is_code(path))


def _of(records: Mapping[str, RunRecord], stage: str, name: str) -> float:
    return float(getattr(records[stage], name)) if stage in records else math.nan


def _has_time(records: Mapping[str, RunRecord], stage: str) -> bool:
    return stage in records and records[stage].seconds > 0

"""Admin, parts on the data: what was found, what is in quarantine, and whether it is enough to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.io.tables import TableError
from diagmod.views.admin_figures import SEVERITIES, findings_figure
from diagmod.views.pages.admin_parts import Part, note, paragraph, within
from diagmod.views.pages.grids import MOST_GRID_ROWS, grid
from diagmod.views.panels import FigureSlot, HtmlSlot, heading

#: Sign of each status or severity, so that colour is never the only carrier.
SIGNS = {"pass": "✓\u00a0pass", "warn": "▲\u00a0warn", "fail": "✕\u00a0fail"}

#: Columns of a check.
_CHECKED = ("check", "status", "value", "unit", "warn", "fail", "reason")


class QualityPart(Part):
    """Findings and quarantine."""

    name: ClassVar[str] = "quality"
    title: ClassVar[str] = "Data quality and quarantine"
    filters: ClassVar[tuple[str, ...]] = ("severity", "from", "to")

    def make(self) -> Sequence[widgets.Widget]:
        self.told, self.chart, self.rules, self.files = HtmlSlot(), FigureSlot(self.words), HtmlSlot(), HtmlSlot()
        self.refused = HtmlSlot()
        return [
            self.told, self.chart, self.rules, heading(self.words, "Files with the most findings", 3), self.files,
            heading(self.words, "Quarantine", 3), self.refused,
        ]  # fmt: skip

    def draw(self) -> None:
        found, source = self._findings(), self.results.source("findings")
        report = self.results.table("load_report", ["file", "status"])
        counts = report["status"].value_counts()
        told = (
            f"{counts.get('loaded', 0)} of {len(report)} files were loaded, {counts.get('quarantined', 0)} are in "
            f"quarantine, {counts.get('duplicate', 0)} are duplicates; {len(found)} findings are shown."
        )
        self.told.show(paragraph(self.words(told)))
        counted = by_rule(found)
        if len(counted):
            self.chart.show(findings_figure(counted), source)
        else:
            self.chart.say("Nothing was found under this choice.")
        self.rules.show(
            grid(counted, self.words, caption="Findings by rule", source=source, heads={"remedy": "what to do"})
        )
        self.files.show(grid(by_file(found), self.words, caption="Files with the most findings", source=source))
        self.refused.show(self._refused())

    def tables(self) -> Mapping[str, pd.DataFrame]:
        report = self.results.table("load_report")
        return {"findings": self._findings(), "quarantine": report[report["status"] != "loaded"]}

    def _findings(self) -> pd.DataFrame:
        """Findings of the chosen severities, of recordings of the chosen days; files without a time stay."""
        found = self.results.table("findings")
        if chosen := self.page.value("severity"):
            found = found[found["severity"].isin(chosen)]
        first, last = self.page.value("from"), self.page.value("to")
        if first or last:
            times = self.results.table("recordings", ["file", "started_at"]).drop_duplicates("file")
            started = found["file"].map(times.set_index("file")["started_at"])
            found = found[started.isna() | within(started, first, last)]
        return found

    def _refused(self) -> str:
        columns = ["file", "status", "reason", "cure"]
        report = self.results.table("load_report", columns)
        refused = report[report["status"] != "loaded"]
        source = self.results.source("load_report")
        told = "No file is in quarantine." if refused.empty else ""
        advice = (
            "These files were not used. Mend the reason (a row to add stands under 'what to do'), then `make repro`."
        )
        return paragraph(self.words(told or advice)) + grid(
            refused,
            self.words,
            columns,
            as_is=("file",),
            caption="Quarantine",
            source=source,
            heads={"cure": "what to do"},
        )


class ReadinessPart(Part):
    """Whether the data set is enough to learn from."""

    name: ClassVar[str] = "readiness"
    title: ClassVar[str] = "Readiness"

    def make(self) -> Sequence[widgets.Widget]:
        self.told, self.rows = HtmlSlot(), HtmlSlot()
        return [self.told, self.rows]

    def draw(self) -> None:
        checks = self.results.table("readiness")
        told, kind = readiness_words(checks)
        self.told.show(note(self.words(told), kind) if kind else paragraph(self.words(told)))
        order = checks["status"].map({"fail": 0, "warn": 1, "pass": 2}).fillna(3)
        shown = checks.assign(
            status=checks["status"].map(SIGNS).fillna(checks["status"]), check=checks["check"].str.replace("_", " ")
        )
        self.rows.show(
            grid(
                shown.iloc[order.argsort(kind="stable")], self.words, _CHECKED,
                caption="Checks of readiness", source=self.results.source("readiness"),
                heads={"warn": "warns below or above", "fail": "fails below or above"},
            )
        )  # fmt: skip

    def tables(self) -> Mapping[str, pd.DataFrame]:
        return {"readiness": self.results.table("readiness")}


def by_rule(found: pd.DataFrame) -> pd.DataFrame:
    """Rules with files, findings, an example of what was found and what to do; the worst and most frequent first."""
    groups = found.groupby(["severity", "rule"], observed=True, sort=False)
    table = groups.agg(
        files=("file", "nunique"), findings=("file", "size"), remedy=("remedy", "first"), example=("message", "first")
    ).reset_index()
    return _worst_first(table, "files")[["severity", "rule", "files", "findings", "remedy", "example"]]


def by_file(found: pd.DataFrame) -> pd.DataFrame:
    """Files with how many findings of which severity, the worst first; rules of those that a table shows."""
    counted = found.groupby(["file", "severity"], observed=True).size().unstack(fill_value=0)
    counted = counted.reindex(columns=list(SEVERITIES), fill_value=0).reset_index()
    table = counted.sort_values([*SEVERITIES, "file"], ascending=[False] * len(SEVERITIES) + [True], kind="stable")
    shown = found[found["file"].isin(table["file"].head(MOST_GRID_ROWS))]
    rules = shown.groupby("file")["rule"].agg(lambda names: ", ".join(dict.fromkeys(names)).replace("_", " "))
    return table.assign(rules=table["file"].map(rules).fillna(""))


def readiness_words(checks: pd.DataFrame) -> tuple[str, str]:
    """How ready the data set is, in a sentence, and the kind of note.

    Raises
    ------
    TableError
        There are no checks.
    """
    if checks.empty:
        raise TableError("readiness holds no checks; rebuild it with `make repro`")
    counts = checks["status"].value_counts()
    failed, warned = int(counts.get("fail", 0)), int(counts.get("warn", 0))
    if failed:
        return (
            f"The data set is not ready: {failed} of {len(checks)} checks fail; nothing is trained until they pass.",
            "bad",
        )
    if warned:
        return f"The data set is enough to learn from, with reserve: {warned} of {len(checks)} checks warn.", "warn"
    return f"The data set is enough to learn from: all {len(checks)} checks pass.", ""


def _worst_first(table: pd.DataFrame, count: str) -> pd.DataFrame:
    order = table["severity"].map({name: k for k, name in enumerate(SEVERITIES)}).fillna(len(SEVERITIES))
    ordered = table.assign(order=order).sort_values(["order", count], ascending=[True, False], kind="stable")
    return ordered.drop(columns="order")

"""The page "Data overview": which motors there are, when they were recorded, what could not be used and why.

Totals and lists follow the filters; what is told of the whole data set (readiness) does not, and says so. At the end
a file can be tried that is in no data set yet (:mod:`diagmod.views.pages.upload`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.io.overview_tables import Totals, by_week, fleet_table, totals
from diagmod.io.readiness import is_ready
from diagmod.io.tables import TableError
from diagmod.io.trend_tables import RMS
from diagmod.views.figures import timeline_figure, trend_figure
from diagmod.views.overview_figures import MOST_POINTS, week_figure
from diagmod.views.pages.controls import Control
from diagmod.views.pages.frame import Page, first_cards
from diagmod.views.pages.overview_filters import filters, narrowed, within
from diagmod.views.pages.overview_lists import (
    events_list,
    findings_list,
    fleet_list,
    readiness_list,
    recordings_list,
    refused_events_list,
    refused_list,
)
from diagmod.views.pages.upload import UploadPart
from diagmod.views.panels import FigureSlot, HtmlSlot, heading

_RECORDINGS = (
    "recording_id", "motor_id", "file", "started_at", "fs_hz", "duration_s", "phases", "load_pct", "rms_R", "rms_S",
    "rms_T", "condition", "acquisition", "quality",
)  # fmt: skip


class OverviewPage(Page):
    """Data overview."""

    name: ClassVar[str] = "overview"

    def read(self) -> None:
        self.motors = self.results.table("motors")
        self.recordings = self.results.table("recordings", _RECORDINGS)
        report = self.results.table("load_report", ["file", "status", "reason", "cure", "motor_id"])
        self.refused = report[report["status"] != "loaded"]
        self.readiness = self.results.table("readiness")
        self.unit = self.results.dataset().unit
        self._drawn: dict[str, object] = {}
        self.__dict__.pop("grades", None)

    @cached_property
    def grades(self) -> pd.DataFrame | None:
        """Grade of health of every motor; None where it was not judged."""
        try:
            return self.results.table("motor_health", ["motor_id", "grade"])
        except TableError:
            return None

    def make_controls(self) -> Sequence[Control]:
        return filters(self.motors, self.recordings, self.words)

    def first(self) -> str:
        found = self.totals()
        return first_cards(
            {
                "Motors": (str(found.motors), ""),
                "Recordings": (str(found.recordings), ""),
                "Recorded": found.lasting,
                "Period": (found.period, "UTC" if pd.notna(found.first) else ""),
                "With a warning": (str(found.with_warning), _counted(found.with_warning, "recording")),
                "In quarantine": (str(found.quarantined), _counted(found.quarantined, "file")),
                "Duplicates": (str(found.duplicates), _counted(found.duplicates, "file")),
                "Readiness": (_readiness_word(self.readiness), ""),
            },
            self.words,
        )

    def totals(self) -> Totals:
        """Counts under the present choice."""
        return totals(self._motors(), self._shown(), self._refused())

    def layout(self) -> Sequence[widgets.Widget]:
        self.timeline, self.trend = FigureSlot(self.words), FigureSlot(self.words)
        names = ("fleet", "rows", "refused", "findings", "readiness", "events")
        self.slots = {name: HtmlSlot() for name in names}
        self._drawn.clear()
        if not hasattr(self, "upload"):
            self.upload = UploadPart(self)
        slots = self.slots
        return [
            heading(self.words, "Recordings over time"), self.timeline,
            heading(self.words, "Hourly trend"), self.trend,
            heading(self.words, "Fleet"), slots["fleet"],
            heading(self.words, "Recordings"), slots["rows"],
            heading(self.words, "Quality and quarantine"),
            heading(self.words, "Not loaded", 3), slots["refused"],
            heading(self.words, "Loaded with a finding", 3), slots["findings"],
            heading(self.words, "Readiness of the whole data set"), slots["readiness"],
            heading(self.words, "Maintenance"), slots["events"],
            self.upload.widget,
        ]  # fmt: skip

    def draw(self) -> None:
        shown, motor = self._shown(), self.value("motor")
        period = (self.value("from"), self.value("to"))
        source, words = self.results.source, self.words
        self._draw_timeline(shown)
        if self._is_new("trend", (motor, period)):
            self._draw_trend(motor)
        self.slots["rows"].show(recordings_list(shown, words, source("recordings"), self.unit))
        self.slots["refused"].show(refused_list(self._refused(), words, source("load_report")))
        self.slots["findings"].show(findings_list(self._findings(), words, source("findings")))
        if self._is_new("fleet", motor):
            health = source("motor_health") if self.grades is not None else ""
            self.slots["fleet"].show(fleet_list(self._fleet(), words, source("motors"), health))
        if self._is_new("readiness", True):
            self.slots["readiness"].show(readiness_list(self.readiness, words, source("readiness")))
        if self._is_new("events", (motor, period)):
            self._draw_events()

    def exports(self) -> Mapping[str, pd.DataFrame]:
        return {
            "recordings": self._shown(),
            "fleet": self._fleet(),
            "not loaded": self._refused(),
            "findings": self._findings(),
            "readiness": self.readiness,
            "maintenance": self._events(),
        }

    def _is_new(self, part: str, choice: object) -> bool:
        """Whether a part stands for another choice than the present one; it then stands for this one."""
        is_new = part not in self._drawn or self._drawn[part] != choice
        self._drawn[part] = choice
        return is_new

    def _draw_timeline(self, shown: pd.DataFrame) -> None:
        source = self.results.source("recordings")
        n_dated = int(shown["started_at"].notna().sum())
        if shown.empty:
            self.timeline.say("No recording fits the filters; widen them.")
        elif not n_dated:
            self.timeline.say(f"The data set keeps no start times: {len(shown)} recordings cannot be drawn over time.")
        elif n_dated > MOST_POINTS:
            self.timeline.show(week_figure(by_week(shown)), source)
        else:
            self.timeline.show(timeline_figure(shown), source)

    def _draw_trend(self, motor: str | None) -> None:
        if not motor:
            self.trend.say("Choose a motor to see its hourly rms current.")
            return
        columns = ["motor_id", "quantity", "hour", "mean"]
        trend = self.results.table("trend", columns, motor_id=motor)
        trend = within(trend[trend["quantity"].isin(RMS)], "hour", self.value("from"), self.value("to"))
        if trend.empty:
            self.trend.say("There is no trend log for this motor in this period.")
        else:
            self.trend.show(trend_figure(trend, motor, self.unit, self._events()), self.results.source("trend"))

    def _draw_events(self) -> None:
        source = self.results.source
        refused = refused_events_list(self.results.table("refused_events"), self.words, source("refused_events"))
        self.slots["events"].show(events_list(self._events(), self.words, source("maintenance")) + refused)

    def _shown(self) -> pd.DataFrame:
        """Recordings under the present choice."""
        return narrowed(self.recordings, self.controls)

    def _motors(self) -> pd.DataFrame:
        motor = self.value("motor")
        return self.motors[self.motors["motor_id"] == motor] if motor else self.motors

    def _fleet(self) -> pd.DataFrame:
        motor = self.value("motor")
        own = self.recordings[self.recordings["motor_id"] == motor] if motor else self.recordings
        return fleet_table(self._motors(), own, self.refused, self.grades)

    def _refused(self) -> pd.DataFrame:
        """Files that were not loaded; of what is not known of them no filter can speak."""
        motor, file = self.value("motor"), self.value("file")
        found = self.refused[self.refused["motor_id"] == motor] if motor else self.refused
        return found[found["file"].str.contains(file, case=False, regex=False)] if file else found

    def _findings(self) -> pd.DataFrame:
        """Findings of the recordings that are shown, the worst first."""
        found = self.results.table("findings")
        own = found.merge(self._shown()[["file", "motor_id", "recording_id"]], on="file")
        return own.sort_values("severity", key=lambda s: s.map(_PLACE), ascending=False, kind="stable")

    def _events(self) -> pd.DataFrame:
        events, motor = self.results.table("maintenance"), self.value("motor")
        events = events[events["motor_id"] == motor] if motor else events
        return within(events, "start", self.value("from"), self.value("to"))


#: Order of the severities of findings.
_PLACE = {"info": 0, "warning": 1, "error": 2, "critical": 3}


def _counted(n: int, noun: str) -> str:
    return noun if n == 1 else f"{noun}s"


def _readiness_word(readiness: pd.DataFrame) -> str:
    """The whole of the checks in a word or two."""
    if readiness.empty:
        return "not checked"
    if not is_ready(readiness)[0]:
        return "not ready"
    return "ready, with reservations" if (readiness["status"] == "warn").any() else "ready"

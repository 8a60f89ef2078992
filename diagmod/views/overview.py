"""The page "Data overview": which motors there are, when they were recorded, what could not be used and why."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets
from IPython.display import HTML

from diagmod.core.recording import PHASES
from diagmod.io.catalogue import Catalogue
from diagmod.io.stages import StageError
from diagmod.io.tables import TableError
from diagmod.io.trend_tables import query, wide_rms
from diagmod.views.figures import timeline_figure, trend_figure
from diagmod.views.panels import FigureSlot, TableSlot, cards, follow, footer
from diagmod.views.tables import table
from diagmod.views.theme import condition_words

if TYPE_CHECKING:
    import pandas as pd

#: Choice of the filter that leaves nothing out; its value can be no motor's name.
ALL_MOTORS = ("all motors", "")

_FLEET = ["motor_id", "name", "recordings", "with_warning", "quarantined", "last_recorded", "status",
          "rated_power_kw", "rated_current_a", "rated_rpm"]  # fmt: skip
_RECORDINGS = ["motor_id", "started_at", "file", "duration_s", "fs_hz", "phases", "load_pct", "rms_R", "rms_S", "rms_T",
               "condition", "quality"]  # fmt: skip


class OverviewPage:
    """The parts of the page, in reading order; without results every part says so or stays empty."""

    def __init__(self, catalogue: Catalogue | None, problem: str = "") -> None:
        self._catalogue = catalogue
        self._problem = problem

    @classmethod
    def open(cls) -> OverviewPage:
        """The page on what the pipeline has put in place now."""
        try:
            return cls(Catalogue.open())
        except (TableError, StageError, FileNotFoundError) as exc:
            return cls(None, str(exc))

    def totals(self) -> HTML:
        """Figures of the whole data set, or the reason why there is nothing to show."""
        if self._catalogue is None:
            return HTML(f"<p class='dm-note dm-bad'>{escape(self._problem)}</p>")
        return cards(self._catalogue.totals())

    def fleet(self) -> HTML | None:
        """A row a motor."""
        if self._catalogue is None:
            return None
        return table(self._catalogue.fleet(), _FLEET, {"last_recorded": "UTC"}, most_rows=200)

    def recordings(self) -> widgets.Widget | None:
        """Recordings over time, the hourly trend and the list, for all motors or one."""
        return None if self._catalogue is None else RecordingsPanel(self._catalogue)

    def quality(self) -> HTML | None:
        """Files that were not loaded and findings about those that were."""
        if self._catalogue is None:
            return None
        refused = self._catalogue.report[self._catalogue.report["status"] != "loaded"]
        told = ["file", "severity", "message", "remedy"]
        parts = (
            ("Not loaded", table(refused, ["file", "status", "reason"], most_rows=200)),
            ("Loaded with a finding", table(self._catalogue.findings, told, most_rows=200)),
        )
        return HTML("".join(f"<h3>{title}</h3>{content.data}" for title, content in parts))

    def footer(self) -> HTML | None:
        """Data and model version."""
        return None if self._catalogue is None else footer(self._catalogue.versions())


class RecordingsPanel(widgets.VBox):
    """Recordings over time, the hourly trend and the list, for the motor chosen above them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._motors = list(catalogue.motors["motor_id"])
        self.choice = widgets.Dropdown(options=[ALL_MOTORS, *((m, m) for m in self._motors)], description="Motor")
        self.message, self.timeline, self.trend, self.rows = widgets.HTML(), FigureSlot(), FigureSlot(), TableSlot()
        self.rows.add_class("dm-scroll")
        super().__init__([self.choice, self.message, self.timeline, self.trend, self.rows])
        follow(self.choice, self.draw, self.message, self.timeline, self.trend, self.rows)

    def draw(self, motor_id: str) -> None:
        """Show one motor, or all where ``motor_id`` is empty.

        Raises
        ------
        ValueError
            The motor is not in the register; the value comes from a browser.
        """
        if motor_id and motor_id not in self._motors:
            raise ValueError(f"there is no motor {motor_id!r}; choose one of the list")
        recordings = self._catalogue.recordings
        shown = recordings[recordings["motor_id"] == motor_id] if motor_id else recordings
        self._draw_timeline(shown)
        self._draw_trend(motor_id)
        latest = shown.sort_values("started_at", ascending=False, kind="stable")
        latest = latest.assign(condition=latest["condition"].map(condition_words))
        unit = self._catalogue.dataset.unit
        units = {f"rms_{phase}": unit if unit == "A" else f"unit {unit}" for phase in PHASES}
        self.rows.show(table(latest, _RECORDINGS, units, most_rows=200))

    def _draw_timeline(self, shown: pd.DataFrame) -> None:
        if shown.empty:
            self.timeline.say("There is no recording.")
        elif shown["started_at"].notna().any():
            self.timeline.show(timeline_figure(shown))
        else:
            self.timeline.say(f"The data set keeps no start times: {len(shown)} recordings cannot be drawn over time.")

    def _draw_trend(self, motor_id: str) -> None:
        trend = self._catalogue.trend
        if not motor_id:
            self.trend.say("Choose a motor to see its hourly rms current.")
        elif len(wide_rms(query(trend, motor_id=motor_id))):
            events = self._catalogue.maintenance
            self.trend.show(trend_figure(trend, motor_id, self._catalogue.dataset.unit, events))
        else:
            self.trend.say("There is no trend log for this motor.")

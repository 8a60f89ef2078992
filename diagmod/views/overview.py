"""The page "Data overview": which motors there are, when they were recorded, what could not be used and why."""

from __future__ import annotations

import ipywidgets as widgets
import pandas as pd
from IPython.display import HTML

from diagmod.io.catalogue import Catalogue
from diagmod.io.tables import TableError
from diagmod.views.figures import timeline_figure, trend_figure
from diagmod.views.panels import FigureSlot, TableSlot, cards, follow, footer
from diagmod.views.tables import table

#: Choice of the filter that leaves nothing out.
ALL_MOTORS = "all motors"

_FLEET = ["motor_id", "name", "rated_power_kw", "rated_current_a", "rated_rpm", "status", "recordings", "last_recorded",
          "with_warning", "quarantined"]  # fmt: skip
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
        except (TableError, FileNotFoundError) as exc:
            return cls(None, str(exc))

    def totals(self) -> HTML:
        """Figures of the whole data set, or the reason why there is nothing to show."""
        if self._catalogue is None:
            return HTML(f"<p class='dm-note dm-bad'>{self._problem}</p>")
        return cards(self._catalogue.totals())

    def fleet(self) -> HTML | None:
        """A row a motor."""
        if self._catalogue is None:
            return None
        return table(self._catalogue.fleet(), _FLEET, {"last_recorded": "UTC"})

    def recordings(self) -> widgets.Widget | None:
        """Recordings over time, the hourly trend and the list, for all motors or one."""
        if self._catalogue is None:
            return None
        catalogue = self._catalogue
        choice = widgets.Dropdown(options=[ALL_MOTORS, *catalogue.motors["motor_id"]], description="Motor")
        timeline, trend, rows, message = FigureSlot(), FigureSlot(), TableSlot(), widgets.HTML()

        def draw(motor_id: str) -> None:
            shown = _of_motor(catalogue.recordings, motor_id)
            if shown["started_at"].notna().any():
                timeline.show(timeline_figure(shown))
            else:
                timeline.say(_no_times(shown, motor_id))
            if motor_id == ALL_MOTORS:
                trend.say("Choose a motor to see its hourly rms current.")
            elif (catalogue.trend["motor_id"] == motor_id).any():
                trend.show(trend_figure(catalogue.trend, motor_id))
            else:
                trend.say("There is no trend log for this motor.")
            latest = shown.sort_values("started_at", ascending=False, kind="stable")
            rows.show(table(latest, _RECORDINGS, most_rows=200))

        rows.add_class("dm-scroll")
        follow(choice, draw, message)
        return widgets.VBox([choice, message, timeline, trend, rows])

    def quality(self) -> HTML | None:
        """Files that were not loaded and findings about those that were."""
        if self._catalogue is None:
            return None
        refused = self._catalogue.report[self._catalogue.report["status"] != "loaded"]
        parts = (
            ("Not loaded", table(refused, ["file", "status", "reason"])),
            ("Loaded with a finding", table(self._catalogue.findings, ["file", "severity", "message"])),
        )
        return HTML("".join(f"<h3>{title}</h3>{content.data}" for title, content in parts))

    def footer(self) -> HTML | None:
        """Data and model version."""
        return None if self._catalogue is None else footer(self._catalogue.versions())


def _of_motor(recordings: pd.DataFrame, motor_id: str) -> pd.DataFrame:
    if motor_id == ALL_MOTORS:
        return recordings
    return recordings[recordings["motor_id"] == motor_id]


def _no_times(shown: pd.DataFrame, motor_id: str) -> str:
    if shown.empty:
        return f"There is no recording of {motor_id}."
    return f"The data set keeps no start times; {len(shown)} recordings of {motor_id} cannot be drawn over time."

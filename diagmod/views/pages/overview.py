"""The page "Data overview": which motors there are, when they were recorded, what could not be used and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.views.figures import timeline_figure
from diagmod.views.pages.controls import Control, OneOf
from diagmod.views.pages.frame import Page, first_cards
from diagmod.views.pages.grids import grid
from diagmod.views.panels import FigureSlot, HtmlSlot, heading


class OverviewPage(Page):
    """Data overview."""

    name: ClassVar[str] = "overview"

    def read(self) -> None:
        self.recordings = self.results.table("recordings")
        self.motors = self.results.table("motors")

    def make_controls(self) -> Sequence[Control]:
        motors = [(motor, motor) for motor in self.motors["motor_id"]]
        return [OneOf("motor", "Motor", motors, self.words, anything="all motors")]

    def first(self) -> str:
        return first_cards(
            {"Motors": (str(len(self.motors)), ""), "Recordings": (str(len(self._shown())), "")}, self.words
        )

    def layout(self) -> Sequence[widgets.Widget]:
        self.timeline, self.rows = FigureSlot(self.words), HtmlSlot()
        return [heading(self.words, "Recordings"), self.timeline, self.rows]

    def draw(self) -> None:
        shown, source = self._shown(), self.results.source("recordings")
        self.timeline.show(timeline_figure(shown), source)
        self.rows.show(
            grid(
                shown, self.words, ["motor_id", "started_at", "file", "duration_s", "rms_R", "quality"],
                caption="Recordings", source=source,
                links={"motor_id": lambda row: ("", {"motor": row["motor_id"]})},
            )
        )  # fmt: skip

    def exports(self) -> Mapping[str, pd.DataFrame]:
        return {"recordings": self._shown()}

    def _shown(self) -> pd.DataFrame:
        motor = self.value("motor")
        return self.recordings[self.recordings["motor_id"] == motor] if motor else self.recordings

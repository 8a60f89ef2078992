"""The page "Motor status": is this motor all right, why, how sure, what to do, since when.

Without a motor it is the fleet as a wall of lights. The answers come from one small table, so that they stand before
anything else is read; below them is what they rest on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.views.pages.controls import Control, Day, OneOf, Search, SomeOf
from diagmod.views.pages.frame import Page
from diagmod.views.pages.grids import source_line
from diagmod.views.pages.motor_controls import RecordingOf, named
from diagmod.views.pages.motor_exports import fleet_tables, motor_tables
from diagmod.views.pages.motor_fleet import fleet_parts, printed_fleet
from diagmod.views.pages.motor_headline import fleet_counts, motor_now, ranked, wall, way_back
from diagmod.views.pages.motor_parts import Group, groups, made, motor_parts
from diagmod.views.pages.motor_slots import PartSlot
from diagmod.views.pages.motor_view import PLATE, MotorView
from diagmod.views.pages.printed import Part, printable
from diagmod.views.panels import HtmlSlot, heading
from diagmod.views.status_light import URGENT_FIRST

#: Controls that narrow the fleet, and those that are about one motor.
OF_FLEET, OF_MOTOR = ("grade", "type", "name"), ("from", "to", "recording")


class MotorPage(Page):
    """Motor status."""

    name: ClassVar[str] = "motor"

    def read(self) -> None:
        plates = self.results.table("motors", ["motor_id", *(key for key, *_ in PLATE)])
        self.plates = plates.set_index("motor_id", drop=False)
        self.now = self.results.table("motor_health")
        self.ranked = ranked(plates, self.now)
        self._view: MotorView | None = None
        self._view_of: tuple[object, ...] = ()

    def make_controls(self) -> Sequence[Control]:
        words = self.words
        names = dict(zip(self.plates["motor_id"], self.plates["name"], strict=True))
        motors = sorted(self.ranked["motor_id"])
        types = sorted({kind for kind in self.ranked["type"] if kind})
        return [
            OneOf("motor", "Motor", [(f"{m} {names.get(m, '')}".strip(), m) for m in motors], words, "all motors"),
            SomeOf("grade", "Grade", [(grade, grade) for grade in URGENT_FIRST], words),
            OneOf("type", "Type", [(kind, kind) for kind in types], words, anything="all types"),
            Search("name", "Name", words, placeholder="part of name or number"),
            Day("from", "From", words),
            Day("to", "To", words),
            RecordingOf(self._offered, words),
        ]

    def first(self) -> str:
        motor = self.value("motor")
        kept = {"lang": "" if self.words.language == "en" else self.words.language}
        if motor is None:
            told = fleet_counts(self.ranked, self.words, kept)
        else:
            view = self.view()
            told = motor_now(motor, view.row, view.plate, self.words)
        return told + source_line(self.words, self.results.source("motor_health"))

    def layout(self) -> Sequence[widgets.Widget]:
        self.wall, self.back = HtmlSlot(), HtmlSlot()
        self.of_fleet = {key: PartSlot(self.words) for key in ("fleet", "course")}
        self.of_motor = {key: PartSlot(self.words) for group in groups() for key in group.keys}
        self._drawn: dict[tuple[str, ...], object] = {}
        self.fleet_box = widgets.VBox([heading(self.words, "The fleet"), self.wall, *self.of_fleet.values()])
        self.motor_box = widgets.VBox([self.back, *self.of_motor.values()])
        return [self.fleet_box, self.motor_box]

    def draw(self) -> None:
        motor = self.value("motor")
        self._show_only("motor" if motor else "fleet")
        if motor is None:
            shown = self.shown()
            self.wall.show(wall(shown, self.words, {"lang": self.chosen.get("lang", "")}))
            self._fill(self.of_fleet, fleet_parts(self.results, shown, self.words))
            return
        self._offer()
        self.back.show(way_back(self.words))
        for group in groups():
            self._draw_group(group)

    def _draw_group(self, group: Group) -> None:
        """Make the parts of a group anew where what they depend on has changed."""
        view = self.view()
        depends = {"motor": None, "days": (view.since, view.until), "recording": view.recording_id}
        state = (view.motor_id, depends[group.of])
        if self._drawn.get(group.keys) != state:
            slots = {key: self.of_motor[key] for key in group.keys}
            parts, is_whole = made(group, view, self.words, linked=True)
            self._drawn[group.keys] = state if is_whole else None
            self._fill(slots, parts)

    def exports(self) -> Mapping[str, pd.DataFrame]:
        if self.value("motor") is None:
            return fleet_tables(self.results, self.shown())
        return motor_tables(self.view(), self.now)

    def report(self) -> str:
        motor, words = self.value("motor"), self.words
        about = self.results.versions() | {"Last rebuild": self.results.facts()["Last rebuild"]}
        about |= {name: text for name, text in self.chosen.items() if name not in ("motor", "lang")}
        if motor is None:
            return printable(
                words("Motor status: the fleet"), printed_fleet(self.results, self.shown(), words), about, words
            )
        view = self.view()
        now = motor_now(motor, view.row, view.plate, words)
        first = Part("now", "Status now", now + source_line(words, self.results.source("motor_health")))
        below = motor_parts(view, words, linked=False)
        return printable(f"{words('Motor status')}: {motor}", [first, *below], about, words)

    def view(self) -> MotorView:
        """The chosen motor under the present choice; kept until the choice changes."""
        motor, days = self.value("motor"), (self.value("from"), self.value("to"))
        wanted = (motor, *days, self.value("recording"))
        if self._view is None or self._view_of != wanted:
            found = self.now[self.now["motor_id"] == motor].to_dict("records")
            row = {str(k): v for k, v in found[0].items()} if found else {}
            plate = self.plates.loc[motor].to_dict() if motor in self.plates.index else {}
            self._view, self._view_of = MotorView(self.results, motor, row, plate, *days, wanted[-1]), wanted
        return self._view

    def shown(self) -> pd.DataFrame:
        """Motors under the filters of the fleet, the most urgent first."""
        table = self.ranked
        if grades := self.value("grade"):
            table = table[table["grade"].isin(grades)]
        if kind := self.value("type"):
            table = table[table["type"] == kind]
        if text := self.value("name"):
            called = table["motor_id"] + " " + table["name"]
            table = table[called.str.contains(text, case=False, regex=False)]
        return table

    def _offered(self) -> list[tuple[str, str]]:
        motor = self.value("motor") if "motor" in self.controls else None
        return named(self.view().recordings) if motor else []

    def _offer(self) -> None:
        recording = self.controls["recording"]
        if isinstance(recording, RecordingOf):
            self._quiet = True
            recording.offer()
            self._quiet = False

    def _show_only(self, which: str) -> None:
        shown = {True: None, False: "none"}
        self.fleet_box.layout.display = shown[which == "fleet"]
        self.motor_box.layout.display = shown[which == "motor"]
        for names, of in ((OF_FLEET, "fleet"), (OF_MOTOR, "motor")):
            for name in names:
                self.controls[name].widget.layout.display = shown[which == of]

    @staticmethod
    def _fill(slots: Mapping[str, PartSlot], parts: Sequence[Part]) -> None:
        given = {part.key: part for part in parts}
        for key, slot in slots.items():
            slot.show(given.get(key))

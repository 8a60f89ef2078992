"""The page "Admin": is everything in order, and if not, what is to be done?

It is opened when something is broken, so every part reads for itself and says for itself what it lacks; nothing is
trained and no folder is walked unless somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import ClassVar, TypeVar

import ipywidgets as widgets
import pandas as pd

from diagmod.io.freshness import stage_names
from diagmod.views.admin_figures import SEVERITIES
from diagmod.views.pages.admin_data import QualityPart, ReadinessPart, readiness_words
from diagmod.views.pages.admin_drift import DriftPart, worst_verdict
from diagmod.views.pages.admin_evaluation import EvaluationPart
from diagmod.views.pages.admin_models import ModelsPart, registry_of
from diagmod.views.pages.admin_parts import Known, Part
from diagmod.views.pages.admin_records import AuditPart, DiskPart
from diagmod.views.pages.admin_runs import RunsPart, states_of
from diagmod.views.pages.controls import Control, Day, OneOf, Search, SomeOf
from diagmod.views.pages.frame import PROBLEMS, Page, first_cards

T = TypeVar("T")

#: Parts in reading order.
PARTS: tuple[type[Part], ...] = (
    RunsPart, ModelsPart, QualityPart, ReadinessPart, DriftPart, EvaluationPart, AuditPart, DiskPart,
)  # fmt: skip

#: Shown for what cannot be told; the part below says why.
NOT_KNOWN = ("not known", "")


class AdminPage(Page):
    """Admin."""

    name: ClassVar[str] = "admin"
    part_types: ClassVar[tuple[type[Part], ...]] = PARTS

    def __init__(self, query: str = "", root: Path | None = None) -> None:
        super().__init__(query, root)
        self.known = Known()
        self.parts: list[Part] = []

    def read(self) -> None:
        self.known.forget()

    def make_controls(self) -> Sequence[Control]:
        words = self.words
        families = _or_none(lambda: sorted(registry_of(self, self.known).families))
        stages = _or_none(lambda: stage_names(self.root))
        versions = _or_none(self._versions_kept)
        return [
            OneOf("stage", "Stage", [(s, s) for s in stages], words, anything="all stages"),
            OneOf("family", "Model family", [(f, f) for f in families], words, anything="all families"),
            OneOf("version", "Version", [(v, v) for v in versions], words, anything="none chosen"),
            OneOf("compare", "Compare with", [(v, v) for v in versions], words, anything="none chosen"),
            SomeOf("severity", "Severity of findings", [(s, s) for s in SEVERITIES], words),
            Day("from", "From", words),
            Day("to", "To", words),
            Search("find", "Find in the audit", words, placeholder="who, what, which model"),
        ]

    def first(self) -> str:
        cards = {
            "Stages fresh": self._fact(self._stages_fresh),
            "Model families": self._fact(lambda: (str(len(registry_of(self, self.known).families)), "")),
            "In quarantine": self._fact(self._in_quarantine),
            "Readiness": self._fact(self._readiness),
            "Drift": self._fact(lambda: (worst_verdict(self.results.table("drift_verdict")), "")),
        }
        links = "".join(
            f"<a href='#dm-admin-{part.name}'>{escape(self.words(part.title))}</a>" for part in self.part_types
        )
        return (
            first_cards(cards, self.words)
            + f"<nav class='dm-admin-jump' aria-label='{escape(self.words('Parts of this page'))}'>{links}</nav>"
        )

    def layout(self) -> Sequence[widgets.Widget]:
        self.parts = [part(self, self.known) for part in self.part_types]
        return [part.layout() for part in self.parts]

    def draw(self) -> None:
        for part in self.parts:
            part.update()

    def exports(self) -> Mapping[str, pd.DataFrame]:
        found: dict[str, pd.DataFrame] = {}
        for part in self.parts:
            found |= _tables(part)
        return found

    def _versions_kept(self) -> list[str]:
        families = registry_of(self, self.known).families
        return [f"{name}@{entry.version}" for name in sorted(families) for entry in reversed(families[name].kept)]

    def _fact(self, make: Callable[[], tuple[str, str]]) -> tuple[str, str]:
        return _or(make, NOT_KNOWN)

    def _stages_fresh(self) -> tuple[str, str]:
        states = states_of(self, self.known)
        return str(int((states["standing"] == "fresh").sum())), f"of {len(states)}"

    def _in_quarantine(self) -> tuple[str, str]:
        status = self.results.table("load_report", ["file", "status"])["status"]
        return str(int((status == "quarantined").sum())), f"of {len(status)} files"

    def _readiness(self) -> tuple[str, str]:
        checks = self.results.table("readiness")
        kind = readiness_words(checks)[1]
        return {"bad": "fail", "warn": "warn", "": "pass"}[kind], f"{len(checks)} checks"


def _tables(part: Part) -> Mapping[str, pd.DataFrame]:
    try:
        return part.tables()
    except PROBLEMS:
        return {}


def _or(make: Callable[[], T], otherwise: T) -> T:
    """What it makes, or the other thing where it cannot; the part that shows it says why."""
    try:
        return make()
    except PROBLEMS:
        return otherwise


def _or_none(make: Callable[[], list[str]]) -> list[str]:
    return _or(make, [])

"""Admin, parts "Audit" and "Disk": who changed what when, and what takes room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.io.audit import AUDIT_FILE, read_audit
from diagmod.io.disk_use import disk_use, free_bytes
from diagmod.io.model_listing import store_history
from diagmod.views.pages.admin_parts import Part, note, paragraph, within
from diagmod.views.pages.grids import grid
from diagmod.views.panels import HtmlSlot

_COLUMNS = ["at", "who", "action", "subject", "result", "details", "record"]

#: Where changes of the store are kept.
_STORE_FILE = "data/models/audit.jsonl"


class AuditPart(Part):
    """Who did what, when, and how it ended."""

    name: ClassVar[str] = "audit"
    title: ClassVar[str] = "Audit"
    filters: ClassVar[tuple[str, ...]] = ("find", "from", "to")

    def make(self) -> Sequence[widgets.Widget]:
        self.told, self.rows = HtmlSlot(), HtmlSlot()
        return [self.told, self.rows]

    def draw(self) -> None:
        shown, (everything, warnings) = self._shown(), self._all()
        told = f"{len(shown)} of {len(everything)} deeds are shown, the newest first."
        if len(everything) and shown.empty:
            told = (
                f"None of {len(everything)} deeds fits the text and the days that were chosen; clear them to see all."
            )
        if everything.empty:
            told = "Nothing was changed yet."
        self.told.show(
            "".join(note(self.words(text), "warn") for text in warnings) + paragraph(self.words(told))
        )  # fmt: skip
        self.rows.show(
            grid(
                shown, self.words, as_is=("who", "subject", "record"), caption="Audit",
                source=f"{AUDIT_FILE}, {_STORE_FILE}", units={"at": "UTC"},
                heads={"at": "when", "record": "kept in"},
            )
        )  # fmt: skip

    def tables(self) -> Mapping[str, pd.DataFrame]:
        return {"audit": self._shown()}

    def _all(self) -> tuple[pd.DataFrame, list[str]]:
        return self.known.get("audit", lambda: _audit(self))

    def _shown(self) -> pd.DataFrame:
        table, _ = self._all()
        table = table[within(table["at"], self.page.value("from"), self.page.value("to"))]
        if text := self.page.value("find"):
            searched = table[["who", "action", "subject", "result", "details"]].agg(" ".join, axis=1)
            table = table[searched.str.contains(text, case=False, regex=False)] if len(table) else table
        return table


class DiskPart(Part):
    """What takes room; looked at when asked for."""

    name: ClassVar[str] = "disk"
    title: ClassVar[str] = "Room on the disk"

    def make(self) -> Sequence[widgets.Widget]:
        self.rows = HtmlSlot()
        self.button = widgets.Button(description=self.words("Measure"))
        self.button.add_class("dm-admin-measure")
        self.button.on_click(lambda _: self.measure())
        return [self.button, self.rows]

    def draw(self) -> None:
        told = "Every file is looked at, which takes some seconds; press the button to do it."
        self.rows.show(paragraph(self.words(told)))

    def measure(self) -> None:
        """Look at every file and show what takes room."""
        rooms = disk_use(self.root)
        table = pd.DataFrame([(r.place, r.n_bytes / 1e6, r.n_files, r.what) for r in rooms],
                             columns=["folder", "room", "files", "what_for"])  # fmt: skip
        total = sum(room.n_bytes for room in rooms) / 1e9
        told = f"{total:.1f} GB in all; {free_bytes(self.root) / 1e9:.1f} GB are free on this disk. Links count once."
        self.rows.show(
            paragraph(self.words(told))
            + grid(table, self.words, as_is=("folder",), caption="Room on the disk", source="", units={"room": "MB"},
                   heads={"what_for": "what it is for"})
        )  # fmt: skip


def _audit(part: Part) -> tuple[pd.DataFrame, list[str]]:
    """Deeds of both files, the newest first, and what cannot be read."""
    trail = read_audit(part.root)
    events, damaged = store_history(part.root)
    rows: list[tuple[Any, ...]] = [
        (e.at, e.who, e.action, e.subject, e.result, _in_a_line(e.details), AUDIT_FILE) for e in trail.entries
    ]
    rows += [_of_store(event) for event in events]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table = table.assign(at=pd.to_datetime(table["at"], utc=True, errors="coerce", format="ISO8601"))
    warnings = [trail.in_words] if trail.in_words else []
    warnings += [f"{_STORE_FILE}: {damaged} line(s) cannot be read; the others are whole."] if damaged else []
    return table.sort_values("at", ascending=False, kind="stable"), warnings


def _of_store(event: Mapping[str, Any]) -> tuple[Any, ...]:
    """A change of the store; its audit names no person."""
    kept = {k: v for k, v in event.items() if k in ("reason", "git_commit", "from", "pruned") and v}
    subject = f"{event.get('family', '')}@{event.get('version') or event.get('to', '')}"
    return (event["at"], "", str(event.get("action", "")), subject, "done", _in_a_line(kept), _STORE_FILE)


def _in_a_line(details: Mapping[str, Any]) -> str:
    told = {"git_commit": lambda value: str(value)[:8]}
    return ", ".join(f"{name} {told.get(name, str)(value)}" for name, value in details.items() if value)

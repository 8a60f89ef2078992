"""Admin, part "Models": every registered version, one of them in detail, two of them compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.io.model_files import ModelError
from diagmod.io.model_listing import versions_table
from diagmod.io.model_metrics import METRICS, figure_in_words, in_order
from diagmod.io.model_registry import Registry, read_registry
from diagmod.io.model_verifying import verify
from diagmod.io.model_versions import NUMBER_RULE, USE_RULE, ModelName
from diagmod.views.pages.admin_changes import ChangeBox
from diagmod.views.pages.admin_model_details import comparison_html, details_html
from diagmod.views.pages.admin_parts import Known, Part, note, paragraph
from diagmod.views.pages.grids import grid
from diagmod.views.panels import HtmlSlot, heading

_SOURCE = "data/models/registry.json"

#: What the states of versions mean.
STATES = (
    "In use: the version that `diagmod score` takes. Roll back to: in use before. Candidate: newer than that in use.",
    "Pruned: its files were removed; its number is not given again.",
    USE_RULE,
    NUMBER_RULE,
)


def registry_of(part_or_page: Any, known: Known) -> Registry:
    """The registry as it was read at the last refresh."""
    return known.get("registry", lambda: read_registry(part_or_page.root))


class ModelsPart(Part):
    """Versions of every family."""

    name: ClassVar[str] = "models"
    title: ClassVar[str] = "Models"
    filters: ClassVar[tuple[str, ...]] = ("family", "version", "compare")

    def make(self) -> Sequence[widgets.Widget]:
        self.rows, self.details, self.pair, self.checked = HtmlSlot(), HtmlSlot(), HtmlSlot(), HtmlSlot()
        self.changes = ChangeBox(self.root, self.words, self.again)
        self.button = widgets.Button(description=self.words("Check all files"))
        self.button.add_class("dm-admin-check")
        self.button.on_click(lambda _: self.check())
        title = heading(self.words, "The chosen version", 3)
        return [self.rows, self.button, self.checked, title, self.changes, self.details, self.pair]

    def draw(self) -> None:
        registry, shown = registry_of(self, self.known), self._shown()
        empty = paragraph(self.words("The store is empty; `make repro` registers the models it trained."))
        table = grid(
            in_columns(shown), self.words, caption="Models", source=_SOURCE,
            units={"created_at": "UTC", **dict.fromkeys(METRICS, "1")},
            heads={"content": "hash", "data": "data hashes", "other": "other figures", "model_type": "type", "f1": "F1",
                   "n_features": "features", "created_at": "registered"},
            as_is=("family", "version", "model_type", "data", "commit", "content"),
            links={"version": self._link, "family": lambda row: ("", {"family": row["family"]})},
        )  # fmt: skip
        self.rows.show(table + "".join(paragraph(self.words(text)) for text in STATES) if len(shown) else empty)
        name = self._name("version")
        self.changes.offer(name, registry)
        self.details.show(details_html(self.root, str(name), registry, self.words) if name else self._none_chosen())
        self.pair.show(self._compared(name))

    def tables(self) -> Mapping[str, pd.DataFrame]:
        return {"models": in_columns(self._shown())}

    def check(self) -> None:
        """Check the hashes of every file of the chosen family, or of all, and show what was found."""
        family = self.page.value("family") or ""
        try:
            found = verify(self.root, family)
        except ModelError as exc:
            self.checked.show(note(self.words(str(exc)), "bad"))
            return
        bad = [one for one in found if one.problem]
        told = f"{len(found)} version(s) were checked, {len(bad)} have a problem."
        table = pd.DataFrame([(one.place, one.problem) for one in bad], columns=["version", "problem"])
        rows = grid(table, self.words, caption="Problems of models", source="data/models") if bad else ""
        self.checked.show((note(self.words(told), "bad") if bad else paragraph(self.words(told))) + rows)

    def again(self) -> None:
        """Show the store as it is now."""
        self.known.forget()
        for part in self.page.parts:  # type: ignore[attr-defined]
            if part.name in ("models", "audit"):
                part.update(again=True)

    def _shown(self) -> pd.DataFrame:
        table = self.known.get("versions", lambda: versions_table(self.root, registry_of(self, self.known)))
        family = self.page.value("family")
        return table[table["family"] == family] if family else table

    def _link(self, row: dict[str, Any]) -> tuple[str, dict[str, str]] | None:
        return None if row["state"] == "pruned" else ("", {"version": f"{row['family']}@{row['version']}"})

    def _name(self, control: str) -> ModelName | None:
        chosen = self.page.value(control)
        return ModelName.parse(chosen) if chosen else None

    def _none_chosen(self) -> str:
        return paragraph(self.words("Choose a version in the table to see its card, figures, data and settings."))

    def _compared(self, name: ModelName | None) -> str:
        other = self._name("compare")
        if name is None or other is None:
            return ""
        return comparison_html(self.root, str(other), str(name), self.words)


def in_columns(table: pd.DataFrame) -> pd.DataFrame:
    """The versions with precision, recall and F1 as columns, and what else a family states in one."""
    own = {name: [_number(metrics.get(name)) for metrics in table["metrics"]] for name in METRICS}
    other = [
        ", ".join(f"{name} {figure_in_words(metrics[name])}" for name in in_order(metrics) if name not in METRICS)
        for metrics in table["metrics"]
    ]
    order = [
        "family",
        "version",
        "state",
        "created_at",
        "model_type",
        *METRICS,
        "other",
        "n_features",
        "data",
        "commit",
        "content",
    ]
    return table.assign(**own, other=other)[order]


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)

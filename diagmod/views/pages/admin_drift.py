"""Admin, part "Drift": whether later recordings are others than those that the models learned, and what follows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.views.drift_figures import drift_figure
from diagmod.views.pages.admin_parts import Part, note, paragraph
from diagmod.views.pages.grids import grid
from diagmod.views.panels import FigureSlot, HtmlSlot, heading

#: Verdicts from the most urgent to the least: words, and kind of the note.
VERDICTS = {
    "retrain": ("train again", "bad"),
    "watch": ("watch", "warn"),
    "cannot_tell": ("cannot be told", "warn"),
    "none": ("no drift", ""),
}

#: When a new training is due.
RULE = (
    "A new training is due when the share of alarms or the calibration moved by five points, a score by a major index "
    "(0.25 above chance), or a fifth of the features. Moved features alone ask for a closer look."
)

#: Figures of the comparison that are shown.
_COLUMNS = (
    "model", "kind", "name", "is_moved", "psi", "psi_by_chance", "psi_limit", "js_distance", "js_limit", "shift",
    "p_adjusted",
)  # fmt: skip

#: Words for columns whose name says too little.
_HEADS = {
    "psi": "PSI", "psi_by_chance": "PSI by chance", "psi_limit": "limit of PSI", "js_distance": "JS distance",
    "js_limit": "limit of JS", "p_adjusted": "chance of as much", "is_moved": "moved", "shift": "shift (spreads)",
    "n_reference": "earlier recordings", "n_later": "later recordings", "n": "recordings", "is_judged": "judged",
    "is_changed": "changed", "change": "change (usual spreads)",
}  # fmt: skip


def worst_verdict(verdicts: pd.DataFrame) -> str:
    """The most urgent verdict of table ``drift_verdict``, in words; "not judged" where there is none."""
    given = set(verdicts["verdict"])
    return next((told for verdict, (told, _) in VERDICTS.items() if verdict in given), "not judged")


class DriftPart(Part):
    """Drift of features, scores, alarms and calibration."""

    name: ClassVar[str] = "drift"
    title: ClassVar[str] = "Drift"

    def make(self) -> Sequence[widgets.Widget]:
        self.told, self.chart, self.rows, self.streams = HtmlSlot(), FigureSlot(self.words), HtmlSlot(), HtmlSlot()
        streams = heading(self.words, "Changes of single motors", 3)
        return [self.told, self.chart, self.rows, streams, self.streams]

    def draw(self) -> None:
        verdicts, table = self.results.table("drift_verdict"), self.results.table("drift")
        self.told.show("".join(self._verdict(row) for row in verdicts.to_dict("records")) + paragraph(self.words(RULE)))
        groups = list(table.groupby(["split", "model"], sort=False))
        if groups:
            self.chart.show(drift_figure(groups[0][1]), self.results.source("drift"))
        else:
            self.chart.say("Nothing could be compared.")
        ordered = table.sort_values(["is_moved", "p_adjusted", "psi"], ascending=[False, True, False], kind="stable")
        self.rows.show(
            grid(
                ordered, self.words, _COLUMNS, as_is=("model", "name"), caption="Drift of every column",
                source=self.results.source("drift"),
                heads=_HEADS,
            )
        )  # fmt: skip
        self.streams.show(self._streams())

    def tables(self) -> Mapping[str, pd.DataFrame]:
        return {name: self.results.table(name) for name in ("drift_verdict", "drift", "drift_streams")}

    def _verdict(self, row: Mapping[Hashable, Any]) -> str:
        told, kind = VERDICTS.get(str(row["verdict"]), (str(row["verdict"]), "warn"))
        words = self.words
        text = f"{words('Model')} {words(str(row['model']))}: {words(told)}. {words(str(row['reason']))}"
        return note(text, kind) if kind else paragraph(text)

    def _streams(self) -> str:
        streams = self.results.table("drift_streams")
        changed = int(streams["is_changed"].sum())
        told = f"The mean changed in {changed} of {len(streams)} series that were watched (Page-Hinkley)."
        ordered = streams.sort_values(["is_changed", "motor_id"], ascending=[False, True], kind="stable")
        columns = ["motor_id", "model", "name", "n", "is_judged", "is_changed", "changed_at", "change"]
        return paragraph(self.words(told)) + grid(
            ordered, self.words, columns, caption="Changes of single motors", heads=_HEADS, as_is=("model", "name"),
            source=self.results.source("drift_streams"), units={"changed_at": "UTC"},
            links={"motor_id": lambda row: ("motor", {"motor": row["motor_id"]})},
        )  # fmt: skip

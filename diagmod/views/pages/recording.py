"""The page "Recording explorer": what one recording shows, down to its samples.

Only the view that is looked at is made, and what was computed of a recording is kept while it is on the page. A zoom
into the waveform sends new samples to the figure that is already there; everything else stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.io.interim import read_originals
from diagmod.io.tables import TableError
from diagmod.views import explorer_figures as explorer
from diagmod.views.pages import recording_choice as choice
from diagmod.views.pages import recording_rows as rows
from diagmod.views.pages.frame import first_cards
from diagmod.views.pages.grids import anchor, grid
from diagmod.views.pages.recording_chosen import RecordingChoice
from diagmod.views.pages.recording_exports import Exports
from diagmod.views.pages.recording_look import Look
from diagmod.views.pages.recording_parts import MAKERS, Shown
from diagmod.views.panels import FigureSlot, HtmlSlot, heading

#: Figures of one view at most, and views that are kept of one recording.
MOST_FIGURES, MOST_MADE = 4, 20

#: What is said where there is nothing to show.
NO_RECORDING = "This data set has no recording yet; load one, then refresh this page."
NOT_DIAGNOSED = "This recording was not diagnosed yet; run `make repro`, then refresh this page."

#: What of the choice beside the recording changes a view; nothing else makes it again.
_HEEDS = {"spectrum": ("phases", "range_hz"), "map": ("range_hz",), "comparison": ("range_hz",),
          "waveform": ("phases",)}  # fmt: skip


class RecordingPage(RecordingChoice):
    """Recording explorer."""

    name: ClassVar[str] = "recording"

    def first(self) -> str:
        self._follow()
        row = self.row
        if row is None:
            return (
                f"<p>{escape(self.words('This data set has no recording yet; load one, then refresh this page.'))}</p>"
            )
        state = rows.state_of(self.results, row)
        said = (
            state.get("sentence") or "This recording was not diagnosed yet; run `make repro`, then refresh this page."
        )
        numbers = {
            "Length": (f"{row['duration_s']:.4g}", "s"),
            "Sampling rate": (f"{row['fs_hz']:g}", "Hz"),
            "Load": (_number(row["load_pct"], ".0f"), "%"),
            "Supply": (_number(state.get("supply_hz"), ".3f"), "Hz"),
            "Slip": (_number(100 * state.get("slip", float("nan")), ".2f"), "%"),
            "Acquisition": (str(row["acquisition"]), ""),
        }
        return first_cards(numbers, self.words) + f"<p class='dm-recording-said'>{escape(self.words(said))}</p>"

    def layout(self) -> Sequence[widgets.Widget]:
        self._drawn: dict[str, Any] = {}
        self.links, self.detail = HtmlSlot(), HtmlSlot()
        self.figures = [FigureSlot(self.words) for _ in range(MOST_FIGURES)]
        self.sentences = [HtmlSlot() for _ in range(MOST_FIGURES)]
        self.more, self.verdicts, self.quality, self.file = (HtmlSlot() for _ in range(4))
        self.title = HtmlSlot()
        pairs = [one for pair in zip(self.figures, self.sentences, strict=True) for one in pair]
        return [
            self.title, self.links, self.detail, *pairs, self.more,
            heading(self.words, "What was found"), self.verdicts,
            heading(self.words, "Quality of the recording"), self.quality,
            heading(self.words, "Where it comes from"), self.file,
        ]  # fmt: skip

    def draw(self) -> None:
        self._follow()
        row = self.row
        if row is None:
            return
        look, other, part = self.look, self.reference, self.part
        view = self.value("view")
        heeds = tuple(getattr(part, name) for name in _HEEDS.get(view, ()))
        if view in ("comparison", "features"):
            heeds += (other.row["recording_id"] if other else "",)
        if self._is_new("view", (view, row["recording_id"], heeds)):
            self._drawn["time"] = part.time_s
            self._draw_view(view, look, other, part, heeds)
        elif view == "waveform" and self._is_new("time", part.time_s):
            self._sharpen(look, part)
        if self._is_new("links", (view, row["recording_id"])):
            self.links.show(self._links(view, look))
        if self._is_new("tables", row["recording_id"]):
            self._draw_tables(row, look)

    def exports(self) -> Mapping[str, pd.DataFrame]:
        """Made one by one when somebody asks: a spectrum costs time, samples cost room."""
        return Exports(self)

    # How it is drawn.

    def _is_new(self, what: str, key: Any) -> bool:
        is_new = self._drawn.get(what) != key
        self._drawn[what] = key
        return is_new

    def _draw_view(self, view: str, look: Look, other: Look | None, part: choice.Part, heeds: tuple[Any, ...]) -> None:
        self.title.show(f"<h2>{escape(self.words(choice.VIEWS[view].capitalize()))}</h2>")
        self.detail.show("")
        shown = self._shown(view, look, other, part, heeds)
        source = " · ".join(map(self._source, [look, other] if view == "comparison" and other else [look]))
        for k, (slot, text) in enumerate(zip(self.figures, self.sentences, strict=True)):
            one = shown[k] if k < len(shown) else None
            if one and one.chart is not None:
                slot.show(one.chart, source)
            else:
                slot.outputs = ()
            text.show(f"<p>{escape(self.words(one.sentence))}</p>" if one and one.sentence else "")
        self._show(self.more, lambda: self._more(view, look, other))

    def _shown(
        self, view: str, look: Look, other: Look | None, part: choice.Part, heeds: tuple[Any, ...]
    ) -> list[Shown]:
        """Figures of a view, those of a recording kept while it is open; samples are cheaper to thin than to keep."""
        if view == "waveform":
            return MAKERS[view](look, other, part)
        if (view, heeds) not in look.made:
            while len(look.made) >= MOST_MADE:
                look.made.pop(next(iter(look.made)))
            look.made[view, heeds] = MAKERS[view](look, other, part)
        return look.made[view, heeds]

    def _sharpen(self, look: Look, part: choice.Part) -> None:
        """Send the samples of a zoom to the figure that is there (``zoom.js``)."""
        if look.missing:
            return
        found = explorer.sharpened({phase: look.phase(phase) for phase in part.phases}, look.fs, *part.time_s)
        packed = json.dumps({"range": part.time_s, "traces": explorer.traces_of(found)})
        self.detail.show(f"<span hidden data-dm-detail='{escape(packed, quote=True)}'></span>")

    def _links(self, view: str, look: Look) -> str:
        """Ways back, and ways into the spectrum."""
        if view == "waveform":
            found = {"Whole recording": {"begin": "0", "end": "0"}}
        elif view in ("spectrum", "comparison", "map"):
            found = {"Usual range": {"low": "0", "high": "0"}, **self._ranges(look)}
        else:
            return ""
        items = "".join(f"<li>{anchor(self.words(text), ('', chosen))}</li>" for text, chosen in found.items())
        return f"<ul class='dm-recording-links'>{items}</ul>"

    def _ranges(self, look: Look) -> dict[str, dict[str, str]]:
        from diagmod.views.pages.recording_ranges import ranges_of

        return {text: {"low": f"{low:.6g}", "high": f"{high:.6g}"} for text, (low, high) in ranges_of(look).items()}

    def _more(self, view: str, look: Look, other: Look | None) -> str:
        """Tables that belong to a view."""
        if view == "features":
            frame = rows.features(self.results, look.row, look.unit, other.row if other else None)
            source = self.results.source("recording_features")
            return grid(frame, self.words, caption="Features", source=source, most_rows=rows.MOST_FEATURES)
        if view == "comparison" and other:
            told = escape(self.words(f"The reference is {other.name}."))
            frame, source = rows.compared_evidence(self.results, look.row, other.row), self.results.source("evidence")
            caption = "Lines beside those of the reference"
            return f"<p>{told}</p>" + grid(frame, self.words, caption=caption, source=source, heads=rows.HEADS)
        return ""

    def _draw_tables(self, row: Mapping[str, Any], look: Look) -> None:
        for slot, make in (
            (self.verdicts, lambda: rows.verdict_html(self.results, self.words, row)),
            (self.quality, lambda: rows.quality_html(self.results, self.words, row)),
            (self.file, lambda: self._file(row, look)),
        ):
            self._show(slot, make)

    def _show(self, slot: HtmlSlot, make: Callable[[], str]) -> None:
        """Fill a part, or say in it which table is missing."""
        try:
            slot.show(make())
        except TableError as exc:
            slot.show(f"<p class='dm-muted'>{escape(self.words(str(exc)))}</p>")

    def _file(self, row: Mapping[str, Any], look: Look) -> str:
        folder = read_originals(self.root / "data" / "interim", self.root / "data" / "raw").folder
        inside = folder.resolve().is_relative_to(self.root.resolve())
        place = folder.resolve().relative_to(self.root.resolve()).as_posix() if inside else folder.name
        waveform = look.missing or self._source(look)
        return rows.file_html(self.results, self.words, row, f"{place}/{row['file']}", waveform)

    def _source(self, look: Look) -> str:
        return f"data/interim/waveforms/{look.waveform.name}"


def _number(value: Any, form: str) -> str:
    return f"{value:{form}}" if isinstance(value, int | float) and value == value else "–"

"""The page "Anomaly detection": which recordings differ from what their motor usually does, how much, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import ClassVar

import ipywidgets as widgets
import numpy as np
import pandas as pd

from diagmod.views.anomaly_page_figures import anomaly_timeline_figure, weekly_share_figure
from diagmod.views.pages.anomaly_detail import DetailPart, answer_words
from diagmod.views.pages.anomaly_methods import Method, kept_or_empty, quality_sentences
from diagmod.views.pages.anomaly_recording import RecordingFacts
from diagmod.views.pages.anomaly_rows import SAID, AnomalyRows, narrowed
from diagmod.views.pages.controls import Control, Day, Number, OneOf, Search
from diagmod.views.pages.frame import Page, first_cards
from diagmod.views.pages.grids import MOST_GRID_ROWS, anchor, grid, source_line
from diagmod.views.panels import FigureSlot, HtmlSlot, heading
from diagmod.views.theme import condition_words

#: Columns of the table and of its export, in order.
COLUMNS = ["started_at", "motor_id", "file", "verdict", "severity", "score", "threshold", "confidence_pct", "driver",
           "answer", "condition"]  # fmt: skip

_HEADS = {"verdict": "Verdict", "severity": "Strength (1 = threshold)", "score": "Score",
          "threshold": "Threshold", "confidence_pct": "Healthy below it", "driver": "Strongest driver",
          "answer": "Model of faults", "condition": "Label"}  # fmt: skip


class AnomaliesPage(Page):
    """Anomaly detection."""

    name: ClassVar[str] = "anomalies"

    def read(self) -> None:
        self.rows = AnomalyRows(self.results)
        self.motors = self.results.table("motors", ["motor_id"])["motor_id"]
        self.maintenance = kept_or_empty(self.results, "maintenance", ["motor_id", "start", "kind", "action"])
        self.recording = self.given.get("recording", "")[:MOST_LETTERS]
        self._shown_for: object = None
        self._drawn_for: object = None

    def make_controls(self) -> Sequence[Control]:
        w, rows = self.words, self.rows
        labels = sorted(name for name in rows.about["condition"].unique() if name)
        answers = sorted(name for name in rows.about["answer"].unique() if name)
        conditions = [(f"labelled: {condition_words(name)}", name) for name in labels]
        conditions += [(f"fault model: {answer_words(name)}", SAID + name) for name in answers]
        phases = [(f"phase {phase}", phase) for phase in "RST"]
        only = [("anomalies only", "anomaly"), ("usual only", "usual"), ("those that cannot tell", "cannot tell")]
        return [
            OneOf("motor", "Motor", [(motor, motor) for motor in self.motors], w, anything="all motors"),
            Day("from", "From", w),
            Day("to", "To", w),
            OneOf("only", "Shown", only, w, anything="all recordings"),
            OneOf("condition", "Type", conditions, w, anything="all types"),
            Number("severity", "Score at least (1 = threshold)", w, low=0, high=1000, usual=0, step=0.5),
            Number("confidence", "Confidence at least", w, low=0, high=100, usual=0, step=1, unit="%"),
            OneOf("phase", "Phase", phases, w, anything="all phases"),
            Search("file", "File", w, "part of its name"),
            OneOf("detector", "Method", [(method.text, method.value) for method in rows.methods], w),
        ]

    def first(self) -> str:
        shown, method = self._shown(), self._method()
        told = [self._strongest(shown)] if len(shown) else []
        if method is None:
            why = self.words(f"No anomaly model was trained: {self.rows.reason}")
            told = [f"<p class='dm-note dm-warn' role='status'>{escape(why)}</p>"]
        else:
            said = " ".join(self.words(text) for text in quality_sentences(self.results, method))
            told.append(f"<p class='dm-anomalies-quality'>{escape(self.words(_COUNTS))} {escape(said)}</p>")
            sources = ", ".join(map(self.results.source, ("anomaly_scores", "evaluation", "alarm_rates")))
            told.append(source_line(self.words, sources))
        return first_cards(_totals(shown), self.words) + "".join(told)

    def layout(self) -> Sequence[widgets.Widget]:
        w = self.words
        self.timeline, self.weeks, self.table = FigureSlot(w), FigureSlot(w), HtmlSlot()
        self.detail = DetailPart(self.results, w)
        return [
            heading(w, "When"), self.timeline, heading(w, "Which motors, which weeks"), self.weeks,
            heading(w, "Recordings"), self.table, heading(w, "One recording"), self.detail,
        ]  # fmt: skip

    def draw(self) -> None:
        shown = self._shown()
        if self._drawn_for != self._key():
            self._draw_fleet(shown)
            self._drawn_for = self._key()
        self._draw_recording()

    def exports(self) -> Mapping[str, pd.DataFrame]:
        one, shown = self._facts(), self._shown()
        order = np.argsort(-shown["severity"].to_numpy(float), kind="stable")
        columns = ["recording_id", *COLUMNS, "probability", "spreads", "phase"]
        empty = pd.DataFrame()
        return {
            "anomalies": _with_pct(shown)[columns].iloc[order].astype({"verdict": "str"}).reset_index(drop=True),
            "drivers of the recording": one.drivers if one else empty,
            "scores by method": one.methods.drop(columns="label") if one else empty,
            "scores of segments": one.segments if one else empty,
        }

    def also_chosen(self) -> dict[str, str]:
        return {"recording": self.recording}

    def clicked(self, chosen: Mapping[str, str]) -> None:
        if "recording" in chosen:
            self.recording = chosen["recording"][:MOST_LETTERS]

    def _draw_fleet(self, shown: pd.DataFrame) -> None:
        scores = self.results.source("anomaly_scores")
        if shown.empty:
            text = "No recording fits what is chosen." if self.rows.methods else "There is no score to show."
            for slot in (self.timeline, self.weeks):
                slot.say(text)
        else:
            self.timeline.show(anomaly_timeline_figure(shown, self.maintenance, self.value("motor") or ""), scores)
            if (shown["started_at"].notna() & (shown["verdict"] != "cannot tell")).any():
                self.weeks.show(weekly_share_figure(shown), scores)
            else:
                self.weeks.say("No judged recording that is chosen has a time, so there are no weeks.")
        strongest = np.argsort(-shown["severity"].to_numpy(float), kind="stable")[:MOST_GRID_ROWS]
        n = len(shown)
        rest = f"Shown are the first {MOST_GRID_ROWS} of {n} rows; the filters find the others, exports hold all."
        more = f"<p class='dm-muted'>{escape(self.words(rest))}</p>" if n > MOST_GRID_ROWS else ""
        self.table.show(
            more
            + grid(
                _table(shown.iloc[strongest]), self.words, COLUMNS, caption="Recordings and scores", source=scores,
                heads=_HEADS, units=_UNITS,
                links={"file": lambda row: ("", {"recording": row["recording_id"]}),
                       "motor_id": lambda row: ("", {"motor": row["motor_id"]})},
            )
        )  # fmt: skip

    def _draw_recording(self) -> None:
        method = self._method()
        if not self.recording or method is None:
            self.detail.say("Choose the file of a recording in the table to see what it is about.")
            return
        if self.detail.is_showing(self.recording, method):
            return
        facts = self._facts()
        if facts is None:
            self.detail.say(f"There is no scored recording {self.recording[:40]!r}; choose one in the table.",
                            "dm-note dm-bad")  # fmt: skip
            return
        self.detail.show(facts, method)

    def _facts(self) -> RecordingFacts | None:
        method = self._method()
        rows = self.rows.of_method(method)
        if method is None or self.recording not in rows.index:
            return None
        return RecordingFacts.read(self.results, rows.loc[self.recording].to_dict(), method)

    def _strongest(self, shown: pd.DataFrame) -> str:
        """The strongest recording of the choice, as a link to it."""
        severity = shown["severity"].to_numpy(float)
        if not np.isfinite(severity).any():
            none = "This recording cannot tell." if len(shown) == 1 else "These recordings cannot tell."
            return f"<p>{escape(self.words(none))}</p>"
        row = shown.iloc[int(np.nanargmax(severity))]
        link = anchor(f"{row['motor_id']} · {row['file']}", ("", {"recording": row["recording_id"]}))
        return f"<p>{escape(self.words('Strongest score'))}: {link} ({row['severity']:.1f})</p>"

    def _method(self) -> Method | None:
        return self.rows.method(self.value("detector"))

    def _key(self) -> tuple[str, ...]:
        return tuple(control.text for control in self.controls.values())

    def _shown(self) -> pd.DataFrame:
        """Rows under the present choice, kept until it changes."""
        if self._shown_for != self._key():
            chosen = {name: control.value for name, control in self.controls.items()}
            self._kept_rows = narrowed(self.rows.of_method(self._method()), chosen)
            self._shown_for = self._key()
        return self._kept_rows


#: Units of the table beside those of the schemas.
_UNITS = {"confidence_pct": "%", "score": "1", "threshold": "1", "severity": ""}

#: Letters of the id of a recording that are read.
MOST_LETTERS = 64

#: Which scores the page shows.
_COUNTS = (
    "Every score comes from a model that was fitted without the motor (or repetition) that it judges; in brackets "
    "stand 95 % intervals."
)


def _totals(shown: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Cards of the choice."""
    told = shown["verdict"] != "cannot tell"
    flagged = shown[(shown["verdict"] == "anomaly").to_numpy()]
    n, dated = int(told.sum()), flagged["started_at"].dropna()
    share = f"{100 * len(flagged) / n:.0f} % of the judged" if n else ""
    top = flagged["severity"].max() if len(flagged) else float("nan")
    return {
        "Recordings judged": (str(n), f"of {len(shown)}"),
        "Anomalies": (str(len(flagged)), share),
        "Motors affected": (str(flagged["motor_id"].nunique()), f"of {shown['motor_id'].nunique()}"),
        "Strongest": ("–" if np.isnan(top) else f"{top:.1f}", "times the way to the threshold"),
        "First anomaly": (f"{dated.min():%Y-%m-%d}" if len(dated) else "–", "UTC" if len(dated) else ""),
        "Cannot tell": (str(len(shown) - n), "of these recordings"),
    }


def _with_pct(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(confidence_pct=100 * rows["confidence"])


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the table with words for conditions and answers."""
    said = [answer_words(name) if name else "" for name in rows["answer"]]
    labels = [condition_words(name) for name in rows["condition"]]
    return _with_pct(rows).assign(answer=said, condition=labels).reset_index(drop=True)

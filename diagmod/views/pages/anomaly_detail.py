"""The part of the page "Anomaly detection" that tells of one recording: how strange, why, what else, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import ipywidgets as widgets
import pandas as pd

from diagmod.io.defect_catalogue import Defect, read_defects
from diagmod.io.results import Results
from diagmod.models.anomaly_words import anomaly_in_words
from diagmod.models.health_advice import advice_for, fault_words, open_causes
from diagmod.views.anomaly_page_figures import method_scores_figure, segment_scores_figure
from diagmod.views.language import Words
from diagmod.views.pages.anomaly_methods import Method
from diagmod.views.pages.anomaly_recording import RecordingFacts
from diagmod.views.pages.grids import anchor, grid, source_line
from diagmod.views.panels import FigureSlot, HtmlSlot
from diagmod.views.theme import condition_words

#: What answers are called that are no conditions.
_ANSWERS = {"cannot_tell": "cannot tell", "cannot_decide": "cannot decide", "abstained": "not judged",
                "supported": "supported", "not_supported": "not supported"}  # fmt: skip

#: Heads of the table of drivers.
_HEADS = {"meaning": "Figure", "spreads": "Distance (spreads)", "share_pct": "Share of the score",
          "lines": "Lines of the spectrum", "figure": "Name"}  # fmt: skip

#: What else moves the figures of a motor, where no cause was tested.
_ALWAYS = "Another load, another supply or another recorder moves these figures too: compare with a recording taken \
under the same conditions."


class DetailPart(widgets.VBox):
    """One recording in detail.

    Parameters
    ----------
    results : Results
    words : Words
    """

    def __init__(self, results: Results, words: Words) -> None:
        self.results, self.words = results, words
        self.head, self.why, self.methods = HtmlSlot(), HtmlSlot(), FigureSlot(words)
        self.segments, self.others = FigureSlot(words), HtmlSlot()
        self._drawn: object = None
        super().__init__([self.head, self.why, self.methods, self.segments, self.others])
        self.add_class("dm-anomalies-detail")

    def say(self, text: str, kind: str = "dm-muted") -> None:
        """A sentence instead of a recording."""
        self._drawn = None
        role = " role='alert'" if "dm-bad" in kind else ""
        self.head.show(f"<p class='{kind}'{role}>{escape(self.words(text))}</p>")
        self.why.value = self.others.value = ""
        self.methods.outputs = self.segments.outputs = ()

    def show(self, facts: RecordingFacts, method: Method) -> None:
        """Draw a recording; nothing is done where it stands there already."""
        key = (facts.row["recording_id"], method.value)
        if key == self._drawn:
            return
        self.head.show(self._head(facts))
        self.why.show(self._why(facts, method))
        self._draw_scores(facts)
        self.others.show(self._others(facts))
        self._drawn = key

    def is_showing(self, recording_id: str, method: Method) -> bool:
        """Whether that recording stands there, by that method."""
        return self._drawn == (recording_id, method.value)

    def _head(self, facts: RecordingFacts) -> str:
        row, words = facts.row, self.words
        when = "" if pd.isna(row["started_at"]) else f" · {row['started_at']:%Y-%m-%d %H:%M} UTC"
        told = words(anomaly_in_words(row, pd.DataFrame()))
        label = words(f"Label: {condition_words(row['condition'])}.")
        why = facts.state.get("acquisition_reasons") if facts.cannot_tell else ""
        reasons = f"<p>{escape(words(str(why)))}</p>" if why else ""
        links = " · ".join((
            anchor(words("Open in the recording explorer"),
                   ("recording", {"recording": row["recording_id"], "motor": row["motor_id"]})),
            anchor(words("State of this motor"), ("motor", {"motor": row["motor_id"]})),
            anchor(words("Close"), ("", {"recording": ""})),
        ))  # fmt: skip
        return (
            f"<h3>{escape(row['motor_id'])} · {escape(row['file'])}{when}</h3>"
            f"<p class='dm-anomalies-verdict' data-verdict='{escape(str(row['verdict']))}'>"
            f"<b>{escape(words(str(row['verdict'])))}</b> · {escape(told)} {escape(label)}</p>{reasons}<p>{links}</p>"
        )

    def _why(self, facts: RecordingFacts, method: Method) -> str:
        words, title = self.words, f"<h3>{escape(self.words('What drove the score'))}</h3>"
        if facts.drivers.empty:
            return f"{title}<p class='dm-muted'>{escape(words('No figure is known to have driven it.'))}</p>"
        drivers = facts.drivers.assign(share_pct=100 * facts.drivers["share"])
        table = grid(
            drivers, words, ["meaning", "spreads", "share_pct", "lines", "figure"], caption="What drove the score",
            source=self.results.source("anomaly_drivers"), units={"share_pct": "%", "spreads": ""},
            heads=_HEADS,
        )  # fmt: skip
        other = "" if method.is_recommended else "These are the drivers of the recommended method."
        return title + (f"<p class='dm-muted'>{escape(words(other))}</p>" if other else "") + table

    def _draw_scores(self, facts: RecordingFacts) -> None:
        source = self.results.source("anomaly_scores")
        self.methods.show(
            method_scores_figure(facts.methods.assign(label=[self.words(t) for t in facts.methods["label"]])), source
        )
        if facts.segments.empty:
            self.segments.say("No segment of this recording was scored.")
        else:
            self.segments.show(segment_scores_figure(facts.segments), source)

    def _others(self, facts: RecordingFacts) -> str:
        words, defects = self.words, read_defects()
        table = grid(
            _said(facts, defects, words), words, caption="What others say of it", source="",
            heads={"who": "Who", "says": "Says", "sentence": "Why"},
        )  # fmt: skip
        sources = ", ".join(
            self.results.source(name) for name in ("diagnoses", "baseline_changes", "fault_predictions", "health")
        )
        causes = "".join(f"<li>{escape(words(cause))}</li>" for cause in _causes(facts, defects))
        return (
            f"<h3>{escape(words('What others say of it'))}</h3>{table}{source_line(words, sources)}"
            f"<h3>{escape(words('What else it could be'))}</h3><ul>{causes}</ul>"
            f"<h3>{escape(words('What to do next'))}</h3><p>{escape(words(_advice(facts, defects)))}</p>"
        )


def _fault(fault: str, defects: Mapping[str, Defect], words: Words) -> str:
    """Name of a fault in the language of the page; the catalogue of defects knows both."""
    known = defects[fault].name_ru if words.language == "ru" and fault in defects else ""
    return known[:1].lower() + known[1:] if known else words(fault_words(fault, defects))


def _said(facts: RecordingFacts, defects: Mapping[str, Defect], words: Words) -> pd.DataFrame:
    """Everybody else's answer: what is supported or open of the rules, the changes, the model of faults, and health."""
    rows: list[tuple[str, str, str]] = []
    for who, table in (("Rules", facts.diagnoses), ("Change since the baseline", facts.changes)):
        told = table[table["verdict"] != "not_supported"].sort_values("verdict", ascending=False, kind="stable")
        rows += [
            (
                f"{words(who)}: {_fault(str(row['fault']), defects, words)}",
                answer_words(row["verdict"]),
                row["sentence"],
            )
            for row in told.to_dict("records")
        ]
        if len(table) and told.empty:
            rows.append((words(who), "not supported", f"None of the {len(table)} things asked for is supported."))
    if facts.said:
        says, probability = answer_words(facts.said["answer"]), facts.said["probability"]
        is_open = facts.said["answer"] in _ANSWERS or pd.isna(probability)
        sure = "" if is_open else f" ({100 * probability:.0f} %)"
        rows.append((words("Model of faults"), words(says) + sure, facts.said["sentence"]))
    if facts.health:
        rows.append((words("Health"), str(facts.health["grade"]), facts.health["sentence"]))
    return pd.DataFrame(rows, columns=["who", "says", "sentence"])


def _causes(facts: RecordingFacts, defects: Mapping[str, Defect]) -> list[str]:
    """Competing explanations that were not excluded."""
    if facts.cannot_tell:
        return ["This recording cannot tell."]
    fault = facts.suspected
    own = facts.diagnoses[facts.diagnoses["fault"] == fault]
    found = open_causes(str(own["competing"].iloc[0]) if len(own) else "", fault, defects)
    return [*found, _ALWAYS]


def _advice(facts: RecordingFacts, defects: Mapping[str, Defect]) -> str:
    if facts.cannot_tell:
        return str(facts.state.get("advice") or "Record again; what to change stands with the recording.")
    grade = str(facts.health.get("grade", "") or ("watch" if facts.row["is_anomaly"] else "good"))
    if grade == "good" and facts.row["is_anomaly"]:
        grade = "watch"
    return advice_for(grade, facts.governing_fault, defects).action


def answer_words(value: str) -> str:
    """An answer or a condition for people."""
    return _ANSWERS.get(value) or condition_words(value)

"""The rows of the page "Anomaly detection": every scored recording with what is known of it, and which are chosen.

One row a recording: its score by the chosen method, its time and label, what the model of faults says of it, and the
phase it concerns. Texts are joined by position once; a changed filter then costs comparisons of whole columns alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from diagmod.io.model_files import ModelError, read_facts
from diagmod.io.results import Results
from diagmod.io.tables import describe_table
from diagmod.models.split_plans import GROUP_OUT
from diagmod.views.pages.anomaly_methods import Method, kept_or_empty, methods_of

#: Columns of the scores that the page holds.
SCORES = ["recording_id", "score", "threshold", "is_anomaly", "confidence", "severity"]

#: Columns of the catalogue that the page holds.
_CATALOGUE = ["recording_id", "motor_id", "started_at", "file", "condition", "fault_phase"]

#: What a score says, in words.
VERDICTS = ("anomaly", "usual", "cannot tell")

#: Before the value of a condition that a model names, so that it is told from a label.
SAID = "said-"


class AnomalyRows:
    """Scored recordings of a project.

    Parameters
    ----------
    results : Results

    Attributes
    ----------
    methods : list of Method
        The recommended one first; empty where no model was trained.
    reason : str
        Why none was trained.
    about : DataFrame
        Indexed by recording_id, in order of time: :data:`_CATALOGUE`, answer, probability, phase, driver, lines.
    """

    def __init__(self, results: Results) -> None:
        self.results = results
        self.methods = methods_of(results)
        self.reason = "" if self.methods else _reason(results)
        catalogue = results.table("recordings", _CATALOGUE).sort_values("started_at", kind="stable")
        self.about = catalogue.set_index("recording_id", drop=False)
        answers = kept_or_empty(
            results, "fault_predictions", ["recording_id", "answer", "probability"],
            model=fault_model(results.root), split=GROUP_OUT,
        )  # fmt: skip
        changes = kept_or_empty(
            results, "baseline_changes", ["recording_id", "points_to"], fault="stator_short", verdict="supported"
        )
        first = kept_or_empty(results, "anomaly_drivers", ["recording_id", "meaning", "figure", "spreads"], rank=1)
        self.about = self.about.assign(
            answer=self._of(answers, "answer", ""),
            probability=self._of(answers, "probability", np.nan),
            phase=self._of(changes, "points_to", "").where(self.about["fault_phase"] == "", self.about["fault_phase"]),
            driver=self._of(first.assign(meaning=_named(first)), "meaning", ""),
            spreads=self._of(first, "spreads", np.nan),
        )
        self._kept: tuple[str, pd.DataFrame] = ("", self.about.head(0))

    def method(self, value: str | None) -> Method | None:
        """The method of that value; the recommended one for None."""
        return next((one for one in self.methods if one.value == value), self.methods[0] if self.methods else None)

    def of_method(self, method: Method | None) -> pd.DataFrame:
        """Every recording that a method scored, with :data:`SCORES` and ``verdict``; kept for the last method."""
        if method is None:
            empty = dict.fromkeys(("score", "threshold", "confidence", "severity"), np.nan)
            return self.about.head(0).assign(**empty, is_anomaly=False, verdict="")
        if self._kept[0] != method.value:
            scores = self.results.table("anomaly_scores", SCORES, **method.rows())
            place = self.about.index.get_indexer(pd.Index(scores["recording_id"]))
            known = scores[place >= 0].drop(columns="recording_id")
            rows = self.about.iloc[place[place >= 0]].assign(**{str(name): known[name].to_numpy() for name in known})
            names = np.select(
                [~np.isfinite(rows["score"]), rows["is_anomaly"]], [VERDICTS[2], VERDICTS[0]], VERDICTS[1]
            )
            rows = rows.assign(verdict=pd.Categorical(names, VERDICTS)).iloc[np.argsort(place[place >= 0])]
            self._kept = (method.value, rows)
        return self._kept[1]

    def _of(self, table: pd.DataFrame, column: str, otherwise: Any) -> pd.Series:
        """A column of another table in the order of the catalogue."""
        own = table.drop_duplicates("recording_id")
        place = own.set_index("recording_id").index.get_indexer(self.about.index)
        values = np.append(own[column].to_numpy(dtype=object), otherwise)[place]
        return pd.Series(values, index=self.about.index).astype("str" if otherwise == "" else "float64")


def narrowed(rows: pd.DataFrame, chosen: Mapping[str, Any]) -> pd.DataFrame:
    """Rows under a choice.

    Parameters
    ----------
    rows : DataFrame
        Of :meth:`AnomalyRows.of_method`.
    chosen : mapping
        Values of the controls: motor, from, to, condition, severity, confidence, phase, file, only.
    """
    keep = np.ones(len(rows), dtype=bool)
    if chosen["motor"]:
        keep &= (rows["motor_id"] == chosen["motor"]).to_numpy()
    if chosen["from"]:
        keep &= (rows["started_at"] >= _midnight(chosen["from"])).to_numpy()
    if chosen["to"]:
        keep &= (rows["started_at"] < _midnight(chosen["to"]) + pd.Timedelta(days=1)).to_numpy()
    if condition := chosen["condition"]:
        said = condition.startswith(SAID)
        keep &= (rows["answer" if said else "condition"] == condition.removeprefix(SAID)).to_numpy()
    if chosen["severity"] > 0:
        keep &= (rows["severity"] >= chosen["severity"]).to_numpy()
    if chosen["confidence"] > 0:
        keep &= (100 * rows["confidence"] >= chosen["confidence"]).to_numpy()
    if chosen["phase"]:
        keep &= (rows["phase"] == chosen["phase"]).to_numpy()
    if chosen["file"]:
        keep &= rows["file"].str.contains(chosen["file"], case=False, regex=False).to_numpy(dtype=bool)
    if chosen["only"]:
        keep &= (rows["verdict"] == chosen["only"]).to_numpy()
    return rows[keep]


def fault_model(root: Path) -> str:
    """The model of faults that is recommended; empty where none was trained."""
    try:
        return str(read_facts(root / "data" / "processed" / "models" / "faults").get("model_type", ""))
    except ModelError:
        return ""


def _named(drivers: pd.DataFrame) -> pd.Series:
    return drivers["meaning"].where(drivers["meaning"] != "", drivers["figure"])


def _reason(results: Results) -> str:
    said = str(describe_table(results.path("anomaly_scores"))["reason"]).strip()
    return said or "the table of scores is empty and gives no reason; run `make repro`"


def _midnight(day: date) -> pd.Timestamp:
    return pd.Timestamp(day, tz="UTC")

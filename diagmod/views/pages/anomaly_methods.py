"""Which scores count, and how good they are: the methods of table ``anomaly_scores`` and what evaluation says of them.

A recording is scored many times. What counts are the scores by models that were fitted without its motor (or whatever
the data set is split by), with all figures; of these the recommended method is shown unless another one is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from diagmod.io.results import Results
from diagmod.io.tables import TableError
from diagmod.models.split_plans import GROUP_OUT

#: What of table ``anomaly_scores`` counts beside level and method: motors not seen, all figures.
COUNTS = {"split": GROUP_OUT, "feature_set": "all"}

#: Methods for people.
DETECTOR_WORDS = {
    "sigma_rule": "sigma rule",
    "robust_z": "robust z-score",
    "isolation_forest": "isolation forest",
    "one_class_svm": "one-class SVM",
    "local_outlier_factor": "local outlier factor",
    "dbscan": "DBSCAN",
    "pca_t2_q": "principal components",
    "autoencoder": "autoencoder",
    "half_space_trees": "half-space trees",
    "ensemble": "ensemble of all",
}

#: What a recording is compared with.
BASELINE_WORDS = {
    "fleet": "the fleet",
    "load": "the fleet at that load",
    "motor": "the motor itself",
    "motor_load": "the motor itself at that load",
}

#: Name of the recommended models in table ``alarm_rates``, by level.
_RATED = {"recording": "anomaly", "strangest_segments": "anomaly_segments"}


@dataclass(frozen=True)
class Method:
    """One way by which every recording was scored."""

    level: str
    detector: str
    baseline: str
    is_recommended: bool

    @property
    def value(self) -> str:
        """Its name in a link."""
        return f"{self.level}.{self.detector}.{self.baseline}"

    @property
    def text(self) -> str:
        """Its name for people."""
        name = f"{detector_words(self.detector)}, against {BASELINE_WORDS.get(self.baseline, self.baseline)}"
        name += ", by its strangest segments" if self.level == "strangest_segments" else ""
        return f"{name} (recommended)" if self.is_recommended else name

    def short(self, baseline: str) -> str:
        """Its name among methods that compare with the same, but for those that do not."""
        name = detector_words(self.detector)
        if self.level == "strangest_segments":
            return f"{name}: strangest segments"
        if self.baseline != baseline:
            return f"{name}: {BASELINE_WORDS.get(self.baseline, self.baseline)}"
        return f"{name} (recommended)" if self.is_recommended else name

    def rows(self, level: str = "") -> dict[str, str | bool | int]:
        """What selects its rows of table ``anomaly_scores``."""
        return {**COUNTS, "level": level or self.level, "detector": self.detector, "baseline": self.baseline}


def detector_words(name: str) -> str:
    """A detector for people."""
    return DETECTOR_WORDS.get(name, name.replace("_", " "))


def methods_of(results: Results) -> list[Method]:
    """Methods that scored recordings, the recommended one first; empty where no model was trained.

    Raises
    ------
    TableError
        Table ``anomaly_scores`` cannot be read.
    """
    found: list[Method] = []
    for level in ("recording", "strangest_segments"):
        own = results.table("anomaly_scores", ["recording_id"], is_recommended=True, level=level, **COUNTS)
        if own.empty:
            continue
        columns = ["detector", "baseline", "is_recommended"]
        one = results.table(
            "anomaly_scores", columns, recording_id=own["recording_id"].iloc[0], level=level, **COUNTS
        ).drop_duplicates()
        one = one.sort_values(["is_recommended", "detector", "baseline"], ascending=[False, True, True])
        found += [Method(level, *row) for row in one.itertuples(index=False, name=None)]
    return found


def quality_sentences(results: Results, method: Method) -> list[str]:
    """How often a method is right, from evaluation against the labels; says so where that is not known."""
    try:
        figures = results.table(
            "evaluation", ["figure", "value", "low", "high"], truth="recording_label", level=method.level,
            model=method.detector, baseline=method.baseline, **COUNTS,
        )  # fmt: skip
        rates = results.table("alarm_rates", model=_RATED[method.level], split=GROUP_OUT)
    except TableError as exc:
        return [f"How often it is right is not known: {exc}"]
    said = {str(row["figure"]): row for row in figures.to_dict("records") if np.isfinite(row["value"])}
    told = [_told(said[name], text) for name, text in _FIGURES.items() if name in said]
    if method.is_recommended and len(rates):
        told.append(_rate(rates.iloc[0].to_dict()))
    return told or ["How often it is right is not known: no recording with a known condition was judged by it."]


#: Figures of merit that are told, with their sentences.
_FIGURES = {
    "precision": "Of the flagged recordings {value} % have a labelled fault ({low} to {high} %).",
    "recall": "Of the recordings with a labelled fault {value} % are flagged ({low} to {high} %).",
}


def _told(row: dict[Any, Any], text: str) -> str:
    numbers = {name: f"{100 * row[name]:.0f}" if np.isfinite(row[name]) else "?" for name in ("value", "low", "high")}
    return text.format(**numbers)


def _rate(row: dict[Any, Any]) -> str:
    if not np.isfinite(row["per_motor_month"]):
        return "How often a sound motor is flagged is not known: too few healthy recordings have a time."
    return (
        f"A sound motor is flagged falsely {row['per_motor_month']:.2g} times a month ({row['low_poisson']:.2g} to "
        f"{row['high_poisson']:.2g}) at one recording every {row['cadence_days']:.0f} days."
    )


def kept_or_empty(results: Results, name: str, columns: list[str], **equal: str | bool | int) -> pd.DataFrame:
    """Rows of a table that a page can do without; an empty one where it cannot be read."""
    try:
        return results.table(name, columns, **equal)
    except TableError:
        return pd.DataFrame({column: pd.Series(dtype="object") for column in columns})

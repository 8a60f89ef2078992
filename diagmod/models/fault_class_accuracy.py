"""How often a classifier of faults is right: per recording and per window, with and without doubted labels.

Windows of one recording are nearly the same, so an interval counts the recordings, whatever is judged: the accuracy
over windows has the interval of that share of so many recordings. Recordings of one motor are alike as well; the
intervals say nothing of another motor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.io.fault_class_tables import CLASS_ACCURACY, CLASS_RECALL, CLASS_TABLES, FAULT_CLASSES
from diagmod.io.tables import conform, empty_table, write_table
from diagmod.models.fault_classes import classify_held_out
from diagmod.models.intervals import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from diagmod.models.label_audit import LabelAudit

#: Fewest split groups that hold a class: one is judged and another has taught it.
_FEWEST_GROUPS = 2


@dataclass(frozen=True)
class FaultClasses:
    """Tables ``fault_classes``, ``class_accuracy`` and ``class_recall``, or why they are empty."""

    recordings: pd.DataFrame
    accuracy: pd.DataFrame
    recall: pd.DataFrame
    reason: str = ""

    def in_words(self) -> str:
        """The accuracies of the classifier and of the trivial rows, in sentences."""
        if self.reason:
            return self.reason
        n_classes = self.recordings["true_class"].nunique()
        said = [self._said(set_, "linear") for set_ in ("negative_sequence", "phasors", "all")]
        trivial = "; ".join(self._said(set_, model) for set_, model in _TRIVIAL)
        doubtful = self.recordings.loc[self.recordings["is_doubtful"], "file"].nunique()
        head = f"{self.recordings['file'].nunique()} recordings of {n_classes} classes, {doubtful} labels doubted: "
        return head + "right per recording " + "; ".join(filter(None, said)) + f". Trivial rows: {trivial}."

    def shown_recall(self, feature_set: str = "negative_sequence") -> pd.DataFrame:
        """A row a class for the learned classifier with one set of features."""
        rows = self.recall[(self.recall["model"] == "linear") & (self.recall["feature_set"] == feature_set)]
        return rows.drop(columns=["feature_set", "model"]).reset_index(drop=True)

    def write(self, folder: Path, lineage: dict[str, Any]) -> None:
        """Write the three tables into ``data/processed/evaluation``."""
        for schema, frame in zip(CLASS_TABLES, (self.recordings, self.accuracy, self.recall), strict=True):
            write_table(frame, schema, folder / f"{schema.name}.parquet", lineage, reason=self.reason)

    def _said(self, feature_set: str, model: str) -> str:
        rows = self.accuracy[(self.accuracy["feature_set"] == feature_set) & (self.accuracy["model"] == model)]
        rows = rows[rows["level"] == "recording"].set_index("recordings")
        if rows.empty:
            return ""
        clean, every = rows.loc["without_doubtful"], rows.loc["all"]
        named = feature_set.replace("_", " ") if model == "linear" else model.replace("_", " ")
        return (
            f"{named} {clean['accuracy']:.3f} ({clean['low']:.3f} to {clean['high']:.3f}), "
            f"with the doubted {every['accuracy']:.3f} ({every['low']:.3f} to {every['high']:.3f})"
        )


#: Trivial rows that are said in words, with the features they were given.
_TRIVIAL = (("none", "majority"), ("none", "chance"), ("negative_sequence", "shuffled_labels"))


def fault_classes_of_dataset(
    derived_state: str, tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], audit: LabelAudit,
    change_pct: float, seed: int,
) -> FaultClasses:  # fmt: skip
    """Classify where a data set declares that its faults are switched inside labelled recordings.

    Parameters
    ----------
    derived_state : str
        As ``dataset.yaml`` declares: "negative_sequence" or "none".
    tables : tuple of DataFrame
        Tables ``segments``, ``recordings`` and ``sequence_track``.
    audit : LabelAudit
        Says which labels are doubtful.
    change_pct, seed
        See :func:`diagmod.models.fault_classes.classify_held_out`.
    """
    if reason := _not_possible(derived_state, tables[1]):
        return FaultClasses(empty_table(FAULT_CLASSES), empty_table(CLASS_ACCURACY), empty_table(CLASS_RECALL), reason)
    found = classify_held_out(*tables, change_pct, seed)
    doubtful = set(audit.table.loc[audit.table["is_doubtful"], "recording_id"])
    recordings = conform(found.assign(is_doubtful=found["recording_id"].isin(doubtful)), FAULT_CLASSES)
    return FaultClasses(recordings, accuracies(recordings), recalls(recordings))


def accuracies(recordings: pd.DataFrame) -> pd.DataFrame:
    """Table ``class_accuracy`` of a table ``fault_classes``."""
    rows = [
        {"feature_set": feature_set, "model": model, **row}
        for (feature_set, model), part in recordings.groupby(["feature_set", "model"], sort=True)
        for row in _accuracies(part)
    ]
    return conform(pd.DataFrame(rows), CLASS_ACCURACY)


def recalls(recordings: pd.DataFrame) -> pd.DataFrame:
    """Table ``class_recall`` of a table ``fault_classes``: a row a class, classifier and feature set."""
    rows = []
    for (feature_set, model), part in recordings.groupby(["feature_set", "model"], sort=True):
        for name, own in part.groupby("true_class", sort=True):
            wrong = own.loc[own["predicted_class"] != name, "predicted_class"].value_counts().sort_index()
            rows.append(
                {
                    "feature_set": feature_set, "model": model, "true_class": name, "n": len(own),
                    "n_right": int((own["predicted_class"] == name).sum()), "n_doubtful": int(own["is_doubtful"].sum()),
                    "n_windows": int(own["n_windows"].sum()), "n_windows_right": int(own["n_right"].sum()),
                    "n_predicted": int((part["predicted_class"] == name).sum()),
                    "taken_for": ", ".join(f"{other} ({n})" for other, n in wrong.items()),
                }
            )  # fmt: skip
    return conform(pd.DataFrame(rows), CLASS_RECALL)


def _accuracies(part: pd.DataFrame) -> Iterator[dict[str, object]]:
    for which, rows in (("all", part), ("without_doubtful", part[~part["is_doubtful"]])):
        is_right = rows["predicted_class"] == rows["true_class"]
        counts = {
            "recording": (len(rows), int(is_right.sum())),
            "window": (int(rows["n_windows"].sum()), int(rows["n_right"].sum())),
        }
        for level, (n, n_right) in counts.items():
            if n:
                low, high = wilson_interval(n_right / n, len(rows))
                share = {"n": n, "n_right": n_right, "accuracy": n_right / n, "low": low, "high": high}
                yield {"recordings": which, "level": level, **share}


def _not_possible(derived_state: str, catalogue: pd.DataFrame) -> str:
    if derived_state == "none":
        return (
            "Fault classes are judged only where a data set declares that its fault is switched inside the recordings."
        )
    labelled = catalogue[catalogue["condition"] != ""]
    if labelled["split_group"].nunique() < _FEWEST_GROUPS or labelled["condition"].nunique() < _FEWEST_GROUPS:
        return "Fault classes need labels of at least 2 conditions in at least 2 split groups; label more recordings."
    return ""

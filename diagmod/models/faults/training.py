"""From rows to a stored model of faults and held-out tables, or to the reason why there are none.

A data set without labels, with one condition or with too few groups teaches nothing. That is a finding, not a failure:
the stage then writes empty tables with the reason and the pipeline goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.io.embedding_files import WEIGHTS
from diagmod.io.fault_files import FAULT_TABLES
from diagmod.io.model_files import write_no_model
from diagmod.io.tables import empty_table, write_table
from diagmod.models.faults.accuracy import fault_accuracy
from diagmod.models.faults.cells import cells, folds_by_condition
from diagmod.models.faults.conformal import CANNOT_TELL
from diagmod.models.faults.fault_model import Labelled, fit_fault_model, training_side
from diagmod.models.faults.held_out import OnProgress, judge_held_out
from diagmod.models.faults.severity import severities_of
from diagmod.models.faults.stored import StoredFaults, write_faults
from diagmod.models.reference import Reference

if TYPE_CHECKING:
    from pathlib import Path

    from diagmod.models.faults.challenger import Challenger
    from diagmod.models.faults.settings import FaultSettings
    from diagmod.models.model_rows import ModelRows

#: Fewest split groups with labels: one is judged, and two others are needed to teach and to calibrate.
FEWEST_GROUPS = 3

#: Figures of the held-out judgement that are kept with the model.
_METRICS = ("accuracy", "balanced_accuracy", "false_alarm_share", "expected_calibration_error", "brier", "coverage")


@dataclass(frozen=True)
class TrainedFaults:
    """Tables of the held-out judgement and the model fitted to everything, or the reason why all are missing."""

    tables: dict[str, pd.DataFrame]
    model: StoredFaults | None
    settings: FaultSettings
    reason: str = ""

    def of(self, name: str, split: str = "", model: str = "") -> pd.DataFrame:
        """Rows of one table, of a split and a model where they are named; the recommended model as ``recommended``."""
        table = self.tables[name]
        wanted = self.settings.recommended if model == "recommended" else model
        keep = ((table["split"] == split) | (split == "")) & ((table["model"] == wanted) | (wanted == ""))
        return table[keep].reset_index(drop=True)

    def figure(self, figure: str, split: str, model: str = "recommended", condition: str = "") -> float:
        """One figure of ``fault_accuracy``; NaN where it is not there."""
        rows = self.of("fault_accuracy", split, model)
        rows = rows[(rows["figure"] == figure) & (rows["condition"] == condition) & (rows["severity_range"] == "")]
        rows = rows[rows["calibration"].isin(["", self.settings.calibration])]
        return float(rows["value"].to_numpy(float)[0]) if len(rows) else float("nan")

    def in_words(self) -> str:
        """What was learned and how well it holds, in a few sentences."""
        if self.reason:
            return f"Nothing was trained: {self.reason}."
        first, settings = "leave_group_out", self.settings
        own = self.of("fault_predictions", first, "recommended")
        judged, open_ones = own[own["predicted"] != ""], int((own["answer"] == CANNOT_TELL).sum())
        return (
            f"We see {len(judged)} of {len(own)} recordings judged by {settings.recommended.replace('_', ' ')} models "
            f"that never saw their split group: {100 * self.figure('accuracy', first):.0f} % right against "
            f"{100 * self.figure('accuracy', first, 'majority'):.0f} % for always naming the commonest condition and "
            f"{100 * self.figure('accuracy', first, 'rule_based'):.0f} % for the rules, "
            f"{100 * self.figure('false_alarm_share', first):.1f} % of the healthy ones taken for faulty. "
            f"The expected calibration error is {self.figure('expected_calibration_error', first):.3f}. At a nominal "
            f"coverage of {100 * settings.coverage:.0f} % the sets hold the true condition in "
            f"{100 * self.figure('coverage', first):.0f} %, and {open_ones} recordings get no single answer."
            + self._of_loads()
            + (" All are of one motor: nothing is said of another." if own["motor_id"].nunique() == 1 else "")
        )

    def _of_loads(self) -> str:
        other = self.figure("accuracy", "leave_load_out")
        if np.isnan(other):
            return " The loads do not differ enough, or are not known, to hold one out."
        return (
            f" With the load held out as well {100 * other:.0f} % are right, by the naive forest "
            f"{100 * self.figure('accuracy', 'leave_load_out', 'naive_forest'):.0f} %."
        )

    def write_tables(self, folder: Path, lineage: dict[str, Any]) -> None:
        """Write the tables into ``data/processed/faults``."""
        folder.mkdir(parents=True, exist_ok=True)
        for schema in FAULT_TABLES:
            path = folder / f"{schema.name}.parquet"
            write_table(self.tables[schema.name], schema, path, lineage, reason=self.reason)

    def write_model(self, folder: Path, lineage: dict[str, Any]) -> None:
        """Write the model into ``data/processed/models/faults``, or the reason why there is none."""
        if self.model is None:
            (folder / WEIGHTS).unlink(missing_ok=True)
            write_no_model(folder, {"reason": self.reason, "lineage": lineage})
            return
        settings = self.settings
        judged = {
            split: {name: value for name in _METRICS if np.isfinite(value := self.figure(name, split))}
            for split in ("leave_group_out", "leave_load_out")
        }
        facts = {
            "believed_healthy": settings.believed_healthy, "first_recordings": settings.first_recordings,
            "groups": list(settings.groups), "held_out": judged, "lineage": lineage,
        }  # fmt: skip
        write_faults(folder, self.model, facts)


def train_faults(
    rows: ModelRows,
    diagnoses: pd.DataFrame,
    settings: FaultSettings,
    refusal: str = "",
    challenger: Challenger | None = None,
    on_progress: OnProgress = lambda done, total, text: None,
) -> TrainedFaults:
    """Judge every recording by models that have not seen its split group, and fit one model to everything.

    Parameters
    ----------
    rows : ModelRows
        Of recordings.
    diagnoses : DataFrame
        Table ``diagnoses``.
    settings : FaultSettings
    refusal : str
        Why nothing is to be trained on this data set (:func:`diagmod.io.readiness.training_refusal`); empty for no
        objection.
    challenger : callable, optional
        A model on raw current, row "cnn".
    on_progress : callable

    Raises
    ------
    ValueError
        The settings name "cnn", and there is no such model.
    """
    if "cnn" in settings.models and challenger is None:
        raise ValueError("models names cnn, but no waves were given; pass a challenger or leave cnn out of models")
    reason = refusal or not_ready(rows)
    if reason:
        return _nothing(settings, reason)
    data = labelled(rows)
    everything = np.ones(len(data.truth), dtype=bool)
    try:
        side = training_side(data, everything, data.rows, settings)
    except ValueError as exc:
        return _nothing(settings, str(exc))
    folds = folds_by_condition(rows.groups, rows.about["condition"].tolist(), settings.n_folds, settings.seed)
    plan = cells(data.rows, rows.phasors, folds, rows.groups, settings.n_load_bands)
    held = judge_held_out(data, plan, rows.about, diagnoses, settings, challenger, on_progress)
    accuracy = fault_accuracy(
        held.predictions, held.probabilities, held.severities, held.scales, settings.calibration, settings.recommended,
        settings.n_bootstrap, settings.seed,
    )  # fmt: skip
    found = (held.predictions, held.probabilities, held.drivers, held.severities, accuracy)
    tables = {schema.name: table for schema, table in zip(FAULT_TABLES, found, strict=True)}
    known = data.rows.is_reference
    reference = Reference(data.rows.only(known), tuple(p for p, ok in zip(rows.phasors, known, strict=True) if ok))
    severities = severities_of(data, side.train, settings.n_inner_folds, settings.seed)
    model = fit_fault_model(side, settings.recommended, settings)
    return TrainedFaults(tables, StoredFaults(model, severities, reference, settings.coverage), settings)


def labelled(rows: ModelRows) -> Labelled:
    """Rows with their labels; columns that are defined nowhere are dropped.

    Raises
    ------
    ValueError
        No column is defined anywhere.
    """
    condition = rows.about["condition"].to_numpy(str)
    usable = (rows.about["acquisition"] != "unusable").to_numpy()
    classes = tuple(sorted(set(condition[usable]) - {""}))
    number = {name: k for k, name in enumerate(classes)}
    return Labelled(
        rows.of_set("all"), classes, np.array([number.get(name, -1) for name in condition], dtype=np.int64),
        rows.about["severity"].to_numpy(float), rows.about["split_group"].to_numpy(str), usable,
    )  # fmt: skip


def not_ready(rows: ModelRows) -> str:
    """Why rows are not enough to teach, to calibrate and to judge, or ""."""
    about = rows.about[(rows.about["condition"] != "") & (rows.about["acquisition"] != "unusable")]
    if about.empty:
        return "no usable recording has a label; name the condition of recordings in the manifest"
    if about["condition"].nunique() < 2:
        return f"all labels name one condition, {about['condition'].iat[0]}; at least 2 are needed to tell them apart"
    if (n := about["split_group"].nunique()) < FEWEST_GROUPS:
        return (
            f"{n} split group(s) hold labels, at least {FEWEST_GROUPS} are needed: to teach, to calibrate and to judge"
        )
    try:
        rows.of_set("all")
    except ValueError as exc:
        return str(exc)
    return ""


def _nothing(settings: FaultSettings, reason: str) -> TrainedFaults:
    return TrainedFaults({schema.name: empty_table(schema) for schema in FAULT_TABLES}, None, settings, reason)

"""What models are worth in service: false alarms a month, delay, least severity, strata, calibration, drift.

Figures of merit compare models; these say what a plant would have seen of them. All rest on one table of what each
model said of each recording it had never seen, so that rules, anomaly models and models of faults are asked the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.io import evaluation_schemas as schemas
from diagmod.io.tables import empty_table, write_table
from diagmod.models import drift as drifting
from diagmod.models.alarms import Persistence, alarm_rates
from diagmod.models.calibration_figures import Stated, calibration_table, reliability_table
from diagmod.models.detection_delay import delay_curves, delay_figures, detection_delays
from diagmod.models.drift_streams import watch_streams
from diagmod.models.drift_verdict import assess_drift
from diagmod.models.judged_recordings import HEALTHY, judged_recordings
from diagmod.models.minimum_severity import minimum_severity, recall_over_severity
from diagmod.models.strata import strata

if TYPE_CHECKING:
    from pathlib import Path

    from diagmod.models.model_rows import ModelRows

#: Bins of a reliability curve, at most.
N_BINS = 10

#: Split by whose judgement drift of a model is told.
_SPLIT = "leave_group_out"


@dataclass(frozen=True)
class ServiceTables:
    """The tables by name, and the recordings that were judged."""

    judged: pd.DataFrame
    tables: dict[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def of_model(self, name: str, model: str, split: str = "") -> pd.DataFrame:
        """Rows of one table by one model, and of one split where it is named."""
        table = self.tables[name]
        keep = (table["model"] == model) & ((table["split"] == split) | (split == ""))
        return table[keep].reset_index(drop=True)

    def write(self, folder: Path, lineage: dict[str, Any]) -> None:
        """Write every table into ``data/processed/evaluation``."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in _SCHEMAS.items():
            reason = "" if len(self.tables[name]) else "there is no label, time or model to tell it from"
            write_table(self.tables[name], schema, folder / f"{name}.parquet", lineage, reason=reason)


#: Schema of every table by its name.
_SCHEMAS = {
    schema.name: schema
    for schema in (
        schemas.ALARM_RATES, schemas.DETECTION_DELAYS, schemas.DETECTION_DELAY_FIGURES,
        schemas.DETECTION_DELAY_CURVES, schemas.MINIMUM_SEVERITY, schemas.RECALL_OVER_SEVERITY, schemas.STRATA,
        schemas.CALIBRATION, schemas.RELIABILITY, schemas.DRIFT, schemas.DRIFT_VERDICT, schemas.DRIFT_STREAMS,
    )
}  # fmt: skip


def service_tables(
    said: pd.DataFrame,
    rows: ModelRows,
    catalogue: pd.DataFrame,
    stated: list[Stated],
    persistence: Persistence,
    later_share: float,
    *,
    n_bootstrap: int,
    seed: int,
) -> ServiceTables:
    """All tables of what models said.

    Parameters
    ----------
    said : DataFrame
        What models said (:mod:`diagmod.models.model_flags`).
    rows : ModelRows
        Of recordings; their figures are watched for drift.
    catalogue : DataFrame
        Table ``recordings``.
    stated : list of Stated
        Probabilities of models that state some.
    persistence : Persistence
        When flags become an alarm.
    later_share : float
        Share of the dated recordings, the last ones, that are compared with the earlier ones for drift.
    n_bootstrap, seed : int
    """
    judged = judged_recordings(said, catalogue)
    labelled = judged[judged["condition"] != ""].reset_index(drop=True)
    delays = detection_delays(labelled, persistence)
    drift, verdict = _drift(rows, judged, later_share, seed)
    tables = {
        "alarm_rates": alarm_rates(labelled, n_bootstrap, seed, persistence),
        "detection_delays": delays,
        "detection_delay_figures": delay_figures(delays, n_bootstrap, seed),
        "detection_delay_curves": delay_curves(delays, n_bootstrap, seed),
        "minimum_severity": minimum_severity(labelled, n_bootstrap, seed),
        "recall_over_severity": recall_over_severity(labelled, n_bootstrap, seed),
        "evaluation_strata": strata(labelled, n_bootstrap, seed),
        "calibration": calibration_table(stated, N_BINS, n_bootstrap, seed),
        "reliability": reliability_table(stated, N_BINS, n_bootstrap, seed),
        "drift": drift,
        "drift_verdict": verdict,
        "drift_streams": _streams(judged, seed),
    }
    return ServiceTables(judged, tables)


def stated_by_faults(predictions: pd.DataFrame, probabilities: pd.DataFrame, models: list[str]) -> list[Stated]:
    """Probabilities of models of faults for labelled recordings, by split.

    Parameters
    ----------
    predictions, probabilities : DataFrame
        Tables ``fault_predictions`` and ``fault_probabilities``.
    models : list of str
    """
    found = []
    for (split, model), part in probabilities[probabilities["model"].isin(models)].groupby(["split", "model"]):
        wide = part.pivot(index="recording_id", columns="condition", values="probability")
        classes = tuple(str(name) for name in wide.columns)
        own = predictions[(predictions["split"] == split) & (predictions["model"] == model)]
        known = own[own["condition"].isin(classes) & own["recording_id"].isin(wide.index)]
        said = wide.loc[known["recording_id"].tolist()].to_numpy(float)
        shares = said / said.sum(axis=1, keepdims=True)
        truth = np.array([classes.index(name) for name in known["condition"]], dtype=np.int64)
        found.append(Stated(str(split), str(model), classes, shares, truth, known["split_group"].to_numpy(str)))
    return found


def _drift(rows: ModelRows, judged: pd.DataFrame, later_share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables ``drift`` and ``drift_verdict``, of healthy recordings where labels say which those are."""
    about = rows.about.reset_index(drop=True)
    dated = about["started_at"].notna() & about["condition"].isin([HEALTHY, ""])
    if not dated.any():
        return empty_table(schemas.DRIFT), empty_table(schemas.DRIFT_VERDICT)
    is_later = about["started_at"] > about.loc[dated, "started_at"].quantile(1 - later_share)
    own = rows.of_set("all")
    parts = {"feature": _rows(own.names, own.values, about, is_later, dated.to_numpy())}
    said = judged[(judged["model"] == "anomaly") & (judged["split"] == _SPLIT)].set_index("recording_id")
    if len(said):
        known = dated & about["recording_id"].isin(said.index)
        score = about["recording_id"].map(said["score"]).to_numpy(float)[:, None]
        flag = about["recording_id"].map(said["is_flagged"]).astype(float).to_numpy()[:, None]
        parts |= {
            "score": _rows(("anomaly score",), score, about, is_later, known.to_numpy()),
            "alarm": _rows(("anomaly alarm",), flag, about, is_later, known.to_numpy()),
        }
    try:
        return assess_drift(parts, 199, seed, split=_SPLIT, model="anomaly")
    except ValueError:  # one side only, or no motor is on both: there is nothing to compare
        return empty_table(schemas.DRIFT), empty_table(schemas.DRIFT_VERDICT)


def _rows(
    names: tuple[str, ...], values: np.ndarray[Any, Any], about: pd.DataFrame, is_later: pd.Series,
    keep: np.ndarray[Any, Any],
) -> drifting.Rows:  # fmt: skip
    recording, motor = about["recording_id"].to_numpy(str)[keep], about["motor_id"].to_numpy(str)[keep]
    return drifting.Rows(names, values[keep], recording, motor, is_later.to_numpy(bool)[keep])


def _streams(judged: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Score of every motor watched recording by recording."""
    own = judged[(judged["model"] == "anomaly") & (judged["split"] == _SPLIT)]
    if own.empty:
        return empty_table(schemas.DRIFT_STREAMS)
    return watch_streams(own.rename(columns={"score": "value"}), "anomaly score", seed, split=_SPLIT, model="anomaly")

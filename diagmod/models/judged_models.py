"""What the train stages left to be judged: anomaly scores, and what models of faults predicted and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.io.anomaly_files import ANOMALY_SCORES
from diagmod.io.fault_files import FAULT_ACCURACY, FAULT_PREDICTIONS, FAULT_PROBABILITIES
from diagmod.io.model_files import read_facts
from diagmod.io.tables import read_table
from diagmod.models.anomaly import recommended_scores
from diagmod.models.evaluation import Judged
from diagmod.models.forecast.risk_rows import forecast_part
from diagmod.models.health_evidence import HealthInputs
from diagmod.models.judged_recordings import HEALTHY
from diagmod.models.model_flags import all_said, said_of_faults, said_of_scores, said_of_verdicts
from diagmod.models.service_tables import stated_by_faults
from diagmod.models.split_plans import GROUP_OUT
from diagmod.models.verdict_evaluation import CHANGE, DIAGNOSIS, faults_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from diagmod.io.defect_catalogue import Defect
    from diagmod.models.calibration_figures import Stated
    from diagmod.models.model_rows import PipelineTables

#: What models of faults are called in the figures of merit.
FAULTS = "faults"


@dataclass(frozen=True)
class JudgedModels:
    """Tables of the train stages.

    Attributes
    ----------
    scores : DataFrame
        Table ``anomaly_scores``.
    predictions, probabilities, accuracy : DataFrame
        Tables ``fault_predictions``, ``fault_probabilities`` and ``fault_accuracy``.
    recommended : str
        The model of faults that is stored; empty where none was trained.
    """

    scores: pd.DataFrame
    predictions: pd.DataFrame
    probabilities: pd.DataFrame
    accuracy: pd.DataFrame
    recommended: str

    def stated(self) -> list[Stated]:
        """Probabilities of the learned models of faults, by split."""
        learned = [str(name) for name in self.probabilities["model"].unique() if name not in _TRIVIAL]
        return stated_by_faults(self.predictions, self.probabilities, learned)

    def whole_scores(self) -> pd.DataFrame:
        """Scores of recordings by the recommended anomaly model; else by their strangest segments."""
        by_recording = recommended_scores(self.scores, "recording")
        return by_recording if len(by_recording) else recommended_scores(self.scores, "strangest_segments")

    def health_inputs(
        self,
        tables: PipelineTables,
        changes: pd.DataFrame,
        maintenance: pd.DataFrame,
        defects: Mapping[str, Defect],
        risk: pd.DataFrame | None = None,
    ) -> HealthInputs:
        """What health is judged by: verdicts, changes, and models that have not seen the motor.

        Parameters
        ----------
        tables : PipelineTables
        changes, maintenance : DataFrame
            Tables ``baseline_changes`` and ``maintenance``.
        defects : mapping of str to Defect
        risk : DataFrame, optional
            Table ``forecast_risk``: of every motor the latest recording carries its most probable crossing.
        """
        crossings = None if risk is None or risk.empty else forecast_part(risk, tables.catalogue)
        anomaly, own = self.whole_scores(), self.predictions[self.predictions["model"] == self.recommended]
        faults = own[own["split"] == GROUP_OUT]
        return HealthInputs(
            tables.catalogue, tables.states, tables.diagnoses, changes, anomaly if len(anomaly) else None,
            faults if len(faults) else None, forecast=crossings, maintenance=maintenance, defects=defects,
        )  # fmt: skip


#: Models of faults that learn nothing, or from labels that mean nothing.
_TRIVIAL = ("majority", "chance", "shuffled_labels")


def read_judged(processed: Path) -> JudgedModels:
    """Read what the train stages left.

    Parameters
    ----------
    processed : Path
        ``data/processed``.

    Raises
    ------
    TableError, ModelError
        A table is missing or of another version, or ``model.json`` of the faults is damaged.
    """
    return JudgedModels(
        read_table(processed / "anomaly_scores.parquet", ANOMALY_SCORES),
        read_table(processed / "faults" / "fault_predictions.parquet", FAULT_PREDICTIONS),
        read_table(processed / "faults" / "fault_probabilities.parquet", FAULT_PROBABILITIES),
        read_table(processed / "faults" / "fault_accuracy.parquet", FAULT_ACCURACY),
        str(read_facts(processed / "models" / "faults").get("model_type", "")),
    )


def said_by_all(
    models: JudgedModels, diagnoses: pd.DataFrame, changes: pd.DataFrame, *more: pd.DataFrame
) -> pd.DataFrame:
    """What the recommended models and both kinds of verdict said (see :mod:`diagmod.models.model_flags`).

    Parameters
    ----------
    models : JudgedModels
    diagnoses, changes : DataFrame
        Tables ``diagnoses`` and ``baseline_changes``.
    more : DataFrame
        What others said, in the same form.
    """
    rules = said_of_verdicts({DIAGNOSIS: faults_of(diagnoses), CHANGE: changes})
    by_faults = said_of_faults(models.predictions, models.probabilities, models.recommended)
    return all_said(said_of_scores(models.scores), by_faults, rules, *more)


def judge_said(said: pd.DataFrame, catalogue: pd.DataFrame) -> list[Judged]:
    """The recommended model of faults held against the labels of recordings, a case a split."""
    labels = catalogue.loc[catalogue["condition"] != "", ["recording_id", "condition", "split_group"]]
    known = said[said["model"] == FAULTS].merge(labels, on="recording_id", validate="many_to_one")
    return [
        Judged(
            "recording_label", "recording", "", part["score"].to_numpy(float), part["is_flagged"].to_numpy(bool),
            (part["condition"] != HEALTHY).to_numpy(bool), part["split_group"].to_numpy(str), FAULTS, "", str(split),
            is_recommended=bool(np.isfinite(part["score"]).all()),
        )
        for split, part in known.groupby("split", sort=True)
    ]  # fmt: skip

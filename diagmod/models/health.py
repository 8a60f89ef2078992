"""Health: one number for every recording and motor, its parts beside it, and what to do.

The index is 100 minus the risk, and the risk is that of the worst part that could be judged: nothing is averaged, for
nine good parts do not make a broken bar better. Parts that could not be judged stand there as unknown, and how much
could be judged at all is shown as knowledge beside the index. Neither number is a probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.core.verdicts import Verdict
from diagmod.io.health_tables import HEALTH, MOTOR_HEALTH
from diagmod.io.tables import conform, write_table
from diagmod.models.health_evidence import answers_of
from diagmod.models.health_motors import motor_rows
from diagmod.models.health_parts import parts_of, with_index
from diagmod.models.health_sentences import recording_sentence
from diagmod.models.health_state import ordered, states_of
from diagmod.models.risk_scale import GRADES, UNKNOWN, grade_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from diagmod.models.health_evidence import HealthInputs
    from diagmod.models.health_settings import HealthSettings


@dataclass(frozen=True)
class Health:
    """Tables ``health`` and ``motor_health``."""

    recordings: pd.DataFrame
    motors: pd.DataFrame

    def in_words(self) -> str:
        """How many motors have which grade, in one sentence."""
        if self.motors.empty:
            return "There is no motor to judge."
        counts = self.motors["grade"].value_counts()
        told = ", ".join(f"{counts[grade]} {grade}" for grade in (*reversed(GRADES), UNKNOWN) if grade in counts)
        worst = self.motors.sort_values("risk", ascending=False, kind="stable").iloc[0]
        last = (
            f" Worst is {worst['motor_id']} with a health of {worst['health_index']:.0f} of 100."
            if worst["risk"] > 0
            else ""
        )
        return f"Of {len(self.motors)} motors we see {told}.{last}"

    def write(self, folder: Path, lineage: dict[str, Any]) -> None:
        """Write both tables."""
        folder.mkdir(parents=True, exist_ok=True)
        write_table(self.recordings, HEALTH, folder / "health.parquet", lineage)
        write_table(self.motors, MOTOR_HEALTH, folder / "motor_health.parquet", lineage)


def health_of(inputs: HealthInputs, settings: HealthSettings) -> Health:
    """Judge every recording and every motor.

    Parameters
    ----------
    inputs : HealthInputs
    settings : HealthSettings

    Returns
    -------
    Health
        Recordings by motor and time; motors by name.
    """
    answers = answers_of(inputs, settings)
    order = ordered(inputs.catalogue, inputs.maintenance)
    states = states_of(answers, order, settings.look_back)
    rows = with_index(order.merge(parts_of(answers, order["recording_id"].tolist()), on="recording_id", how="left"))
    rows["knowledge_pct"] = knowledge_pct(answers, order["recording_id"], inputs, settings)
    rows["state_risk"] = order["recording_id"].map(states.groupby("recording_id")["risk"].max()).astype(float)
    rows["state_grade"] = grade_of(rows["state_risk"])
    motors = motor_rows(rows, answers, states, inputs, settings)
    rows["sentence"] = _sentences(rows, answers, inputs.states)
    return Health(conform(rows.drop(columns="life"), HEALTH), conform(motors, MOTOR_HEALTH))


def knowledge_pct(
    answers: pd.DataFrame, recordings: pd.Series, inputs: HealthInputs, settings: HealthSettings
) -> NDArray[np.float64]:
    """Share of the questions that each recording could answer, mean over the parts, %.

    A part that nobody looked at counts as unanswered, an answer left open too; those of a recording of limited quality
    count for less.
    """
    is_answered = answers["risk"].notna() & (answers["verdict"] != Verdict.CANNOT_DECIDE)
    share = is_answered.groupby([answers["recording_id"], answers["part"]]).mean().unstack("part")
    share = share.reindex(index=recordings, columns=list(inputs.asked)).fillna(0.0)
    weight = {"good": 1.0, "limited": settings.limited_knowledge}
    quality = inputs.catalogue.set_index("recording_id")["acquisition"].reindex(recordings).map(weight).fillna(0.0)
    return np.asarray(100 * share.mean(axis=1).to_numpy(float) * quality.to_numpy(float))


def _sentences(rows: pd.DataFrame, answers: pd.DataFrame, states: pd.DataFrame | None) -> list[str]:
    told = dict(
        zip(zip(answers["recording_id"], answers["part"], answers["fault"], strict=True), answers["told"], strict=True)
    )
    about = {} if states is None else states.set_index("recording_id").to_dict("index")
    found = []
    for row in rows.to_dict("records"):
        part = row["governing_part"]
        key = (row["recording_id"], part, row[f"{part}_fault"] if part else "")
        found.append(recording_sentence(row, told.get(key, ""), about.get(row["recording_id"])))
    return found

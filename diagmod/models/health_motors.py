"""A row a motor: its index, since when, its most likely fault, what else it could be, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.io.health_tables import MOTOR_HEALTH, PARTS
from diagmod.models.health_advice import advice_for, fault_words, open_causes
from diagmod.models.health_parts import parts_of, with_index
from diagmod.models.health_sentences import date_words, motor_sentence, seen_in_words
from diagmod.models.health_state import repairs, since
from diagmod.models.risk_scale import FROM, grade_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from diagmod.io.defect_catalogue import Defect
    from diagmod.models.health_evidence import HealthInputs
    from diagmod.models.health_settings import HealthSettings


def motor_rows(
    rows: pd.DataFrame, answers: pd.DataFrame, states: pd.DataFrame, inputs: HealthInputs, settings: HealthSettings
) -> pd.DataFrame:
    """How every motor is after its newest recording.

    Parameters
    ----------
    rows : DataFrame
        Recordings in their order, with life, knowledge_pct and state_risk.
    answers, states : DataFrame
        See :func:`~diagmod.models.health_evidence.answers_of` and :func:`~diagmod.models.health_state.states_of`.
    inputs : HealthInputs
    settings : HealthSettings

    Returns
    -------
    DataFrame
        Columns of table ``motor_health``.
    """
    ended = repairs(inputs.maintenance)
    now = states.join(answers[["fault", "value", "unit", "told", "competing"]], on="answer")
    motors = _times(rows, ended, settings.look_back)
    # A motor without a recording since its repair has none that says how it is.
    newest = [recording if n else "" for recording, n in zip(motors["newest"], motors["n_recordings"], strict=True)]
    parts = parts_of(now, newest).drop(columns="recording_id")
    motors = with_index(pd.concat([motors, parts], axis=1)).assign(health_index=lambda table: 100 - table["risk"])
    of_recording = dict(iter(now.groupby("recording_id", sort=False)))
    said = [
        _said(row, of_recording.get(recording, now.iloc[:0]), inputs.defects, ended.get(row["motor_id"]))
        for recording, row in zip(newest, motors.to_dict("records"), strict=True)
    ]
    told = pd.DataFrame(said, columns=["likely_fault", "competing", "urgency", "action", "sentence"])
    return pd.concat([motors, told], axis=1)[[column.name for column in MOTOR_HEALTH.columns]]


def _times(rows: pd.DataFrame, ended: Mapping[str, pd.Series], look_back: int) -> pd.DataFrame:
    """Motors with since when they are as they are, and what is known of them."""
    began = since(rows, rows["state_risk"].to_numpy(float))
    found = []
    for motor, own in rows.groupby("motor_id", sort=True):
        living = own[own["life"] == len(ended.get(str(motor), ()))]
        found.append(
            {
                "motor_id": motor, "newest": own["recording_id"].iloc[-1], "last_at": own["started_at"].iloc[-1],
                "since": began[str(motor)] if len(living) else pd.NaT, "n_recordings": len(living),
                "knowledge_pct": living["knowledge_pct"].tail(look_back).mean() if len(living) else 0.0,
            }
        )  # fmt: skip
    columns = ["motor_id", "newest", "last_at", "since", "n_recordings", "knowledge_pct"]
    table = pd.DataFrame(found, columns=columns)
    return table.assign(
        **{
            name: pd.to_datetime(table[name], utc=True).astype(rows["started_at"].dtype)
            for name in ("last_at", "since")
        }
    )


def _said(
    row: Mapping[Hashable, Any], questions: pd.DataFrame, defects: Mapping[str, Defect], ended: pd.Series | None
) -> dict[str, str]:
    """Most likely fault, what else it could be, what to do, and all of it in words."""
    ranked = questions.assign(rank=[PARTS.index(part) for part in questions["part"]])
    ranked = ranked.sort_values(["risk", "rank", "fault"], ascending=[False, True, True], kind="stable")
    worrying = ranked[ranked["risk"] >= FROM["watch"]]
    named = worrying[worrying["fault"] != ""]
    fault = str(named["fault"].iloc[0]) if len(named) else ""
    others = [fault_words(name, defects) for name in dict.fromkeys(named["fault"]) if name != fault]
    tested = [text for text in named.loc[named["fault"] == fault, "competing"] if text]
    causes = [*others, *open_causes(tested[0] if tested else "", fault, defects)] if fault else []
    advice = advice_for(str(row["grade"]), fault, defects)
    said = {
        "likely_fault": fault, "competing": "; ".join(causes), "urgency": advice.urgency, "action": advice.action,
    }  # fmt: skip
    # A fault that is named says more than "something is strange", where both ask for the same grade.
    telling = named if len(named) and grade_of(named["risk"].iloc[0]) == row["grade"] else worrying
    why = (
        (str(telling["told"].iloc[0]), seen_in_words(*telling[["n_seen", "n_last"]].iloc[0]))
        if len(telling)
        else ("", "")
    )
    repaired = "" if ended is None else date_words(ended.max())
    return said | {"sentence": motor_sentence(dict(row) | dict[Any, Any](said), *why, causes, defects, repaired)}

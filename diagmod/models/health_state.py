"""How a motor is now: the same answer twice among its last recordings, for one recording alone decides little.

The state of a question is the second worst of its last answers, so that a single outlier never makes anybody act; the
worst alone counts as "watch" at most, which asks for another recording. A motor with one answer only is believed up to
"plan". Questions are followed one by one: what a newer recording could not tell stays as it was told last, so that a
bad recording makes no motor better. A repair ends all of it: what was before it no longer counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.models.risk_scale import FROM, MOST, grade_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: What tells one question from another.
QUESTION = ["part", "question"]


def state_of(known: Sequence[float] | NDArray[np.float64], look_back: int) -> float:
    """Risk of a question after its answers so far, %.

    Parameters
    ----------
    known : sequence of float
        Risks of the recordings that could answer, oldest first.
    look_back : int
        How many of the last ones count.

    Examples
    --------
    >>> [state_of(risks, 3) for risks in ([90.0], [5.0, 90.0], [5.0, 90.0, 80.0])]
    [74.0, 49.0, 80.0]
    """
    last = np.sort(np.asarray(known, dtype=np.float64)[-look_back:])
    if not len(last):
        return float("nan")
    if len(last) == 1:
        return float(min(last[0], MOST["plan"]))
    return float(max(last[-2], min(last[-1], MOST["watch"])))


def ordered(catalogue: pd.DataFrame, maintenance: pd.DataFrame | None) -> pd.DataFrame:
    """Recordings of every motor by time, with the number of repairs before each.

    Parameters
    ----------
    catalogue : DataFrame
        Columns recording_id, motor_id, started_at.
    maintenance : DataFrame or None
        Table ``maintenance``; events of kind "repair" count, from their end on where one is stated.

    Returns
    -------
    DataFrame
        Columns recording_id, motor_id, started_at and life: 0 before the first repair, then one more each. Recordings
        whose time is not known come first, in the order of the catalogue.
    """
    rows = catalogue[["recording_id", "motor_id", "started_at"]]
    rows = rows.sort_values(["motor_id", "started_at"], kind="stable", na_position="first", ignore_index=True)
    ended = repairs(maintenance)
    life = [
        int((ended.get(motor, _NONE) <= start).sum()) if start is not pd.NaT else 0
        for motor, start in zip(rows["motor_id"], rows["started_at"], strict=True)
    ]
    return rows.assign(life=life)


#: No repair.
_NONE = pd.Series(dtype="datetime64[us, UTC]")


def repairs(maintenance: pd.DataFrame | None) -> dict[str, pd.Series]:
    """Times at which the repairs of every motor ended."""
    if maintenance is None or maintenance.empty:
        return {}
    done = maintenance[maintenance["kind"] == "repair"]
    return {str(motor): times for motor, times in done["end"].fillna(done["start"]).groupby(done["motor_id"])}


def states_of(answers: pd.DataFrame, order: pd.DataFrame, look_back: int) -> pd.DataFrame:
    """State of every question of a motor after each of its recordings.

    Parameters
    ----------
    answers : DataFrame
        See :func:`diagmod.models.health_evidence.answers_of`.
    order : DataFrame
        See :func:`ordered`.
    look_back : int

    Returns
    -------
    DataFrame
        A row a recording and question that has been answered so far: recording_id, motor_id, part, question, risk,
        ``n_seen`` of the ``n_last`` answers that ask for attention, and ``answer``: the row of ``answers`` that says
        why, the newest of these with as high a risk. In the order of ``order``.
    """
    known = answers[answers["risk"].notna()]
    place = pd.Series(order.index, index=order["recording_id"])
    placed = known.assign(answer=known.index, place=known["recording_id"].map(place)).sort_values(
        "place", kind="stable"
    )
    placed = placed.merge(order[["recording_id", "motor_id", "life"]], on="recording_id", how="left")
    ends = {key: rows[-1] for key, rows in order.groupby(["motor_id", "life"], sort=False).indices.items()}
    parts = [
        _followed(rows, ends[motor, life], look_back).assign(part=str(part), question=str(question))
        for (motor, life, part, question), rows in placed.groupby(["motor_id", "life", *QUESTION], sort=False)
    ]
    columns = ["recording_id", "motor_id", *QUESTION, "risk", "n_seen", "n_last", "answer"]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="float64" if name == "risk" else "object") for name in columns})
    found = pd.concat(parts, ignore_index=True).sort_values("place", kind="stable", ignore_index=True)
    return found.join(order[["recording_id", "motor_id"]], on="place")[columns]


def _followed(rows: pd.DataFrame, end: int, look_back: int) -> pd.DataFrame:
    """State of one question at every place from its first answer to the end of the life."""
    risks, answers = rows["risk"].to_numpy(float), rows["answer"].to_numpy()
    after = np.arange(rows["place"].iloc[0], end + 1)
    steps = []
    for k in range(len(risks)):
        first = max(0, k + 1 - look_back)
        window, state = risks[first : k + 1], state_of(risks[: k + 1], look_back)
        why = first + np.flatnonzero(window >= state)[-1]
        steps.append((state, int((window >= FROM["watch"]).sum()), len(window), answers[why]))
    last = np.searchsorted(rows["place"].to_numpy(), after, side="right") - 1
    table = pd.DataFrame(steps, columns=["risk", "n_seen", "n_last", "answer"]).iloc[last].reset_index(drop=True)
    return table.assign(place=after)


def since(order: pd.DataFrame, risk: NDArray[np.float64]) -> dict[str, pd.Timestamp]:
    """From which recording on each motor has had its present grade, within its present life.

    Parameters
    ----------
    order : DataFrame
        See :func:`ordered`.
    risk : ndarray, shape (n,)
        Risk of the motor after each recording of ``order``.
    """
    found = {}
    for motor, rows in order.assign(grade=grade_of(risk)).groupby("motor_id", sort=False):
        is_now = ((rows["grade"] == rows["grade"].iloc[-1]) & (rows["life"] == rows["life"].iloc[-1])).to_numpy()
        first = len(is_now) - int(np.argmin(is_now[::-1])) if not is_now.all() else 0
        found[str(motor)] = rows["started_at"].iloc[first]
    return found

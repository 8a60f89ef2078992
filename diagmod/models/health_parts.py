"""Parts side by side, and the index that the worst of them governs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.health_tables import PARTS
from diagmod.models.risk_scale import grade_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def parts_of(answers: pd.DataFrame, recordings: Sequence[str]) -> pd.DataFrame:
    """Of every recording and part the worst answer.

    Parameters
    ----------
    answers : DataFrame
        Columns recording_id, part, fault, value, unit and risk, in any order.
    recordings : sequence of str

    Returns
    -------
    DataFrame
        A row a recording, in their order, with columns ``PART_risk``, ``PART_fault``, ``PART_value`` and ``PART_unit``;
        missing and empty where a part could not be judged.
    """
    known = answers[answers["risk"].notna()].sort_values(["risk", "fault"], ascending=[False, True], kind="stable")
    worst = known.drop_duplicates(["recording_id", "part"])
    columns: dict[str, object] = {"recording_id": pd.Series(list(recordings), dtype="str")}
    for part in PARTS:
        own = worst[worst["part"] == part].set_index("recording_id").reindex(list(recordings))
        columns |= {f"{part}_{name}": own[name].to_numpy(float) for name in ("risk", "value")}
        columns |= {f"{part}_{name}": own[name].astype(object).fillna("").to_numpy(str) for name in ("fault", "unit")}
    return pd.DataFrame(columns)


def with_index(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of parts with the risk of the worst one, its grade, and which part that is ("" where none is above 0)."""
    risks = rows[[f"{part}_risk" for part in PARTS]].to_numpy(float)
    filled = np.where(np.isfinite(risks), risks, -1.0)
    worst = filled.max(axis=1)
    risk = np.where(worst < 0, np.nan, worst)
    governing = np.where(worst > 0, np.array(PARTS)[filled.argmax(axis=1)], "")
    return rows.assign(risk=risk, grade=grade_of(risk), governing_part=governing)

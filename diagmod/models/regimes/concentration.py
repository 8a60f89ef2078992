"""Is a regime a regime, or one motor? And what is known of its members, told beside it and never used to find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Share of the segments of one motor from which on a cluster is that motor and no regime.
ONE_MOTOR = 0.8


def composition(labels: NDArray[np.int64], about: pd.DataFrame) -> pd.DataFrame:
    """What each cluster is made of.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Cluster of every row, -1 for none.
    about : DataFrame
        recording_id, motor_id, condition.

    Returns
    -------
    DataFrame
        A row a cluster: n_segments, n_recordings, n_motors, largest_motor, largest_motor_share, main_condition (""
        where no member has a label), main_condition_share (of the labelled members).
    """
    rows = []
    for k in range(int(labels.max(initial=-1)) + 1):
        own = about[labels == k]
        motors, known = (
            own["motor_id"].value_counts(sort=False).sort_index(),
            own.loc[own["condition"] != "", "condition"],
        )
        conditions = known.value_counts(sort=False).sort_index()
        rows.append(
            {
                "n_segments": len(own), "n_recordings": own["recording_id"].nunique(), "n_motors": len(motors),
                "largest_motor": str(motors.idxmax()), "largest_motor_share": float(motors.max() / len(own)),
                "main_condition": str(conditions.idxmax()) if len(known) else "",
                "main_condition_share": float(conditions.max() / len(known)) if len(known) else np.nan,
            }
        )  # fmt: skip
    columns = [
        "n_segments", "n_recordings", "n_motors", "largest_motor", "largest_motor_share", "main_condition",
        "main_condition_share",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def agreement(labels: NDArray[np.int64], names: NDArray[np.str_]) -> float:
    """How far clusters and names say the same: adjusted mutual information, 0 by chance to 1; NaN where it is empty.

    Noise and rows without a name are left out.

    References
    ----------
    Vinh, N. et al., J. Mach. Learn. Res. 11, 2010, 2837.
    """
    from sklearn.metrics import adjusted_mutual_info_score

    told = (labels >= 0) & (names != "")
    if not told.any() or len(np.unique(names[told])) < 2:
        return np.nan
    return float(adjusted_mutual_info_score(names[told], labels[told]))

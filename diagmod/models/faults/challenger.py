"""A model that looks at the raw current, judged by the same split, calibrated and put into sets like the others.

It has to earn its place: a network on raw segments knows neither slip nor bearing nor what is usual for the motor. It
is fitted once a fold, to all but the first part of the training side, and that part sets the scale of its
probabilities. How it is fitted is told by whoever knows waves; here are only rows and numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagmod.models.faults.calibration import fit_calibration
from diagmod.models.faults.conformal import ConformalSets
from diagmod.models.faults.judgement import Judged, judge_by, reasons

if TYPE_CHECKING:
    import pandas as pd

    from diagmod.models.faults.fault_model import Labelled, Side
    from diagmod.models.faults.settings import FaultSettings
    from diagmod.models.faults.severity import SeverityModel

#: Fits to the rows of the first mask with the true classes (number of each row) and gives the probabilities of all
#: rows of the second mask, in their order, shape (n, n_classes); the last argument is the number of classes.
Challenger = Callable[[NDArray[np.bool_], NDArray[np.int64], NDArray[np.bool_], int], NDArray[np.float64]]


def judge_by_challenger(
    challenger: Challenger, side: Side, data: Labelled, judged: NDArray[np.bool_], known: pd.DataFrame,
    severities: Mapping[str, SeverityModel], settings: FaultSettings,
) -> Judged:  # fmt: skip
    """Judge rows by a model on raw current; see :func:`diagmod.models.faults.judgement.judge`.

    Parameters
    ----------
    challenger : callable
    side : Side
        What teaches and calibrates.
    data : Labelled
    judged : ndarray of bool, shape (n,)
    known : DataFrame
        A row a judged row.
    severities : mapping of condition to SeverityModel
    settings : FaultSettings
    """
    rows = data.rows.only(judged)
    reason = reasons(data.is_usable[judged], side.seen.is_known[judged])
    wanted, calibrates = judged.copy(), side.train & (side.part == 0)
    wanted[judged] = reason == ""
    said = challenger(side.train & ~calibrates, data.truth, wanted | calibrates, len(data.classes))
    is_own = calibrates[wanted | calibrates]
    scale = fit_calibration(settings.calibration, said[is_own], data.truth[calibrates])
    sets = ConformalSets.fit(scale.apply(said[is_own]), data.truth[calibrates])
    own = scale.apply(said[~is_own])
    return judge_by(own, sets.p_values(own), data.classes, severities, rows, known, reason, settings.coverage)

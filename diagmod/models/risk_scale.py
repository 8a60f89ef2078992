"""The one scale of the product: how soon somebody should act, from 0 (nothing known to be wrong) to 100 (act now).

A risk is a rank of urgency and no probability of failure: 60 is more urgent than 40, not half as likely again. Bars,
decibels, probabilities and scores have nothing in common but what they ask for, so each is carried to the scale by a
ladder of its own that says at which value a person should watch, plan or act; between the rungs it rises evenly. What
is not known stays unknown: it has no place on the scale, least of all at its good end.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.verdicts import Verdict

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Grades, from good to worst.
GRADES = ("good", "watch", "plan", "act")

#: What has no grade because nothing is known.
UNKNOWN = "unknown"

#: Risk from which each grade holds, %: quarters, so that a quarter of the scale is one step of urgency.
FROM = {"good": 0.0, "watch": 25.0, "plan": 50.0, "act": 75.0}

#: Highest whole risk of each grade, %.
MOST = {"good": 24.0, "watch": 49.0, "plan": 74.0, "act": 100.0}

#: Highest risk, %.
FULL = 100.0


@dataclass(frozen=True)
class Ladder:
    """Values of a quantity, in its own unit, at which the risk is 0, 25, 50, 75 and 100 %.

    Attributes
    ----------
    none, watch, plan, act, most : float
        Rising. Below ``none`` the risk is 0 %, above ``most`` it is 100 %.

    Raises
    ------
    ValueError
        The values are not finite or do not rise.
    """

    none: float
    watch: float
    plan: float
    act: float
    most: float

    def __post_init__(self) -> None:
        values = astuple(self)
        if not (np.isfinite(values).all() and (np.diff(values) > 0).all()):
            shown = ", ".join(f"{value:g}" for value in values)
            raise ValueError(f"none, watch, plan, act and most of a ladder must rise, got {shown}; order them")

    def risk(self, values: ArrayLike) -> NDArray[np.float64]:
        """Risk of every value, %; NaN stays.

        Examples
        --------
        >>> Ladder(0.1, 0.2, 1.0, 2.0, 3.0).risk([0.05, 0.6, 2.0, 9.0, float("nan")]).tolist()
        [0.0, 37.5, 75.0, 100.0, nan]
        """
        given = np.asarray(values, dtype=np.float64)
        found = np.interp(given, astuple(self), [*FROM.values(), FULL])
        return np.where(np.isnan(given), np.nan, found)


def grade_of(risk: ArrayLike) -> NDArray[np.str_]:
    """Grade of every risk; "unknown" for NaN.

    Examples
    --------
    >>> grade_of([0.0, 25.0, 74.9, 75.0, float("nan")]).tolist()
    ['good', 'watch', 'plan', 'act', 'unknown']
    """
    given = np.asarray(risk, dtype=np.float64)
    names = np.array([*GRADES, UNKNOWN])
    step = np.searchsorted(list(FROM.values()), np.nan_to_num(given), side="right") - 1
    return np.where(np.isnan(given), UNKNOWN, names[np.maximum(step, 0)])


def weighed(risk: ArrayLike, verdict: ArrayLike, unmeasured: float = FROM["plan"]) -> NDArray[np.float64]:
    """Risk of a measured value in the light of what was decided about it.

    Parameters
    ----------
    risk : array_like, shape (n,)
        By the ladder, %; NaN where nothing was measured.
    verdict : array_like of str, shape (n,)
        "supported", "not_supported" or "cannot_decide".
    unmeasured : float
        Risk of a fault that is supported and was not measured, %.

    Returns
    -------
    ndarray, shape (n,)
        Supported: at least "watch". Not supported: at most "good", 0 where nothing was measured. Cannot decide: at most
        "watch", and NaN, which is unknown, where nothing was measured.
    """
    given, answer = np.asarray(risk, dtype=np.float64), np.asarray(verdict, dtype=str)
    supported = np.maximum(np.where(np.isnan(given), unmeasured, given), FROM["watch"])
    denied = np.minimum(np.nan_to_num(given), MOST["good"])
    left_open = np.minimum(given, MOST["watch"])
    choices = [answer == Verdict.SUPPORTED, answer == Verdict.NOT_SUPPORTED]
    return np.select(choices, [supported, denied], default=left_open)

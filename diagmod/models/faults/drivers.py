"""Which figures drove a prediction, and how to say it to somebody who has to act on it.

The question is why this condition and not another: for a fault, why not healthy; for healthy, why not the fault that
comes next. The linear model answers exactly, since the logarithm of the odds is a sum over figures. For trees one
figure at a time is put where it is expected, and what the odds lose is its part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.physical_figures import FIGURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.faults.learners import Learner

#: Drivers of a prediction that are kept, and those that are said.
N_DRIVERS, N_SAID = 3, 2

#: Label of a sound machine.
HEALTHY = "healthy"

#: Logarithm of odds that stands for minus infinity.
_LEAST = -30.0

_FIGURES = {figure.name: figure for figure in FIGURES}


def rivals(classes: tuple[str, ...], probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number of the class that each prediction is held against, shape (n,).

    Examples
    --------
    >>> rivals(("bar", "healthy", "short"), np.array([[0.7, 0.1, 0.2], [0.1, 0.6, 0.3]])).tolist()
    [1, 2]
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")
    against = order[:, min(1, len(classes) - 1)].copy()
    if HEALTHY in classes:
        against[order[:, 0] != classes.index(HEALTHY)] = classes.index(HEALTHY)
    return against


def contributions(
    learner: Learner, seen: NDArray[np.float64], predicted: NDArray[np.int64], against: NDArray[np.int64]
) -> NDArray[np.float64]:
    """What every figure adds to the logarithm of the odds of the predicted class against its rival.

    Parameters
    ----------
    learner : Learner
    seen : ndarray, shape (n, k)
        Tamed spreads: 0 is what is expected.
    predicted, against : ndarray of int, shape (n,)

    Returns
    -------
    ndarray, shape (n, k)
        Exact for the linear model, weight times spread; for others the loss when that figure alone is as expected.
    """
    if learner.name == "linear":
        member, weights = learner.members[0], np.zeros((learner.n_classes, seen.shape[1]))
        weights[member.seen] = member.weights[:, :-1] if member.weights is not None else 0.0
        return np.asarray((weights[predicted] - weights[against]) * seen)
    whole, found = _odds(learner, seen, predicted, against), np.zeros_like(seen)
    for k in range(seen.shape[1]):
        without = seen.copy()
        without[:, k] = 0.0
        found[:, k] = whole - _odds(learner, without, predicted, against)
    return found


def ranked(contribution: NDArray[np.float64]) -> NDArray[np.int64]:
    """Columns of the strongest drivers for a prediction, the strongest first; only such as speak for it."""
    order = np.argsort(-contribution, kind="stable")[:N_DRIVERS]
    return order[contribution[order] > 0]


def driver_in_words(name: str, value: float, spreads: float) -> str:
    """One driver as a person says it.

    Examples
    --------
    >>> driver_in_words("bars", 0.079, 9.04)
    "missing bars that the rotor's sidebands speak of, or at most hide (1.2 bars, 9.0 spreads above what is usual for
    this motor)"
    """
    side = "above" if spreads >= 0 else "below"
    shown = _shown(name, value)
    figure = _FIGURES.get(name)
    return (
        f"{figure.meaning if figure else name} ({shown}{', ' if shown else ''}{abs(spreads):.1f} spreads {side} what "
        "is usual for this motor)"
    )


def _shown(name: str, value: float) -> str:
    """A figure's value in the unit of people; "" where it has none worth showing."""
    unit = _FIGURES[name].unit if name in _FIGURES else ""
    if not np.isfinite(value) or unit in ("", "log10"):
        return ""
    if unit.startswith("log10 "):
        return f"{10**value:.2g} {unit.removeprefix('log10 ')}"
    return f"{value:.0f} {unit}"


def _odds(
    learner: Learner, seen: NDArray[np.float64], predicted: NDArray[np.int64], against: NDArray[np.int64]
) -> NDArray[np.float64]:
    said = np.maximum(learner.logits(seen), _LEAST)
    number = np.arange(len(seen))
    return np.asarray(said[number, predicted] - said[number, against])

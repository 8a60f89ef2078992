"""A model of faults, fitted to a training side and to nothing else: classifiers, scale of probability, sets.

The training side is split once more over its groups: what a classifier says of groups that it had not seen sets the
scale of its probabilities and the strangeness behind its sets. These classifiers, one a part, judge together; one
fitted to the whole side would be surer of itself than those that the scale was learned from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.faults.calibration import Calibration, fit_calibration
from diagmod.models.faults.cells import folds_by_condition
from diagmod.models.faults.conformal import ConformalSets
from diagmod.models.faults.learners import Learner, fit_learner, together
from diagmod.models.faults.sight import Seen, Sight
from diagmod.models.split import refuse_leakage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.faults.settings import FaultSettings
    from diagmod.models.own_baseline import Rows


@dataclass(frozen=True)
class Labelled:
    """Rows with what is known of them.

    Attributes
    ----------
    rows : Rows
        Physical figures and features of shape.
    classes : tuple of str
        Conditions that were labelled, sorted.
    truth : ndarray of int, shape (n,)
        Number of the class; -1 without a label.
    severity : ndarray, shape (n,)
        NaN where it is not stated.
    group : ndarray of str, shape (n,)
    is_usable : ndarray of bool, shape (n,)
        Whether the acquisition can carry a diagnosis.
    """

    rows: Rows
    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    severity: NDArray[np.float64]
    group: NDArray[np.str_]
    is_usable: NDArray[np.bool_]


@dataclass(frozen=True)
class Crossed:
    """What a classifier says of the parts of its training side that it had not seen, shape (n, k); true classes."""

    raw: NDArray[np.float64]
    truth: NDArray[np.int64]


@dataclass(frozen=True)
class FaultModel:
    """Classifiers with what they are given, their scale and their sets.

    ``crossed`` is what scale and sets were made of; a model that was stored and read has lost it.
    """

    classes: tuple[str, ...]
    sight: Sight
    learner: Learner
    calibration: Calibration
    sets: ConformalSets
    crossed: Crossed | None = None

    def raw(self, seen: Seen) -> NDArray[np.float64]:
        """Probability of every class as the classifiers say it, shape (n, n_classes)."""
        return self.learner.probabilities(seen.by(self.learner.name))

    def probabilities(self, seen: Seen) -> NDArray[np.float64]:
        """Calibrated probability of every class, shape (n, n_classes)."""
        return self.calibration.apply(self.raw(seen))


@dataclass(frozen=True)
class Side:
    """A training side, with the parts by which models are calibrated.

    Attributes
    ----------
    data : Labelled
    train : ndarray of bool, shape (n,)
        Labelled, usable, and enough of it is known.
    sight : Sight
    seen : Seen
        All rows, seen from this side.
    part : ndarray of int, shape (n,)
        Number of the part in which a row that teaches is judged; -1 for all others.
    """

    data: Labelled
    train: NDArray[np.bool_]
    sight: Sight
    seen: Seen
    part: NDArray[np.int64]


def training_side(data: Labelled, side: NDArray[np.bool_], own: Rows, settings: FaultSettings) -> Side:
    """The rows of a side that can teach, what is usual seen from it, and its parts.

    Parameters
    ----------
    data : Labelled
    side : ndarray of bool, shape (n,)
        Rows of the side, labelled or not.
    own : Rows
        Rows among which a motor's own healthy ones are looked for.
    settings : FaultSettings

    Raises
    ------
    ValueError
        No row of the side is believed healthy, or its labels are of one condition or of one group.
    """
    sight = Sight.fit(data.rows, side, own, settings.baseline)
    seen = sight.look(data.rows)
    train = side & data.is_usable & (data.truth >= 0) & seen.is_known
    if len(np.unique(data.truth[train])) < 2:
        raise ValueError("the training side holds labels of fewer than 2 conditions")
    if len(np.unique(data.group[train])) < 2:
        raise ValueError("the training side holds labels of one split group, 2 are needed to calibrate")
    part, labels = np.full(len(train), -1), np.array(data.classes)[data.truth[train]].tolist()
    part[train] = folds_by_condition(data.group[train].tolist(), labels, settings.n_inner_folds, settings.seed)
    return Side(data, train, sight, seen, part)


def fit_fault_model(side: Side, name: str, settings: FaultSettings) -> FaultModel:
    """Fit one classifier to a training side, its scale and its sets to the parts."""
    learners, crossed = cross_fitted(side, name, settings)
    calibration = fit_calibration(settings.calibration, crossed.raw, crossed.truth)
    sets = ConformalSets.fit(calibration.apply(crossed.raw), crossed.truth)
    return FaultModel(side.data.classes, side.sight, together(learners), calibration, sets, crossed)


def cross_fitted(side: Side, name: str, settings: FaultSettings) -> tuple[list[Learner], Crossed]:
    """A classifier a part, fitted to the other parts, and what it says of its own part.

    Rows of a condition that only their own part holds are left out of what is said: nobody taught it, so nothing can
    be learned from how it is mistaken.
    """
    data, learners = side.data, []
    said, truth = [np.zeros((0, len(data.classes)))], [np.zeros(0, dtype=np.int64)]
    seen = side.seen.by(name)
    for part in range(int(side.part.max()) + 1):
        teaches = side.train & (side.part != part)
        refuse_leakage(data.group[side.train].tolist(), teaches[side.train])
        learner = fit_learner(
            name, seen[teaches], data.truth[teaches], len(data.classes), settings.n_trees, settings.seed + part
        )
        judged = (side.part == part) & np.isin(data.truth, learner.members[0].seen)
        learners.append(learner)
        said.append(learner.probabilities(seen[judged]))
        truth.append(data.truth[judged])
    return learners, Crossed(np.vstack(said), np.concatenate(truth))

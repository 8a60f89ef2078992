"""What a model of faults is given of a recording: distances from what is usual, as seen from one training side.

The models with physics see the few physical figures, each as its distance from what is usual for the motor at its load.
The naive forest sees what is usually fed to a forest: features of shape as they are, without baseline and load.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.own_baseline import OwnBaseline, Rows, tamed
from diagmod.models.physical_figures import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Sight:
    """What is usual, and the healthy rows that a motor is held against.

    Attributes
    ----------
    expected : OwnBaseline
        Of the physical figures.
    own : Rows
        Rows among which a motor's own healthy ones are looked for.
    usual_shape : mapping of str to float
        Middle of every feature of shape; stands in for what is not known.
    """

    expected: OwnBaseline
    own: Rows
    usual_shape: Mapping[str, float]

    @classmethod
    def fit(cls, rows: Rows, train: NDArray[np.bool_], own: Rows, baseline: str) -> Sight:
        """Fit to a training side.

        Raises
        ------
        ValueError
            No row of the training side is believed healthy, or no physical figure is known.
        """
        physical, shape = columns(rows, is_physical), columns(rows, _is_shape)
        if not physical.names:
            raise ValueError("no physical figure is known in any recording; are all phases absent?")
        usual = {name: _middle(column) for name, column in zip(shape.names, shape.values[train].T, strict=True)}
        return cls(OwnBaseline.fit(physical, train, baseline), columns(own, is_physical), usual)

    def look(self, rows: Rows) -> Seen:
        """What models are given of some rows."""
        spreads = self.expected.spreads(rows.of(self.expected.names), self.own)
        given, is_known = tamed(spreads)
        shape = rows.of(list(self.usual_shape)).values
        return Seen(
            rows, spreads, given, np.where(np.isfinite(shape), shape, list(self.usual_shape.values())), is_known
        )


@dataclass(frozen=True)
class Seen:
    """Rows as models are given them.

    Attributes
    ----------
    rows : Rows
    spreads : ndarray, shape (n, k)
        Distance of the physical figures from what is usual, in spreads; NaN where one is not known.
    given, shape : ndarray, shape (n, k) and (n, m)
        Finite: the same tamed, and the features of shape.
    is_known : ndarray of bool, shape (n,)
        Whether at least half of the physical figures are known.
    """

    rows: Rows
    spreads: NDArray[np.float64]
    given: NDArray[np.float64]
    shape: NDArray[np.float64]
    is_known: NDArray[np.bool_]

    def by(self, learner: str) -> NDArray[np.float64]:
        """What a learner is given."""
        return self.shape if learner == "naive_forest" else self.given

    def only(self, keep: NDArray[np.bool_]) -> Seen:
        """Some of the rows."""
        return Seen(
            self.rows.only(keep), self.spreads[keep], self.given[keep], self.shape[keep], self.is_known[keep]
        )  # fmt: skip


def columns(rows: Rows, is_chosen: Callable[[str], bool]) -> Rows:
    """Rows with some of their columns, in their order."""
    return rows.of([name for name in rows.names if is_chosen(name)])


def is_physical(name: str) -> bool:
    """Whether a column is a physical figure."""
    return name in NAMES


def _is_shape(name: str) -> bool:
    return name not in NAMES


def _middle(column: NDArray[np.float64]) -> float:
    known = column[np.isfinite(column)]
    return float(np.median(known)) if len(known) else 0.0

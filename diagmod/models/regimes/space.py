"""The space in which regimes lie: distances from what is expected, turned to a few directions.

Every figure is told in spreads of its baseline (:mod:`diagmod.models.own_baseline`), so that none outweighs the others
by its unit; beyond five spreads the logarithm counts, so that a single wild figure is one direction among many. The
main components keep a stated share of the variance; what they drop is mostly noise, in which distances drown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from diagmod.models.own_baseline import OwnBaseline, Rows, tamed
from diagmod.models.reference import Reference, restored_baseline, stored_baseline

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Most rows that a motor's own level is stored with; they stand for its first recordings.
_MOST_OWN = 48


@dataclass(frozen=True)
class RegimeSpace:
    """Baseline, healthy rows and main components of one view.

    Attributes
    ----------
    expected : OwnBaseline
    reference : Reference
        First rows of known motors; a motor without any is held against the fleet.
    mean : ndarray, shape (k,)
        Of the tamed spreads.
    components : ndarray, shape (c, k)
        Main directions, each with its largest entry positive.
    kept_share : float
        Share of the variance that they keep.
    """

    expected: OwnBaseline
    reference: Reference
    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    kept_share: float

    @classmethod
    def fit(cls, rows: Rows, train: NDArray[np.bool_], baseline: str, keep_share: float) -> RegimeSpace:
        """Fit to the rows of a side.

        Parameters
        ----------
        rows : Rows
            With no other figures than those to be used; a row that lacks one is left out.
        train : ndarray of bool, shape (n,)
        baseline : str
            See :data:`diagmod.models.own_baseline.BASELINES`.
        keep_share : float
            Least share of the variance to keep, above 0 and at most 1.

        Raises
        ------
        ValueError
            Fewer than two rows know all figures.
        """
        from sklearn.decomposition import PCA

        if not (train & rows.is_reference).any():
            rows = Rows(rows.names, rows.values, rows.motor, rows.unit, rows.load, np.ones(len(rows), dtype=bool))
        expected = OwnBaseline.fit(rows, train, baseline)
        reference = Reference(_thinned(rows.only(train & rows.is_reference)))
        spreads = expected.spreads(rows.only(train), reference.rows)
        whole = tamed(spreads[np.isfinite(spreads).all(axis=1)])[0]
        if len(whole) < 2:
            raise ValueError("fewer than two segments know every figure; nothing can be clustered")
        fitted = PCA(svd_solver="full").fit(whole)
        ratio = np.cumsum(np.nan_to_num(fitted.explained_variance_ratio_, nan=1.0))
        n_kept = min(int(np.searchsorted(ratio, keep_share - 1e-9)) + 1, len(ratio))
        directions = fitted.components_[:n_kept]
        largest = np.abs(directions).argmax(axis=1)
        signs = np.where(directions[np.arange(n_kept), largest] < 0, -1.0, 1.0)
        return cls(expected, reference, fitted.mean_, directions * signs[:, None], float(min(ratio[n_kept - 1], 1.0)))

    @property
    def names(self) -> tuple[str, ...]:
        """Figures of the space."""
        return self.expected.names

    def spreads(self, rows: Rows) -> NDArray[np.float64]:
        """Distance of every figure from what is expected, shape (n, k), in spreads; NaN where it is not known."""
        return self.expected.spreads(figures_of(rows, self.names), self.reference.rows)

    def points(self, rows: Rows) -> NDArray[np.float64]:
        """Places in the space, shape (n, c); NaN where a figure is not known."""
        spreads = self.spreads(rows)
        known = np.isfinite(spreads).all(axis=1)
        placed = np.full((len(spreads), len(self.components)), np.nan)
        placed[known] = (tamed(spreads[known])[0] - self.mean) @ self.components.T
        return placed

    def in_units(self, spreads: NDArray[np.float64]) -> NDArray[np.float64]:
        """Spreads in the unit of each figure: its value for a view of the fleet, else its distance from usual."""
        zero = self.expected.centre if self.expected.baseline == "fleet" else 0.0
        return np.asarray(zero + spreads * self.expected.within)

    def stored(self, prefix: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Arrays and facts that :meth:`of` makes the space of again."""
        arrays, facts = stored_baseline(self.expected, self.reference)
        arrays |= {"mean": self.mean, "components": self.components}
        return {f"{prefix}.{name}": value for name, value in arrays.items()}, {**facts, "kept_share": self.kept_share}

    @classmethod
    def of(cls, prefix: str, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> RegimeSpace:
        """The space again from :meth:`stored`.

        Raises
        ------
        KeyError
            An array or a fact is missing.
        """
        own = {
            name.removeprefix(f"{prefix}."): value for name, value in arrays.items() if name.startswith(f"{prefix}.")
        }
        expected, reference = restored_baseline(own, facts)
        return cls(expected, reference, own["mean"], own["components"], float(facts["kept_share"]))


def figures_of(rows: Rows, names: tuple[str, ...]) -> Rows:
    """Rows with some of their figures, in that order."""
    columns = [rows.names.index(name) for name in names]
    return Rows(names, rows.values[:, columns], rows.motor, rows.unit, rows.load, rows.is_reference)


def _thinned(rows: Rows) -> Rows:
    """At most so many rows a motor, evenly: the rows themselves travel with the model."""
    keep = np.zeros(len(rows), dtype=bool)
    for name in np.unique(rows.motor):
        own = np.flatnonzero(rows.motor == name)
        keep[own[np.unique(np.linspace(0, len(own) - 1, min(len(own), _MOST_OWN)).round().astype(int))]] = True
    return rows.only(keep)

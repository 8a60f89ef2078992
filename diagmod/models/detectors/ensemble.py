"""All detectors together: the mean surprise over the members.

A member's score is turned into -log10 of its upper-tail probability among healthy rows, cross-fitted, so that members
speak one language; the mean of those is the score. 2 says that the members on average see what one healthy row in a
hundred shows. The scale rests on groups that a member had not seen (:mod:`diagmod.models.detectors.threshold`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.detectors.detector import DetectorParts, checked, fit_detector, prefixed, restore_detector
from diagmod.models.detectors.occlusion import shares
from diagmod.models.detectors.tail import Tail
from diagmod.models.detectors.threshold import cross_fitted_scores, held_out_surprise
from diagmod.models.split import group_folds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

    from diagmod.models.detectors.detector import Detector, DetectorSettings


@dataclass(frozen=True)
class Fitted:
    """A detector fitted to all training rows, and the cross-fitted scores of those rows, shape (n_rows,)."""

    detector: Detector
    scores: NDArray[np.float64] = field(repr=False)


@dataclass(frozen=True)
class Ensemble:
    """Detectors, each with the scale of its scores."""

    members: tuple[Detector, ...]
    tails: tuple[Tail, ...] = field(repr=False)
    name: str = "ensemble"

    @property
    def n_features(self) -> int:
        """Features of a row."""
        return self.members[0].n_features

    def score(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Mean surprise over the members, shape (n,)."""
        return self._surprises(checked(rows, self.n_features)).mean(axis=0)

    def contributions(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Shares of the members, each weighed by its surprise; shape (n, n_features)."""
        values = checked(rows, self.n_features)
        surprises = self._surprises(values)
        weighed = (
            own[:, None] * member.contributions(values) for own, member in zip(surprises, self.members, strict=True)
        )
        return shares(np.sum(list(weighed), axis=0))

    def parts(self) -> DetectorParts:
        """The parts of the members side by side."""
        estimators: dict[str, Any] = {}
        arrays: dict[str, NDArray[Any]] = {}
        facts: dict[str, Any] = {}
        for member, tail in zip(self.members, self.tails, strict=True):
            own = member.parts()
            estimators |= prefixed(own.estimators, own.name)
            arrays |= prefixed({**own.arrays, _TAIL: tail.scores}, own.name)
            facts[own.name] = own.facts
        return DetectorParts(self.name, estimators, arrays, {"order": [m.name for m in self.members], "members": facts})

    def _surprises(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        pairs = zip(self.members, self.tails, strict=True)
        return np.stack([tail.surprise(member.score(rows)) for member, tail in pairs])


#: Name under which the healthy scores of a member are kept among its arrays.
_TAIL = "healthy_scores"


def fit(
    name: str, rows: NDArray[np.float64], settings: DetectorSettings, groups: Sequence[str] | None = None
) -> Ensemble:
    """Fit all members and their scales; see :func:`diagmod.models.detectors.detector.fit_detector`."""
    del name  # the only one of its family
    own = [str(row) for row in range(len(rows))] if groups is None else groups
    return ensemble_of(_fitted(member, rows, own, settings, settings.n_folds) for member in settings.members)


def restore(parts: DetectorParts) -> Ensemble:
    """The detector again."""
    members, tails = [], []
    for name in parts.facts["order"]:
        arrays = _of_member(parts.arrays, name)
        tails.append(Tail.of(arrays.pop(_TAIL)))
        own = DetectorParts(name, _of_member(parts.estimators, name), arrays, parts.facts["members"][name])
        members.append(restore_detector(own))
    if not members or len({member.n_features for member in members}) > 1:
        raise ValueError("the members of the ensemble look at different rows or there are none; fit it again")
    return Ensemble(tuple(members), tuple(tails))


def ensemble_of(fitted: Iterable[Fitted]) -> Ensemble:
    """The ensemble of detectors that are fitted already."""
    members = list(fitted)
    return Ensemble(tuple(one.detector for one in members), tuple(Tail.of(one.scores) for one in members))


def fit_detectors(
    names: Sequence[str], rows: ArrayLike, groups: Sequence[str], settings: DetectorSettings, n_folds: int
) -> dict[str, Fitted]:
    """Several detectors with the cross-fitted scores of their rows; the ensemble costs nothing where its members are.

    Parameters
    ----------
    names : sequence of str
        Some of :data:`diagmod.models.detectors.detector.DETECTORS`.
    rows, groups, settings, n_folds
        See :func:`diagmod.models.detectors.threshold.cross_fitted_scores`.

    Raises
    ------
    ValueError
        A name is unknown, or the rows or groups are not enough.
    """
    needed = dict.fromkeys([*names, *(settings.members if "ensemble" in names else ())])
    fitted = {name: _fitted(name, rows, groups, settings, n_folds) for name in needed if name != "ensemble"}
    if "ensemble" in names:
        members = [fitted[name] for name in settings.members]
        folds = group_folds([str(group) for group in groups], n_folds, settings.seed)
        scores = held_out_surprise([member.scores for member in members], folds)
        fitted["ensemble"] = Fitted(ensemble_of(members), scores)
    return {name: fitted[name] for name in names}


def _fitted(name: str, rows: ArrayLike, groups: Sequence[str], settings: DetectorSettings, n_folds: int) -> Fitted:
    scores = cross_fitted_scores(name, rows, groups, settings, n_folds)
    return Fitted(fit_detector(name, rows, settings, groups), scores)


def _of_member(parts: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key.removeprefix(f"{name}/"): part for key, part in parts.items() if key.startswith(f"{name}/")}

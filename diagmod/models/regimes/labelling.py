"""Labels of the segments of one view: what was reviewed, what spread from it, and how far that can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.regimes.label_spread import SpreadCheck, SpreadRule, check_spread, spread_labels
from diagmod.models.regimes.space import RegimeSpace
from diagmod.models.regimes.view_rows import HELD_AGAINST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diagmod.io.regime_files import ReviewedRegime
    from diagmod.models.regimes.finding import FoundRegimes
    from diagmod.models.regimes.settings import RegimeSettings
    from diagmod.models.regimes.stored import RegimeModel
    from diagmod.models.regimes.view_rows import ViewRows


@dataclass(frozen=True)
class Labelled:
    """Labels of every row.

    Attributes
    ----------
    own, spread : ndarray of str, shape (n,)
        Reviewed label of its regime, and label that spread to it; "" for none.
    confidence : ndarray, shape (n,)
        Of the label that spread; NaN for none.
    check : SpreadCheck
        How labels spread to split groups whose own were hidden.
    checked : str
        What was hidden: "label", or "regime" where there are too few labels yet.
    """

    own: NDArray[np.str_]
    spread: NDArray[np.str_]
    confidence: NDArray[np.float64]
    check: SpreadCheck
    checked: str


def label_rows(
    found: FoundRegimes, data: ViewRows, reviewed: Sequence[ReviewedRegime], settings: RegimeSettings
) -> Labelled:
    """Reviewed labels of one view, and where they spread."""
    known = {regime.id: regime.label for regime in reviewed}
    of_cluster = np.array([*(known.get(name, "") for name in found.matched.ids), ""], dtype=str)
    own = of_cluster[found.labels]
    spread, confidence = spread_labels(found.points, own, _rule(found.model, settings))
    # Where nobody has reviewed anything yet, the ids show how far a label would carry.
    has_labels = len(np.unique(own[own != ""])) > 1
    hidden = own if has_labels else np.array([*found.matched.ids, ""], dtype=str)[found.labels]
    at = found.drawn
    mine, groups = found.drawn_rows, data.about["split_group"].iloc[at].tolist()

    def place(train: NDArray[np.bool_]) -> tuple[NDArray[np.float64], SpreadRule]:
        view = found.model.view
        space = RegimeSpace.fit(mine, train, HELD_AGAINST[view], settings.keep_share)
        return space.points(mine), _rule(found.model, settings)

    check = check_spread(hidden[at], groups, place, settings.n_folds, settings.seed)
    return Labelled(own, spread, confidence, check, "label" if has_labels else "regime")


def _rule(model: RegimeModel, settings: RegimeSettings) -> SpreadRule:
    """The distance limit is so many reaches of the tightest regime."""
    reach = float(model.reaches.min(initial=np.inf)) if len(model.reaches) else 0.0
    limit = settings.spread.reaches * reach
    return SpreadRule(neighbours=settings.spread.neighbours, limit=limit, confidence=settings.spread.confidence)

"""Anomaly scores without labels: an isolation forest on scale-free features.

No label is used, neither to fit nor to set the threshold. The scores of a recording come from a model
that has seen nothing of its split group; the threshold is a quantile of the training side's own scores,
so a fixed share of what the model was fitted to counts as strange, whatever is judged later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest

from diagmod.core.feature_definitions import GROUPS
from diagmod.core.features import features_at
from diagmod.core.recording import PHASES
from diagmod.models.split import group_folds, refuse_leakage

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from diagmod.core.feature_definitions import Feature

#: Names of the feature sets: every scale-free feature, and those that do not rest on the negative sequence.
FEATURE_SETS = ("all", "without_i2")

#: Groups of features that the model looks at unless told otherwise.
MODEL_GROUPS = ("time", "spectrum", "interphase")

#: What it looks at of a group; of a group that is not named here, every scale-free feature. A forest draws features
#: by chance, so that hundreds of similar ones hide the few that tell.
MODEL_KINDS = {
    "time": ("crest", "shape", "skewness", "kurtosis"),
    "spectrum": ("h2", "h3", "h5", "h7", "h11", "h13", "thd", "interharmonic"),
    "interphase": (
        "i2_over_i1", "i0_over_i1", "i2_re", "i2_im", "unbalance_pct", "angle_RS", "angle_RT", "park_modulation",
        "park_2f",
    ),
}  # fmt: skip


class Scorer(Protocol):
    """What every anomaly model offers: strangeness of rows, and what it looked at."""

    feature_names: tuple[str, ...]
    threshold: float

    def score(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Scores, shape (n,), higher is stranger; NaN where a feature is undefined."""
        ...


@dataclass(frozen=True, kw_only=True)
class ForestSettings:
    """Settings of the isolation forest.

    Attributes
    ----------
    n_trees, max_samples : int
        Trees, and rows drawn for each.
    alarm_share_pct : float
        Share of the training rows above the threshold, %; 0 < share < 50.
    seed : int
    groups : tuple of str
        Groups of features that the model looks at.
    """

    n_trees: int
    max_samples: int
    alarm_share_pct: float
    seed: int
    groups: tuple[str, ...] = MODEL_GROUPS

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.groups) - set(GROUPS)):
            raise ValueError(f"there is no group of features {unknown[0]!r}; groups are {', '.join(GROUPS)}")
        if not 0 < self.alarm_share_pct < 50:
            raise ValueError(f"alarm_share_pct must lie between 0 and 50 %, got {self.alarm_share_pct:g}")
        if self.n_trees < 1 or self.max_samples < 2:
            raise ValueError(f"need n_trees >= 1 and max_samples >= 2, got {self.n_trees} and {self.max_samples}")


@dataclass(frozen=True)
class ForestScorer:
    """An isolation forest with the median and spread of its training rows.

    Rows are centred on the median and divided by the interquartile range, both of the training side.

    References
    ----------
    Liu, F. T., Ting, K. M. & Zhou, Z.-H., Isolation forest, ICDM 2008, DOI 10.1109/ICDM.2008.17.
    """

    feature_names: tuple[str, ...]
    centre: NDArray[np.float64] = field(repr=False)
    spread: NDArray[np.float64] = field(repr=False)
    forest: IsolationForest
    threshold: float

    @classmethod
    def fit(cls, frame: pd.DataFrame, feature_names: tuple[str, ...], settings: ForestSettings) -> ForestScorer:
        """Fit to rows believed mostly healthy; rows with an undefined feature are left out.

        Raises
        ------
        ValueError
            Fewer than 10 complete rows are left.
        """
        rows = frame[list(feature_names)].to_numpy(dtype=np.float64)
        rows = rows[np.isfinite(rows).all(axis=1)]
        if len(rows) < 10:
            raise ValueError(
                f"{len(rows)} complete segments to fit an anomaly model, at least 10 are needed; record more"
            )
        low, centre, high = np.quantile(rows, [0.25, 0.5, 0.75], axis=0)
        spread = np.where(high > low, high - low, 1.0)
        forest = IsolationForest(
            n_estimators=settings.n_trees, max_samples=min(settings.max_samples, len(rows)), random_state=settings.seed
        ).fit((rows - centre) / spread)
        scores = -forest.score_samples((rows - centre) / spread)
        threshold = float(np.quantile(scores, 1 - settings.alarm_share_pct / 100))
        return cls(feature_names, centre, spread, forest, threshold)

    def score(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Anomaly scores in 0..1, shape (n,); NaN where a feature is undefined."""
        rows = frame[list(self.feature_names)].to_numpy(dtype=np.float64)
        complete = np.isfinite(rows).all(axis=1)
        scores = np.full(len(rows), np.nan)
        if complete.any():
            scores[complete] = -self.forest.score_samples((rows[complete] - self.centre) / self.spread)
        return scores


def usable_features(frame: pd.DataFrame, feature_set: str, groups: Collection[str] = MODEL_GROUPS) -> tuple[str, ...]:
    """Scale-free features of a set, of some groups, that are defined somewhere in a table of segments.

    A harmonic above the Nyquist frequency is undefined in every row of a slow recorder's data set; such a
    feature is dropped for the whole set rather than every row for the feature.

    Raises
    ------
    ValueError
        The set is unknown, or no feature of it is defined.
    """
    if feature_set not in FEATURE_SETS:
        raise ValueError(f"feature set must be {' or '.join(FEATURE_SETS)}, got {feature_set!r}")
    looked_at = (f for f in features_at("segment", groups) if f.is_scale_free and _is_looked_at(f))
    names = (f.name for f in looked_at if not (feature_set == "without_i2" and f.rests_on_i2))
    found = tuple(name for name in names if np.isfinite(frame[name]).any())
    if not found:
        raise ValueError(f"no feature of set {feature_set!r} is defined in this table; are all phases absent?")
    return found


def _is_looked_at(feature: Feature) -> bool:
    stem, _, phase = feature.name.rpartition("_")
    kinds = MODEL_KINDS.get(feature.group)
    return kinds is None or feature.name in kinds or (phase in PHASES and stem in kinds)


def score_held_out(segments: pd.DataFrame, groups: pd.Series, settings: ForestSettings, n_folds: int) -> pd.DataFrame:
    """Scores of every segment by a model that never saw its group.

    Parameters
    ----------
    segments : DataFrame
        Table ``segments``.
    groups : Series of str
        Split group of every row.
    settings : ForestSettings
    n_folds : int

    Returns
    -------
    DataFrame
        Table ``anomaly_scores``, one row a segment and feature set.
    """
    folds = group_folds(list(groups), n_folds, settings.seed)
    parts = []
    for feature_set in FEATURE_SETS:
        for fold in range(folds.max() + 1):
            train = folds != fold
            refuse_leakage(list(groups), train)
            names = usable_features(segments[train], feature_set, settings.groups)
            model = ForestScorer.fit(segments[train], names, settings)
            judged = segments.loc[~train, ["recording_id", "motor_id", "segment"]]
            scores = model.score(segments[~train])
            parts.append(judged.assign(feature_set=feature_set, fold=fold, score=scores, threshold=model.threshold))
    table = pd.concat(parts).sort_values(["feature_set", "recording_id", "segment"], ignore_index=True)
    return table.assign(is_anomaly=table["score"] > table["threshold"])

"""A fitted anomaly model: what to expect, how strange a distance from it is, and from where on it counts.

All three come from a training side: expectations and the method from its rows believed healthy, the threshold from
scores of these rows by models that did not see their split group, because a model finds its own rows less strange
than new ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.detectors.ensemble import fit_detectors
from diagmod.models.detectors.threshold import confidence_of, severity_of, threshold_of
from diagmod.models.own_baseline import OwnBaseline, Rows, tamed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diagmod.models.anomaly_settings import AnomalySettings
    from diagmod.models.detectors.detector import Detector

#: Fewest rows believed healthy on a training side; below it a threshold means nothing.
FEWEST_ROWS = 10

#: Share of a recording's segments, the strangest ones, whose mean score is that of the recording: a fault that is there
#: for a fifth of the time is not diluted by the rest.
STRANGEST = 0.2

#: Healthy scores that are kept with a model, evenly over their ranks; enough for a confidence to 0.5 %.
_KEPT = 512


@dataclass(frozen=True)
class Scored:
    """Scores of rows and what they mean; NaN, and no alarm, where a row is not judged."""

    score: NDArray[np.float64]
    confidence: NDArray[np.float64]
    severity: NDArray[np.float64]
    is_anomaly: NDArray[np.bool_]


@dataclass(frozen=True)
class Scale:
    """What scores mean: the healthy ones of the training side, in order, and the threshold."""

    healthy: NDArray[np.float64] = field(repr=False)
    threshold: float

    @classmethod
    def of(cls, scores: NDArray[np.float64], alarm_share_pct: float) -> Scale:
        """The scale of healthy scores."""
        threshold = threshold_of(scores, alarm_share_pct)
        ordered = np.sort(scores)
        if len(ordered) > _KEPT:
            ordered = ordered[np.linspace(0, len(ordered) - 1, _KEPT).round().astype(int)]
        return cls(ordered, float(threshold))

    def read(self, score: NDArray[np.float64]) -> Scored:
        """Scores with confidence and severity."""
        known = np.isfinite(score)
        confidence, severity = np.full(len(score), np.nan), np.full(len(score), np.nan)
        confidence[known] = confidence_of(self.healthy, score[known])
        severity[known] = severity_of(self.healthy, score[known], self.threshold)
        return Scored(score, confidence, severity, known & (score > self.threshold))


@dataclass(frozen=True)
class AnomalyScorer:
    """A fitted model; ``whole`` is the scale of a recording's strangest segments, where rows are segments."""

    expected: OwnBaseline
    detector: Detector
    scale: Scale
    whole: Scale | None = None

    def spreads(self, judged: Rows, own: Rows | None = None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """What the method sees of rows, shape (n, k), and which rows it judges."""
        return tamed(self.expected.spreads(judged, own))

    def score(self, judged: Rows, own: Rows | None = None) -> Scored:
        """Scores of rows; ``own`` holds the healthy rows of known motors (see :class:`OwnBaseline`)."""
        seen, is_judged = self.spreads(judged, own)
        score = np.full(len(judged), np.nan)
        if is_judged.any():
            score[is_judged] = self.detector.score(seen[is_judged])
        return self.scale.read(score)


def fit_scorers(
    rows: Rows,
    train: NDArray[np.bool_],
    groups: Sequence[str],
    baseline: str,
    detectors: Sequence[str],
    settings: AnomalySettings,
    recordings: Sequence[str] | None = None,
) -> dict[str, AnomalyScorer]:
    """Fit several methods to the rows of a training side that are believed healthy.

    Parameters
    ----------
    rows : Rows
    train : ndarray of bool, shape (n,)
    groups : sequence of str, length n
        Split group of every row.
    baseline : str
    detectors : sequence of str
    settings : AnomalySettings
    recordings : sequence of str, optional
        Recording of every row where rows are segments.

    Raises
    ------
    ValueError
        Fewer than :data:`FEWEST_ROWS` rows are believed healthy and can be judged.
    """
    expected = OwnBaseline.fit(rows, train, baseline)
    seen, is_judged = tamed(expected.spreads(rows))
    at = np.flatnonzero(train & rows.is_reference & is_judged)
    if len(at) < FEWEST_ROWS:
        raise ValueError(
            f"{len(at)} rows of the training side are believed healthy and complete enough, at least {FEWEST_ROWS} "
            "are needed; label healthy recordings or record more"
        )
    if len(at) > settings.max_segments:
        at = np.sort(np.random.default_rng(settings.seed).choice(at, settings.max_segments, replace=False))
    names = [str(groups[row]) for row in at.tolist()]
    own = None if recordings is None else np.asarray(recordings, dtype=str)[at]
    found = fit_detectors(detectors, seen[at], names, settings.of_detectors, settings.n_inner_folds)
    scorers = {}
    for name, fitted in found.items():
        whole = None if own is None else Scale.of(strangest(fitted.scores, own)[1], settings.alarm_share_pct)
        scale = Scale.of(fitted.scores, settings.alarm_share_pct)
        scorers[name] = AnomalyScorer(expected, fitted.detector, scale, whole)
    return scorers


def strangest(score: NDArray[np.float64], recording: NDArray[np.str_]) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Recordings and the mean score of the strangest fifth of their segments; NaN where no segment has a score.

    Examples
    --------
    >>> strangest(np.array([1.0, 5.0, 2.0, 1.0, 1.0]), np.array(["a"] * 5))[1].tolist()
    [5.0]
    """
    names = np.unique(recording)
    found = np.full(len(names), np.nan)
    for k, name in enumerate(names):
        own = np.sort(score[(recording == name) & np.isfinite(score)])[::-1]
        if len(own):
            found[k] = own[: max(1, round(STRANGEST * len(own)))].mean()
    return names, found

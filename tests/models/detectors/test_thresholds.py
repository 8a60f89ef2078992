"""Thresholds come from rows that a detector had not seen; confidence and severity are read from the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_healthy import QUICK, groups_of, healthy

from diagmod.models.detectors.detector import fit_detector
from diagmod.models.detectors.threshold import confidence_of, cross_fitted_scores, severity_of, threshold_of


def test_a_method_that_flatters_its_own_rows_has_a_higher_threshold_from_others() -> None:
    """A nearest core is a row itself, at distance 0; of a group that was left out it is some way off."""
    rows, groups = healthy(150), groups_of(150)
    own = fit_detector("dbscan", rows, QUICK).score(rows)
    assert threshold_of(cross_fitted_scores("dbscan", rows, groups, QUICK, 5), 5.0) > threshold_of(own, 5.0)


def test_a_group_is_scored_without_itself() -> None:
    """One group lies apart. Scored with itself it would have neighbours; without, it has none."""
    rows, groups = healthy(150), groups_of(150)
    rows[:15] += 20
    scores = cross_fitted_scores("dbscan", rows, groups, QUICK, 10)
    assert scores[:15].min() > 3 * scores[15:].max()


def test_threshold_is_the_conformal_rank_and_goes_on_beyond_few_scores() -> None:
    assert threshold_of(np.arange(1, 100), 5.0) == 95.0
    few = threshold_of(np.arange(1.0, 11.0), 1.0)
    assert few > 10.0, "ten scores do not reach 1 %, so the tail is continued"


@pytest.mark.parametrize("share", [0.0, 50.0, float("nan")])
def test_share_of_alarms_must_make_sense(share: float) -> None:
    with pytest.raises(ValueError, match="alarm_share_pct must lie between 0 and 50 %"):
        threshold_of(np.arange(20.0), share)


def test_confidence_counts_and_severity_measures_the_way_to_the_threshold() -> None:
    assert confidence_of([1.0, 2.0, 3.0], [0.0, 2.0, 9.0]).tolist() == [0.125, 0.5, 0.875]
    assert severity_of([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], 4.0).tolist() == [0.0, 1.0, 2.0]
    assert np.isnan(severity_of([2.0, 2.0], [3.0], 2.0)).all()


def test_one_group_cannot_set_a_threshold() -> None:
    with pytest.raises(ValueError, match="only one split group"):
        cross_fitted_scores("robust_z", healthy(20), ["M1"] * 20, QUICK, 3)

"""Half-space trees as arrays are river's trees: same scores to the bit, and they go on learning as river's do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from handmade_healthy import QUICK, healthy

from diagmod.models.detectors.detector import DetectorParts, fit_detector, restore_detector
from diagmod.models.detectors.half_space import HalfSpaceTrees, river_trees

SETTINGS = replace(QUICK, n_half_spaces=7, height=5, window=60)


def in_box(trees: HalfSpaceTrees, rows: np.ndarray) -> list[dict[int, float]]:
    """Rows as river takes them, scaled as the trees scale them."""
    return [dict(enumerate(row)) for row in ((rows - trees.low) / trees.width).tolist()]


def learned_by_river(trees: HalfSpaceTrees, rows: np.ndarray):
    river = river_trees(SETTINGS, SETTINGS.window)
    for row in in_box(trees, rows):
        river.learn_one(row)
    return river


def test_scores_are_those_of_river_to_the_bit() -> None:
    """150 rows in windows of 60: two whole ones, of which the second counts, and 30 rows not yet taken over."""
    rows, fresh = healthy(150), healthy(200, seed=1) * 2
    trees = fit_detector("half_space_trees", rows, SETTINGS)
    order = np.random.default_rng(SETTINGS.seed).permutation(len(rows))
    river = learned_by_river(trees, rows[order])
    assert trees.score(fresh).tolist() == [river.score_one(row) for row in in_box(trees, fresh)]
    assert trees.n_learning == 30


@pytest.mark.parametrize("n_more", [1, 29, 30, 31, 200])
def test_rows_learned_later_are_learned_as_by_river(n_more: int) -> None:
    """Restored from its parts first: a stored model goes on where it stopped."""
    rows, more, fresh = healthy(150), healthy(n_more, seed=2) + 1, healthy(50, seed=3)
    trees = fit_detector("half_space_trees", rows, SETTINGS)
    order = np.random.default_rng(SETTINGS.seed).permutation(len(rows))
    river = learned_by_river(trees, np.concatenate([rows[order], more]))
    updated = restore_detector(trees.parts()).updated(more)
    assert updated.score(fresh).tolist() == [river.score_one(row) for row in in_box(trees, fresh)]
    assert updated.n_learning == (30 + n_more) % 60


def test_rows_at_once_and_one_by_one_teach_the_same() -> None:
    rows, fresh = healthy(90, seed=4), healthy(30, seed=5)
    at_once = one_by_one = fit_detector("half_space_trees", healthy(80), SETTINGS)
    at_once = at_once.updated(rows)
    for row in rows:
        one_by_one = one_by_one.updated(row[None])
    np.testing.assert_array_equal(at_once.score(fresh), one_by_one.score(fresh))


def test_a_table_sorted_by_motor_is_not_judged_by_its_last_motors_alone() -> None:
    """Half of the rows lie at -3, the others at 3, and a window holds a tenth: both halves are usual.

    After a window of the last rows alone the first half is strange.
    """
    rows = np.concatenate([healthy(300) - 3, healthy(300, seed=1) + 3])
    trees = fit_detector("half_space_trees", rows, replace(SETTINGS, n_half_spaces=50, height=8))

    def apart(detector: HalfSpaceTrees) -> float:
        return float(np.median(detector.score(rows[:300])) - np.median(detector.score(rows[300:])))

    assert abs(apart(trees)) < 0.1
    assert apart(trees.updated(rows[-60:])) > 0.3


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"features": lambda a: a + 6}, "look at a feature beyond their 6"),
        ({"features": lambda a: a - 6}, "look at a feature beyond their 6"),
        ({"masses": lambda a: a[:, :-1]}, "do not fit their splits and window"),
        ({"masses": None}, "the parts of detector half_space_trees do not fit together"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(changed: dict, sentence: str) -> None:
    parts = fit_detector("half_space_trees", healthy(80), SETTINGS).parts()
    (name, change), arrays = *changed.items(), dict(parts.arrays)
    array = arrays.pop(name)
    if change:
        arrays[name] = change(array)
    with pytest.raises(ValueError, match=sentence):
        restore_detector(DetectorParts(parts.name, arrays=arrays, facts=parts.facts))

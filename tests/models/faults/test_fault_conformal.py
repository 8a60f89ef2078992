"""Sets hold the true condition as often as they say, and refuse where nothing is known."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.faults.conformal import ConformalSets, answer_of, set_in_words


def _said(n, seed):
    rng = np.random.default_rng(seed)
    true = rng.dirichlet([5.0, 1.0, 0.5], n)
    truth = (rng.uniform(size=(n, 1)) > np.cumsum(true, axis=1)).sum(axis=1)
    return true, truth


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_every_condition_is_covered_as_stated_even_the_rare_one(coverage):
    sets = ConformalSets.fit(*_said(5000, 0))
    said, truth = _said(5000, 1)
    inside = sets.p_values(said) > 1 - coverage
    for condition in range(3):
        own = truth == condition
        assert inside[own, condition].mean() == pytest.approx(coverage, abs=0.03)


def test_value_is_the_share_of_recordings_at_least_as_strange():
    """Strangeness 0.1, 0.2, 0.3, 0.4 of class 0; a recording of 0.25 has two above it: (2 + 1) / (4 + 1)."""
    sets = ConformalSets(np.array([0.1, 0.2, 0.3, 0.4]), np.zeros(4, dtype=int))
    assert sets.p_values(np.array([[0.75, 0.25]]))[0, 0] == pytest.approx(3 / 5)


def test_condition_without_a_recording_is_never_excluded():
    sets = ConformalSets(np.linspace(0, 0.5, 20), np.zeros(20, dtype=int))
    assert sets.p_values(np.array([[1.0, 0.0]]))[0, 1] == 1.0


def test_no_recording_gives_no_value():
    assert ConformalSets(np.zeros(3), np.zeros(3, dtype=int)).p_values(np.zeros((0, 2))).shape == (0, 2)


def test_one_condition_is_an_answer_and_others_are_said_in_words():
    assert answer_of(["healthy"], "healthy") == "healthy"
    assert answer_of([], "a") == answer_of(["a", "b"], "a") == "cannot_tell"
    assert set_in_words([], 0.9) == "cannot tell: at 90 % it fits none of the conditions that were learned"
    assert set_in_words(["a", "b", "c"], 0.9).startswith("cannot tell between a, b and c: none of them")


def test_set_that_excludes_the_most_probable_condition_is_no_answer():
    assert answer_of(["healthy"], "stator_short") == "cannot_tell"
    assert set_in_words(["healthy"], 0.9).endswith("only healthy is not excluded, which is not the most probable")

"""Tails: counted where healthy scores are, continued where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.detectors.tail import Tail


def test_among_the_scores_the_probability_is_counted_with_ties_by_half() -> None:
    """Of 1, 2, 2, 3 and 96 larger ones: above 2 are 97, and half of the two ties."""
    tail = Tail.of([1.0, 2.0, 2.0, 3.0, *range(10, 106)])
    np.testing.assert_allclose(tail.probability([2.0]), 0.98)


@pytest.mark.parametrize("seed", range(5))
def test_exponential_scores_have_the_surprise_of_their_law(seed: int) -> None:
    """exp(-s): at s = 4.6 one in a hundred, at 9.2 one in ten thousand; of 2000 scores a tenth makes the tail."""
    tail = Tail.of(np.random.default_rng(seed).exponential(size=2000))
    near, far = tail.surprise(np.log([1e2, 1e4]))
    assert near == pytest.approx(2, abs=0.2)
    assert far == pytest.approx(4, abs=0.9)


def test_surprise_rises_everywhere_beyond_the_largest_score_and_never_jumps() -> None:
    for seed in range(10):
        scores = np.random.default_rng(seed).normal(size=60)
        found = Tail.of(scores).surprise(np.linspace(scores.min(), scores.max() + 50, 20_000))
        assert (np.diff(found) >= 0).all()
        assert np.diff(found).max() < 0.1
        assert (np.diff(found[-15_000:]) > 0).all()


def test_a_score_gone_wild_is_very_rare_but_finite() -> None:
    """A thousandfold score is a few times as surprising as a tenfold one, not a hundred times."""
    tail = Tail.of(np.random.default_rng(0).exponential(size=500))
    tenfold, wild, absurd = tail.surprise([20.0, 2e3, 1e300])
    assert tenfold < wild < 10 * tenfold
    assert np.isfinite(absurd)


@pytest.mark.parametrize("scores", [[1.0] * 30, [0.0] * 30, [0.0] * 29 + [1.0], [1.0, 2.0], [1e12, 1e12 + 1, 3e12]])
def test_ties_and_few_scores_give_probabilities(scores: list[float]) -> None:
    found = Tail.of(scores).probability([*scores, -5.0, 1e13, 1e15])
    assert ((found > 0) & (found <= 1)).all()
    assert found[-1] <= found[-2] < 0.5


def test_quantile_is_the_inverse() -> None:
    tail = Tail.of(np.random.default_rng(0).normal(size=300))
    for probability in (0.05, 0.01, 1e-4):
        assert tail.probability([tail.quantile(probability)])[0] == pytest.approx(probability)


@pytest.mark.parametrize("scores", [[], [1.0], [1.0, np.nan], [1.0, np.inf]])
def test_scores_without_a_tail_are_refused(scores: list[float]) -> None:
    with pytest.raises(ValueError, match="at least 2 finite scores are needed to tell which are rare"):
        Tail.of(scores)

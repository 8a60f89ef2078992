"""Classifiers: equal to scikit-learn's, together as good as apart, and silent about what they were not taught."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from diagmod.models.faults.learners import fit_learner, together
from diagmod.models.faults.trees import Trees


def _data(n_classes=3, n=240, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n)
    x = rng.normal(size=(n, 5))
    x[np.arange(n), truth] += 2.5
    return x, truth


@pytest.mark.parametrize("n_classes", [2, 3])
def test_trees_as_numbers_say_what_scikit_learn_says(n_classes):
    x, truth = _data(n_classes)
    fitted = GradientBoostingClassifier(n_estimators=8, max_depth=3, random_state=0).fit(x, truth)
    fresh = np.random.default_rng(1).normal(size=(100, 5)) * 3
    theirs = fitted.decision_function(fresh).reshape(100, -1)
    np.testing.assert_allclose(Trees.of(fitted).sums(fresh), theirs, atol=1e-10)


def test_tree_that_leads_outside_is_refused():
    x, truth = _data()
    arrays = Trees.of(GradientBoostingClassifier(n_estimators=2, random_state=0).fit(x, truth)).arrays()
    assert np.array_equal(Trees.restored(arrays, 5).feature, arrays["feature"])
    with pytest.raises(ValueError, match=r"leads outside \(feature\)"):
        Trees.restored(arrays, 1)
    with pytest.raises(ValueError, match="differ in shape"):
        Trees.restored({**arrays, "value": arrays["value"][:1]}, 5)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_linear_is_logistic_regression_with_weights(n_classes):
    x, truth = _data(n_classes)
    theirs = LogisticRegression(class_weight="balanced", max_iter=5000).fit(x, truth).predict_proba(x)
    ours = fit_learner("linear", x, truth, n_classes, 10, 0).probabilities(x)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("name", ["linear", "boosted", "naive_forest"])
def test_rare_class_is_not_drowned(name):
    """Ten of class 1 among 300 of class 0, plain to see: weights make it found."""
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1], [300, 10])
    x = rng.normal(size=(310, 3)) + 4 * truth[:, None]
    said = fit_learner(name, x, truth, 2, 30, 0).probabilities(rng.normal(size=(50, 3)) + 4)
    assert (said.argmax(axis=1) == 1).mean() > 0.75


def test_linear_learners_together_are_the_mean_of_their_weights():
    x, truth = _data()
    parts = [fit_learner("linear", x[k::3], truth[k::3], 3, 10, 0) for k in range(3)]
    mean = np.mean([part.members[0].weights for part in parts], axis=0)
    np.testing.assert_array_equal(together(parts).members[0].weights, mean)


def test_class_that_a_part_lacks_is_told_by_the_others():
    x, truth = _data()
    without, whole = truth != 2, np.ones(len(truth), dtype=bool)
    parts = [fit_learner("boosted", x[keep], truth[keep], 3, 10, 0) for keep in (without, whole)]
    said = together(parts).probabilities(x)
    assert (said.argmax(axis=1) == truth).mean() > 0.9
    assert (parts[0].probabilities(x)[:, 2] == 0).all()


@pytest.mark.parametrize("name", ["linear", "boosted", "naive_forest"])
def test_one_class_alone_is_certain_and_no_row_gives_none(name):
    learner = fit_learner(name, np.zeros((4, 2)), np.ones(4, dtype=int), 3, 5, 0)
    np.testing.assert_array_equal(learner.probabilities(np.zeros((2, 2))), [[0, 1, 0], [0, 1, 0]])
    assert learner.probabilities(np.zeros((0, 2))).shape == (0, 3)


def test_nothing_to_learn_from_and_unknown_names_are_refused():
    with pytest.raises(ValueError, match="no labelled recording to learn from"):
        fit_learner("linear", np.zeros((0, 2)), np.zeros(0, dtype=int), 2, 5, 0)
    with pytest.raises(ValueError, match="must be linear, boosted or naive_forest, got 'svm'"):
        fit_learner("svm", np.zeros((2, 2)), np.array([0, 1]), 2, 5, 0)


def test_same_seed_is_the_same_model():
    x, truth = _data()
    first, again, other = (fit_learner("boosted", x, truth, 3, 10, seed).logits(x) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)

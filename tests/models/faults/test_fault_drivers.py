"""Drivers: exact where the model is a sum, the figure of the fault first, and the same whatever the seed."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_faults import NAMES, handmade_faults, no_diagnoses, quick_settings

from diagmod.models.faults.drivers import contributions, driver_in_words, ranked, rivals
from diagmod.models.faults.fault_model import fit_fault_model, training_side
from diagmod.models.faults.learners import Learner, Member, fit_learner
from diagmod.models.faults.training import labelled, train_faults

#: Figure that each fault of the handmade motors moves.
OF_FAULT = {"broken_bar": "bars", "eccentricity": "shaft_dbc"}


def test_linear_contribution_is_weight_times_spread_and_adds_up_to_the_odds():
    """Weights (1, 2) and (0, -1), offsets 0: of (3, 0.5) the odds are 3*1 + 0.5*3 = 4.5."""
    learner = Learner("linear", 2, (Member(np.array([0, 1]), np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 0.0]])),))
    x = np.array([[3.0, 0.5]])
    parts = contributions(learner, x, np.array([0]), np.array([1]))
    np.testing.assert_allclose(parts, [[3.0, 1.5]])
    logits = learner.logits(x)[0]
    assert parts.sum() == pytest.approx(logits[0] - logits[1])


def test_figure_as_expected_contributes_nothing_to_trees():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1], 60)
    x = rng.normal(size=(120, 3))
    x[:, 1] += 4 * truth
    learner = fit_learner("boosted", x, truth, 2, 20, 0)
    parts = contributions(learner, np.array([[0.0, 4.0, 0.0]]), np.array([1]), np.array([0]))[0]
    assert parts[[0, 2]].tolist() == [0.0, 0.0]
    assert parts[1] > 1


def test_fault_is_held_against_healthy_and_healthy_against_what_comes_next():
    said = np.array([[0.6, 0.1, 0.3], [0.1, 0.7, 0.2], [0.2, 0.1, 0.7]])
    assert rivals(("bar", "healthy", "short"), said).tolist() == [1, 2, 1]
    assert rivals(("bar", "short"), np.array([[0.6, 0.4]])).tolist() == [1]


def test_only_what_speaks_for_a_prediction_is_ranked():
    assert ranked(np.array([-1.0, 0.5, 2.0, 0.0])).tolist() == [2, 1]


def test_words_give_value_unit_and_side():
    assert driver_in_words("bars", 0.079, 9.04).endswith(
        "hide (1.2 bars, 9.0 spreads above what is usual for this motor)"
    )
    assert "(-41 dBc, 2.0 spreads below" in driver_in_words("shaft_dbc", -41.2, -2.0)
    assert "(3.0 spreads above" in driver_in_words("thd_R_log", 1.0, 3.0)


@pytest.mark.parametrize("name", ["linear", "boosted"])
def test_strongest_driver_of_a_fault_is_its_own_figure(name):
    trained = train_faults(handmade_faults(), no_diagnoses(), quick_settings(recommended=name))
    judged = trained.of("fault_predictions", "leave_group_out", "recommended")
    first = trained.of("fault_drivers", "leave_group_out", "recommended").query("rank == 1")
    told = judged.merge(first, on="recording_id").query("predicted == condition and condition != 'healthy'")
    assert len(told) > 40
    assert (told["figure"] == told["condition"].map(OF_FAULT)).mean() > 0.95
    assert told["sentence"].str.contains("spreads above what is usual for this motor").mean() > 0.95


@pytest.mark.parametrize("name", ["linear", "boosted"])
def test_strongest_driver_of_a_fault_is_the_same_over_five_seeds(name):
    data = labelled(handmade_faults(noise=0.2))
    everything, faulty = np.ones(len(data.truth), dtype=bool), data.truth != data.classes.index("healthy")
    tops = []
    for seed in range(5):
        settings = quick_settings(seed=seed, n_trees=30)
        model = fit_fault_model(training_side(data, everything, data.rows, settings), name, settings)
        seen = model.sight.look(data.rows.only(faulty))
        said = model.probabilities(seen)
        parts = contributions(model.learner, seen.by(name), said.argmax(axis=1), rivals(model.classes, said))
        tops.append(parts.argmax(axis=1))
    same = (np.array(tops) == tops[0]).all(axis=0)
    assert same.mean() >= 0.9, f"{name}: figures {NAMES}"

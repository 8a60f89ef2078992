"""Each learned method against scikit-learn's own answer, or against its definition written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from handmade_healthy import N_FEATURES, QUICK, groups_of, healthy
from sklearn.cluster import DBSCAN
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor
from sklearn.svm import OneClassSVM

from diagmod.models import autoencoder
from diagmod.models.detectors.detector import DEVICES, DetectorSettings, fit_detector
from diagmod.models.detectors.reconstruction import _stops

ROWS, FRESH = healthy(200), healthy(100, seed=1) * 1.5


def test_forest_scores_are_those_of_scikit_learn() -> None:
    forest = IsolationForest(n_estimators=50, max_samples=200, random_state=3).fit(ROWS)
    np.testing.assert_array_equal(
        fit_detector("isolation_forest", ROWS, QUICK).score(FRESH), -forest.score_samples(FRESH)
    )


def test_outlier_factors_are_those_of_scikit_learn() -> None:
    """Whichever tree scikit-learn would take."""
    factor = LocalOutlierFactor(n_neighbors=20, novelty=True).fit(ROWS)
    found = fit_detector("local_outlier_factor", ROWS, QUICK).score(FRESH)
    np.testing.assert_allclose(found, -factor.score_samples(FRESH), rtol=1e-12)


def test_one_class_scores_are_minus_the_logarithm_of_the_mean_kernel_of_the_same_machine() -> None:
    """gamma = 1 / (n_features x mean variance); weights are scikit-learn's, which add up to nu x n_rows."""
    gamma = 1 / (N_FEATURES * ROWS.var(axis=0).mean())
    machine = OneClassSVM(gamma=gamma, nu=0.05).fit(ROWS)
    expected = -np.log(machine.score_samples(FRESH) / (0.05 * len(ROWS)))
    np.testing.assert_allclose(fit_detector("one_class_svm", ROWS, QUICK).score(FRESH), expected, rtol=1e-9)


def test_one_class_score_goes_on_rising_where_all_kernels_vanish() -> None:
    detector = fit_detector("one_class_svm", ROWS, QUICK)
    far = np.zeros((4, N_FEATURES))
    far[:, 2] = [10, 100, 1000, 1e5]
    assert (np.diff(detector.score(far)) > 1).all()
    assert (detector.contributions(far).argmax(axis=1) == 2).all()


def test_cores_are_those_of_dbscan_and_the_score_is_the_distance_to_the_nearest_in_eps() -> None:
    detector = fit_detector("dbscan", ROWS, QUICK)
    clusters = DBSCAN(eps=detector.eps, min_samples=QUICK.n_core_neighbours + 1).fit(ROWS)
    cores = ROWS[clusters.core_sample_indices_]
    np.testing.assert_array_equal(detector.cores, cores)
    assert len(cores) == round(QUICK.core_share * len(ROWS))
    nearest = np.linalg.norm(FRESH[:, None] - cores, axis=2).min(axis=1)
    np.testing.assert_allclose(detector.score(FRESH), nearest / detector.eps, rtol=1e-9)


def test_t2_and_q_are_those_of_the_components_and_their_shares_add_up() -> None:
    """Components of the standardised rows by scikit-learn; T2 and Q over their quantiles of the training rows."""
    detector = fit_detector("pca_t2_q", ROWS, QUICK)
    centre, spread = ROWS.mean(axis=0), ROWS.std(axis=0, ddof=1)
    components = PCA(detector.n_components).fit((ROWS - centre) / spread)

    def parts(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        z = (rows - centre) / spread
        t = components.transform(z)
        return (t**2 / components.explained_variance_).sum(axis=1), ((z - components.inverse_transform(t)) ** 2).sum(
            axis=1
        )

    expected = sum(own / np.quantile(usual, 0.95) for own, usual in zip(parts(FRESH), parts(ROWS), strict=True))
    np.testing.assert_allclose(detector.score(FRESH), expected, rtol=1e-9)
    amounts = detector.contributions(FRESH) * detector.score(FRESH)[:, None]
    np.testing.assert_allclose(amounts.sum(axis=1), expected, rtol=1e-9)


def test_components_keep_the_stated_share_of_the_variance_but_never_all() -> None:
    """Two figures alike and four of their own: eigenvalues 1.9, four ones, 0.1; 0.9 of 6 is reached with five."""
    assert fit_detector("pca_t2_q", healthy(5000), QUICK).n_components == 5
    assert fit_detector("pca_t2_q", healthy(5000), replace(QUICK, variance_share=0.3)).n_components == 1
    assert fit_detector("pca_t2_q", healthy(5000), replace(QUICK, variance_share=0.9999)).n_components == 5


def test_figures_that_depend_on_each_other_exactly_may_not_part() -> None:
    rows, broken = healthy(100), np.zeros((1, N_FEATURES))
    rows[:, 1] = rows[:, 0]
    broken[0, :2] = 0.1, -0.1
    detector = fit_detector("pca_t2_q", rows, QUICK)
    assert detector.score(broken)[0] > 100 * detector.score(rows).max()


def test_the_autoencoder_can_learn_a_small_batch_by_heart() -> None:
    """12 rows of rank 2: a code of 3 numbers draws them again to a tenth of a spread."""
    rng = np.random.default_rng(0)
    rows = np.repeat(rng.standard_normal((12, 2)) @ rng.standard_normal((2, N_FEATURES)), 5, axis=0)
    settings = DetectorSettings(seed=0, n_epochs=600, patience=600, batch_size=16)
    groups = [str(k % 5) for k in range(60)]
    assert np.abs(fit_detector("autoencoder", rows, settings, groups).usual).max() < 0.1


def test_the_autoencoder_sees_that_figures_no_longer_go_together() -> None:
    rows = healthy(400)
    detector = fit_detector("autoencoder", rows, DetectorSettings(seed=0, n_code=5))
    broken = healthy(200, seed=6)
    before = np.median(detector.score(broken))
    broken[:, 0], broken[:, 1] = 2.0, -2.0
    assert np.median(detector.score(broken)) > 1.5 * before
    assert np.mean(np.isin(detector.contributions(broken).argmax(axis=1), [0, 1])) > 0.8


def test_whole_groups_stop_the_training_of_the_autoencoder() -> None:
    groups = groups_of(100)
    stops = _stops(groups, QUICK)
    names = np.array(groups)
    assert not set(names[stops]) & set(names[~stops])
    assert 10 <= stops.sum() <= 30


def test_the_autoencoder_stops_before_the_last_epoch_on_rows_without_any_pattern() -> None:
    detector = fit_detector("autoencoder", healthy(60), DetectorSettings(seed=0, n_epochs=2000, patience=10))
    assert detector.n_epochs < 1500


@pytest.mark.parametrize("name", ["isolation_forest", "autoencoder", "half_space_trees"])
def test_another_seed_is_another_model(name: str) -> None:
    one, two = (fit_detector(name, ROWS, replace(QUICK, seed=seed)).score(FRESH) for seed in (1, 2))
    assert (one != two).any()


@pytest.mark.parametrize(
    "name", ["sigma_rule", "robust_z", "one_class_svm", "local_outlier_factor", "dbscan", "pca_t2_q"]
)
def test_without_chance_neither_seed_nor_order_of_figures_changes_a_score(name: str) -> None:
    turned = [4, 0, 5, 2, 1, 3]
    one = fit_detector(name, ROWS, QUICK)
    two = fit_detector(name, ROWS[:, turned], replace(QUICK, seed=99))
    np.testing.assert_allclose(two.score(FRESH[:, turned]), one.score(FRESH), rtol=1e-7, atol=1e-9)
    shares = one.contributions(FRESH)[:, turned]
    np.testing.assert_allclose(two.contributions(FRESH[:, turned]), shares, atol=1e-5)


@pytest.mark.parametrize("name", ["one_class_svm", "local_outlier_factor", "dbscan", "autoencoder"])
def test_at_most_so_many_rows_are_learned_from_and_the_same_ones_every_time(name: str) -> None:
    settings = replace(QUICK, max_rows=60)
    one, two = (fit_detector(name, ROWS, settings).score(FRESH) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert (one != fit_detector(name, ROWS, QUICK).score(FRESH)).any()


def test_devices_are_those_of_the_networks() -> None:
    """Named again only so that settings need not load torch."""
    assert DEVICES == autoencoder.DEVICES


def test_a_gpu_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ValueError, match="device cuda was asked for and torch sees no GPU"):
        fit_detector("autoencoder", ROWS, replace(QUICK, device="cuda"))

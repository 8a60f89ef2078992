"""The network on raw segments: it can learn, its axes mean what they should, the same seed is the same network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from handmade_segments import fleet, settings, waves

from diagmod.core.segment_waves import N_POINTS, length_s, segment_wave
from diagmod.io.embedding_files import read_embedding, write_embedding
from diagmod.models.segment_cnn import SegmentCnn, is_defined, together
from diagmod.models.segment_network import RECEPTIVE_FIELD, RECEPTIVE_PERIODS, SegmentNetwork
from diagmod.models.segment_training import class_weights, fit_segment_cnn, groups_that_stop
from diagmod.sim.signal import Line, SignalSpec, synthesise


@pytest.fixture(scope="module")
def fitted() -> SegmentCnn:
    """A network that tells the three classes apart."""
    return fit_segment_cnn(*fleet(), settings(n_epochs=12, patience=12))


def test_one_batch_is_learned_by_heart():
    """Sixteen segments of noise whose labels mean nothing."""
    labels = np.arange(16) % 2
    plain = settings(n_epochs=150, dropout=0.0, weight_decay=0.0, learning_rate=1e-2)
    network = fit_segment_cnn(waves(np.zeros(16, dtype=int), 1), labels, ["M1"] * 16, plain)
    assert network.losses[0][0] > 0.3
    assert network.losses[-1][0] < 0.1
    said = network.probabilities(waves(np.zeros(16, dtype=int), 1))
    assert (said.argmax(axis=1) == labels).mean() > 0.9


def test_lines_40_db_below_the_supply_are_told_apart_on_groups_that_were_not_seen(fitted):
    labels = np.arange(30) % 3
    said = fitted.probabilities(waves(labels, 99))
    assert said.sum(axis=1) == pytest.approx(np.ones(30))
    assert (said.argmax(axis=1) == labels).mean() > 0.9


def test_a_point_is_seen_from_as_far_as_is_claimed_and_no_farther():
    """The last filter looks at 33 + 4 x 4 x 31 = 529 points, 33 periods; one point moved is seen so far around it."""
    assert RECEPTIVE_FIELD == 529
    assert pytest.approx(33.06, abs=0.01) == RECEPTIVE_PERIODS
    torch.manual_seed(0)
    network, at = SegmentNetwork(3).eval(), 768
    one = torch.from_numpy(waves(np.zeros(1, dtype=int)))
    other = one.clone()
    other[0, 0, at] += 10
    with torch.no_grad():
        moved = (network.filtered(other)[-1] - network.filtered(one)[-1]).abs().amax(dim=(0, 1)) > 1e-7
    seen = 4 * np.flatnonzero(moved.numpy())
    half = RECEPTIVE_FIELD // 2
    assert seen.min() >= at - half
    assert seen.max() <= at + half
    assert seen.max() - seen.min() > 0.9 * (RECEPTIVE_FIELD - 33)


def test_the_network_is_small():
    assert sum(p.numel() for p in SegmentNetwork(13).parameters()) < 60_000


@pytest.mark.parametrize("permuted", [(0, 2, 1), (1, 0, 2), (2, 1, 0)])
def test_permuted_axes_are_refused(fitted, permuted):
    with pytest.raises(ValueError, match=r"waves must have shape \(n, 2, 1536\), got .* axes are segments"):
        fitted.probabilities(waves(np.arange(6) % 3).transpose(permuted))


def test_real_and_imaginary_part_and_the_direction_of_time_are_not_the_same(fitted):
    """Exchanged parts leave the supply line at (0, 1) instead of (1, 0): everything is different."""
    made = waves(np.array([1]), 3)
    made[0, 0] += 0.02 * np.sin(2 * np.pi * 200 * np.arange(N_POINTS) / N_POINTS)
    made[0, 1] += 0.02 * np.cos(2 * np.pi * 200 * np.arange(N_POINTS) / N_POINTS)
    base = np.log(fitted.probabilities(made))
    for changed in (made[:, ::-1], made[:, :, ::-1]):
        assert np.abs(np.log(fitted.probabilities(np.ascontiguousarray(changed))) - base).max() > 0.1


def test_a_segment_is_judged_alike_in_any_company(fitted):
    many = waves(np.arange(40) % 3, 5)
    whole = fitted.probabilities(many)
    for k in (0, 17, 39):
        np.testing.assert_allclose(fitted.probabilities(many[k : k + 1])[0], whole[k], atol=1e-5)


def _machine(fs: float, line_hz: float) -> np.ndarray:
    """A machine with broken bars, by a recorder of some rate on a grid of some frequency."""
    lines = [Line(line_hz * (1 - 1 / 12), -40), Line(line_hz * (1 + 1 / 12), -40)]
    spec = SignalSpec(line_hz=line_hz, amplitude_a=8.0, harmonics_pct={5: 0.1}, lines=lines)
    samples = synthesise(spec, fs, round(length_s(line_hz) * fs) + 4, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    noise = 1e-3 * rng.normal(size=(2, N_POINTS))
    return segment_wave(samples, fs, 20.0, 120.0, length_s(line_hz) / 2) + noise.astype(np.float32)


def test_the_same_machine_is_judged_alike_at_another_rate_and_on_another_grid(fitted):
    """Within 2 % of probability, at 5 and 12 kHz and at 50 and 60 Hz; and as what it is."""
    said = fitted.probabilities(np.stack([_machine(*at) for at in ((5e3, 50.0), (12e3, 50.0), (5e3, 60.0))]))
    assert np.abs(said - said[0]).max() < 0.02
    assert said.argmax(axis=1).tolist() == [1, 1, 1]


def test_what_is_not_defined_is_not_judged_and_teaches_nothing():
    data, labels, groups = fleet(6, 4)
    data[3, 1, 700] = np.nan
    keep = np.arange(len(data)) != 3
    network = fit_segment_cnn(data, labels, groups, settings())
    assert np.isnan(network.probabilities(data)).all(axis=1).nonzero()[0].tolist() == [3]
    assert is_defined(data).tolist() == keep.tolist()
    without = fit_segment_cnn(data[keep], labels[keep], [g for g, k in zip(groups, keep, strict=True) if k], settings())
    for name, value in network.tensors().items():
        np.testing.assert_array_equal(value, without.tensors()[name])


def test_the_same_seed_is_the_same_network_and_another_is_another():
    one, same, other = (fit_segment_cnn(*fleet(6, 4), settings(seed=seed)) for seed in (3, 3, 4))
    for name, value in one.tensors().items():
        np.testing.assert_array_equal(value, same.tensors()[name])
    np.testing.assert_array_equal(one.losses, same.losses)
    assert not np.array_equal(one.weights["first.weight"], other.weights["first.weight"])


def test_another_process_makes_the_same_bytes():
    """Whatever the threads that were set, and whatever was drawn before."""
    code = (
        "import sys, hashlib, torch; torch.set_num_threads(int(sys.argv[1])); torch.rand(int(sys.argv[1]))\n"
        "from handmade_segments import fleet, settings; from diagmod.models.segment_training import fit_segment_cnn\n"
        "t = fit_segment_cnn(*fleet(6, 4), settings(n_epochs=2)).tensors()\n"
        "print(hashlib.sha256(b''.join(t[k].tobytes() for k in sorted(t))).hexdigest())"
    )
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, sys.path)])
    found = [
        subprocess.run(
            [sys.executable, "-c", code, n], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": path},
        ).stdout
        for n in ("1", "2")
    ]  # fmt: skip
    assert found[0] == found[1]
    assert len(found[0].strip()) == 64


def test_a_stored_network_says_the_same(fitted, tmp_path):
    write_embedding(tmp_path / "faults", fitted.tensors(), {"n_epochs": fitted.n_epochs})
    again = SegmentCnn.of(*read_embedding(tmp_path / "faults"))
    new = waves(np.arange(9) % 3, 8)
    np.testing.assert_array_equal(again.probabilities(new), fitted.probabilities(new))
    assert again.n_epochs == fitted.n_epochs


def test_a_class_that_nobody_taught_has_no_probability():
    """Four classes are asked for; 1 and 3 have no segment."""
    data, labels, groups = fleet()
    network = fit_segment_cnn(data, np.where(labels == 1, -1, labels), groups, settings(), n_classes=4)
    said = network.probabilities(data)
    assert network.is_learned.tolist() == [True, False, True, False]
    assert (said[:, [1, 3]] == 0).all()
    assert said.sum(axis=1) == pytest.approx(np.ones(len(data)))


def test_weights_let_a_rare_class_count_as_much_as_a_common_one():
    """By hand: 8 and 2 rows, 10 / (2 x 8) and 10 / (2 x 2); a class without rows weighs nothing."""
    assert class_weights(np.repeat([0, 2], [8, 2]), 3).tolist() == [0.625, 0.0, 2.5]


def test_without_weights_a_rare_class_would_hardly_be_named(monkeypatch):
    """Six segments, each labelled 0 ten times and 1 once: even with weights, at most some one in eleven without."""
    shown = waves(np.zeros(6, dtype=int))
    data, labels = np.tile(shown, (11, 1, 1)), np.repeat([0] * 10 + [1], 6)
    plain = settings(n_epochs=15, dropout=0.0)
    weighted = fit_segment_cnn(data, labels, ["M1"] * 66, plain).probabilities(shown)[:, 1]
    monkeypatch.setattr("diagmod.models.segment_training.class_weights", lambda labels, n: np.ones(n, dtype=np.float32))
    unweighted = fit_segment_cnn(data, labels, ["M1"] * 66, plain).probabilities(shown)[:, 1]
    assert weighted.mean() == pytest.approx(0.5, abs=0.1)
    assert unweighted.mean() < 0.15


@pytest.mark.parametrize("seed", range(8))
def test_groups_that_stop_teach_nothing_and_every_class_stands_on_both_sides(seed):
    labels = np.tile(np.repeat([0, 1, 2], 4), 5)
    groups = np.repeat([f"M{k:02d}" for k in range(15)], 4)
    stops = groups_that_stop(labels, groups, seed)
    assert not set(groups[stops]) & set(groups[~stops])
    assert set(labels[stops]) == set(labels[~stops]) == {0, 1, 2}
    assert len(set(groups[stops])) == 3


def test_the_only_two_motors_of_a_fault_both_teach():
    """Nothing stops the training then: all passes are made and the loss of the other side is not known."""
    data, labels, groups = fleet(8, 4)
    assert not groups_that_stop(labels, np.array(groups), 0).any()
    network = fit_segment_cnn(data, labels, groups, settings())
    assert network.n_epochs == len(network.losses) == 4
    assert np.isnan([validation for _, validation in network.losses]).all()


def test_training_stops_by_groups_it_has_not_seen_and_takes_the_best_epoch(monkeypatch):
    """Labels of the groups that stop are exchanged: the better it learns, the worse it is there."""
    data, labels, groups = fleet(9, 6)
    stops = groups_that_stop(labels, np.array(groups), 7)
    monkeypatch.setattr("diagmod.models.segment_training.groups_that_stop", lambda *_: stops)
    wrong, told = np.where(stops, (labels + 1) % 3, labels), []
    network = fit_segment_cnn(
        data, wrong, groups, settings(n_epochs=30, patience=3), on_epoch=lambda *a: told.append(a)
    )
    validation = [loss for _, loss in network.losses]
    assert len(told) == len(network.losses) < 30
    assert network.n_epochs == int(np.argmin(validation)) + 1 == len(told) - 3
    assert [epoch for epoch, _, _ in told] == list(range(1, len(told) + 1))


def test_no_more_than_max_segments_are_learned_from():
    """With two of 54 segments drawn no more than two of the three classes can be learned."""
    network = fit_segment_cnn(*fleet(), settings(max_segments=2, seed=2, n_epochs=1))
    assert network.is_learned.sum() == 2


def test_groups_on_both_sides_of_the_stop_are_refused(monkeypatch):
    half = np.arange(54) % 2 == 0
    monkeypatch.setattr("diagmod.models.segment_training.groups_that_stop", lambda *_: half)
    with pytest.raises(ValueError, match="leakage: M00"):
        fit_segment_cnn(*fleet(), settings())


def test_segments_that_are_all_the_same_crash_nothing():
    flat = np.zeros((8, 2, N_POINTS), dtype=np.float32)
    flat[:, 0] = 1.0
    said = fit_segment_cnn(flat, np.arange(8) % 2, ["M1"] * 8, settings()).probabilities(flat)
    assert np.isfinite(said).all()


def test_a_recording_is_the_mean_of_the_logarithms_of_its_segments():
    """By hand: sqrt(0.8 x 0.2) = 0.4 for both classes of the first; one segment speaks for itself; none is NaN."""
    said = np.array([[0.8, 0.2], [0.2, 0.8], [0.7, 0.3], [np.nan, np.nan]])
    found = together(said, np.array([0, 0, 1, 1]), 3)
    np.testing.assert_allclose(found[:2], [[0.5, 0.5], [0.7, 0.3]])
    assert np.isnan(found[2]).all()
    assert together(np.array([[1.0, 0.0]]), np.array([0]), 1).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w, y, g: (w, y[:-1], g), "24 waves, 23 labels and 24 groups"),
        (lambda w, y, g: (w, np.zeros_like(y), g), r"segments of 1 class\(es\) are defined, at least 2"),
        (lambda w, y, g: (np.full_like(w, np.nan), y, g), r"segments of 0 class\(es\) are defined"),
        (lambda w, y, g: (w[:0], y[:0], []), r"segments of 0 class\(es\) are defined"),
        (lambda w, y, g: (w[:, :1], y, g), "waves must have shape"),
    ],
)
def test_what_cannot_be_learned_from_is_said(change, words):
    with pytest.raises(ValueError, match=words):
        fit_segment_cnn(*change(*fleet(6, 4)), settings())


def test_a_label_beyond_the_classes_is_refused():
    with pytest.raises(ValueError, match="labels must be below n_classes = 2, got 2"):
        fit_segment_cnn(*fleet(6, 4), settings(), n_classes=2)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"n_epochs": 0}, "n_epochs must be at least 1, got 0"),
        ({"patience": 0}, "patience must be at least 1"),
        ({"batch_size": 1}, "batch_size must be at least 2, got 1"),
        ({"max_segments": 1}, "max_segments must be at least 2"),
        ({"learning_rate": 0.0}, "learning_rate must lie between 0 and 1, got 0"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1"),
        ({"weight_decay": -0.1}, "weight_decay must be at least 0"),
        ({"device": "gpu"}, "device must be one of auto, cpu, cuda, got 'gpu'"),
    ],
)
def test_settings_out_of_range_are_refused(changed, words):
    with pytest.raises(ValueError, match=words):
        settings(**changed)


def test_a_gpu_that_is_not_there_is_refused(fitted, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="torch sees no GPU; set device to cpu or auto"):
        fit_segment_cnn(*fleet(6, 4), settings(device="cuda"))
    assert fitted.probabilities(waves(np.zeros(1, dtype=int)), "auto").shape == (1, 3)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_says_what_the_processor_says(fitted):
    new = waves(np.arange(9) % 3, 8)
    np.testing.assert_allclose(fitted.probabilities(new, "cuda"), fitted.probabilities(new), atol=1e-3)

"""Training stops by the last part of its time, keeps the best epoch, and is the same every time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from handmade_fleet import fleet, trend

from diagmod.models.autoencoder import reproducible
from diagmod.models.forecast.lstm import Lstm
from diagmod.models.forecast.network_method import NetworkMethod, parted_windows
from diagmod.models.forecast.network_training import NetworkSettings, fit_network
from diagmod.models.forecast.tcn import Tcn
from diagmod.models.forecast.window_draws import training_windows
from diagmod.models.forecast.window_rows import shape_of

DAILY = shape_of(24, 30)
SMALL = NetworkSettings(n_hidden=6, n_epochs=3, max_windows=100)

#: Methods by a network.
KINDS = pytest.mark.parametrize("kind", [Tcn, Lstm])


@pytest.fixture(scope="module")
def fitted() -> dict[type, NetworkMethod]:
    return {kind: kind(DAILY, SMALL).fit(fleet(4)) for kind in (Tcn, Lstm)}


@KINDS
def test_the_same_seed_is_the_same_bytes_and_another_seed_other_bytes(kind: type, fitted: dict[type, NetworkMethod]):
    again, other = (kind(DAILY, replace(SMALL, seed=seed)).fit(fleet(4)) for seed in (SMALL.seed, 8))
    asked = fleet(2, seed=3)
    first = fitted[kind].forecast(asked, 30).tobytes()
    assert again.forecast(asked, 30).tobytes() == first
    assert again.learnt.losses == fitted[kind].learnt.losses
    assert other.forecast(asked, 30).tobytes() != first


def test_another_process_with_more_threads_gives_the_same_bytes(fitted: dict[type, NetworkMethod]):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import torch; torch.set_num_threads(2)\n"
        "from handmade_fleet import fleet\n"
        "from diagmod.models.forecast.tcn import Tcn\n"
        "from diagmod.models.forecast.network_training import NetworkSettings\n"
        "from diagmod.models.forecast.window_rows import shape_of\n"
        "m = Tcn(shape_of(24, 30), NetworkSettings(n_hidden=6, n_epochs=3, max_windows=100)).fit(fleet(4))\n"
        "sys.stdout.write(m.forecast(fleet(2, seed=3), 30).tobytes().hex())\n"
    )
    tests = str(Path(__file__).parents[2])
    told = subprocess.run([sys.executable, "-c", code, tests], check=True, capture_output=True, text=True).stdout
    assert told == fitted[Tcn].forecast(fleet(2, seed=3), 30).tobytes().hex()


@KINDS
def test_forecasts_have_their_shape_rise_and_are_prefixes(kind: type, fitted: dict[type, NetworkMethod]):
    answers = fitted[kind].forecast(fleet(3, seed=5), 30)
    assert answers.shape == (3, 5, 30)
    assert (np.diff(answers, axis=1) >= 0).all()
    np.testing.assert_array_equal(fitted[kind].forecast(fleet(3, seed=5), 7), answers[:, :, :7])


@KINDS
def test_ampere_or_kiloampere_makes_no_difference(kind: type, fitted: dict[type, NetworkMethod]):
    one = fleet(1, seed=9)[0]
    a, b = (fitted[kind].forecast([s], 30) for s in (one, replace(one, values=one.values / 1000)))
    np.testing.assert_allclose(b * 1000, a, rtol=1e-4)


def test_windows_that_teach_end_before_those_that_stop_begin():
    """A change of all values in the last fifth changes nothing that teaches, targets included."""
    series = fleet(4)
    late = [replace(s, values=np.where(np.arange(150) >= 125, 2 * s.values, s.values)) for s in series]
    (taught, stopping), (same, other) = (parted_windows(some, DAILY, SMALL) for some in (series, late))
    np.testing.assert_array_equal(taught.channels(), same.channels())
    np.testing.assert_array_equal(taught.targets, same.targets)
    assert not np.array_equal(stopping.targets, other.targets, equal_nan=True)
    last_taught = (taught.origin[:, None] + np.arange(30) * np.timedelta64(24, "h"))[np.isfinite(taught.targets)].max()
    assert last_taught < stopping.origin.min()


def test_short_series_all_teach_and_none_stop():
    taught, stopping = parted_windows([trend(fleet(1)[0].values[:9])], DAILY, SMALL)
    assert len(taught) > 0
    assert len(stopping) == 0


def test_the_weights_are_those_of_the_epoch_with_the_least_loss_and_training_stops():
    windows = training_windows(fleet(4), DAILY, 120, 0)
    settings = NetworkSettings(n_hidden=8, n_epochs=60, patience=3, learning_rate=2e-2, weight_decay=0.0)
    told: list[tuple[float, float]] = []
    with reproducible(0):
        network = Tcn(DAILY, settings).network()
        taught, stopping = windows.only(np.arange(90)), windows.only(np.arange(90, len(windows)))
        learnt = fit_network(network, taught, stopping, settings, lambda share, loss: told.append((share, loss)))
    stops = [loss for _, loss in learnt.losses]
    assert learnt.n_epochs in (0, 1 + int(np.argmin(stops)))
    assert len(stops) == learnt.n_epochs + 3 < 60
    assert [loss for _, loss in told] == stops
    assert told[-1][0] == 1.0
    assert all(a <= b for (a, _), (b, _) in pairwise(told))


def test_a_network_that_learnt_nothing_answers_with_the_line():
    """Before the first step the median is the line of every window within a tenth of a scale."""
    windows = training_windows(fleet(4), DAILY, 100, 0)
    still = replace(SMALL, n_epochs=1, learning_rate=1e-9)
    with reproducible(0):
        network = Tcn(DAILY, still).network()
        fit_network(network, windows, windows, still)
    with torch.no_grad():
        median = network.eval()(torch.from_numpy(windows.channels()))[:, 2].numpy()
    assert np.abs(median).mean() < 0.1


@KINDS
def test_series_that_are_too_short_have_no_forecast_and_teach_nothing(kind: type, fitted: dict[type, NetworkMethod]):
    for values in ([], [np.nan] * 60, np.arange(5.0)):
        short = trend(np.array(values))
        answers = fitted[kind].forecast([short, fleet(1)[0]], 30)
        assert np.isnan(answers[0]).all()
        assert np.isfinite(answers[1]).all()
        learnt = kind(DAILY, SMALL).fit([short])
        assert not learnt.has_learnt
        assert np.isnan(learnt.forecast(fleet(1), 30)).all()
    assert kind(DAILY, SMALL).fit([]).forecast([], 30).shape == (0, 5, 30)


@KINDS
def test_constant_negative_huge_and_twenty_steps_are_fine(kind: type):
    one = fleet(1)[0]
    for values in (np.full(150, 3.0), np.zeros(150), -one.values, 1e200 * one.values, one.values[:20]):
        series = [trend(values)]
        assert np.isfinite(kind(DAILY, replace(SMALL, n_epochs=1)).fit(series).forecast(series, 30)).all()


@KINDS
def test_hours_and_odd_steps_are_learnt_too(kind: type):
    for step_h, horizon in ((1, 168), (48, 10), (6, 28)):
        series = fleet(2, 400, step_h)
        answers = kind(shape_of(step_h, horizon), replace(SMALL, n_epochs=1)).fit(series).forecast(series, horizon)
        assert answers.shape == (2, 5, horizon)
        assert np.isfinite(answers).all()


def test_what_cannot_be_asked_is_refused(fitted: dict[type, NetworkMethod]):
    with pytest.raises(ValueError, match="tcn has learnt nothing yet; call fit"):
        Tcn(DAILY).forecast(fleet(1), 30)
    with pytest.raises(ValueError, match="horizon must lie between 1 and 30 steps of 24 h, got 31"):
        fitted[Tcn].forecast(fleet(1), 31)
    with pytest.raises(ValueError, match="steps of 1 h and the model steps of 24 h"):
        fitted[Tcn].forecast(fleet(1, 400, 1), 30)


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is there")
def test_a_gpu_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="torch sees no GPU; set device to cpu or auto"):
        Tcn(DAILY, replace(SMALL, device="cuda")).fit(fleet(2))
    assert Tcn(DAILY, replace(SMALL, n_epochs=1, device="auto")).fit(fleet(2)).has_learnt


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"n_epochs": 0}, "n_epochs must be at least 1, got 0"),
        ({"learning_rate": 1.0}, "learning_rate must lie between 0 and 1, got 1"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1"),
        ({"device": "tpu"}, "device must be one of auto, cpu, cuda, got 'tpu'"),
    ],
)
def test_settings_out_of_range_are_refused(changed: dict[str, object], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        NetworkSettings(**changed)

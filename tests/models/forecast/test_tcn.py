"""The convolutional network looks back only, as far as it says, along the axis that is time, and can learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from handmade_fleet import fleet
from one_batch import losses_of_one_batch

from diagmod.models.autoencoder import reproducible
from diagmod.models.forecast.network_training import NetworkSettings, fit_network
from diagmod.models.forecast.tcn import TAPS, Tcn, TemporalNetwork, blocks_for, receptive_field
from diagmod.models.forecast.window_draws import training_windows
from diagmod.models.forecast.window_rows import CHANNELS, shape_of

DAILY = shape_of(24, 30)


def network(seed: int = 0, lookback_of: int = 24, horizon: int = 30) -> TemporalNetwork:
    with reproducible(seed):
        return TemporalNetwork(shape_of(lookback_of, horizon), 8, 0.0).double().eval()


def waves(n: int = 2, steps: int = 56, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((n, len(CHANNELS), steps)))


def test_a_change_at_a_step_moves_no_step_before_it():
    """Nothing before step 30 differs by a single bit; step 30 itself does."""
    x = waves()
    changed = x.clone()
    changed[:, :, 30] += 1.0
    with torch.no_grad():
        a, b = network().of_all_steps(x), network().of_all_steps(changed)
    assert torch.equal(a[:, :, :30], b[:, :, :30])
    assert not torch.equal(a[:, :, 30], b[:, :, 30])


def test_no_gradient_comes_from_the_future():
    x = waves().requires_grad_()
    network().of_all_steps(x)[:, :, 30].sum().backward()
    assert (x.grad[:, :, 31:] == 0).all()
    assert (x.grad[:, :, 30] != 0).any()


@pytest.mark.parametrize("n_blocks", [1, 2, 3])
def test_the_receptive_field_is_what_the_formula_says(n_blocks: int):
    """With positive weights and input no ReLU is shut: every step within the field has a gradient."""
    reach = receptive_field(n_blocks)
    assert reach == 1 + 2 * (TAPS - 1) * sum(2**k for k in range(n_blocks))
    net = network()
    net.blocks = net.blocks[:n_blocks]
    with torch.no_grad():
        for parameter in net.blocks.parameters():
            parameter.abs_()
    x = torch.rand(1, len(CHANNELS), reach + 20, dtype=torch.float64).requires_grad_()
    net.of_all_steps(x)[:, :, -1].sum().backward()
    seen = (x.grad[0] != 0).any(dim=0).numpy()
    assert seen[-reach:].all()
    assert not seen[:-reach].any()


@pytest.mark.parametrize(("step_h", "horizon"), [(24, 30), (1, 168)])
def test_the_receptive_field_holds_the_window(step_h: int, horizon: int):
    lookback = shape_of(step_h, horizon).lookback
    assert receptive_field(blocks_for(lookback)) >= lookback > receptive_field(blocks_for(lookback) - 1)


@pytest.mark.parametrize("steps", [55, 56, 61, 100])
def test_what_is_computed_of_the_last_step_is_the_whole_network_there(steps: int):
    net, x = network(), waves(3, steps)
    with torch.no_grad():
        np.testing.assert_allclose(
            net.figures(x).numpy(), net.of_all_steps(x)[:, :, -1].numpy(), rtol=1e-12, atol=1e-14
        )


def test_the_axes_are_batch_channel_and_time():
    """Another window changes its own answer alone; turned in time, or with channels swapped, it is another window."""
    net, x = network(), waves(3)
    other = x.clone()
    other[1] = x[1].flip(-1)
    with torch.no_grad():
        a, b = net(x), net(other)
    assert a.shape == (3, 5, 30)
    assert torch.equal(a[[0, 2]], b[[0, 2]])
    assert not torch.allclose(a[1], b[1])
    swapped = x.clone()
    swapped[:, [0, 1]] = x[:, [1, 0]]
    assert not torch.allclose(net(swapped), a)


def test_weights_are_normed_by_filter():
    """A filter's length is its gain, whatever its direction: section 3.4 of the paper."""
    layer = network().blocks[0].first
    gain = layer.parametrizations.weight.original0.flatten()
    assert torch.allclose(layer.weight.flatten(1).norm(dim=1), gain)


def test_one_batch_is_learnt_by_heart():
    """Sixteen windows, 300 steps of Adam: the loss falls by more than 95 %."""
    with reproducible(0):
        losses = losses_of_one_batch(TemporalNetwork(DAILY, 32, 0.0), DAILY)
    assert min(losses[-20:]) < 0.05 * losses[0]


def test_what_a_covariate_foretells_is_learnt():
    """Where the load stood high three days ago, the next days are 3 scales up: the median follows on new windows."""
    settings = NetworkSettings(n_epochs=15, patience=15, n_hidden=12, dropout=0.0, learning_rate=1e-2)
    rng = np.random.default_rng(0)
    windows = training_windows(fleet(8), DAILY, 600, 0)
    sign = rng.choice([-1.0, 1.0], len(windows))
    windows.covariates[:, 0] = 0.0
    windows.covariates[:, 0, -3] = sign
    windows.targets[:] = 3 * sign[:, None] + rng.normal(0, 0.3, windows.targets.shape)
    taught, new = windows.only(np.arange(0, 500)), windows.only(np.arange(500, len(windows)))
    method = Tcn(DAILY, settings)
    with reproducible(0):
        net = method.network()
        fit_network(net, taught, new, settings)
    with torch.no_grad():
        median = net.eval()(torch.from_numpy(new.channels()))[:, 2].numpy()
    assert (np.abs(median - 3 * sign[500:, None]) < 1).mean() > 0.95

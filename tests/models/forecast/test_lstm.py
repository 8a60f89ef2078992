"""The recurrent network reads a window from its oldest step to the newest, hours a day at a time, and can learn."""

from __future__ import annotations

import torch
from one_batch import losses_of_one_batch

from diagmod.models.autoencoder import reproducible
from diagmod.models.forecast.lstm import RecurrentNetwork
from diagmod.models.forecast.window_rows import CHANNELS, shape_of

DAILY, HOURLY = shape_of(24, 30), shape_of(1, 168)


def network(shape: object) -> RecurrentNetwork:
    with reproducible(0):
        return RecurrentNetwork(shape, 8, 0.0).eval()


def test_hours_are_read_a_day_at_a_time_in_their_order():
    """Step 3 of 14 holds hours 72 to 95 of every channel, channel by channel."""
    x = torch.arange(2 * len(CHANNELS) * 336.0).view(2, len(CHANNELS), 336)
    steps = network(HOURLY).in_steps(x)
    assert steps.shape == (2, 14, len(CHANNELS) * 24)
    assert torch.equal(steps[1, 3].view(len(CHANNELS), 24), x[1, :, 72:96])
    assert network(DAILY).in_steps(x[:, :, :56]).shape == (2, 56, len(CHANNELS))


def test_the_axes_are_batch_channel_and_time():
    x = torch.randn(3, len(CHANNELS), 56, generator=torch.Generator().manual_seed(0))
    other = x.clone()
    other[1] = x[1].flip(-1)
    with torch.no_grad():
        a, b = network(DAILY)(x), network(DAILY)(other)
    assert a.shape == (3, 5, 30)
    assert torch.equal(a[[0, 2]], b[[0, 2]])
    assert not torch.allclose(a[1], b[1])


def test_what_is_kept_is_the_state_after_the_newest_step():
    """The last step moves the answer more than the first: a memory forgets."""
    x = torch.zeros(1, len(CHANNELS), 56)
    first, last = x.clone(), x.clone()
    first[:, :, 0], last[:, :, -1] = 3.0, 3.0
    with torch.no_grad():
        plain, early, late = (network(DAILY)(one) for one in (x, first, last))
    assert (late - plain).abs().max() > 10 * (early - plain).abs().max()


def test_one_batch_is_learnt_by_heart():
    with reproducible(0):
        losses = losses_of_one_batch(RecurrentNetwork(DAILY, 64, 0.0), DAILY)
    assert min(losses[-20:]) < 0.05 * losses[0]

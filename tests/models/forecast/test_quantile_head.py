"""Quantiles of a head cannot cross, begin where they are told to, and are taught by what is known alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from diagmod.models.forecast.method import LEVELS
from diagmod.models.forecast.quantile_head import QuantileHead, pinball_loss, quantiles_of


def test_quantiles_rise_whatever_the_weights():
    torch.manual_seed(0)
    head = QuantileHead(8, 30)
    with torch.no_grad():
        head.linear.weight.normal_(0, 50)
        answers = head(torch.randn(200, 8))
    assert answers.shape == (200, len(LEVELS), 30)
    assert (answers.diff(dim=1) >= 0).all()


def test_a_head_begins_with_the_quantiles_it_is_told():
    """With figures of zero the answer is the bias alone."""
    told = np.sort(np.random.default_rng(0).normal(0, 2, (5, 30)), axis=0)
    head = QuantileHead(8, 30)
    head.begin_with(told)
    np.testing.assert_allclose(head(torch.zeros(1, 8)).detach().numpy()[0], told, atol=1e-3)


def test_quantiles_of_targets_are_those_of_every_step():
    targets = np.stack([np.arange(101.0), np.full(101, np.nan), np.arange(101.0) + 5], axis=1)
    found = quantiles_of(targets)
    assert found[:, 0] == pytest.approx([5, 25, 50, 75, 95])
    assert found[:, 2] == pytest.approx([10, 30, 55, 80, 100])
    assert found[2, 1] == pytest.approx(52.5)  # a step that is never known takes that of all steps
    assert (quantiles_of(np.full((3, 4), np.nan)) == 0).all()


def test_the_loss_is_the_pinball_loss():
    """A target of 1 against five quantiles of 0 costs the level of each, 0.5 in the mean; of 2 above it, 1 - level."""
    zero = torch.zeros(1, 5, 1)
    assert float(pinball_loss(zero, torch.ones(1, 1))) == pytest.approx(0.5)
    one_level = torch.tensor([2.0, 1.0, 1.0, 1.0, 1.0]).view(1, 5, 1)
    assert float(pinball_loss(one_level, torch.ones(1, 1))) == pytest.approx(0.95 / 5)


def test_unknown_targets_count_for_nothing():
    quantiles = torch.zeros(2, 5, 2, requires_grad=True)
    targets = torch.tensor([[1.0, torch.nan], [torch.nan, torch.nan]])
    loss = pinball_loss(quantiles, targets)
    loss.backward()
    assert loss.item() == pytest.approx(0.5)
    assert (quantiles.grad[0, :, 0] != 0).all()
    assert (quantiles.grad[0, :, 1] == 0).all()
    assert (quantiles.grad[1] == 0).all()
    assert float(pinball_loss(quantiles.detach(), torch.full((2, 2), torch.nan))) == 0.0


def test_the_quantiles_of_a_sample_are_where_the_loss_is_least():
    sample = torch.from_numpy(np.random.default_rng(0).normal(0, 1, (4000, 1)))
    at = torch.tensor(np.quantile(sample.numpy(), LEVELS)).view(1, 5, 1)
    least = float(pinball_loss(at.expand(4000, 5, 1), sample))
    for moved in (-0.2, 0.2):
        assert float(pinball_loss((at + moved).expand(4000, 5, 1), sample)) > least

"""The end of a network: quantiles of all steps ahead at once, which cannot cross, and the loss that they are taught by.

A head gives the median and, above and below it, steps that are always positive. Before the first step of training it
answers with the quantiles of the targets themselves, step by step: what is learnt after that is what a window adds.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from diagmod.models.forecast.method import LEVELS, MEDIAN

#: Share of its usual first size that the weights of a head begin with: little, so that it begins with the line.
_BEGIN = 0.1

#: Least distance of two quantiles at the begin, in scales.
_LEAST_GAP = 1e-3


class QuantileHead(nn.Module):
    """Figures of a window, shape (n, n_figures), to quantiles, shape (n, n_levels, horizon), rising over the levels."""

    def __init__(self, n_figures: int, horizon: int) -> None:
        super().__init__()
        self.horizon = horizon
        self.linear = nn.Linear(n_figures, len(LEVELS) * horizon)

    def forward(self, figures: torch.Tensor) -> torch.Tensor:
        """Quantiles of :data:`~diagmod.models.forecast.method.LEVELS`."""
        raw = self.linear(figures).view(-1, len(LEVELS), self.horizon)
        middle = raw[:, MEDIAN : MEDIAN + 1]
        below = nn.functional.softplus(raw[:, :MEDIAN]).flip(1).cumsum(1).flip(1)
        above = nn.functional.softplus(raw[:, MEDIAN + 1 :]).cumsum(1)
        return torch.cat([middle - below, middle, middle + above], dim=1)

    def begin_with(self, quantiles: NDArray[np.float64]) -> None:
        """Make the answer to any window nearly these quantiles, shape (n_levels, horizon), rising over the levels."""
        gaps = np.maximum(np.diff(quantiles, axis=0), _LEAST_GAP)
        raw = np.concatenate([gaps[:MEDIAN], quantiles[MEDIAN : MEDIAN + 1], gaps[MEDIAN:]])
        at_gap = np.arange(len(LEVELS)) != MEDIAN
        raw[at_gap] += np.log(-np.expm1(-raw[at_gap]))  # inverse of softplus
        with torch.no_grad():
            self.linear.bias.copy_(torch.from_numpy(raw.ravel()))
            self.linear.weight.mul_(_BEGIN)


def quantiles_of(targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of targets, shape (n, horizon) with NaN, by step: (n_levels, horizon).

    A step without any target has those of all steps; all are 0 without any at all.
    """
    known = targets[np.isfinite(targets)]
    of_all = np.quantile(known, LEVELS) if known.size else np.zeros(len(LEVELS))
    found = np.repeat(of_all[:, None], targets.shape[1], axis=1)
    some = np.isfinite(targets).any(axis=0)
    if some.any():
        found[:, some] = np.nanquantile(targets[:, some], LEVELS, axis=0)
    return found


def pinball_loss(quantiles: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean pinball loss over levels and known targets.

    Parameters
    ----------
    quantiles : Tensor, shape (n, n_levels, horizon)
    targets : Tensor, shape (n, horizon)
        NaN counts for nothing, in the loss and in its gradient.

    Returns
    -------
    Tensor, scalar
        0 without any known target.
    """
    known = torch.isfinite(targets)
    off = torch.where(known, targets, 0.0)[:, None] - quantiles
    level = quantiles.new_tensor(LEVELS)[:, None]
    loss = torch.maximum(level * off, (level - 1) * off).mean(dim=1)
    return torch.where(known, loss, 0.0).sum() / known.sum().clamp(min=1)

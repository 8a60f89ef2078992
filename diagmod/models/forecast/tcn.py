"""A temporal convolutional network: dilated convolutions that look back, never ahead.

Blocks of two causal convolutions with weight normalisation, ReLU and dropout of whole channels, a 1x1 convolution on
the way around where the number of channels differs, and dilations that double from block to block. All quantiles of all
steps ahead are read from the last time step.

Axes are batch, channel, time throughout. Only what the last time step stands on is computed: a block of dilation d is
asked for every d-th step alone, which are plain convolutions of a series that halves from block to block; the numbers
are those of the whole network.

References
----------
Bai, S., Kolter, J. Z., Koltun, V. (2018). An empirical evaluation of generic convolutional and recurrent networks for
sequence modeling. arXiv:1803.01271, sections 3.1 to 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from diagmod.models.forecast.network_method import NetworkMethod
from diagmod.models.forecast.network_training import WindowNetwork
from diagmod.models.forecast.quantile_head import QuantileHead
from diagmod.models.forecast.window_rows import CHANNELS, WindowShape

#: Taps of every convolution.
TAPS = 3


def receptive_field(n_blocks: int, taps: int = TAPS) -> int:
    """Steps that the last one stands on: two convolutions a block, dilations 1, 2, 4, ...

    Examples
    --------
    >>> [receptive_field(n_blocks) for n_blocks in (1, 2, 4, 7)]
    [5, 13, 61, 509]
    """
    return 1 + 2 * (taps - 1) * (2**n_blocks - 1)


def blocks_for(lookback: int, taps: int = TAPS) -> int:
    """Fewest blocks whose receptive field holds a window.

    Examples
    --------
    >>> blocks_for(56), blocks_for(336)
    (4, 7)
    """
    n_blocks = 1
    while receptive_field(n_blocks, taps) < lookback:
        n_blocks += 1
    return n_blocks


class TemporalBlock(nn.Module):
    """Two causal convolutions and the way around them; (n, n_in, time) to (n, n_out, time)."""

    def __init__(self, n_in: int, n_out: int, taps: int, dropout: float) -> None:
        super().__init__()
        self.first = weight_norm(nn.Conv1d(n_in, n_out, taps))
        self.second = weight_norm(nn.Conv1d(n_out, n_out, taps))
        self.around = nn.Conv1d(n_in, n_out, 1) if n_in != n_out else nn.Identity()
        self.dropout = nn.Dropout1d(dropout)

    def forward(self, x: torch.Tensor, dilation: int = 1) -> torch.Tensor:
        """Every step from itself and from steps before it; what lies before the begin is 0."""
        passed = x
        for layer in (self.first, self.second):
            reach = (layer.kernel_size[0] - 1) * dilation
            padded = nn.functional.pad(passed, (reach, 0))
            passed = self.dropout(
                nn.functional.relu(nn.functional.conv1d(padded, layer.weight, layer.bias, dilation=dilation))
            )
        return nn.functional.relu(passed + self.around(x))


class TemporalNetwork(WindowNetwork):
    """Blocks of doubling dilation until the receptive field holds the window, and the head."""

    def __init__(self, shape: WindowShape, n_hidden: int, dropout: float, taps: int = TAPS) -> None:
        super().__init__()
        widths = [len(CHANNELS)] + [n_hidden] * blocks_for(shape.lookback, taps)
        self.blocks = nn.ModuleList([TemporalBlock(n_in, n_out, taps, dropout) for n_in, n_out in pairwise(widths)])
        self.head = QuantileHead(n_hidden, shape.horizon)

    def figures(self, x: torch.Tensor) -> torch.Tensor:
        """Of the last time step, shape (n, n_hidden); equals the last one of :meth:`of_all_steps`."""
        for place, block in enumerate(self.blocks):
            if place:
                x = x[:, :, (x.shape[2] - 1) % 2 :: 2]  # every second step, the last among them
            x = block(x)
        return x[:, :, -1]

    def of_all_steps(self, x: torch.Tensor) -> torch.Tensor:
        """Of every time step by dilated convolutions, shape (n, n_hidden, time)."""
        for place, block in enumerate(self.blocks):
            x = block(x, dilation=2**place)
        return x


@dataclass(frozen=True)
class Tcn(NetworkMethod):
    """The method ``tcn``."""

    name: ClassVar[str] = "tcn"

    def network(self) -> TemporalNetwork:
        """A network of this method, not trained."""
        return TemporalNetwork(self.shape, self.settings.n_hidden, self.settings.dropout)

"""A long short-term memory with the windows, the head and the training of the convolutional network.

It reads a window from its oldest step to the newest. Hours are read a day at a time: 14 steps of 24 hours instead of
336, for a memory forgets over hundreds of steps and takes as many times longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import nn

from diagmod.models.forecast.network_method import NetworkMethod
from diagmod.models.forecast.network_training import WindowNetwork
from diagmod.models.forecast.quantile_head import QuantileHead
from diagmod.models.forecast.window_rows import CHANNELS, WindowShape


class RecurrentNetwork(WindowNetwork):
    """One layer of LSTM over the steps of a window, and the head on its last state."""

    def __init__(self, shape: WindowShape, n_hidden: int, dropout: float) -> None:
        super().__init__()
        self.at_a_time = shape.seasons[0] if len(shape.seasons) > 1 else 1
        self.memory = nn.LSTM(len(CHANNELS) * self.at_a_time, n_hidden, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = QuantileHead(n_hidden, shape.horizon)

    def figures(self, x: torch.Tensor) -> torch.Tensor:
        """Of the last state, shape (n, n_hidden)."""
        steps = self.in_steps(x)
        return self.dropout(self.memory(steps)[0][:, -1])

    def in_steps(self, x: torch.Tensor) -> torch.Tensor:
        """Windows (n, channel, time) as what is read at a time: (n, n_steps, channel x time of a step)."""
        n, channels, time = x.shape
        parts = x.reshape(n, channels, time // self.at_a_time, self.at_a_time)
        return parts.permute(0, 2, 1, 3).reshape(n, time // self.at_a_time, channels * self.at_a_time)


@dataclass(frozen=True)
class Lstm(NetworkMethod):
    """The method ``lstm``."""

    name: ClassVar[str] = "lstm"

    def network(self) -> RecurrentNetwork:
        """A network of this method, not trained."""
        return RecurrentNetwork(self.shape, self.settings.n_hidden, self.settings.dropout)

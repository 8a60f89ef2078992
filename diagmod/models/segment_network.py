"""The network that looks at raw current: learned filters, and how strong what they pass is.

Faults are lines far below the supply, so the network is a bank of filters that it learns: a short one, then dilated
ones that reach over more and more periods, each adding to what stands before it. What counts of a filter is the
logarithm of its mean power over the segment: a sideband twice as strong is the same step at -60 dB as at -30 dB.
"""

from __future__ import annotations

import torch
from torch import nn

from diagmod.core.segment_waves import SAMPLES_PER_PERIOD

#: The supply line stands still at one and is taken away; what is left is this much larger, so that 5 % is 1.
GAIN = 20.0

#: Filters of every layer; points and step of the first; taps and dilations of the others.
CHANNELS, FIRST, STEP, TAPS, DILATIONS = 16, 33, 4, 5, (1, 2, 4, 8, 16)

#: Points of the wave that one point of the last layer looks at.
RECEPTIVE_FIELD = FIRST + STEP * (TAPS - 1) * sum(DILATIONS)

#: The same in periods of the supply: 0.66 s at 50 Hz.
RECEPTIVE_PERIODS = RECEPTIVE_FIELD / SAMPLES_PER_PERIOD

#: Power below which a filter passes nothing: -86 dB of the supply line.
_FLOOR = 1e-6

#: Numbers between the powers and the classes.
_HIDDEN = 32


class SegmentNetwork(nn.Module):
    """Waves of shape (n, 2, n_points), of any length, to logits of shape (n, n_classes)."""

    def __init__(self, n_classes: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.first = nn.Conv1d(2, CHANNELS, FIRST, stride=STEP, padding=FIRST // 2)
        reach = TAPS // 2
        self.dilated = nn.ModuleList(
            [nn.Conv1d(CHANNELS, CHANNELS, TAPS, dilation=d, padding=reach * d) for d in DILATIONS]
        )
        self.share = nn.Parameter(torch.full((len(DILATIONS),), 0.5))
        n_powers = CHANNELS * (2 + len(DILATIONS))
        self.usual = nn.BatchNorm1d(n_powers)
        self.head = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(n_powers, _HIDDEN), nn.GELU(),
            nn.Dropout(dropout), nn.Linear(_HIDDEN, n_classes),
        )  # fmt: skip

    def forward(self, waves: torch.Tensor) -> torch.Tensor:
        """Logits of every segment."""
        powers = [(passed.square().mean(dim=-1) + _FLOOR).log() for passed in self.filtered(waves)]
        return self.head(self.usual(torch.cat(powers, dim=1)))

    def filtered(self, waves: torch.Tensor) -> list[torch.Tensor]:
        """What every layer's filters pass, each of shape (n, CHANNELS, n_points / STEP)."""
        carrier = waves.new_tensor([1.0, 0.0])[:, None]
        plain = self.first(GAIN * (waves - carrier))
        x = nn.functional.gelu(plain)
        passed = [plain, x]
        for share, layer in zip(self.share, self.dilated, strict=True):
            own = layer(x)
            passed.append(own)
            x = x + share * nn.functional.gelu(own)
        return passed

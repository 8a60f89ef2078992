"""One batch learnt by heart: what any network that works can do."""

from __future__ import annotations

import numpy as np
import torch
from handmade_fleet import fleet

from diagmod.models.forecast.quantile_head import pinball_loss
from diagmod.models.forecast.window_draws import training_windows
from diagmod.models.forecast.window_rows import WindowShape


def losses_of_one_batch(network: torch.nn.Module, shape: WindowShape) -> list[float]:
    """Loss of sixteen windows over 300 steps of Adam."""
    windows = training_windows(fleet(3), shape, 16, 0)
    x, y = torch.from_numpy(windows.channels()), torch.from_numpy(windows.targets.astype(np.float32))
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    losses = []
    for _ in range(300):
        optimiser.zero_grad()
        loss = pinball_loss(network(x), y)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses

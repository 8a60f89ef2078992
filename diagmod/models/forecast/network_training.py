"""How networks that forecast are fitted: the same for every kind of network.

Windows are shown upright or mirrored at their line, by chance, so that what happened to rise or fall in one season of
one fleet is not taken for a law. The weights of the epoch with the least loss on windows that taught nothing are kept.
The same windows, settings and library give the same bytes on a processor.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from diagmod.models.autoencoder import device_of
from diagmod.models.forecast.method import Progress
from diagmod.models.forecast.quantile_head import QuantileHead, pinball_loss, quantiles_of
from diagmod.models.forecast.window_rows import SIGNED, Windows
from diagmod.models.training_checks import check_training

#: Windows judged at a time: bounds the memory.
AT_A_TIME = 512


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """Settings of a network and of its training.

    On the demo fleet twice the windows or figures, more dropout or a third of the learning rate changed the error of
    hourly means by less than 1 % and cost up to four times the time.

    Attributes
    ----------
    n_hidden : int
        Figures that the network keeps of every step.
    n_epochs, patience : int
        Most passes over the windows, and passes without improvement that end the training.
    batch_size : int
    learning_rate, weight_decay : float
        Of AdamW.
    dropout : float
        Share of figures left out at each step.
    max_windows : int
        Windows learnt from, drawn by the seed: bounds the time.
    seed : int
    device : str
        One of :data:`~diagmod.models.autoencoder.DEVICES`; only training and answers on a processor are reproducible.
    """

    n_hidden: int = 16
    n_epochs: int = 20
    patience: int = 4
    batch_size: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    dropout: float = 0.1
    max_windows: int = 800
    seed: int = 7
    device: str = "cpu"

    def __post_init__(self) -> None:
        least = {"n_hidden": 1, "n_epochs": 1, "patience": 1, "batch_size": 1, "max_windows": 1, "seed": 0}
        check_training(self, least, shares=("weight_decay", "dropout"))


@dataclass(frozen=True)
class Learnt:
    """What training left.

    Attributes
    ----------
    weights : dict of ndarray
        By the names of the network; empty where there was nothing to learn from.
    n_epochs : int
        Epochs after which the weights were taken.
    losses : tuple of (float, float)
        Loss of the windows that teach and of those that stop after each epoch; NaN where none stop it.
    """

    weights: dict[str, NDArray[np.float32]] = field(repr=False)
    n_epochs: int = 0
    losses: tuple[tuple[float, float], ...] = field(repr=False, default=())


class WindowNetwork(nn.Module, ABC):
    """Windows, shape (n, n_channels, lookback) in the order batch, channel, time, to quantiles of the head."""

    head: QuantileHead

    @abstractmethod
    def figures(self, x: torch.Tensor) -> torch.Tensor:
        """What is kept of every window, shape (n, n_figures)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Quantiles of the deviation from the line, shape (n, n_levels, horizon)."""
        return self.head(self.figures(x))


def fit_network(
    network: WindowNetwork,
    taught: Windows,
    stopping: Windows,
    settings: NetworkSettings,
    progress: Progress | None = None,
) -> Learnt:
    """Fit a network; with windows that stop the training, the weights of its best epoch are taken, or those of
    the begin where nothing was learnt that held: then it answers with the line.

    Call it within :func:`~diagmod.models.autoencoder.reproducible`.

    Parameters
    ----------
    network : WindowNetwork
    taught, stopping : Windows
        The latter may be empty: then all epochs are made.
    settings : NetworkSettings
    progress : callable, optional
        Told the share done and the loss of the windows that stop, else of those that teach, after every epoch.

    Raises
    ------
    ValueError
        The training diverged.
    """
    device = device_of(settings.device)
    network.head.begin_with(quantiles_of(np.concatenate([taught.targets, -taught.targets])))
    network = network.to(device).eval()
    sides = tuple(_tensors(side, device) for side in (taught, stopping))
    optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    best, losses = (0, _weights(network), _mean_loss(network, *sides[1])), []
    for epoch in range(1, settings.n_epochs + 1):
        loss = _one_epoch(network.train(), optimiser, *sides[0], settings.batch_size)
        stop_loss = _mean_loss(network.eval(), *sides[1])
        losses.append((loss, stop_loss))
        if not len(stopping) or stop_loss < best[2]:
            best = (epoch, _weights(network), stop_loss)
        is_over = epoch == settings.n_epochs or epoch - best[0] >= settings.patience
        if progress is not None:
            progress(1.0 if is_over else epoch / settings.n_epochs, stop_loss if len(stopping) else loss)
        if is_over:
            break
    if not np.isfinite(losses[-1][0]):
        raise ValueError(f"training diverged in epoch {len(losses)}; take a smaller learning_rate")
    return Learnt(best[1], best[0], tuple(losses))


def _one_epoch(
    network: WindowNetwork, optimiser: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor, batch_size: int
) -> float:
    total = 0.0
    for rows in torch.randperm(len(x)).split(batch_size):
        sign = (1.0 - 2.0 * torch.randint(2, (len(rows), 1))).to(x.device)
        taken = rows.to(x.device)
        shown = x[taken]
        shown[:, SIGNED] *= sign[..., None]
        optimiser.zero_grad()
        loss = pinball_loss(network(shown), y[taken] * sign)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        total += float(loss.detach()) * len(rows)
    return total / len(x)


def _mean_loss(network: WindowNetwork, x: torch.Tensor, y: torch.Tensor) -> float:
    if not len(x):
        return float("nan")
    with torch.no_grad():
        return float(pinball_loss(torch.cat([network(part) for part in x.split(AT_A_TIME)]), y))


def _tensors(windows: Windows, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    return (
        torch.from_numpy(windows.channels()).to(device),
        torch.from_numpy(windows.targets.astype(np.float32)).to(device),
    )


def _weights(network: nn.Module) -> dict[str, NDArray[np.float32]]:
    return {name: value.detach().cpu().numpy().copy() for name, value in network.state_dict().items()}

"""A small autoencoder of the row: what it cannot draw again from a few numbers is strange.

Two tanh layers squeeze the standardised row into a code, two draw it again; tanh keeps the drawing near what was seen
in training, so that a row far out is not simply copied. The training stops on held-out rows, whole groups of them
where groups are known. Every residual is measured in its usual size, for a feature that the others determine must not
hide behind one that nobody can predict. Fitted anywhere, it scores on the processor, one thread, same bits every time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from diagmod.models.autoencoder import device_of, reproducible
from diagmod.models.detectors.detector import DetectorParts, checked, drawn
from diagmod.models.detectors.occlusion import shares
from diagmod.models.detectors.spreads import mean_and_spread
from diagmod.models.split import group_folds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from diagmod.models.detectors.detector import DetectorSettings

#: Rows (or groups) that stop the training: one in so many.
_VALIDATION_FOLDS = 5

#: Smallest usual residual that is believed, in standard deviations of the feature.
_LEAST_RESIDUAL = 0.05


class RowAutoencoder(nn.Sequential):
    """Rows (n, n_features) to a code and back."""

    def __init__(self, n_features: int, n_hidden: int, n_code: int) -> None:
        super().__init__(
            nn.Linear(n_features, n_hidden), nn.Tanh(), nn.Linear(n_hidden, n_code), nn.Tanh(),
            nn.Linear(n_code, n_hidden), nn.Tanh(), nn.Linear(n_hidden, n_features),
        )  # fmt: skip


@dataclass(frozen=True)
class Reconstruction:
    """A fitted autoencoder.

    Attributes
    ----------
    centre, spread : ndarray, shape (n_features,)
        Mean and standard deviation of the training rows.
    usual : ndarray, shape (n_features,)
        Rms residual of the training rows, in spreads.
    weights : dict of ndarray
        By the names of :class:`RowAutoencoder`.
    n_epochs : int
        Epochs after which the weights were taken.
    """

    centre: NDArray[np.float64] = field(repr=False)
    spread: NDArray[np.float64] = field(repr=False)
    usual: NDArray[np.float64] = field(repr=False)
    weights: dict[str, NDArray[np.float32]] = field(repr=False)
    n_epochs: int
    name: str = "autoencoder"

    @property
    def n_features(self) -> int:
        """Features of a row."""
        return len(self.centre)

    def score(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Rms residual over its usual size, shape (n,)."""
        return np.sqrt(self._squares(rows).mean(axis=1))

    def contributions(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Shares of the squared residual, shape (n, n_features)."""
        return shares(self._squares(rows))

    def parts(self) -> DetectorParts:
        """The weights and the scaling."""
        scaling = {"centre": self.centre, "spread": self.spread, "usual": self.usual}
        weights = {f"weights.{name}": value for name, value in self.weights.items()}
        return DetectorParts(self.name, arrays={**scaling, **weights}, facts={"n_epochs": self.n_epochs})

    def _squares(self, rows: ArrayLike) -> NDArray[np.float64]:
        z = (checked(rows, self.n_features) - self.centre) / self.spread
        return (_residual(_network(self.weights), z) / self.usual) ** 2


def fit(
    name: str, rows: NDArray[np.float64], settings: DetectorSettings, groups: Sequence[str] | None = None
) -> Reconstruction:
    """Fit the network; see :func:`diagmod.models.detectors.detector.fit_detector`.

    Raises
    ------
    ValueError
        The device is not there.
    """
    del name  # the only one of its family
    centre, spread = mean_and_spread(rows)
    z = (rows - centre) / spread
    chosen = drawn(rows, settings)
    stops = _stops([str(row) for row in chosen] if groups is None else [str(groups[row]) for row in chosen], settings)
    n_code = min(settings.n_code, max(1, rows.shape[1] // 2))
    with reproducible(settings.seed):
        network = RowAutoencoder(rows.shape[1], settings.n_hidden, n_code).to(device_of(settings.device))
        n_epochs, weights = _fitted(network, z[chosen[~stops]], z[chosen[stops]], settings)
    usual = np.sqrt((_residual(_network(weights), z) ** 2).mean(axis=0))
    return Reconstruction(centre, spread, np.maximum(usual, _LEAST_RESIDUAL), weights, n_epochs)


def restore(parts: DetectorParts) -> Reconstruction:
    """The detector again."""
    weights = {
        name.removeprefix("weights."): np.array(value)
        for name, value in parts.arrays.items()
        if name.startswith("weights.")
    }
    arrays = parts.arrays
    return Reconstruction(arrays["centre"], arrays["spread"], arrays["usual"], weights, int(parts.facts["n_epochs"]))


def _stops(groups: list[str], settings: DetectorSettings) -> NDArray[np.bool_]:
    """Which rows stop the training."""
    if len(set(groups)) < 2:
        groups = [str(row) for row in range(len(groups))]
    return group_folds(groups, _VALIDATION_FOLDS, settings.seed) == 0


def _fitted(
    network: RowAutoencoder, train: NDArray[np.float64], judged: NDArray[np.float64], settings: DetectorSettings
) -> tuple[int, dict[str, NDArray[np.float32]]]:
    """Epoch and weights of the lowest loss on the held-out rows."""
    device = next(network.parameters()).device
    x, held_out = (torch.from_numpy(side.astype(np.float32)).to(device) for side in (train, judged))
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    best, best_loss = (0, _weights(network)), np.inf
    for epoch in range(1, settings.n_epochs + 1):
        for batch in torch.randperm(len(x)).split(settings.batch_size):
            optimiser.zero_grad()
            _loss(network, x[batch.to(device)]).backward()
            optimiser.step()
        with torch.no_grad():
            loss = float(_loss(network, held_out))
        if loss < best_loss:
            best, best_loss = (epoch, _weights(network)), loss
        elif epoch - best[0] >= settings.patience:
            break
    return best


def _loss(network: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return (network(x) - x).square().mean()


def _weights(network: nn.Module) -> dict[str, NDArray[np.float32]]:
    return {name: value.detach().cpu().numpy().copy() for name, value in network.state_dict().items()}


def _network(weights: dict[str, NDArray[np.float32]]) -> RowAutoencoder:
    n_hidden, n_features = weights["0.weight"].shape
    network = RowAutoencoder(n_features, n_hidden, len(weights["2.weight"]))
    network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return network.eval()


def _residual(network: RowAutoencoder, z: NDArray[np.float64]) -> NDArray[np.float64]:
    with reproducible(0), torch.no_grad():
        return z - network(torch.from_numpy(z.astype(np.float32))).numpy().astype(np.float64)

"""A learned embedding of segments: a small convolutional autoencoder of order spectra.

It sees the space vector's spectra over orders of the supply (:mod:`diagmod.core.order_spectra`), so neither rate,
grid frequency nor size of the motor, and squeezes each segment into a few numbers from which the spectra can be
drawn again. What it cannot draw is unusual for its training data: the error is in dB. No label is used.

The same data, settings and library give the same bytes on a processor: one thread, deterministic kernels, and seeds
for the weights and the order of the segments. A GPU is used only where it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from diagmod.io.embedding_files import code_names
from diagmod.models.autoencoder import Autoencoder, device_of, reproducible
from diagmod.models.training_checks import check_training

#: Segments encoded at a time: bounds the memory, does not change a result.
_ENCODED_AT_A_TIME = 1024

#: Told after every epoch: number of the epoch from 1, loss of the training side, loss of the other side (or NaN).
OnEpoch = Callable[[int, float, float], None]


@dataclass(frozen=True, kw_only=True)
class EmbeddingSettings:
    """Settings of the autoencoder.

    Attributes
    ----------
    dimension : int
        Numbers of an embedding.
    n_epochs, patience : int
        Most passes over the training side, and passes without improvement of the validation side that end it.
    batch_size : int
        Segments a step.
    learning_rate : float
        Step of Adam.
    max_segments : int
        Most segments of a training side that are used, drawn by the seed: bounds the time.
    seed : int
    device : str
        One of :data:`~diagmod.models.autoencoder.DEVICES`.
    """

    dimension: int
    n_epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    max_segments: int
    seed: int
    device: str = "cpu"

    def __post_init__(self) -> None:
        code_names(self.dimension)
        least = dict.fromkeys(("n_epochs", "patience", "batch_size", "max_segments"), 1)
        check_training(self, least)


@dataclass(frozen=True)
class Embedder:
    """A fitted autoencoder with the mean picture and the spread of its training side.

    Attributes
    ----------
    centre : ndarray, shape (3, n_points)
        Mean order spectra, dB.
    spread_db : float
        Rms deviation from it, dB.
    weights : dict of ndarray
        By the names of :class:`Autoencoder`.
    dimension : int
    n_epochs : int
        Epochs after which the weights were taken.
    losses : tuple of (float, float)
        Training and validation loss after each epoch, of the squared spread; NaN without a validation side.
    """

    centre: NDArray[np.float32] = field(repr=False)
    spread_db: float
    weights: dict[str, NDArray[np.float32]] = field(repr=False)
    dimension: int
    n_epochs: int
    losses: tuple[tuple[float, float], ...] = field(repr=False, default=())

    def encode(
        self, pictures: NDArray[np.float32], device: str = "cpu"
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Codes and reconstruction errors of order spectra.

        Parameters
        ----------
        pictures : ndarray, shape (n, 3, n_points)
            dB of the supply line.
        device : str

        Returns
        -------
        codes : ndarray, shape (n, dimension)
            NaN where a picture is undefined.
        error_db : ndarray, shape (n,)
            Rms over the points of picture less reconstruction, dB; NaN likewise.
        """
        codes, errors = np.full((len(pictures), self.dimension), np.nan), np.full(len(pictures), np.nan)
        defined = np.flatnonzero(is_defined(pictures))
        with reproducible(0), torch.no_grad():
            network = self._network().to(device_of(device))
            for rows in np.split(defined, range(_ENCODED_AT_A_TIME, len(defined), _ENCODED_AT_A_TIME)):
                x = torch.from_numpy((pictures[rows] - self.centre) / np.float32(self.spread_db)).to(device_of(device))
                code = network.encoder(x)
                off = (network.decoder(code) - x).square().mean(dim=(1, 2)).sqrt() * self.spread_db
                codes[rows], errors[rows] = code.cpu().numpy(), off.cpu().numpy()
        return codes, errors

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Everything numeric by name, for storage."""
        return {**self.weights, "centre": self.centre, "spread_db": np.array([self.spread_db], dtype=np.float32)}

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[np.float32]], facts: Mapping[str, Any]) -> Embedder:
        """The embedder again from :meth:`tensors` and the facts of its file."""
        weights = {name: np.array(value) for name, value in tensors.items() if name not in ("centre", "spread_db")}
        spread_db = float(tensors["spread_db"][0])
        return cls(np.array(tensors["centre"]), spread_db, weights, int(facts["dimension"]), int(facts["n_epochs"]))

    def _network(self) -> Autoencoder:
        network = Autoencoder(self.centre.shape[1], self.dimension)
        network.load_state_dict({name: torch.from_numpy(value) for name, value in self.weights.items()})
        return network.eval()


def is_defined(pictures: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether every point of a picture is finite, shape (n,)."""
    return np.isfinite(pictures).all(axis=(1, 2))


def fit_embedder(
    train: NDArray[np.float32],
    validation: NDArray[np.float32] | None,
    settings: EmbeddingSettings,
    on_epoch: OnEpoch = lambda epoch, loss, validation_loss: None,
) -> Embedder:
    """Fit an autoencoder; with a validation side the weights of its best epoch are taken.

    Parameters
    ----------
    train, validation : ndarray, shape (n, 3, n_points)
        Order spectra, dB; undefined ones are left out. Without a validation side all epochs are made.
    settings : EmbeddingSettings
    on_epoch : callable
        Told the losses after every epoch.

    Raises
    ------
    ValueError
        Nothing is defined on a side, or the device is not there.
    """
    train = _drawn(train[is_defined(train)], settings)
    if not len(train) or (validation is not None and not is_defined(validation).any()):
        raise ValueError("no segment with three phases and a supply line to fit an embedding to; record all phases")
    centre = train.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread_db = float(max((train - centre).std(dtype=np.float64), 1e-3))

    def scaled(pictures: NDArray[np.float32]) -> torch.Tensor:
        return torch.from_numpy((pictures - centre) / np.float32(spread_db)).to(device_of(settings.device))

    with reproducible(settings.seed):
        network = Autoencoder(train.shape[2], settings.dimension).to(device_of(settings.device))
        judged = None if validation is None else scaled(validation[is_defined(validation)])
        best, losses = _fitted(network, scaled(train), judged, settings, on_epoch)
    return Embedder(centre, spread_db, best[1], settings.dimension, best[0], tuple(losses))


def _fitted(
    network: Autoencoder,
    train: torch.Tensor,
    judged: torch.Tensor | None,
    settings: EmbeddingSettings,
    on_epoch: OnEpoch,
) -> tuple[tuple[int, dict[str, NDArray[np.float32]]], list[tuple[float, float]]]:
    """Epoch and weights of the best state, and the losses after every epoch."""
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    losses: list[tuple[float, float]] = []
    best, best_loss = (0, _weights(network)), np.inf
    for epoch in range(1, settings.n_epochs + 1):
        loss = _one_epoch(network, optimiser, train, settings.batch_size)
        with torch.no_grad():
            validation_loss = np.nan if judged is None else float(_loss(network, judged))
        losses.append((loss, validation_loss))
        on_epoch(epoch, loss, validation_loss)
        if judged is None or validation_loss < best_loss:
            best, best_loss = (epoch, _weights(network)), validation_loss
        elif epoch - best[0] >= settings.patience:
            break
    return best, losses


def _one_epoch(network: Autoencoder, optimiser: torch.optim.Optimizer, train: torch.Tensor, batch_size: int) -> float:
    total = 0.0
    for rows in torch.randperm(len(train)).split(batch_size):
        optimiser.zero_grad()
        loss = _loss(network, train[rows.to(train.device)])
        loss.backward()
        optimiser.step()
        total += float(loss.detach()) * len(rows)
    return total / len(train)


def _loss(network: Autoencoder, x: torch.Tensor) -> torch.Tensor:
    return (network(x) - x).square().mean()


def _weights(network: Autoencoder) -> dict[str, NDArray[np.float32]]:
    return {name: value.detach().cpu().numpy().copy() for name, value in network.state_dict().items()}


def _drawn(pictures: NDArray[np.float32], settings: EmbeddingSettings) -> NDArray[np.float32]:
    """At most so many of the pictures, in their order."""
    if len(pictures) <= settings.max_segments:
        return pictures
    drawn = np.random.default_rng(settings.seed).choice(len(pictures), settings.max_segments, replace=False)
    return pictures[np.sort(drawn)]

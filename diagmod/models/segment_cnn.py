"""A convolutional network on raw segments: the challenger of the models that know the physics.

It sees the current in the frame of the supply (:mod:`diagmod.core.segment_waves`) and nothing else: neither slip nor
bearing nor what is usual for the motor. A recording is what its segments say together.

The same data, settings and library give the same bytes on a processor; a GPU is used only where it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from diagmod.core.segment_waves import N_POINTS
from diagmod.models.autoencoder import device_of, reproducible
from diagmod.models.segment_network import SegmentNetwork
from diagmod.models.training_checks import check_training

#: Segments judged at a time: bounds the memory, does not change a result.
AT_A_TIME = 256


@dataclass(frozen=True, kw_only=True)
class SegmentCnnSettings:
    """Settings of the network.

    Attributes
    ----------
    n_epochs, patience : int
        Most passes over the training side, and passes without improvement on the groups that stop it that end it.
    batch_size : int
        Segments a step, at least 2.
    learning_rate : float
        Largest step of AdamW; it rises and falls once.
    weight_decay : float
        Of AdamW.
    dropout : float
        Share of the numbers that are left out at each step.
    max_segments : int
        Most segments of a training side, drawn by the seed: bounds the time.
    seed : int
    device : str
        One of :data:`~diagmod.models.autoencoder.DEVICES`.
    """

    n_epochs: int = 25
    patience: int = 6
    batch_size: int = 32
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    dropout: float = 0.3
    max_segments: int = 4000
    seed: int = 7
    device: str = "cpu"

    def __post_init__(self) -> None:
        least = {"n_epochs": 1, "patience": 1, "batch_size": 2, "max_segments": 2}
        check_training(self, least, shares=("weight_decay", "dropout"))


@dataclass(frozen=True)
class SegmentCnn:
    """A fitted network.

    Attributes
    ----------
    weights : dict of ndarray
        By the names of :class:`~diagmod.models.segment_network.SegmentNetwork`.
    is_learned : ndarray of bool, shape (n_classes,)
        Classes that the training side held; the others have probability 0.
    n_epochs : int
        Epochs after which the weights were taken.
    losses : tuple of (float, float)
        Loss of the training side and of the groups that stop it after each epoch; NaN where none stop it.
    """

    weights: dict[str, NDArray[np.float32]] = field(repr=False)
    is_learned: NDArray[np.bool_]
    n_epochs: int
    losses: tuple[tuple[float, float], ...] = field(repr=False, default=())

    def probabilities(self, waves: NDArray[np.float32], device: str = "cpu") -> NDArray[np.float64]:
        """Probability of every class, weighted as in training and not calibrated.

        Parameters
        ----------
        waves : ndarray, shape (n, 2, N_POINTS)
            See :class:`diagmod.io.raw_segments.RawSegments`.
        device : str

        Returns
        -------
        ndarray, shape (n, n_classes)
            NaN for a segment that is not defined.

        Raises
        ------
        ValueError
            The waves have another shape.
        """
        found = np.full((len(waves), len(self.is_learned)), np.nan)
        rows = np.flatnonzero(is_defined(waves))
        network, hidden = (
            self._network().to(device_of(device)),
            torch.from_numpy(~self.is_learned).to(device_of(device)),
        )
        with torch.no_grad(), reproducible(0):
            for some in np.split(rows, range(AT_A_TIME, len(rows), AT_A_TIME)):
                if len(some):
                    logits = network(torch.from_numpy(waves[some]).to(device_of(device))).double()
                    found[some] = logits.masked_fill(hidden, -torch.inf).softmax(dim=1).cpu().numpy()
        return found

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Everything numeric by name, for storage."""
        return {**self.weights, "is_learned": self.is_learned.astype(np.float32)}

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[np.float32]], facts: Mapping[str, Any]) -> SegmentCnn:
        """The network again from :meth:`tensors` and the facts of its file, of which "n_epochs" is read."""
        weights = {name: np.array(value) for name, value in tensors.items() if name != "is_learned"}
        return cls(weights, np.asarray(tensors["is_learned"]) > 0, int(facts["n_epochs"]))

    def _network(self) -> SegmentNetwork:
        network = SegmentNetwork(len(self.is_learned))
        network.load_state_dict({name: torch.from_numpy(value) for name, value in self.weights.items()}, strict=False)
        return network.eval()


def is_defined(waves: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether every point of a segment is finite, shape (n,).

    Raises
    ------
    ValueError
        The axes are not segments, real and imaginary part, and points.
    """
    if waves.ndim != 3 or waves.shape[1:] != (2, N_POINTS):
        raise ValueError(
            f"waves must have shape (n, 2, {N_POINTS}), got {waves.shape}; axes are segments, real and imaginary part, "
            "and points"
        )
    return np.isfinite(waves).all(axis=(1, 2))


def together(probabilities: NDArray[np.float64], row: NDArray[np.int64], n_rows: int) -> NDArray[np.float64]:
    """What the segments of a recording say together: the mean of the logarithms of their probabilities.

    Parameters
    ----------
    probabilities : ndarray, shape (n, n_classes)
        Of segments; NaN counts for nothing.
    row : ndarray of int, shape (n,)
        Recording that a segment belongs to, from 0.
    n_rows : int

    Returns
    -------
    ndarray, shape (n_rows, n_classes)
        Of sum 1; NaN for a recording without a segment.

    Examples
    --------
    >>> together(np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([0, 0]), 2).tolist()
    [[0.5, 0.5], [nan, nan]]
    """
    known = np.isfinite(probabilities).all(axis=1)
    total, count = np.zeros((n_rows, probabilities.shape[1])), np.bincount(row[known], minlength=n_rows)
    np.add.at(total, row[known], np.log(np.maximum(probabilities[known], np.finfo(np.float64).tiny)))
    mean = np.exp(total / np.maximum(count, 1)[:, None])
    mean[:, (probabilities[known] == 0).all(axis=0)] = 0.0
    mean[count == 0] = np.nan
    return np.asarray(mean / mean.sum(axis=1, keepdims=True))

"""The network behind the learned embedding, and how it computes: on which device, and the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from diagmod.core.order_spectra import CHANNELS

#: Devices that can be asked for; "auto" is a GPU where there is one.
DEVICES = ("auto", "cpu", "cuda")

#: Filters of the two convolutions, and by how much both together shorten the axis of orders.
_FILTERS, _SHORTER = (12, 24), 8


class Autoencoder(nn.Module):
    """Two convolutions along the orders, a few numbers, and the way back.

    Input and output have the shape (n, 3, n_points), the codes (n, dimension).
    """

    def __init__(self, n_points: int, dimension: int) -> None:
        super().__init__()
        if n_points % _SHORTER:
            raise ValueError(f"n_points must be a multiple of {_SHORTER}, got {n_points}")
        few, many = _FILTERS
        short = n_points // _SHORTER
        self.encoder = nn.Sequential(
            nn.Conv1d(len(CHANNELS), few, 8, stride=4, padding=2), nn.GELU(),
            nn.Conv1d(few, many, 4, stride=2, padding=1), nn.GELU(),
            nn.Flatten(), nn.Linear(many * short, dimension),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Linear(dimension, many * short), nn.GELU(), nn.Unflatten(1, (many, short)),
            nn.ConvTranspose1d(many, few, 4, stride=2, padding=1), nn.GELU(),
            nn.ConvTranspose1d(few, len(CHANNELS), 8, stride=4, padding=2),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The input drawn again from its code."""
        return self.decoder(self.encoder(x))


def device_of(name: str) -> torch.device:
    """The device that a name stands for.

    Raises
    ------
    ValueError
        A GPU is asked for by name and there is none.
    """
    if name not in DEVICES:
        raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {name!r}")
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("device cuda was asked for and torch sees no GPU; set device to cpu or auto")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


@contextmanager
def reproducible(seed: int) -> Iterator[None]:
    """One thread, deterministic kernels and a seed; as before at the end."""
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        # Kernels of a GPU without a deterministic twin are named by a warning there, not refused.
        torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(strict)

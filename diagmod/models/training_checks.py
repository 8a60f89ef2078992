"""What every training of a network refuses before it begins: counts too small, rates and shares out of range, a device
that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from diagmod.models.autoencoder import DEVICES


class TrainingSettings(Protocol):
    """What settings of every training have."""

    @property
    def learning_rate(self) -> float:
        """Step of the optimiser."""

    @property
    def device(self) -> str:
        """Where it runs."""


def check_training(settings: TrainingSettings, least: Mapping[str, int], shares: Sequence[str] = ()) -> None:
    """Refuse settings of a training; its learning rate and device, and what is named.

    Parameters
    ----------
    settings : TrainingSettings
    least : mapping of str to int
        Smallest value of a setting, by its name.
    shares : sequence of str
        Settings from 0 to below 1.

    Raises
    ------
    ValueError
        A setting is out of its range.
    """
    for name, smallest in least.items():
        if getattr(settings, name) < smallest:
            raise ValueError(f"{name} must be at least {smallest}, got {getattr(settings, name)}")
    rate, device = settings.learning_rate, settings.device
    if not 0 < rate < 1:
        raise ValueError(f"learning_rate must lie between 0 and 1, got {rate:g}")
    for name in shares:
        if not 0 <= getattr(settings, name) < 1:
            raise ValueError(f"{name} must be at least 0 and below 1, got {getattr(settings, name):g}")
    if device not in DEVICES:
        raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {device!r}")

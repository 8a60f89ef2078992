"""A method of forecasting by a network: windows of the fleet in, a trained network kept as numbers, quantiles out.

The last part of the training time stops the training: windows that teach end before it, targets and all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray

from diagmod.models.autoencoder import device_of, reproducible
from diagmod.models.forecast.method import LEVELS, Progress
from diagmod.models.forecast.network_training import AT_A_TIME, Learnt, NetworkSettings, WindowNetwork, fit_network
from diagmod.models.forecast.series import TrendSeries
from diagmod.models.forecast.window_draws import training_windows
from diagmod.models.forecast.window_rows import Windows, WindowShape, last_windows, refuse_horizon

#: Share of the training time, at its end, by which training stops.
_STOPPING = 0.2


@dataclass(frozen=True)
class NetworkMethod(ABC):
    """A method of forecasting by a network; see :class:`diagmod.models.forecast.method.ForecastMethod`.

    Attributes
    ----------
    shape : WindowShape
        Of :func:`~diagmod.models.forecast.window_rows.shape_of`.
    settings : NetworkSettings
    learnt : Learnt or None
        None before :meth:`fit`.
    """

    name: ClassVar[str]
    shape: WindowShape
    settings: NetworkSettings = field(default_factory=NetworkSettings)
    learnt: Learnt | None = None

    @property
    def has_learnt(self) -> bool:
        """Whether there was something to learn from."""
        return self.learnt is not None and bool(self.learnt.weights)

    @abstractmethod
    def network(self) -> WindowNetwork:
        """A network of this method, not trained."""

    def fit(self, training: Sequence[TrendSeries], progress: Progress | None = None) -> Self:
        """The method having learnt from the fleet; this object stays as it is.

        Raises
        ------
        ValueError
            A series has another step than the shape, the device is not there, or the training diverged.
        """
        taught, stopping = parted_windows(training, self.shape, self.settings)
        if not len(taught):
            return replace(self, learnt=Learnt({}))
        with reproducible(self.settings.seed):
            return replace(self, learnt=fit_network(self.network(), taught, stopping, self.settings, progress))

    def forecast(self, series: Sequence[TrendSeries], horizon: int) -> NDArray[np.float64]:
        """Quantiles of the steps after the end of every series, shape (n_series, n_levels, horizon).

        Raises
        ------
        ValueError
            The method is not fitted, the horizon is longer than that of the shape, or a series has another step.
        """
        refuse_horizon(self.name, horizon, self.shape, self.learnt is not None)
        windows = last_windows(series, self.shape)
        found = np.full((len(windows), len(LEVELS), horizon), np.nan)
        if self.has_learnt and windows.is_usable.any():
            usable = windows.only(windows.is_usable)
            found[windows.is_usable] = self._answers(usable.channels())[:, :, :horizon]
        return windows.in_unit(found)

    def trained(self) -> WindowNetwork:
        """The network with what was learnt, ready to answer on the device of the settings.

        Raises
        ------
        ValueError
            Nothing was learnt, or the device is not there.
        RuntimeError
            The weights are not those of the network.
        """
        if self.learnt is None or not self.learnt.weights:
            raise ValueError(f"{self.name} has learnt nothing yet; call fit and take what it returns")
        with reproducible(0):
            network = self.network()
        network.load_state_dict({name: torch.from_numpy(value) for name, value in self.learnt.weights.items()})
        return network.to(device_of(self.settings.device)).eval()

    def _answers(self, channels: NDArray[np.float32]) -> NDArray[np.float64]:
        network, device = self.trained(), device_of(self.settings.device)
        with reproducible(0), torch.no_grad():
            parts = [network(part.to(device)).cpu() for part in torch.from_numpy(channels).split(AT_A_TIME)]
        return torch.cat(parts).double().numpy()


def parted_windows(
    training: Sequence[TrendSeries], shape: WindowShape, settings: NetworkSettings
) -> tuple[Windows, Windows]:
    """Windows that teach, and windows that stop the training: none of the former reaches into the time of the latter.

    All teach and none stop where the series are too short for both.
    """
    everything = training_windows(training, shape, settings.max_windows, settings.seed)
    if not len(everything):
        return everything, everything
    first, last = everything.origin.min(), everything.origin.max()
    cut = first + (1 - _STOPPING) * (last - first).astype(float) // shape.step_h * np.timedelta64(shape.step_h, "h")
    before = [s.until(s.before(cut)) for s in training]
    taught = training_windows(before, shape, settings.max_windows, settings.seed)
    stopping = training_windows(training, shape, max(1, settings.max_windows // 3), settings.seed, since=cut)
    if not len(taught) or not len(stopping):
        return everything, everything.only(np.zeros(len(everything), dtype=bool))
    return taught, stopping

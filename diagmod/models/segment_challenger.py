"""The network on raw segments as a challenger of the models of faults: told rows, it finds their waves.

See :data:`diagmod.models.faults.challenger.Challenger` for what is asked of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.models.segment_cnn import SegmentCnn, SegmentCnnSettings, is_defined, together
from diagmod.models.segment_training import fit_segment_cnn
from diagmod.models.split import refuse_shared

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.io.raw_segments import RawSegments

#: Told after every epoch: network from 1, networks in all, epoch, training loss, loss of the groups that stop it.
OnProgress = Callable[[int, int, int, float, float], None]


class SegmentChallenger:
    """Fits a network to some recordings and says what it takes others for.

    Parameters
    ----------
    raw : RawSegments
    recordings, groups : sequence of str, length n
        Recording and split group of every row that masks are about.
    settings : SegmentCnnSettings
    n_networks : int
        How many times it will be asked, for those who wait.
    on_progress : callable
        Told the losses after every epoch.

    Attributes
    ----------
    losses : DataFrame
        Columns network, epoch, training, validation, of all networks so far.
    """

    def __init__(
        self, raw: RawSegments, recordings: Sequence[str], groups: Sequence[str], settings: SegmentCnnSettings,
        n_networks: int, on_progress: OnProgress = lambda network, n_networks, epoch, loss, validation_loss: None,
    ) -> None:  # fmt: skip
        if len(recordings) != len(groups):
            raise ValueError(f"{len(recordings)} recordings and {len(groups)} groups were given; give one of each")
        place = {name: k for k, name in enumerate(recordings)}
        self._row = np.array([place.get(name, -1) for name in raw.about["recording_id"]], dtype=np.int64)
        self._waves, self._groups = raw.waves, np.asarray(groups, dtype=str)
        self._settings, self._n_networks, self._on_progress = settings, n_networks, on_progress
        self._asked, self._losses = 0, list[tuple[str, int, float, float]]()

    @property
    def losses(self) -> pd.DataFrame:
        return pd.DataFrame(self._losses, columns=["network", "epoch", "training", "validation"])

    def __call__(
        self, teaches: NDArray[np.bool_], truth: NDArray[np.int64], wanted: NDArray[np.bool_], n_classes: int
    ) -> NDArray[np.float64]:
        """Probabilities of the wanted rows, shape (n_wanted, n_classes); equal ones where nothing is known.

        Nothing is known of a recording without a defined segment, nor of any where those that teach hold one class.

        Raises
        ------
        ValueError
            A split group stands on both sides.
        """
        refuse_shared({"group": self._groups.tolist()}, teaches, wanted)
        self._asked += 1
        nothing = np.full((int(wanted.sum()), n_classes), 1.0 / n_classes)
        network = self._fitted(teaches, truth, n_classes)
        if network is None:
            return nothing
        chosen = np.flatnonzero((self._row >= 0) & wanted[self._row])
        number = np.cumsum(wanted) - 1
        said = network.probabilities(self._waves[chosen], self._settings.device)
        found = together(said, number[self._row[chosen]], len(nothing))
        return np.where(np.isfinite(found), found, nothing)

    def _fitted(self, teaches: NDArray[np.bool_], truth: NDArray[np.int64], n_classes: int) -> SegmentCnn | None:
        chosen = np.flatnonzero((self._row >= 0) & teaches[self._row] & is_defined(self._waves))
        labels = truth[self._row[chosen]]
        if len(np.unique(labels[labels >= 0])) < 2:
            return None
        groups = self._groups[self._row[chosen]].tolist()
        return fit_segment_cnn(self._waves[chosen], labels, groups, self._settings, n_classes, self._told)

    def _told(self, epoch: int, loss: float, validation_loss: float) -> None:
        self._losses.append((f"without fold {self._asked - 1}", epoch, loss, validation_loss))
        self._on_progress(self._asked, self._n_networks, epoch, loss, validation_loss)

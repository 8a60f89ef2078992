"""From order spectra to the table ``embeddings`` and a stored network, or to the reason why there is none.

Folds are those of :func:`diagmod.models.split.group_folds`. The network of a fold sees nothing of the fold's split
groups: it is fitted to the other groups but some, on which its training stops. It embeds *all* segments, and each
row says whether its group was held out. Codes of two networks do not compare, so a model stage takes one fold at a
time: it learns from the rows that are not held out and judges the others. One more network, fitted to everything for
the median number of epochs of the folds, is stored for new data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.core.order_spectra import CHANNELS, FLOOR_DB, STEP, TOP_ORDER
from diagmod.io.embedding_files import WEIGHTS, code_names, embedding_schema, write_embedding
from diagmod.io.model_files import write_no_model
from diagmod.io.tables import conform, empty_table
from diagmod.models.embedding import Embedder, EmbeddingSettings, device_of, fit_embedder, is_defined
from diagmod.models.split import group_folds, refuse_leakage

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Fewest segments of a training side; below it a network learns them by heart.
MIN_SEGMENTS = 50

#: Fewest split groups: one is judged, one stops the training, one teaches.
FEWEST_GROUPS = 3

#: Share of a training side's groups that stop the training: one in so many.
_VALIDATION_FOLDS = 4

#: What the numbers say, for the card of the model.
SAYS = (
    "the embedding says which order spectra look alike, the error (dB) how unlike the training data they are; neither "
    "says which fault there is"
)

#: Told after every epoch: network from 1, networks in all, epoch, training loss, validation loss.
OnProgress = Callable[[int, int, int, float, float], None]


@dataclass(frozen=True)
class TrainedEmbedding:
    """Embeddings, the network fitted to everything, the losses of all networks; or why they are missing.

    Attributes
    ----------
    table : DataFrame
        Table ``embeddings``.
    model : Embedder or None
    losses : DataFrame
        Columns network, epoch, training, validation.
    settings : EmbeddingSettings
    reason : str
    """

    table: pd.DataFrame
    model: Embedder | None
    losses: pd.DataFrame
    settings: EmbeddingSettings
    reason: str = ""

    def in_words(self) -> str:
        """What was learned, in one sentence."""
        if self.model is None:
            return f"No embedding was learned: {self.reason}."
        rows = self.table[self.table["is_held_out"]]
        learned = self.table.loc[~self.table["is_held_out"], "error_db"].median()
        return (
            f"We see {rows['error_db'].notna().sum()} of {len(rows)} segments embedded in {self.settings.dimension} "
            f"numbers by {rows['fold'].nunique()} networks that never saw their split group; the order spectra of "
            f"half of them are drawn again within {rows['error_db'].median():.2f} dB rms ({learned:.2f} dB for those "
            f"of a training side, {self.model.spread_db:.2f} dB by their mean alone)."
        )

    def write(self, folder: Path, lineage: dict[str, Any]) -> None:
        """Write the model's folder: ``model.safetensors`` and ``model.json``, or the reason alone."""
        if self.model is None:
            (folder / WEIGHTS).unlink(missing_ok=True)
            write_no_model(folder, {"reason": self.reason, "lineage": lineage})
            return
        facts = {
            "model_type": "ConvolutionalAutoencoder",
            "features": [f"order spectrum of the {name}" for name in CHANNELS],
            "says": SAYS,
            "dimension": self.model.dimension,
            "n_epochs": self.model.n_epochs,
            "device": device_of(self.settings.device).type,
            "input": {"top_order": TOP_ORDER, "step": STEP, "floor_db": FLOOR_DB},
            "lineage": lineage,
        }
        write_embedding(folder, self.model.tensors(), facts)


def train_embedding(
    pictures: NDArray[np.float32],
    segments: pd.DataFrame,
    catalogue: pd.DataFrame,
    settings: EmbeddingSettings,
    n_folds: int,
    refusal: str = "",
    on_progress: OnProgress = lambda network, n_networks, epoch, loss, validation_loss: None,
) -> TrainedEmbedding:
    """Embed every segment by networks that never saw its split group, and fit one network to everything.

    Parameters
    ----------
    pictures : ndarray, shape (n_rows, 3, n_points)
        Order spectra of the rows of ``segments``, see :func:`diagmod.io.order_pictures.compute_pictures`.
    segments, catalogue : DataFrame
        Tables ``segments`` and ``recordings``.
    settings : EmbeddingSettings
    n_folds : int
        Folds of the split groups, at least 2.
    refusal : str
        Why nothing is to be trained (:func:`diagmod.io.readiness.training_refusal`); empty for no objection.
    on_progress : callable
        Told the losses after every epoch.
    """
    groups = segments["recording_id"].map(dict(zip(catalogue["recording_id"], catalogue["split_group"], strict=True)))
    reason = refusal or not_enough(pictures, list(groups), n_folds, settings.seed)
    if reason:
        empty = empty_table(embedding_schema(settings.dimension))
        return TrainedEmbedding(empty, None, _losses({}), settings, reason)
    folds = group_folds(list(groups), n_folds, settings.seed)
    n_networks, parts, networks = int(folds.max()) + 2, [], {}
    for fold in range(n_networks - 1):
        told = _told(on_progress, fold + 1, n_networks)
        network = fit_fold(pictures, list(groups), folds != fold, settings, told)
        codes, error_db = network.encode(pictures, settings.device)
        about = segments[["recording_id", "motor_id", "segment"]].assign(fold=fold, is_held_out=folds == fold)
        numbers = pd.DataFrame(codes, about.index, code_names(settings.dimension))
        parts.append(pd.concat([about, numbers, pd.Series(error_db, about.index, name="error_db")], axis=1))
        networks[f"without fold {fold}"] = network
    n_epochs = max(1, round(float(np.median([network.n_epochs for network in networks.values()]))))
    told = _told(on_progress, n_networks, n_networks)
    final = fit_embedder(pictures, None, replace(settings, n_epochs=n_epochs), told)
    table = conform(pd.concat(parts, ignore_index=True), embedding_schema(settings.dimension))
    return TrainedEmbedding(table, final, _losses({**networks, "all": final}), settings)


def fit_fold(
    pictures: NDArray[np.float32],
    groups: list[str],
    train: NDArray[np.bool_],
    settings: EmbeddingSettings,
    on_epoch: Callable[[int, float, float], None] = lambda epoch, loss, validation_loss: None,
) -> Embedder:
    """Network that has seen the training side alone; some of its groups only stop the training.

    Raises
    ------
    ValueError
        A group stands on both sides, or the training side has fewer than 2 groups with order spectra.
    """
    refuse_leakage(groups, train)
    rows = np.flatnonzero(train & is_defined(pictures))
    own = [groups[row] for row in rows]
    stops = group_folds(own, _VALIDATION_FOLDS, settings.seed) == 0
    refuse_leakage(own, ~stops)
    return fit_embedder(pictures[rows[~stops]], pictures[rows[stops]], settings, on_epoch)


def not_enough(pictures: NDArray[np.float32], groups: list[str], n_folds: int, seed: int) -> str:
    """Why order spectra are not enough to learn from some folds and judge another, or ""."""
    defined, names = is_defined(pictures), np.asarray(groups, dtype=str)
    n_groups = len(np.unique(names[defined]))
    if n_groups < FEWEST_GROUPS:
        return (
            f"{n_groups} split group(s) have segments with three phases, a supply line and at least "
            f"{2 * TOP_ORDER:g} samples a period; at least {FEWEST_GROUPS} are needed: one to judge, one to stop the "
            "training and one to learn from"
        )
    folds = group_folds(groups, n_folds, seed)
    sides = [defined & (folds != fold) for fold in range(folds.max() + 1)]
    if min(len(np.unique(names[side])) for side in sides) < FEWEST_GROUPS - 1:
        return "a training side has a single split group with order spectra, 2 are needed; take more folds"
    if (fewest := min(int(side.sum()) for side in sides)) < MIN_SEGMENTS:
        return f"{fewest} segments on a training side have order spectra, {MIN_SEGMENTS} are needed; record more"
    return ""


def _told(on_progress: OnProgress, network: int, n_networks: int) -> Callable[[int, float, float], None]:
    return lambda epoch, loss, validation_loss: on_progress(network, n_networks, epoch, loss, validation_loss)


def _losses(networks: dict[str, Embedder]) -> pd.DataFrame:
    rows = [(name, epoch, *both) for name, network in networks.items() for epoch, both in enumerate(network.losses, 1)]
    return pd.DataFrame(rows, columns=["network", "epoch", "training", "validation"])

"""How the network on raw segments is fitted.

Conditions are weighted, so that a rare fault counts as much as the healthy recordings. Training stops by split groups
of its own training side, if every condition has groups to spare; else all passes are made. Each step shows another part
of the segments; that is all the variation there is to add, for rate, grid, amplitude, start and order of the phases are
gone from them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from diagmod.models.autoencoder import device_of, reproducible
from diagmod.models.segment_cnn import AT_A_TIME, SegmentCnn, SegmentCnnSettings, is_defined
from diagmod.models.segment_network import SegmentNetwork
from diagmod.models.split import refuse_leakage

#: One group in so many of every condition stops the training, if at least ``_FEWEST_GROUPS`` have the condition.
_ONE_IN, _FEWEST_GROUPS = 5, 3

#: Share of a segment that is shown in training, at a place drawn for every batch.
_SHOWN = 5 / 6

#: Told after every epoch: number of the epoch from 1, loss of the training side, loss of the other side (or NaN).
OnEpoch = Callable[[int, float, float], None]

#: Waves and classes of the side that teaches, and of the one that stops.
Sides = tuple[tuple[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def fit_segment_cnn(
    waves: NDArray[np.float32],
    labels: NDArray[np.int64],
    groups: Sequence[str],
    settings: SegmentCnnSettings,
    n_classes: int | None = None,
    on_epoch: OnEpoch = lambda epoch, loss, validation_loss: None,
) -> SegmentCnn:
    """Fit a network to a training side.

    Parameters
    ----------
    waves : ndarray, shape (n, 2, N_POINTS)
        Segments that are not defined are left out.
    labels : ndarray of int, shape (n,)
        Number of the class; -1 without a label, which is left out.
    groups : sequence of str, length n
        Split groups; those that stop the training teach nothing.
    settings : SegmentCnnSettings
    n_classes : int, optional
        Classes in all; the largest label and one unless told otherwise.
    on_epoch : callable
        Told the losses after every epoch.

    Raises
    ------
    ValueError
        The lengths or the shape differ, a label is too large, fewer than two classes have a defined segment, or the
        device is not there.
    """
    rows = _usable(waves, labels, groups)
    n_classes = int(labels.max(initial=-1)) + 1 if n_classes is None else n_classes
    if labels.max(initial=-1) >= n_classes:
        raise ValueError(f"labels must be below n_classes = {n_classes}, got {labels.max()}")
    rows = _drawn(rows, settings)
    own, truth = np.asarray(groups, dtype=str)[rows], labels[rows]
    if len(np.unique(truth)) < 2:
        raise ValueError(
            f"segments of {len(np.unique(truth))} class(es) are defined, at least 2 are needed to learn from"
        )
    stops = groups_that_stop(truth, own, settings.seed)
    refuse_leakage(own.tolist(), ~stops)
    weight = class_weights(truth[~stops], n_classes)
    device = device_of(settings.device)
    with reproducible(settings.seed):
        network = SegmentNetwork(n_classes, settings.dropout).to(device)
        x, y = torch.from_numpy(waves[rows]).to(device), torch.from_numpy(truth.astype(np.int64)).to(device)
        # Not torch's weighted mean: by that a batch without the rare class would count as much as one with it.
        loss = nn.CrossEntropyLoss(torch.from_numpy(weight).to(device), reduction="none")
        sides = ((x[~stops], y[~stops]), (x[stops], y[stops]))
        best, losses = _fitted(network, sides, loss, settings, on_epoch)
    if not np.isfinite(losses[-1][0]):
        raise ValueError(f"training diverged in epoch {len(losses)}; take a smaller learning_rate")
    return SegmentCnn(best[1], weight > 0, best[0], tuple(losses))


def class_weights(labels: NDArray[np.int64], n_classes: int) -> NDArray[np.float32]:
    """Weight of every class by which all that are there count the same, of mean 1 over rows; 0 for those that are not.

    Examples
    --------
    >>> class_weights(np.array([0, 0, 0, 2]), 3).round(3).tolist()
    [0.667, 0.0, 2.0]
    """
    counts = np.bincount(labels, minlength=n_classes)
    weight = len(labels) / (np.maximum(counts, 1) * np.count_nonzero(counts))
    return np.where(counts > 0, weight, 0.0).astype(np.float32)


def groups_that_stop(labels: NDArray[np.int64], groups: NDArray[np.str_], seed: int) -> NDArray[np.bool_]:
    """Rows of the groups by which training stops: whole groups, of every class some; none where a class has too few.

    The only motor with a fault must teach it; a side without the fault would stop the training by the others alone.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    groups : ndarray of str, shape (n,)
    seed : int

    Examples
    --------
    >>> groups = np.repeat([f"M{k}" for k in range(6)], 2)
    >>> labels = np.tile([0, 1], 6)
    >>> stops = groups_that_stop(labels, groups, 0)
    >>> len(set(groups[stops])), len(set(groups[stops]) & set(groups[~stops]))
    (1, 0)
    """
    drawn: set[str] = set()
    rng = np.random.default_rng(seed)
    having = [np.unique(groups[labels == label]) for label in np.unique(labels)]
    for own in sorted(having, key=len):
        if len(own) < _FEWEST_GROUPS:
            return np.zeros(len(labels), dtype=bool)
        free = [name for name in rng.permutation(own) if name not in drawn]
        drawn.update(free[: max(0, max(1, len(own) // _ONE_IN) - (len(own) - len(free)))])
    if any(drawn.issuperset(own) for own in having):
        return np.zeros(len(labels), dtype=bool)
    return np.isin(groups, sorted(drawn))


def _fitted(
    network: SegmentNetwork, sides: Sides, loss: nn.Module, settings: SegmentCnnSettings, on_epoch: OnEpoch
) -> tuple[tuple[int, dict[str, NDArray[np.float32]]], list[tuple[float, float]]]:
    """Epoch and weights of the best state, and the losses after every epoch."""
    (x, y), (x_stop, y_stop) = sides
    optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    steps = settings.n_epochs * -(-len(x) // settings.batch_size)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.learning_rate, total_steps=max(steps, 2))
    losses: list[tuple[float, float]] = []
    best, best_loss = (0, _weights(network)), np.inf
    for epoch in range(1, settings.n_epochs + 1):
        taught = _one_epoch(network.train(), optimiser, pace, loss, x, y, settings.batch_size)
        stopping = _mean_loss(network.eval(), loss, x_stop, y_stop)
        losses.append((taught, stopping))
        on_epoch(epoch, taught, stopping)
        if not len(x_stop) or stopping < best_loss:
            best, best_loss = (epoch, _weights(network)), stopping
        elif epoch - best[0] >= settings.patience:
            break
    return best, losses


def _one_epoch(
    network: SegmentNetwork, optimiser: torch.optim.Optimizer, pace: torch.optim.lr_scheduler.LRScheduler,
    loss: nn.Module, x: torch.Tensor, y: torch.Tensor, batch_size: int,
) -> float:  # fmt: skip
    total, shown = 0.0, round(_SHOWN * x.shape[2])
    for rows in torch.randperm(len(x)).split(batch_size):
        begin = int(torch.randint(x.shape[2] - shown + 1, (1,)))
        if len(rows) > 1:  # a single row has no spread that the powers could be scaled by
            taken = rows.to(x.device)
            optimiser.zero_grad()
            found = loss(network(x[taken, :, begin : begin + shown]), y[taken]).mean()
            found.backward()
            optimiser.step()
            total += float(found.detach()) * len(rows)
        pace.step()
    return total / len(x)


def _mean_loss(network: SegmentNetwork, loss: nn.Module, x: torch.Tensor, y: torch.Tensor) -> float:
    if not len(x):
        return float("nan")
    with torch.no_grad():
        logits = torch.cat([network(part) for part in x.split(AT_A_TIME)])
        return float(loss(logits, y).mean())


def _weights(network: SegmentNetwork) -> dict[str, NDArray[np.float32]]:
    state = network.state_dict()
    return {name: state[name].detach().cpu().numpy().copy() for name in state if not name.endswith("tracked")}


def _usable(waves: NDArray[np.float32], labels: NDArray[np.int64], groups: Sequence[str]) -> NDArray[np.int64]:
    if not len(waves) == len(labels) == len(groups):
        raise ValueError(
            f"{len(waves)} waves, {len(labels)} labels and {len(groups)} groups were given; give one of each a segment"
        )
    return np.flatnonzero(is_defined(waves) & (labels >= 0))


def _drawn(rows: NDArray[np.int64], settings: SegmentCnnSettings) -> NDArray[np.int64]:
    """At most so many of the rows, in their order."""
    if len(rows) <= settings.max_segments:
        return rows
    return np.sort(np.random.default_rng(settings.seed).choice(rows, settings.max_segments, replace=False))

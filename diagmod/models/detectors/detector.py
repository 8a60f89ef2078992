"""Ten ways to call a row of figures strange, behind one interface.

A detector is fitted to rows believed healthy, scores any row (higher is stranger), and says which features drove the
score. It knows no label, no threshold and no share of bad rows: what counts as an alarm is decided from scores that it
gave to rows of groups it had not seen (:mod:`diagmod.models.detectors.threshold`). What it holds after fitting can be
taken apart into numbers, plain facts and scikit-learn estimators, and put together again with the same scores to the
bit; nothing of it needs a pickle.

Rows come scaled to about unit spread (:mod:`diagmod.models.own_baseline`); each method's module says what it makes of
them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

#: Module of every detector, loaded when it is asked for: torch and scikit-learn take seconds.
_FAMILIES = {
    "sigma_rule": "spreads",
    "robust_z": "spreads",
    "isolation_forest": "forest",
    "one_class_svm": "one_class",
    "local_outlier_factor": "neighbours",
    "dbscan": "neighbours",
    "pca_t2_q": "principal",
    "autoencoder": "reconstruction",
    "half_space_trees": "half_space",
    "ensemble": "ensemble",
}

#: Names of the detectors; the ensemble looks at all the others.
DETECTORS = tuple(_FAMILIES)

#: Devices that an autoencoder can be fitted on; those of :mod:`diagmod.models.autoencoder`, which loads torch.
DEVICES = ("auto", "cpu", "cuda")

#: Fewest rows to fit to; with fewer there is no spread to speak of.
FEWEST_ROWS = 5

#: Largest value that a row is believed, in its unit (spreads): larger ones are cut when scored, refused when fitted.
MOST = 1e6

#: Settings that count something, and the least each may be.
_LEAST = {
    "n_highest": 1, "n_trees": 1, "max_samples": 2, "max_rows": FEWEST_ROWS, "n_neighbours": 1, "n_core_neighbours": 1,
    "n_hidden": 1, "n_code": 1, "n_epochs": 1, "patience": 1, "batch_size": 1, "n_half_spaces": 1, "height": 1,
    "window": FEWEST_ROWS, "n_folds": 2,
}  # fmt: skip

#: Settings that are a share.
_SHARES = ("svm_nu", "core_share", "variance_share", "learning_rate")


@dataclass(frozen=True, kw_only=True)
class DetectorSettings:
    """Settings of all detectors; each takes its own.

    Attributes
    ----------
    seed : int
    device : str
        Where an autoencoder is fitted, one of :data:`DEVICES`; it scores on the processor.
    n_highest : int
        Features over whose squared robust z the mean is taken.
    n_trees, max_samples : int
        Trees of the isolation forest, and rows drawn for each.
    max_rows : int
        Most rows that one-class SVM, local outlier factor, DBSCAN and autoencoder learn from, drawn by the seed.
    svm_nu : float
        Largest share of rows outside the one-class SVM's boundary, which is also the least share of support vectors.
    n_neighbours : int
        Neighbours of the local outlier factor.
    n_core_neighbours : int
        Neighbours within eps that make a row a core of DBSCAN.
    core_share : float
        Share of the rows that are cores: eps is that quantile of the distance to the last such neighbour.
    variance_share : float
        Share of the variance that the principal components keep.
    n_hidden, n_code : int
        Width of the autoencoder's hidden layers and of its code; the code has at most half as many numbers as a row.
    n_epochs, patience, batch_size : int
        Most passes, passes without improvement that end them, rows a step.
    learning_rate : float
        Step of Adam.
    n_half_spaces, height, window : int
        Half-space trees, splits from root to leaf, and rows after which the learned masses are taken over.
    members : tuple of str
        Detectors of the ensemble.
    n_folds : int
        Folds in which the ensemble learns the scores of rows that its members have not seen.
    """

    seed: int
    device: str = "cpu"
    n_highest: int = 5
    n_trees: int = 200
    max_samples: int = 256
    max_rows: int = 4000
    svm_nu: float = 0.05
    n_neighbours: int = 20
    n_core_neighbours: int = 5
    core_share: float = 0.95
    variance_share: float = 0.9
    n_hidden: int = 32
    n_code: int = 8
    n_epochs: int = 200
    patience: int = 15
    batch_size: int = 128
    learning_rate: float = 5e-3
    n_half_spaces: int = 100
    height: int = 8
    window: int = 1000
    members: tuple[str, ...] = field(default=DETECTORS[:-1])
    n_folds: int = 5

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")
        for name in _SHARES:
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} must lie between 0 and 1, got {getattr(self, name):g}")
        if self.height > 15:
            raise ValueError(f"height must be at most 15, for a tree has 2^height leaves, got {self.height}")
        if self.device not in DEVICES:
            raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {self.device!r}")
        if unknown := sorted(set(self.members) - set(DETECTORS[:-1])):
            raise ValueError(f"an ensemble has no member {unknown[0]!r}; members are {', '.join(DETECTORS[:-1])}")
        if not self.members or len(set(self.members)) < len(self.members):
            raise ValueError(f"an ensemble needs members, each once, got {', '.join(self.members) or 'none'}")


@dataclass(frozen=True)
class DetectorParts:
    """What is needed to put a detector together again.

    Attributes
    ----------
    name : str
        One of :data:`DETECTORS`.
    estimators : dict
        Fitted scikit-learn estimators.
    arrays : dict of ndarray
    facts : dict
        As JSON holds them.
    """

    name: str
    estimators: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


class Detector(Protocol):
    """What every anomaly detector offers."""

    @property
    def name(self) -> str:
        """One of :data:`DETECTORS`."""
        ...

    @property
    def n_features(self) -> int:
        """Features of a row."""
        ...

    def score(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Strangeness of rows (n, n_features), shape (n,); higher is stranger, finite for finite rows."""
        ...

    def contributions(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Which features drove the score: shares (n, n_features), at least 0, with the sum 1 in every row."""
        ...

    def parts(self) -> DetectorParts:
        """What is needed to store it."""
        ...


def fit_detector(
    name: str, rows: ArrayLike, settings: DetectorSettings, groups: Sequence[str] | None = None
) -> Detector:
    """Fit a detector to rows believed healthy.

    Parameters
    ----------
    name : str
        One of :data:`DETECTORS`.
    rows : array-like, shape (n_rows, n_features)
        Finite, about unit spread.
    settings : DetectorSettings
    groups : sequence of str, length n_rows, optional
        Split group of every row. What the autoencoder stops its training on and what the ensemble's scale rests on
        are then whole groups; otherwise single rows.

    Raises
    ------
    ValueError
        The name is unknown, or the rows are too few, not finite, not scaled or not two-dimensional.
    """
    fit = _of_family(name, "fit")
    values = _trainable(rows)
    if groups is not None and len(groups) != len(values):
        raise ValueError(f"there must be a group for every row, got {len(groups)} groups for {len(values)} rows")
    return fit(name, values, settings, groups)


def restore_detector(parts: DetectorParts) -> Detector:
    """The detector again, with the same scores to the bit.

    Raises
    ------
    ValueError
        The name is unknown or the parts do not fit together.
    """
    restore = _of_family(parts.name, "restore")
    try:
        return restore(parts)
    except (KeyError, IndexError, TypeError, AttributeError) as exc:
        raise ValueError(f"the parts of detector {parts.name} do not fit together ({exc!r}); fit it again") from exc


def checked(rows: ArrayLike, n_features: int) -> NDArray[np.float64]:
    """Rows as float64 (n, n_features), cut to :data:`MOST`.

    Raises
    ------
    ValueError
        There are other features than at fitting, or a value is not finite.
    """
    values = np.asarray(rows, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != n_features:
        raise ValueError(
            f"rows must have the shape (n, {n_features}), got {values.shape}; give the features it was fitted to"
        )
    if not np.isfinite(values).all():
        bad = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise ValueError(f"rows must be finite, row {bad} is not; leave out rows with undefined features")
    return np.clip(values, -MOST, MOST)


def drawn(rows: NDArray[np.float64], settings: DetectorSettings) -> NDArray[np.int64]:
    """Numbers of at most ``max_rows`` of the rows, in order."""
    if len(rows) <= settings.max_rows:
        return np.arange(len(rows))
    return np.sort(np.random.default_rng(settings.seed).choice(len(rows), settings.max_rows, replace=False))


def prefixed(parts: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Parts under longer names, so that those of several detectors stand side by side."""
    return {f"{prefix}/{name}": part for name, part in parts.items()}


def _of_family(name: str, function: str) -> Callable[..., Detector]:
    if name not in _FAMILIES:
        raise ValueError(f"there is no detector {name!r}; detectors are {', '.join(DETECTORS)}")
    return getattr(import_module(f"{__package__}.{_FAMILIES[name]}"), function)


def _trainable(rows: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(rows, dtype=np.float64)
    if values.ndim != 2 or not values.shape[1]:
        raise ValueError(
            f"rows must have the shape (n_rows, n_features), got {values.shape}; give at least one feature"
        )
    if len(values) < FEWEST_ROWS:
        raise ValueError(f"{len(values)} rows to fit a detector to, at least {FEWEST_ROWS} are needed; record more")
    cut = checked(values, values.shape[1])
    if not np.array_equal(cut, values):
        raise ValueError(f"rows must be scaled to about unit spread, got {np.abs(values).max():.3g}; scale them first")
    return values

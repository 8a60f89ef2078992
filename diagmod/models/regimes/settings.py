"""Settings of the regimes, checked before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

from diagmod.models.regimes.picture import PICTURES
from diagmod.models.regimes.view_rows import VIEWS

#: Least value of each number; a regime of one recording is none.
_LEAST = {
    "segments_each": 1, "max_segments": 1, "smallest_recordings": 2, "neighbour_recordings": 1, "n_retrainings": 0,
    "n_folds": 2, "match_spreads": 0, "max_picture": 1,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SpreadSettings:
    """How a reviewed label spreads.

    Attributes
    ----------
    neighbours : int
        Reviewed segments that are asked.
    reaches : float
        How far one may lie, in reaches of the tightest regime.
    confidence : float
        Share of those asked that must be near and agree.
    """

    neighbours: int
    reaches: float
    confidence: float

    def __post_init__(self) -> None:
        if self.neighbours < 1:
            raise ValueError(f"spread_neighbours must be at least 1, got {self.neighbours}")
        if not self.reaches >= 0:
            raise ValueError(f"spread_reaches must be at least 0, got {self.reaches:g}")
        if not 0.5 < self.confidence <= 1:
            raise ValueError(f"spread_confidence must lie above 0.5 and be at most 1, got {self.confidence:g}")


@dataclass(frozen=True, kw_only=True)
class RegimeSettings:
    """How regimes are found, recognised and named.

    Attributes
    ----------
    views : tuple of str
        Of :data:`diagmod.models.regimes.view_rows.VIEWS`.
    segments_each, max_segments : int
        Most segments of a recording that are clustered, and most in all: bounds the time.
    smallest_recordings, neighbour_recordings : int
        Recordings that a regime must fill, and that a dense neighbourhood must hold.
    keep_share : float
        Share of the variance that the main components keep.
    n_retrainings, n_folds : int
        Retrainings without some split groups, and folds by which the spread of labels is judged.
    match_spreads : float
        Farthest that a regime may have moved since it was reviewed, in spreads a figure.
    spread : SpreadSettings
    picture : str
        "umap" or "pca".
    max_picture : int
        Most segments in the picture.
    seed : int
        Of retrainings, folds and picture; the regimes themselves need no chance.
    """

    views: tuple[str, ...]
    segments_each: int
    max_segments: int
    smallest_recordings: int
    neighbour_recordings: int
    keep_share: float
    n_retrainings: int
    n_folds: int
    match_spreads: float
    spread: SpreadSettings
    picture: str
    max_picture: int
    seed: int

    def __post_init__(self) -> None:
        if not self.views or len(set(self.views)) < len(self.views) or set(self.views) - set(VIEWS):
            given = ", ".join(self.views) or "none"
            raise ValueError(f"views must be some of {', '.join(VIEWS)}, each once, got {given}")
        for name, least in _LEAST.items():
            if not getattr(self, name) >= least:
                raise ValueError(f"{name} must be at least {least:g}, got {getattr(self, name):g}")
        if not 0 < self.keep_share <= 1:
            raise ValueError(f"keep_share must lie above 0 and be at most 1, got {self.keep_share:g}")
        if self.picture not in PICTURES:
            raise ValueError(f"picture must be {' or '.join(PICTURES)}, got {self.picture!r}")

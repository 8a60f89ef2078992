"""What was found in a view as rows of the tables ``regimes``, ``regime_segments`` and ``regime_views``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.regime_tables import REGIMES
from diagmod.models.regimes.clustering import NOISE
from diagmod.models.regimes.concentration import ONE_MOTOR, agreement, composition
from diagmod.models.regimes.finding import cluster_rows, sizes_of
from diagmod.models.regimes.stability import STABLE
from diagmod.models.regimes.words import typical_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diagmod.io.regime_files import ReviewedRegime
    from diagmod.models.regimes.finding import FoundRegimes
    from diagmod.models.regimes.labelling import Labelled
    from diagmod.models.regimes.picture import Picture
    from diagmod.models.regimes.settings import RegimeSettings
    from diagmod.models.regimes.view_rows import ViewRows


def regime_rows(found: FoundRegimes, data: ViewRows, reviewed: Sequence[ReviewedRegime]) -> pd.DataFrame:
    """Rows of table ``regimes`` of one view."""
    said = {regime.id: regime for regime in reviewed}
    made_of = composition(found.labels, data.about).to_dict("records")
    one_motor_set = data.about["motor_id"].nunique() == 1
    rows = []
    for k, name in enumerate(found.matched.ids):
        members = found.labels == k
        operating = _operating(found, data, members)
        spread = found.spreads[k]
        share, stability = made_of[k]["largest_motor_share"], float(found.stability.overlaps[k])
        rows.append(
            {
                "view": found.model.view, "regime": name, "stability": stability,
                **{str(part): value for part, value in made_of[k].items()},
                "standing": _standing(share, stability, one_motor_set),
                "label": said[name].label if name in said else "", "kind": said[name].kind if name in said else "",
                "reviewed_by": said[name].reviewed_by if name in said else "",
                "match_distance": float(found.matched.distances[k]), **operating,
                "typical": typical_words(found.model.view, found.rows.names, spread, operating),
                "centroid": _place_json(found, k),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=[c.name for c in REGIMES.columns])


def _standing(largest_motor_share: float, stability: float, is_one_motor_set: bool) -> str:
    if not is_one_motor_set and largest_motor_share >= ONE_MOTOR:
        return "one_motor"
    return "unstable" if stability < STABLE else "regime"


def _operating(found: FoundRegimes, data: ViewRows, members: NDArray[np.bool_]) -> dict[str, float]:
    own = data.about[members]
    current = data.rows["operation"].values[members, data.rows["operation"].names.index("current_share")]
    columns = {
        "current_share": current,
        **{name: own[name].to_numpy(float) for name in ("load_share", "slip_of_rated")},
    }
    return {name: _median(values) for name, values in columns.items()}


def _median(values: NDArray[np.float64]) -> float:
    told = values[np.isfinite(values)]
    return float(np.median(told)) if len(told) else np.nan


def _place_json(found: FoundRegimes, k: int) -> str:
    """Middle, usual value and spread of every figure, as the reviewed file keeps them."""
    space = found.model.space
    usual = space.in_units(np.zeros(len(space.names)))
    parts = {"centroid": found.centroids[k], "usual": usual, "spread": space.expected.within}
    six = {key: {n: float(f"{v:.6g}") for n, v in zip(space.names, row, strict=True)} for key, row in parts.items()}
    return json.dumps(six)


def segment_rows(
    found: FoundRegimes, data: ViewRows, labelled: Labelled, picture: Picture, shown: NDArray[np.int64]
) -> pd.DataFrame:
    """Rows of table ``regime_segments`` of one view; ``shown`` are the rows that the picture shows."""
    x, y = np.full(len(found.labels), np.nan), np.full(len(found.labels), np.nan)
    x[shown], y[shown] = picture.places.T
    names = np.array([*found.matched.ids, ""], dtype=str)
    has_own = labelled.own != ""
    return data.about[["recording_id", "motor_id", "split_group", "segment"]].assign(
        view=found.model.view, regime=names[found.labels], strength=found.strengths,
        label=np.where(has_own, labelled.own, labelled.spread),
        label_source=np.where(has_own, "reviewed", np.where(labelled.spread != "", "spread", "none")),
        confidence=labelled.confidence, x=x, y=y,
    )  # fmt: skip


def view_row(
    found: FoundRegimes, data: ViewRows, labelled: Labelled, picture: Picture, settings: RegimeSettings
) -> dict[str, object]:
    """Row of table ``regime_views``: how many regimes there are and how far to trust them."""
    at, placed = found.drawn, found.is_placed
    about, drawn_labels = data.about.iloc[at], found.model.labels
    motors, conditions = about["motor_id"].to_numpy(str), about["condition"].fillna("").to_numpy(str)
    mine = found.drawn_rows
    size = sizes_of(about["recording_id"].to_numpy(str), settings)
    raw = cluster_rows(replace(mine, is_reference=np.ones(len(mine), dtype=bool)), "fleet", settings.keep_share, size)[
        1
    ]
    reviewed, spread = float((labelled.own != "").mean()), float((labelled.spread != "").mean())
    return {
        "view": found.model.view, "n_segments": int(placed.sum()), "n_drawn": len(at),
        "n_regimes": len(found.matched.ids), "noise_share": float((found.labels[placed] == NOISE).mean()),
        "n_components": len(found.model.space.components), "kept_share": found.model.space.kept_share,
        "rand": found.stability.rand, "rand_low": found.stability.rand_low, "rand_high": found.stability.rand_high,
        "n_retrainings": found.stability.n_retrainings, "motor_agreement": agreement(drawn_labels, motors),
        "motor_agreement_raw": agreement(raw.labels, motors),
        "condition_agreement": agreement(drawn_labels, conditions),
        "reviewed_share": reviewed, "spread_share": spread, "unlabelled_share": 1 - reviewed - spread,
        "spread_right": labelled.check.right_share, "spread_told": labelled.check.told_share,
        "spread_of": labelled.checked, "vanished": ", ".join(found.matched.vanished),
        "picture": picture.method + (f" ({picture.reason})" if picture.reason else ""), "reason": "",
        "left_out": ", ".join(name for name in data.rows[found.model.view].names if name not in found.rows.names),
    }  # fmt: skip


def no_regimes(view: str, reason: str, reviewed: Sequence[ReviewedRegime]) -> dict[str, object]:
    """Row of table ``regime_views`` for a view that cannot be clustered."""
    shares = ("noise_share", "kept_share", "rand", "rand_low", "rand_high", "motor_agreement", "motor_agreement_raw")
    more = ("condition_agreement", "spread_right", "spread_told")
    counts = ("n_segments", "n_drawn", "n_regimes", "n_components", "n_retrainings")
    gone = ", ".join(regime.id for regime in reviewed if regime.view == view)
    return {
        "view": view, **dict.fromkeys((*shares, *more), np.nan), **dict.fromkeys(counts, 0), "reviewed_share": 0.0,
        "spread_share": 0.0, "unlabelled_share": 1.0, "spread_of": "", "vanished": gone, "picture": "none",
        "left_out": "", "reason": reason,
    }  # fmt: skip

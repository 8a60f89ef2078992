"""Help for choosing features, on the training side of the first fold of the anomaly model.

The side is that of the same folds and seed by which the model is judged, so that nothing of what is looked at here
has been judged by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from diagmod.core.features import features_at
from diagmod.models.feature_selection import SELECTION_COLUMNS, selection_help
from diagmod.models.split import group_folds

#: Share of the features that a recording must have, so that it counts: one without a phase has few.
_MOST_MISSING = 0.05

#: Fewest labelled recordings, and fewest of the rarest label, on the training side.
_FEWEST, _FEWEST_OF_LABEL = 20, 3


@dataclass(frozen=True)
class SelectionOfSide:
    """Table of :func:`~diagmod.models.feature_selection.selection_help`, or the reason why it is empty."""

    table: pd.DataFrame
    reason: str = ""


def selection_of_training_side(
    recordings: pd.DataFrame, catalogue: pd.DataFrame, n_folds: int, seed: int
) -> SelectionOfSide:
    """Which features say the same, and which say something of the labelled condition.

    Parameters
    ----------
    recordings : DataFrame
        Table ``recording_features``.
    catalogue : DataFrame
        Table ``recordings`` with labels, split groups and the state of the acquisition.
    n_folds, seed : int
        Of the anomaly model.
    """
    about = ["recording_id", "condition", "split_group", "acquisition"]
    rows = recordings.merge(catalogue[about], on="recording_id")
    groups = rows["split_group"].astype(str)
    if groups.nunique() < n_folds:
        return _refused(f"{groups.nunique()} split groups, at least {n_folds} are needed for its folds")
    names = [feature.name for feature in features_at("segment") if feature.is_scale_free]
    missing = rows[names].isna().mean(axis=1)
    is_good = (rows["condition"] != "") & (rows["acquisition"] != "unusable") & (missing <= _MOST_MISSING)
    is_judged = np.asarray(group_folds(list(groups), n_folds, seed)) == 0
    used = rows[is_judged | is_good.to_numpy()].reset_index(drop=True)
    side = ~is_judged[is_judged | is_good.to_numpy()]
    labels = used["condition"].astype(str)
    counts = labels[side].value_counts()
    if side.sum() < _FEWEST or len(counts) < 2 or counts.min() < _FEWEST_OF_LABEL:
        return _refused(
            f"{side.sum()} labelled, complete recordings of {len(counts)} conditions stand on the training side, at "
            f"least {_FEWEST} of 2 with {_FEWEST_OF_LABEL} each are needed"
        )
    table = selection_help(used, names, labels.tolist(), used["split_group"].astype(str).tolist(), side, seed)
    return SelectionOfSide(table)


def _refused(reason: str) -> SelectionOfSide:
    return SelectionOfSide(pd.DataFrame(columns=list(SELECTION_COLUMNS)), reason)

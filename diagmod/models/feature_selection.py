"""Which features say the same, and which say something of a label: help for choosing, never a choice.

Everything is computed on the training side of a split alone, and the side is handed in together with the groups that
must not be torn apart, so that a feature is not chosen by what it is judged on later. Three views that disagree
where it matters: clusters of features that rise and fall together, mutual information of one feature alone with the
label, and the loss of a model that has all features when one of them is shuffled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import mutual_info_classif
from sklearn.inspection import permutation_importance
from sklearn.metrics import recall_score

from diagmod.models.split import group_folds, refuse_leakage

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Distance 1 - |rho| up to which features form one cluster: a rank correlation of at least 0.9 on average.
CLUSTER_DISTANCE = 0.1

#: Neighbours of the estimate of mutual information (Kraskov; scikit-learn's default).
_NEIGHBOURS = 3

#: Trees and shuffles of the permutation importance, and folds of the training side in which they are made.
_TREES, _SHUFFLES, _FOLDS = 100, 5, 3

#: Columns of :func:`selection_help`.
SELECTION_COLUMNS = (
    "feature", "cluster", "size", "representative", "rho", "information_bit", "chance_bit", "loss", "spread",
)  # fmt: skip

#: Fewest complete rows of a training side; below it neither rank correlations nor information mean anything.
_FEWEST_ROWS = 20


def correlation_clusters(
    frame: pd.DataFrame, names: Sequence[str], groups: Sequence[str], train: NDArray[np.bool_]
) -> pd.DataFrame:
    """Features that rise and fall together on the training side, by average linkage of 1 - |rho|, rho by ranks.

    Parameters
    ----------
    frame : DataFrame
        A row a segment or a recording.
    names : sequence of str
        Features among its columns. One that is undefined somewhere or constant on the training side is left out.
    groups : sequence of str
        Split group of every row.
    train : ndarray of bool, shape (n,)
        True on the training side.

    Returns
    -------
    DataFrame
        Columns feature, cluster (from 1, in the order of the features), size, representative (the member most like
        the others), rho (of the feature with it).

    Raises
    ------
    ValueError
        A group stands on both sides, a feature is no column, or fewer than 20 rows are in the training side.
    """
    kept, values = _training_values(frame, names, groups, train)
    if len(kept) < 2:
        return _clusters(kept, np.ones(len(kept), dtype=int), np.eye(len(kept)))
    rho = np.corrcoef(np.apply_along_axis(rankdata, 0, values), rowvar=False)
    distance = np.clip(1 - np.abs(rho), 0, 1)
    np.fill_diagonal(distance, 0)
    found = fcluster(linkage(squareform((distance + distance.T) / 2), "average"), CLUSTER_DISTANCE, "distance")
    return _clusters(kept, found, rho)


def information_with_labels(
    frame: pd.DataFrame, names: Sequence[str], labels: Sequence[str], groups: Sequence[str], train: NDArray[np.bool_],
    seed: int,
) -> pd.DataFrame:  # fmt: skip
    """Mutual information of each feature alone with the label on the training side, in bit.

    Parameters
    ----------
    frame, names, groups, train
        See :func:`correlation_clusters`.
    labels : sequence of str
        Label of every row; rows with an empty one are left out.
    seed : int
        Of the small noise that tells equal values apart.

    Returns
    -------
    DataFrame
        Columns feature, information_bit, entropy_bit (of the labels: the most there could be), chance_bit (95 %
        quantile over all features when the labels are shuffled); the strongest first.
    """
    kept, values, known = _labelled_values(frame, names, labels, groups, train)
    rng = np.random.default_rng(seed)

    def bits(of: NDArray[Any]) -> NDArray[np.float64]:
        return mutual_info_classif(values, of, n_neighbors=_NEIGHBOURS, random_state=seed) / np.log(2)

    share = np.unique(known, return_counts=True)[1] / len(known)
    own, chance = bits(known), float(np.quantile(bits(rng.permutation(known)), 0.95))
    table = pd.DataFrame({"feature": kept, "information_bit": own})
    table = table.assign(entropy_bit=float(-(share * np.log2(share)).sum()), chance_bit=chance)
    return table.sort_values(["information_bit", "feature"], ascending=[False, True], ignore_index=True)


def importance_by_permutation(
    frame: pd.DataFrame, names: Sequence[str], labels: Sequence[str], groups: Sequence[str], train: NDArray[np.bool_],
    seed: int,
) -> pd.DataFrame:  # fmt: skip
    """What a forest loses when one feature is shuffled, over folds *within* the training side.

    Features that say the same hide each other: shuffled alone, none of a cluster may matter. So shuffle the
    representatives of :func:`correlation_clusters`.

    Parameters
    ----------
    frame, names, labels, groups, train, seed
        See :func:`information_with_labels`.

    Returns
    -------
    DataFrame
        Columns feature, loss (mean fall of the balanced accuracy in groups that the forest has not seen), spread
        (standard deviation over shuffles and folds), accuracy (balanced, of the forest with all features); the
        greatest loss first.

    Raises
    ------
    ValueError
        As there; also with fewer than 2 groups or labels on the training side.
    """
    kept, values, known = _labelled_values(frame, names, labels, groups, train)
    own = _own_groups(labels, groups, train)
    losses, reached = [], []
    for fold, is_judged in _folds(own, seed):
        forest = RandomForestClassifier(_TREES, class_weight="balanced", random_state=seed + fold)
        forest.fit(values[~is_judged], known[~is_judged])
        judged = (forest, values[is_judged], known[is_judged])
        shuffled = permutation_importance(*judged, scoring=_balanced, n_repeats=_SHUFFLES, random_state=seed + fold)
        losses.append(shuffled.importances)
        reached.append(_balanced(*judged))
    every = np.concatenate(losses, axis=1)
    table = pd.DataFrame({"feature": kept, "loss": every.mean(axis=1), "spread": every.std(axis=1)})
    table["accuracy"] = float(np.mean(reached))
    return table.sort_values(["loss", "feature"], ascending=[False, True], ignore_index=True)


def selection_help(
    frame: pd.DataFrame, names: Sequence[str], labels: Sequence[str], groups: Sequence[str], train: NDArray[np.bool_],
    seed: int,
) -> pd.DataFrame:  # fmt: skip
    """All three views in one table: a row a feature, importance for the representatives of clusters alone.

    Parameters
    ----------
    frame, names, labels, groups, train, seed
        See :func:`information_with_labels`.

    Returns
    -------
    DataFrame
        Columns feature, cluster, size, representative, rho, information_bit, chance_bit, loss, spread; in the order of
        the clusters, the most informative first within one.
    """
    clusters = correlation_clusters(frame, names, groups, train)
    information = information_with_labels(frame, clusters["feature"].tolist(), labels, groups, train, seed)
    leading = clusters["representative"].drop_duplicates().tolist()
    importance = importance_by_permutation(frame, leading, labels, groups, train, seed)
    table = clusters.merge(information.drop(columns="entropy_bit"), on="feature", how="left")
    table = table.merge(importance.drop(columns="accuracy"), on="feature", how="left")
    return table.sort_values(["cluster", "information_bit"], ascending=[True, False], ignore_index=True)


def _training_values(
    frame: pd.DataFrame, names: Sequence[str], groups: Sequence[str], train: NDArray[np.bool_]
) -> tuple[list[str], NDArray[np.float64]]:
    """Features that are defined and vary on the training side, and their values there."""
    refuse_leakage(groups, train)
    if missing := [name for name in names if name not in frame]:
        raise ValueError(f"the table has no feature {missing[0]!r}; take names of its columns")
    if train.sum() < _FEWEST_ROWS:
        raise ValueError(f"{train.sum()} rows on the training side, at least {_FEWEST_ROWS} are needed; record more")
    values = frame.loc[train, list(names)].to_numpy(dtype=np.float64)
    usable = np.isfinite(values).all(axis=0)
    usable[usable] &= np.ptp(values[:, usable], axis=0) > 0
    return [name for name, ok in zip(names, usable, strict=True) if ok], values[:, usable]


def _labelled_values(
    frame: pd.DataFrame, names: Sequence[str], labels: Sequence[str], groups: Sequence[str], train: NDArray[np.bool_]
) -> tuple[list[str], NDArray[np.float64], NDArray[np.str_]]:
    refuse_leakage(groups, train)
    known = np.asarray(labels, dtype=str)
    labelled = train & (known != "")
    if len(np.unique(known[labelled])) < 2:
        raise ValueError("the training side has fewer than 2 labels, so no feature can tell them apart; label more")
    kept, values = _training_values(frame[labelled], names, np.asarray(groups)[labelled], np.ones(labelled.sum(), bool))
    if not kept:
        raise ValueError("no feature is defined and varies on the training side; are all phases absent?")
    return kept, values, known[labelled]


def _own_groups(labels: Sequence[str], groups: Sequence[str], train: NDArray[np.bool_]) -> list[str]:
    labelled = train & (np.asarray(labels, dtype=str) != "")
    return [str(group) for group, own in zip(groups, labelled, strict=True) if own]


def _folds(groups: list[str], seed: int) -> list[tuple[int, NDArray[np.bool_]]]:
    folds = group_folds(groups, _FOLDS, seed)
    return [(fold, folds == fold) for fold in range(folds.max() + 1)]


def _balanced(forest: RandomForestClassifier, values: NDArray[np.float64], known: NDArray[np.str_]) -> float:
    """Mean recall of the labels that are there; one that the forest never saw counts as missed."""
    return float(recall_score(known, forest.predict(values), labels=np.unique(known), average="macro", zero_division=0))


def _clusters(names: list[str], found: NDArray[np.int64], rho: NDArray[np.float64]) -> pd.DataFrame:
    """Clusters in the order of their first feature, each with the member most like the others."""
    order = {cluster: k for k, cluster in enumerate(dict.fromkeys(found.tolist()), 1)}
    rows = []
    for cluster, number in order.items():
        members = np.flatnonzero(found == cluster)
        like = np.abs(rho[np.ix_(members, members)]).sum(axis=1)
        leading = members[np.argmax(like.round(9))]
        rows += [(names[m], number, len(members), names[leading], float(rho[m, leading])) for m in members]
    return pd.DataFrame(rows, columns=["feature", "cluster", "size", "representative", "rho"])

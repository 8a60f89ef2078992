"""How good the flags are, held against every truth there is, with trivial rows beside them.

Scores come from models that never saw the split group they judge. Intervals are bootstrapped over
split groups, because items of one group are not independent. What flag-everything, flag-nothing,
chance and shuffled labels reach stands in the same table: a figure means nothing without them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from diagmod.models.weighted_figures import group_weights, weighted_figures

#: Models that need no learning; the last two draw from the seed.
TRIVIAL = ("flag_all", "flag_none", "random", "shuffled_labels")


@dataclass(frozen=True)
class Judged:
    """Items with a flag and a truth, and a score where the model gives one.

    Attributes
    ----------
    truth : str
        Name of the truth.
    level : str
        "segment" or "recording".
    feature_set : str
    score : ndarray, shape (n,)
        NaN where the model has verdicts and no scores.
    flag, positive : ndarray of bool, shape (n,)
    group : ndarray of str, shape (n,)
        Split group.
    model : str
    baseline : str
        What the model compares with; empty where it compares with nothing.
    split : str
    is_recommended : bool
        The model is the one that is stored and used.
    """

    truth: str
    level: str
    feature_set: str
    score: NDArray[np.float64]
    flag: NDArray[np.bool_]
    positive: NDArray[np.bool_]
    group: NDArray[np.str_]
    model: str
    baseline: str = ""
    split: str = "leave_group_out"
    is_recommended: bool = False

    @property
    def is_scored(self) -> bool:
        """Whether the items have scores, so that they can be ranked."""
        return bool(np.isfinite(self.score).all())


def judge_scores(scores: pd.DataFrame, catalogue: pd.DataFrame, states: pd.DataFrame | None) -> list[Judged]:
    """Pair the scores of every method with every truth that the data set has.

    Parameters
    ----------
    scores : DataFrame
        Table ``anomaly_scores``.
    catalogue : DataFrame
        Table ``recordings``; recordings without a label are left out of the labelled truths.
    states : DataFrame or None
        Table ``segment_states`` where states are derived; mixed and unknown segments are left out.

    Returns
    -------
    list of Judged
        Per level, set of figures, baseline, split and method: against the label of the recording, and segments
        against the derived state as well.

    Raises
    ------
    ValueError
        A scored recording is not in the catalogue.
    """
    if strangers := sorted(set(scores["recording_id"]) - set(catalogue["recording_id"])):
        raise ValueError(
            f"scores of recording {strangers[0]}, which the catalogue lacks; run the stages from `load` on"
        )
    labels = catalogue[["recording_id", "condition", "split_group"]]
    known = scores[np.isfinite(scores["score"])].merge(labels, on="recording_id", how="left", validate="many_to_one")
    labelled = known[known["condition"] != ""]
    judged = [_judged("recording_label", part, part["condition"] != "healthy") for part in _cases(labelled)]
    if states is not None:
        segments = known[known["level"] == "segment"]
        clear = segments.merge(states, on=["recording_id", "segment"], validate="many_to_one")
        clear = clear[clear["state"].isin(["normal", "changed"])]
        judged += [_judged("derived_state", part, part["state"] == "changed") for part in _cases(clear)]
    return judged


#: What tells one case of a table of scores from another.
_CASE = ["level", "feature_set", "baseline", "split", "detector"]


def _cases(scores: pd.DataFrame) -> list[pd.DataFrame]:
    return [part for _, part in scores.groupby(_CASE, sort=True, observed=True)]


def _judged(truth: str, part: pd.DataFrame, positive: pd.Series) -> Judged:
    level, feature_set, baseline, split, detector = part.iloc[0][_CASE]
    return Judged(
        truth, level, feature_set,
        part["score"].to_numpy(float), part["is_anomaly"].to_numpy(bool), positive.to_numpy(bool),
        part["split_group"].to_numpy(str), detector, baseline, split, bool(part["is_recommended"].iloc[0]),
    )  # fmt: skip


def evaluate(judged: list[Judged], *, n_bootstrap: int, seed: int) -> pd.DataFrame:
    """Figures with intervals for every pairing, and the trivial rows.

    Parameters
    ----------
    judged : list of Judged
    n_bootstrap : int
        Resamples of the split groups; 0 gives no intervals, and so does a single group.
    seed : int
        For the bootstrap, the random row and the shuffled labels.

    Returns
    -------
    DataFrame
        Table ``evaluation``.
    """
    rows = []
    seen: set[tuple[str, str, str]] = set()
    for case in judged:
        rng = np.random.default_rng(seed)
        weights = np.vstack([np.ones((1, len(case.group))), group_weights(case.group, n_bootstrap, rng)])
        rows += _rows(case, case.model, case.score, case.flag, case.positive, weights)
        if (case.truth, case.level, case.split) not in seen:
            seen.add((case.truth, case.level, case.split))
            rows += [row for name in TRIVIAL for row in _trivial_rows(case, name, weights, rng)]
    columns = [
        "truth", "level", "feature_set", "model", "baseline", "split", "figure", "value", "low", "high", "n",
        "n_positive",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def precision_recall(judged: list[Judged]) -> pd.DataFrame:
    """Precision over recall of every pairing, columns truth, level, feature_set, recall, precision."""
    parts = []
    for case in judged:
        if not case.is_scored or not 0 < case.positive.sum() < len(case.positive):
            continue
        precision, recall, _ = precision_recall_curve(case.positive, case.score)
        parts.append(
            pd.DataFrame({"recall": recall, "precision": precision}).assign(
                truth=case.truth,
                level=case.level,
                feature_set=case.feature_set,
                model=case.model,
                baseline=case.baseline,
                split=case.split,
            )
        )
    empty = pd.DataFrame(columns=["recall", "precision", "truth", "level", "feature_set", "model", "baseline", "split"])
    return pd.concat(parts, ignore_index=True) if parts else empty


def _trivial_rows(
    case: Judged, name: str, weights: NDArray[np.float64], rng: np.random.Generator
) -> list[tuple[object, ...]]:
    n = len(case.positive)
    score, flag, positive = np.zeros(n), np.full(n, name == "flag_all"), case.positive
    if name == "random":
        score = rng.uniform(size=n)
        flag = score > 1 - case.flag.mean()
    if name == "shuffled_labels":
        score, flag, positive = case.score, case.flag, rng.permutation(case.positive)
    return _rows(case, name, score, flag, positive, weights)


def _rows(
    case: Judged, model: str, score: NDArray[np.float64], flag: NDArray[np.bool_], positive: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> list[tuple[object, ...]]:  # fmt: skip
    feature_set, baseline = (case.feature_set, case.baseline) if model == case.model else ("", "")
    about = (case.truth, case.level, feature_set, model, baseline, case.split)
    rows: list[tuple[object, ...]] = []
    for figure, values in weighted_figures(positive, score, flag, weights).items():
        sample = values[1:][np.isfinite(values[1:])]
        low, high = np.quantile(sample, [0.025, 0.975]) if len(sample) else (np.nan, np.nan)
        rows.append((*about, figure, float(values[0]), float(low), float(high), len(flag), int(positive.sum())))
    return rows

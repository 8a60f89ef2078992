"""How good the flags are, held against every truth there is, with trivial rows beside them.

Scores come from models that never saw the split group they judge. Intervals are bootstrapped over
split groups, because items of one group are not independent. What flag-everything, flag-nothing,
chance and shuffled labels reach stands in the same table: a figure means nothing without them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

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
    """

    truth: str
    level: str
    feature_set: str
    score: NDArray[np.float64]
    flag: NDArray[np.bool_]
    positive: NDArray[np.bool_]
    group: NDArray[np.str_]
    model: str = "isolation_forest"

    @property
    def is_scored(self) -> bool:
        """Whether the items have scores, so that they can be ranked."""
        return bool(np.isfinite(self.score).all())


Figure = Callable[[NDArray[np.bool_], NDArray[np.float64], NDArray[np.bool_]], float]


def _ratio(part: float | np.number | np.bool_, whole: float | np.number | np.bool_) -> float:
    return float(part / whole) if whole else float("nan")


def _f1(positive: NDArray[np.bool_], score: NDArray[np.float64], flag: NDArray[np.bool_]) -> float:
    return _ratio(2 * np.sum(flag & positive), np.sum(flag) + np.sum(positive))


# The bootstrap computes the next two thousands of times, and scikit-learn's checks of its input would take
# ten times as long as the figures; test_evaluation holds both equal.
def _auroc(positive: NDArray[np.bool_], score: NDArray[np.float64], flag: NDArray[np.bool_]) -> float:
    """Share of the pairs faulty and healthy in which the faulty one scores higher, ties half."""
    _, value, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[value]
    n_positive = int(positive.sum())
    won = rank[positive].sum() - n_positive * (n_positive + 1) / 2
    return _ratio(won, n_positive * (len(positive) - n_positive))


def _average_precision(positive: NDArray[np.bool_], score: NDArray[np.float64], flag: NDArray[np.bool_]) -> float:
    """Precision at every threshold, weighted by the recall it adds."""
    _, value, counts = np.unique(-score, return_inverse=True, return_counts=True)
    added = np.bincount(value, weights=positive, minlength=len(counts))
    precision = np.cumsum(added) / np.cumsum(counts)
    return _ratio(float(precision @ added), added.sum())


#: Figures from truth, score and flag. All lie in 0..1; NaN where they are not defined.
FIGURES: Mapping[str, Figure] = {
    "auroc": _auroc,
    "average_precision": _average_precision,
    "precision": lambda positive, score, flag: _ratio(np.sum(flag & positive), np.sum(flag)),
    "recall": lambda positive, score, flag: _ratio(np.sum(flag & positive), np.sum(positive)),
    "f1": _f1,
    "false_alarm_rate": lambda positive, score, flag: _ratio(np.sum(flag & ~positive), np.sum(~positive)),
}


#: Figures of the ranking, which verdicts do not have.
RANKING = ("auroc", "average_precision")


def recording_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Score of every recording: the mean of its segments' scores; it is flagged above the segments' threshold.

    Parameters
    ----------
    scores : DataFrame
        Table ``anomaly_scores``, one feature set.

    Returns
    -------
    DataFrame
        Columns recording_id, score, threshold, is_anomaly; NaN and not flagged where no segment has a score.
    """
    by_recording = scores.groupby("recording_id", sort=True, as_index=False)
    whole = by_recording.agg(score=("score", "mean"), threshold=("threshold", "first"))
    return whole.assign(is_anomaly=whole["score"] > whole["threshold"])


def judge_segments(scores: pd.DataFrame, catalogue: pd.DataFrame, states: pd.DataFrame | None) -> list[Judged]:
    """Pair scores with every truth that the data set has.

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
        Per feature set: recordings against their label, segments against their recording's label, and
        segments against the derived state.

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
    judged = []
    for feature_set, part in labelled.groupby("feature_set", sort=True):
        whole = recording_scores(part).merge(labels, on="recording_id", validate="one_to_one")
        judged.append(_judged("recording_label", "recording", str(feature_set), whole, whole["condition"] != "healthy"))
        judged.append(_judged("recording_label", "segment", str(feature_set), part, part["condition"] != "healthy"))
    if states is not None:
        clear = known.merge(states, on=["recording_id", "segment"], validate="many_to_one")
        clear = clear[clear["state"].isin(["normal", "changed"])]
        for feature_set, part in clear.groupby("feature_set", sort=True):
            judged.append(_judged("derived_state", "segment", str(feature_set), part, part["state"] == "changed"))
    return judged


def _judged(truth: str, level: str, feature_set: str, frame: pd.DataFrame, positive: pd.Series) -> Judged:
    return Judged(
        truth, level, feature_set,
        frame["score"].to_numpy(float), frame["is_anomaly"].to_numpy(bool), positive.to_numpy(bool),
        frame["split_group"].to_numpy(str),
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
    seen: set[tuple[str, str]] = set()
    for case in judged:
        rng = np.random.default_rng(seed)
        draws = _group_draws(case.group, n_bootstrap, rng)
        rows += _rows(case, case.model, case.score, case.flag, case.positive, draws)
        if (case.truth, case.level) not in seen:
            seen.add((case.truth, case.level))
            rows += [row for name in TRIVIAL for row in _trivial_rows(case, name, draws, rng)]
    columns = ["truth", "level", "feature_set", "model", "figure", "value", "low", "high", "n", "n_positive"]
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
                truth=case.truth, level=case.level, feature_set=case.feature_set
            )
        )
    empty = pd.DataFrame(columns=["recall", "precision", "truth", "level", "feature_set"])
    return pd.concat(parts, ignore_index=True) if parts else empty


def recall_by_condition(scores: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """Share of flagged segments per condition, feature set and third of the severity range.

    Returns
    -------
    DataFrame
        Columns feature_set, condition, severity (text), segments, flagged_pct.
    """
    known = scores[np.isfinite(scores["score"])].merge(
        catalogue[["recording_id", "condition", "severity"]], on="recording_id", how="left"
    )
    known = known[known["condition"] != ""]
    thirds = np.select(
        [known["condition"] == "healthy", known["severity"].isna()]
        + [known["severity"] <= third / 3 for third in (1, 2)],
        ["-", "not stated", "0 to 1/3", "1/3 to 2/3"],
        "2/3 to 1",
    )
    grouped = known.assign(severity=thirds).groupby(["feature_set", "condition", "severity"], sort=True)["is_anomaly"]
    table = grouped.agg(segments="size", flagged_pct=lambda flags: 100 * flags.mean()).reset_index()
    return table.round({"flagged_pct": 1})


def _group_draws(group: NDArray[np.str_], n: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Rows of bootstrap samples of whole groups; none of a single group, which says nothing of others."""
    names, index = np.unique(group, return_inverse=True)
    if len(names) < 2:
        return []
    members = [np.flatnonzero(index == k) for k in range(len(names))]
    return [np.concatenate([members[k] for k in rng.integers(0, len(names), len(names))]) for _ in range(n)]


def _trivial_rows(
    case: Judged, name: str, draws: list[NDArray[np.int64]], rng: np.random.Generator
) -> list[tuple[object, ...]]:
    n = len(case.positive)
    score, flag, positive = np.zeros(n), np.full(n, name == "flag_all"), case.positive
    if name == "random":
        score = rng.uniform(size=n)
        flag = score > 1 - case.flag.mean()
    if name == "shuffled_labels":
        score, flag, positive = case.score, case.flag, rng.permutation(case.positive)
    return _rows(case, name, score, flag, positive, draws)


def _undefined(positive: NDArray[np.bool_], score: NDArray[np.float64], flag: NDArray[np.bool_]) -> float:
    return float("nan")


def _rows(
    case: Judged, model: str, score: NDArray[np.float64], flag: NDArray[np.bool_], positive: NDArray[np.bool_],
    draws: list[NDArray[np.int64]],
) -> list[tuple[object, ...]]:  # fmt: skip
    feature_set = case.feature_set if model == case.model else ""
    rows: list[tuple[object, ...]] = []
    for figure, rule in FIGURES.items():
        compute = rule if figure not in RANKING or np.isfinite(score).all() else _undefined
        sample = np.array([compute(positive[d], score[d], flag[d]) for d in draws])
        sample = sample[np.isfinite(sample)]
        low, high = np.quantile(sample, [0.025, 0.975]) if len(sample) else (np.nan, np.nan)
        value = compute(positive, score, flag)
        rows.append(
            (case.truth, case.level, feature_set, model, figure, value, low, high, len(flag), int(positive.sum()))
        )
    return rows

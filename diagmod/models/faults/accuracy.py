"""How often the models of faults are right: a figure a row, with what it rests on and an interval over split groups.

Recordings of one motor are alike, so intervals are bootstrapped over groups: every figure is made of sums over
recordings, and a resample is a weight for each of them. Recordings from which a model abstains are counted apart and
are no part of the other figures; an answer "cannot tell" is, by the most probable condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.fault_files import FAULT_ACCURACY
from diagmod.io.tables import conform, empty_table
from diagmod.models.faults.calibration import gaps_by_bin
from diagmod.models.faults.conformal import ABSTAINED, CANNOT_TELL
from diagmod.models.faults.drivers import HEALTHY
from diagmod.models.weighted_figures import group_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Quarters of the severity.
QUARTERS = ("0 to 1/4", "1/4 to 2/4", "2/4 to 3/4", "3/4 to 1")

#: A figure of weights of shape (n_weightings, n) over recordings: shape (n_weightings,).
Figure = Callable[["NDArray[np.float64]"], "NDArray[np.float64]"]


def fault_accuracy(
    predictions: pd.DataFrame, probabilities: pd.DataFrame, severities: pd.DataFrame, scales: pd.DataFrame,
    calibration: str, recommended: str, n_bootstrap: int, seed: int,
) -> pd.DataFrame:  # fmt: skip
    """Table ``fault_accuracy``.

    Parameters
    ----------
    predictions, probabilities, severities : DataFrame
        Tables of :class:`~diagmod.models.faults.held_out.HeldOut`; recordings without a label are left out.
    scales : DataFrame
        By which ways to calibrate are compared, of the recommended model.
    calibration, recommended : str
    n_bootstrap, seed : int
    """
    rows: list[dict[str, object]] = []
    labelled = predictions[predictions["condition"] != ""]
    for (split, model), part in labelled.groupby(["split", "model"], sort=True):
        own = probabilities[(probabilities["split"] == split) & (probabilities["model"] == model)]
        scale = calibration if len(own) and model not in ("majority", "chance") else ""
        about = {"split": split, "model": model, "calibration": scale}
        rows += [about | row for row in _of_model(part, own, n_bootstrap, seed)]
    for (split, model, condition), part in severities.groupby(["split", "model", "condition"], sort=True):
        about = {"split": split, "model": model, "calibration": "", "condition": condition}
        rows += [about | row for row in _of_severity(part, n_bootstrap, seed)]
    for (split, kind), part in scales.groupby(["split", "calibration"], sort=True) if len(scales) else ():
        about = {"split": split, "model": recommended, "calibration": kind}
        rows += [about | row for row in _of_scale(part, n_bootstrap, seed) if kind != calibration]
    if not rows:
        return empty_table(FAULT_ACCURACY)
    table = pd.DataFrame(rows).fillna({"condition": "", "severity_range": ""})
    if "severity_range" not in table:
        table["severity_range"] = ""
    return conform(table, FAULT_ACCURACY)


def severity_quarters(severity: pd.Series) -> pd.Series:
    """Quarter of every severity, of :data:`QUARTERS`; "" where it is not stated."""
    found = pd.cut(severity, [-np.inf, 0.25, 0.5, 0.75, np.inf], labels=list(QUARTERS))
    return found.astype("str").where(severity.notna(), "")


def _of_model(part: pd.DataFrame, own: pd.DataFrame, n_draws: int, seed: int) -> Iterator[dict[str, object]]:
    is_judged = (part["answer"] != ABSTAINED).to_numpy()
    yield _row("judged", part, is_judged, np.ones(len(part)), n_draws, seed)
    part = part[is_judged]
    truth, predicted = part["condition"].to_numpy(str), part["predicted"].to_numpy(str)
    right, every = truth == predicted, np.ones(len(part), dtype=bool)
    yield _row("accuracy", part, right, every, n_draws, seed)
    yield _balanced(part, right, truth, n_draws, seed)
    yield _row("false_alarm_share", part, predicted != HEALTHY, truth == HEALTHY, n_draws, seed)
    for name in np.unique(truth):
        yield _row("recall", part, right, truth == name, n_draws, seed) | {"condition": name}
        yield _row("precision", part, right, predicted == name, n_draws, seed) | {"condition": name}
    quarter = severity_quarters(part["severity"]).to_numpy(str)
    for name in np.unique(truth[truth != HEALTHY]):
        for which in QUARTERS:
            chosen = (truth == name) & (quarter == which)
            if chosen.any():
                yield _row("recall", part, right, chosen, n_draws, seed) | {"condition": name, "severity_range": which}
    yield from _of_sets(part, truth, n_draws, seed)
    if len(own) and len(part):
        yield from _of_probabilities(part, own, n_draws, seed)


def _of_sets(part: pd.DataFrame, truth: NDArray[np.str_], n_draws: int, seed: int) -> Iterator[dict[str, object]]:
    sets = [set(filter(None, text.split(", "))) for text in part["conformal_set"]]
    covered = np.array([name in members for name, members in zip(truth, sets, strict=True)], dtype=bool)
    size, answered = np.array([len(s) for s in sets], dtype=float), (part["answer"] != CANNOT_TELL).to_numpy()
    every = np.ones(len(part), dtype=bool)
    yield _row("coverage", part, covered, every, n_draws, seed)
    yield _row("set_size", part, size, every, n_draws, seed)
    yield _row("answered", part, answered, every, n_draws, seed)
    yield _row("answered_accuracy", part, (part["answer"] == truth).to_numpy(), answered, n_draws, seed)
    for name in np.unique(truth):
        own = truth == name
        yield _row("coverage", part, covered, own, n_draws, seed) | {"condition": name}
        yield _row("answered", part, answered, own, n_draws, seed) | {"condition": name}


def _of_probabilities(part: pd.DataFrame, own: pd.DataFrame, n_draws: int, seed: int) -> Iterator[dict[str, object]]:
    wide = own.pivot_table(index="recording_id", columns="condition", values="probability")
    said = wide.loc[part["recording_id"]].to_numpy(float)
    number = {name: k for k, name in enumerate(map(str, wide.columns))}
    truth = np.array([number[name] for name in part["condition"]])
    yield from _scores(said, truth, part["split_group"].to_numpy(str), n_draws, seed)


def _of_scale(part: pd.DataFrame, n_draws: int, seed: int) -> Iterator[dict[str, object]]:
    classes = [name for name in part if isinstance(name, int)]
    said, truth = part[classes].to_numpy(float), part["truth"].to_numpy(int)
    yield from _scores(said, truth, part["split_group"].to_numpy(str), n_draws, seed)


def _scores(
    said: NDArray[np.float64], truth: NDArray[np.int64], group: NDArray[np.str_], n_draws: int, seed: int
) -> Iterator[dict[str, object]]:
    gaps, one = gaps_by_bin(said, truth), np.eye(said.shape[1])[truth]
    brier = ((said - one) ** 2).sum(axis=1)
    log_loss = -np.log(np.maximum(said[np.arange(len(truth)), truth], 1e-6))
    for name, figure in (
        ("expected_calibration_error", lambda w: np.abs(w @ gaps).sum(axis=1) / w.sum(axis=1)),
        ("brier", lambda w: w @ brier / w.sum(axis=1)),
        ("log_loss", lambda w: w @ log_loss / w.sum(axis=1)),
    ):
        yield _interval(name, figure, group, len(truth), n_draws, seed)


def _of_severity(part: pd.DataFrame, n_draws: int, seed: int) -> Iterator[dict[str, object]]:
    truth, told = part["severity"].to_numpy(float), part["value"].to_numpy(float)
    group, off = part["split_group"].to_numpy(str), truth - told

    def explained(w: NDArray[np.float64]) -> NDArray[np.float64]:
        total, mean = w.sum(axis=1), w @ truth / w.sum(axis=1)
        spread = w @ truth**2 - total * mean**2
        return np.divide(w @ off**2, spread, out=np.full(len(w), np.nan), where=spread > 1e-12) * -1 + 1

    yield _interval("severity_r2", explained, group, len(part), n_draws, seed)
    yield _row("severity_error", part, np.abs(off), np.ones(len(part)), n_draws, seed)
    if part["low"].notna().all():
        inside = (part["low"] <= part["severity"]) & (part["severity"] <= part["high"])
        yield _row("severity_coverage", part, inside.to_numpy(), np.ones(len(part)), n_draws, seed)


def _balanced(
    part: pd.DataFrame, right: NDArray[np.bool_], truth: NDArray[np.str_], n_draws: int, seed: int
) -> dict[str, object]:
    """Mean of the recalls of all conditions."""
    own = (truth[:, None] == np.unique(truth)).astype(float)

    def mean(w: NDArray[np.float64]) -> NDArray[np.float64]:
        n = w @ own
        recall = np.divide(w @ (own * right[:, None]), n, out=np.full(n.shape, np.nan), where=n > 0)
        known = np.isfinite(recall)
        return np.where(known, recall, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)

    return _interval("balanced_accuracy", mean, part["split_group"].to_numpy(str), len(part), n_draws, seed)


def _row(
    name: str, part: pd.DataFrame, counted: NDArray, chosen: NDArray, n_draws: int, seed: int
) -> dict[str, object]:
    """Mean of something over the chosen recordings."""
    keep = np.asarray(chosen, dtype=bool)
    value = np.asarray(counted, dtype=float)[keep]
    group = part["split_group"].to_numpy(str)[keep]
    return _interval(name, lambda w: w @ value / w.sum(axis=1), group, int(keep.sum()), n_draws, seed)


def _interval(name: str, figure: Figure, group: NDArray[np.str_], n: int, n_draws: int, seed: int) -> dict[str, object]:
    """The figure, and its 95 % interval over resamples of the groups."""
    low = high = value = np.nan
    if n:
        value = float(figure(np.ones((1, n)))[0])
        drawn = figure(group_weights(group, n_draws, np.random.default_rng(seed)))
        drawn = drawn[np.isfinite(drawn)]
        low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
    return {"figure": name, "value": value, "low": low, "high": high, "n": n, "n_groups": len(np.unique(group))}

"""What a fitted model says of recordings, as tables: the same for a split's judged side and for new recordings."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.io.fault_files import FAULT_DRIVERS, FAULT_PROBABILITIES
from diagmod.io.tables import empty_table
from diagmod.models.faults.conformal import ABSTAINED, CANNOT_TELL, answer_of, set_in_words
from diagmod.models.faults.drivers import N_SAID, contributions, driver_in_words, ranked, rivals
from diagmod.models.physical_figures import FIGURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.faults.fault_model import FaultModel
    from diagmod.models.faults.severity import SeverityModel
    from diagmod.models.faults.sight import Seen
    from diagmod.models.own_baseline import Rows

#: Why a recording is not judged.
UNUSABLE = "not judged: the recording cannot carry a diagnosis"
UNKNOWN = "not judged: more than half of its figures are unknown"

_MEANINGS = {figure.name: figure.meaning for figure in FIGURES}


@dataclass(frozen=True)
class Judged:
    """Tables ``fault_predictions``, ``fault_probabilities`` and ``fault_drivers`` of some rows."""

    predictions: pd.DataFrame
    probabilities: pd.DataFrame
    drivers: pd.DataFrame


def known_of(about: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """Columns of ``fault_predictions`` that no model makes."""
    kept = about[["recording_id", "motor_id", "split_group", "condition", "severity"]].reset_index(drop=True)
    return kept.assign(load_share=rows.load)


def reasons(is_usable: NDArray[np.bool_], is_known: NDArray[np.bool_]) -> NDArray[np.str_]:
    """Why each row is not judged, or ""."""
    return np.where(~is_usable, UNUSABLE, np.where(is_known, "", UNKNOWN))


def abstain(about: pd.DataFrame, reason: str | NDArray[np.str_]) -> pd.DataFrame:
    """Rows of ``fault_predictions`` that are not judged."""
    return about.assign(
        predicted="", probability=np.nan, conformal_set="", answer=ABSTAINED, severity_value=np.nan,
        severity_low=np.nan, severity_high=np.nan, sentence=reason,
    )  # fmt: skip


def judge(
    model: FaultModel,
    severities: Mapping[str, SeverityModel],
    seen: Seen,
    about: pd.DataFrame,
    is_usable: NDArray[np.bool_],
    coverage: float,
) -> Judged:
    """Judge rows by a fitted model.

    Parameters
    ----------
    model : FaultModel
    severities : mapping of condition to SeverityModel
    seen : Seen
        The rows, by ``model.sight.look``.
    about : DataFrame
        A row a row, as :func:`known_of` gives it.
    is_usable : ndarray of bool, shape (n,)
    coverage : float
        Nominal, of sets and intervals.
    """
    reason = reasons(is_usable, seen.is_known)
    found = abstain(about, reason)
    open_ones = reason == ""
    if not open_ones.any():
        return Judged(found, empty_table(FAULT_PROBABILITIES), empty_table(FAULT_DRIVERS))
    seen, names = seen.only(open_ones), about.loc[open_ones, "recording_id"].to_numpy(str)
    said = model.probabilities(seen)
    drivers, because = _drivers(model, seen, names, said)
    return _told(found, open_ones, seen.rows, model.classes, (said, model.sets.p_values(said)), severities, coverage,
                 because, drivers)  # fmt: skip


def judge_by(
    said: NDArray[np.float64],
    p_values: NDArray[np.float64],
    classes: tuple[str, ...],
    severities: Mapping[str, SeverityModel],
    rows: Rows,
    about: pd.DataFrame,
    reason: NDArray[np.str_],
    coverage: float,
) -> Judged:
    """Judge rows by probabilities and values of a model that does not look at figures; see :func:`judge`.

    ``said`` and ``p_values`` have a row a row without a ``reason`` not to judge it.
    """
    open_ones, found = reason == "", abstain(about, reason)
    if not open_ones.any():
        return Judged(found, empty_table(FAULT_PROBABILITIES), empty_table(FAULT_DRIVERS))
    silent = empty_table(FAULT_DRIVERS).drop(columns=["split", "model"])
    return _told(found, open_ones, rows.only(open_ones), classes, (said, p_values), severities, coverage,
                 [""] * len(said), silent)  # fmt: skip


def _told(
    found: pd.DataFrame, open_ones: NDArray[np.bool_], rows: Rows, classes: tuple[str, ...],
    numbers: tuple[NDArray[np.float64], NDArray[np.float64]], severities: Mapping[str, SeverityModel],
    coverage: float, because: list[str], drivers: pd.DataFrame,
) -> Judged:  # fmt: skip
    said, values = numbers
    members = [[c for c, inside in zip(classes, row > 1 - coverage, strict=True) if inside] for row in values]
    predicted = np.array(classes)[said.argmax(axis=1)]
    severity = _severities(severities, rows, predicted, coverage)
    judged = {
        "predicted": predicted, "probability": said.max(axis=1), "conformal_set": [", ".join(m) for m in members],
        "answer": [answer_of(m, p) for m, p in zip(members, predicted, strict=True)],
        "severity_value": severity[0], "severity_low": severity[1], "severity_high": severity[2],
    }  # fmt: skip
    for name, column in judged.items():
        found.loc[open_ones, name] = column
    rows_told = found[open_ones].to_dict("records")
    told = [sentence(row, m, coverage, why) for row, m, why in zip(rows_told, members, because, strict=True)]
    found["sentence"] = found["sentence"].mask(open_ones, pd.Series(told, found.index[open_ones], dtype="str"))
    names = found.loc[open_ones, "recording_id"].to_numpy(str)
    return Judged(found, _long(names, classes, said, values), drivers)


def sentence(row: Mapping[Hashable, Any], members: list[str], coverage: float, because: str) -> str:
    """What is said of one recording that is judged."""
    head = f"{row['predicted']} (probability {row['probability']:.2f})"
    why = f", because of {because}" if because else ""
    size = ""
    if np.isfinite(row["severity_value"]):
        size = (
            f"; severity {row['severity_value']:.2f}, between {row['severity_low']:.2f} and {row['severity_high']:.2f}"
        )
    if row["answer"] == CANNOT_TELL:
        said = set_in_words(members, coverage)
        return f"{said[0].upper()}{said[1:]}; most probable is {head}{why}{size}."
    return f"{head}{why}{size}."


def _severities(
    models: Mapping[str, SeverityModel], rows: Rows, predicted: NDArray[np.str_], coverage: float
) -> NDArray[np.float64]:
    """Severity of the predicted fault and its interval, shape (3, n); NaN where there is no model of it."""
    found = np.full((3, len(rows)), np.nan)
    for condition, model in models.items():
        own = predicted == condition
        found[:, own] = model.predict(rows.only(own), coverage)
    return found


def _drivers(
    model: FaultModel, seen: Seen, names: NDArray[np.str_], said: NDArray[np.float64]
) -> tuple[pd.DataFrame, list[str]]:
    """Table ``fault_drivers``, and the strongest in words; none for a model that does not see physical figures."""
    if model.learner.name == "naive_forest":
        return empty_table(FAULT_DRIVERS).drop(columns=["split", "model"]), [""] * len(said)
    raw = seen.spreads
    parts = contributions(model.learner, seen.by(model.learner.name), said.argmax(axis=1), rivals(model.classes, said))
    figures = model.sight.expected.names
    values = seen.rows.of(figures).values
    table, words = [], []
    for k, part in enumerate(parts):
        strongest = [at for at in ranked(part) if np.isfinite(raw[k, at])]
        table += [
            (names[k], rank, figures[at], part[at], raw[k, at], _MEANINGS[figures[at]])
            for rank, at in enumerate(strongest, 1)
        ]
        words.append(" and ".join(driver_in_words(figures[at], values[k, at], raw[k, at]) for at in strongest[:N_SAID]))
    columns = ["recording_id", "rank", "figure", "contribution", "spreads", "meaning"]
    return pd.DataFrame(table, columns=columns), words


def _long(
    names: NDArray[np.str_], classes: tuple[str, ...], said: NDArray[np.float64], values: NDArray[np.float64]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "recording_id": np.repeat(names, len(classes)), "condition": np.tile(classes, len(names)),
            "probability": said.ravel(), "p_value": values.ravel(),
        }
    )  # fmt: skip

"""Anomaly scores by models that never saw the split group they judge.

No label of a fault is used: models are fitted to recordings believed healthy, and thresholds come from the training
side alone. Recordings are judged by their physical figures and their shape, segments by their shape, and a recording
also by the strangest of its segments, since a fault may be there for a part of it only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.models.anomaly_scorer import AnomalyScorer, Scored, fit_scorers, strangest
from diagmod.models.faults.cells import cells
from diagmod.models.physical_figures import FIGURES
from diagmod.models.split import group_folds, refuse_leakage
from diagmod.models.split_plans import GROUP_OUT, LOAD_OUT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.anomaly_settings import AnomalySettings
    from diagmod.models.model_rows import ModelRows
    from diagmod.models.own_baseline import Rows

#: Told after every fold: models done, models in all, what was judged.
OnProgress = Callable[[int, int, str], None]

#: Drivers of a score that are kept.
N_DRIVERS = 5

_KEYS = ["recording_id", "motor_id", "segment"]


def score_held_out(
    rows: ModelRows, settings: AnomalySettings, on_progress: OnProgress = lambda done, total, text: None
) -> pd.DataFrame:
    """Scores of every row by models that never saw its split group.

    Parameters
    ----------
    rows : ModelRows
        Of recordings, or of segments; segments are judged with the recommended baseline alone and give scores of the
        recordings' strangest segments as well.
    settings : AnomalySettings
    on_progress : callable

    Returns
    -------
    DataFrame
        Table ``anomaly_scores``.
    """
    folds = group_folds(rows.groups, settings.n_folds, settings.seed)
    cases = [case for case in settings.cases() if rows.level == "recording" or case[1] == settings.baseline]
    total, parts = len(cases) * (int(folds.max()) + 1), []
    for k, (feature_set, baseline, detectors) in enumerate(cases):
        of_set = rows.of_set(feature_set)
        for fold in range(int(folds.max()) + 1):
            train = folds != fold
            refuse_leakage(rows.groups, train)
            recordings = rows.about["recording_id"].tolist() if rows.level == "segment" else None
            fitted = fit_scorers(of_set, train, rows.groups, baseline, detectors, settings, recordings)
            for name, scorer in fitted.items():
                judged = _judged(rows, of_set, scorer, ~train)
                about = pd.DataFrame(
                    {"feature_set": [feature_set], "detector": name, "baseline": baseline, "fold": fold}
                )
                parts += [part.merge(about, how="cross") for part in judged]
            on_progress(k * (int(folds.max()) + 1) + fold + 1, total, f"{rows.level}s, {feature_set}, {baseline}")
    parts = [part.assign(split=GROUP_OUT) for part in parts]
    if rows.level == "recording":
        parts += _with_load_held_out(rows, folds, settings)
    table = pd.concat(parts, ignore_index=True)
    table["is_recommended"] = (table["detector"] == settings.detector) & (table["baseline"] == settings.baseline)
    order = ["split", "level", "feature_set", "baseline", "detector", "recording_id", "segment"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def _with_load_held_out(rows: ModelRows, folds: NDArray[np.int64], settings: AnomalySettings) -> list[pd.DataFrame]:
    """Scores by the recommended method when neither the motor nor the band of its load was seen."""
    parts = []
    plan = cells(rows.of_set("all"), rows.phasors, folds, rows.groups, settings.n_load_bands)
    for cell in (one for one in plan if one.split == LOAD_OUT):
        try:
            fitted = fit_scorers(cell.rows, cell.side, rows.groups, settings.baseline, (settings.detector,), settings)[
                settings.detector
            ]
        except ValueError:  # too few healthy recordings at the other loads: this band is not judged
            continue
        about = {"feature_set": "all", "detector": settings.detector, "baseline": settings.baseline}
        scored = fitted.score(cell.rows.only(cell.judged), cell.own)
        keys = rows.about.loc[cell.judged, _KEYS].reset_index(drop=True)
        table = _table(keys, rows.level, scored, fitted.scale.threshold).assign(fold=cell.fold, split=LOAD_OUT)
        parts.append(table.merge(pd.DataFrame([about]), how="cross"))
    return parts


def recommended_scores(
    scores: pd.DataFrame, level: str, feature_set: str = "all", split: str = GROUP_OUT
) -> pd.DataFrame:
    """Rows of a table ``anomaly_scores`` by the recommended method and baseline, of one level, set and split."""
    own = scores["is_recommended"] & (scores["level"] == level) & (scores["feature_set"] == feature_set)
    return scores[own & (scores["split"] == split)].reset_index(drop=True)


def drivers_held_out(rows: ModelRows, settings: AnomalySettings) -> pd.DataFrame:
    """What drove the score of every recording, by the recommended method that never saw its split group.

    Returns
    -------
    DataFrame
        Table ``anomaly_drivers``.
    """
    folds = group_folds(rows.groups, settings.n_folds, settings.seed)
    of_set, parts = rows.of_set("all"), []
    for fold in range(int(folds.max()) + 1):
        train = folds != fold
        fitted = fit_scorers(of_set, train, rows.groups, settings.baseline, (settings.detector,), settings)
        parts.append(drivers(fitted[settings.detector], of_set, ~train, rows.about))
    return pd.concat(parts, ignore_index=True).sort_values(["recording_id", "rank"], ignore_index=True)


def drivers(
    scorer: AnomalyScorer, rows: Rows, judged: NDArray[np.bool_], about: pd.DataFrame, own: Rows | None = None
) -> pd.DataFrame:
    """The figures that drove the score of some rows, the strongest first.

    Parameters
    ----------
    scorer : AnomalyScorer
    rows : Rows
    judged : ndarray of bool, shape (n,)
    about : DataFrame
        A row a row, with recording_id and motor_id.
    own : Rows, optional
        Rows among which a motor's own healthy ones are looked for; by default all the rows.

    Returns
    -------
    DataFrame
        Table ``anomaly_drivers`` without its lines; a recording that is not judged is not in it.
    """
    own = rows if own is None else own
    seen, is_judged = scorer.spreads(rows.only(judged), own)
    raw = scorer.expected.spreads(rows.only(judged), own)
    shares = scorer.detector.contributions(seen)
    columns = [
        (row["recording_id"], row["motor_id"], rank, rows.names[at], float(shares[k, at]), float(raw[k, at]))
        for k, row in enumerate(about[judged].to_dict("records"))
        if is_judged[k]
        for rank, at in enumerate(np.argsort(-shares[k], kind="stable")[:N_DRIVERS], 1)
        if np.isfinite(raw[k, at])
    ]
    found = pd.DataFrame(columns, columns=["recording_id", "motor_id", "rank", "figure", "share", "spreads"])
    return found.assign(meaning=found["figure"].map(meaning_of).astype("str"))


def leading_drivers(table: pd.DataFrame, flagged: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """How often each figure drove the score of a flagged recording the most.

    Parameters
    ----------
    table : DataFrame
        Table ``anomaly_drivers``.
    flagged : DataFrame
        Rows of table ``anomaly_scores``, one a recording; those that are flagged count.
    catalogue : DataFrame
        Table ``recordings``.

    Returns
    -------
    DataFrame
        Columns figure, meaning, condition (of the label), recordings; the most frequent first.
    """
    first = table[(table["rank"] == 1) & table["recording_id"].isin(flagged.loc[flagged["is_anomaly"], "recording_id"])]
    known = first.merge(catalogue[["recording_id", "condition"]], on="recording_id")
    counted = known.groupby(["figure", "meaning", "condition"], as_index=False).agg(recordings=("recording_id", "size"))
    return counted.sort_values(["recordings", "figure"], ascending=[False, True], ignore_index=True)


def meaning_of(name: str) -> str:
    """What a figure or feature is, in words; "" for an unknown one."""
    return _MEANINGS.get(name, "")


def _meanings() -> dict[str, str]:
    from diagmod.core.features import features_at

    shape = {feature.name: _of_phase(feature.name, feature.meaning) for feature in features_at("recording")}
    return shape | {figure.name: figure.meaning for figure in FIGURES}


def _of_phase(name: str, meaning: str) -> str:
    phase = name.rpartition("_")[2]
    return f"{meaning} of phase {phase}" if phase in ("R", "S", "T") else meaning


_MEANINGS = _meanings()


def _judged(rows: ModelRows, of_set: Rows, scorer: AnomalyScorer, judged: NDArray[np.bool_]) -> list[pd.DataFrame]:
    scored = scorer.score(of_set.only(judged), of_set)
    about = rows.about.loc[judged, _KEYS].reset_index(drop=True)
    parts = [_table(about, rows.level, scored, scorer.scale.threshold)]
    if scorer.whole is not None:
        names, score = strangest(scored.score, about["recording_id"].to_numpy(str))
        motors = about.drop_duplicates("recording_id").set_index("recording_id")["motor_id"]
        whole = pd.DataFrame({"recording_id": names, "motor_id": motors.loc[names.tolist()].to_numpy(), "segment": -1})
        parts.append(_table(whole, "strangest_segments", scorer.whole.read(score), scorer.whole.threshold))
    return parts


def _table(about: pd.DataFrame, level: str, scored: Scored, threshold: float) -> pd.DataFrame:
    return about.assign(
        level=level, score=scored.score, threshold=threshold, is_anomaly=scored.is_anomaly,
        confidence=scored.confidence, severity=scored.severity,
    )  # fmt: skip

"""Every recording judged by models that have not seen its split group, nor, in the second split, its load.

A training side that cannot teach (one condition, one group, nothing believed healthy) is no error: what it would have
judged is abstained from, and the reason stands in the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.fault_files import FAULT_DRIVERS, FAULT_PREDICTIONS, FAULT_PROBABILITIES, FAULT_SEVERITIES
from diagmod.io.tables import conform, empty_table
from diagmod.models.faults.calibration import CALIBRATIONS, fit_calibration
from diagmod.models.faults.cells import SPLITS
from diagmod.models.faults.challenger import Challenger, judge_by_challenger
from diagmod.models.faults.fault_model import FaultModel, Labelled, fit_fault_model, training_side
from diagmod.models.faults.judgement import abstain, judge, known_of
from diagmod.models.faults.severity import severities_of
from diagmod.models.faults.severity_rows import severity_rows
from diagmod.models.faults.simple_rows import by_rules, chance, majority, with_shuffled_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.faults.cells import Cell
    from diagmod.models.faults.fault_model import Side
    from diagmod.models.faults.settings import FaultSettings

#: Told after every cell: cells done, cells in all, what was judged.
OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class HeldOut:
    """Tables of everything that was judged.

    ``scales`` holds a row a labelled recording, calibration and split for the recommended model: number of the true
    class and one column of probability a class, by which ways to calibrate are compared.
    """

    predictions: pd.DataFrame
    probabilities: pd.DataFrame
    drivers: pd.DataFrame
    severities: pd.DataFrame
    scales: pd.DataFrame


def judge_held_out(
    data: Labelled, cells: list[Cell], about: pd.DataFrame, diagnoses: pd.DataFrame, settings: FaultSettings,
    challenger: Challenger | None = None, on_progress: OnProgress = lambda done, total, text: None,
) -> HeldOut:  # fmt: skip
    """Judge every cell by every model.

    Parameters
    ----------
    data : Labelled
    cells : list of Cell
    about, diagnoses : DataFrame
        ``ModelRows.about`` and table ``diagnoses``.
    settings : FaultSettings
    challenger : callable, optional
        A model on raw current, row "cnn"; it judges the cells of the first split.
    on_progress : callable
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for done, cell in enumerate(cells, 1):
        of_cell = replace(data, rows=cell.rows)
        for name, frame in _of_cell(of_cell, cell, about, diagnoses, settings, challenger).items():
            parts.setdefault(name, []).append(frame.assign(split=cell.split, **_fold_of(name, cell)))
        on_progress(done, len(cells), cell.split.replace("_", " "))
    keys = ["split", "model", "recording_id"]
    by_schema = {
        "predictions": (FAULT_PREDICTIONS, keys), "probabilities": (FAULT_PROBABILITIES, [*keys, "condition"]),
        "drivers": (FAULT_DRIVERS, [*keys, "rank"]), "severities": (FAULT_SEVERITIES, keys),
    }  # fmt: skip
    tables = {
        name: _joined(parts[name]).sort_values(order, kind="stable")
        if _filled(parts.get(name))
        else empty_table(schema)
        for name, (schema, order) in by_schema.items()
    }
    tables = {name: conform(frame, by_schema[name][0]) for name, frame in tables.items()}
    return HeldOut(**tables, scales=_joined(parts["scales"]) if _filled(parts.get("scales")) else pd.DataFrame())


def _of_cell(
    data: Labelled, cell: Cell, about: pd.DataFrame, diagnoses: pd.DataFrame, settings: FaultSettings,
    challenger: Challenger | None,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Frames of one cell, by their name, without split and fold."""
    judged, rows = cell.judged, cell.rows.only(cell.judged)
    known, usable = known_of(about[judged], rows), data.is_usable[judged]
    rules = by_rules(known, diagnoses, usable).assign(model="rule_based")
    try:
        side = training_side(data, cell.side, cell.own, settings)
    except ValueError as exc:
        silent = [abstain(known, f"not judged: {exc}").assign(model=name) for name in _models(settings)]
        return {"predictions": _joined([rules, *silent])}
    seen = side.seen.only(judged)
    sick = severities_of(data, side.train, settings.n_inner_folds, settings.seed)
    frames: dict[str, list[pd.DataFrame]] = {"predictions": [rules], "probabilities": [], "drivers": []}
    scales: list[pd.DataFrame] = []
    for name in _models(settings)[:-2]:
        model = _fitted(side, name, settings)
        found = judge(model, sick, seen, known, usable, settings.coverage)
        if name == settings.recommended:
            scales.append(_scales(model, side, judged & data.is_usable & (data.truth >= 0)))
        for key in frames:
            frames[key].append(getattr(found, key).assign(model=name))
    if challenger is not None and cell.split == SPLITS[0]:
        found = judge_by_challenger(challenger, side, data, judged, known, sick, settings)
        for key in frames:
            frames[key].append(getattr(found, key).assign(model="cnn"))
    is_judged = (frames["predictions"][-1]["predicted"] != "").to_numpy()
    for name, (table, share) in (
        ("majority", majority(side, known, is_judged)),
        ("chance", chance(side, known, is_judged, settings.seed + cell.fold)),
    ):
        frames["predictions"].append(table.assign(model=name))
        frames["probabilities"].append(_prior(known, is_judged, data.classes, share).assign(model=name))
    tables = {name: _joined(found) for name, found in frames.items() if _filled(found)}
    tables["severities"] = severity_rows(data, side, rows, known, judged, sick, settings)
    return tables | {"scales": scales[0]}


def _models(settings: FaultSettings) -> tuple[str, ...]:
    return (*(name for name in settings.models if name != "cnn"), "shuffled_labels", "majority", "chance")


def _fitted(side: Side, name: str, settings: FaultSettings) -> FaultModel:
    if name == "shuffled_labels":
        return fit_fault_model(with_shuffled_labels(side, settings), "linear", settings)
    return fit_fault_model(side, name, settings)


def _scales(model: FaultModel, side: Side, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    """Probabilities of the labelled, judged rows by every way to calibrate."""
    chosen, data = chosen & side.seen.is_known, side.data
    crossed, said = model.crossed, model.raw(side.seen.only(chosen))
    if crossed is None or not len(said):
        return pd.DataFrame()
    return _joined(
        [
            pd.DataFrame(fit_calibration(kind, crossed.raw, crossed.truth).apply(said)).assign(
                calibration=kind, truth=data.truth[chosen], split_group=data.group[chosen]
            )
            for kind in CALIBRATIONS
        ]
    )


def _prior(
    known: pd.DataFrame, is_judged: NDArray[np.bool_], classes: tuple[str, ...], share: NDArray[np.float64]
) -> pd.DataFrame:
    names = known.loc[is_judged, "recording_id"].to_numpy(str)
    return pd.DataFrame(
        {
            "recording_id": np.repeat(names, len(classes)), "condition": np.tile(classes, len(names)),
            "probability": np.tile(share, len(names)), "p_value": np.nan,
        }
    )  # fmt: skip


def _fold_of(name: str, cell: Cell) -> dict[str, int]:
    return {"fold": cell.fold} if name in ("predictions", "severities") else {}


def _filled(frames: list[pd.DataFrame] | None) -> bool:
    return any(len(frame) for frame in frames or ())


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([frame for frame in frames if len(frame)], ignore_index=True)

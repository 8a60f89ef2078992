"""Imported hours into the trend logs of a data set, beside those that are there.

All logs are made before the first is written, each is put in place in one step, and an hour that says something
else than the log is never overwritten unasked. Refused rows are kept in ``trend/refused/FILE.csv``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from diagmod.io.dataset_files import DatasetError
from diagmod.io.historian_exports import TrendImport
from diagmod.io.tables import conform, empty_table
from diagmod.io.trend_logs import FIGURES, log_text, read_log
from diagmod.io.trend_tables import KEY, TREND


def put_in_place(
    found: TrendImport, folder: Path, current_unit: str, *, replace: bool = False, dry_run: bool = False
) -> list[str]:
    """Write the logs of imported motors and the refused rows of every file.

    Parameters
    ----------
    found : TrendImport
    folder : Path
        The data set.
    current_unit : str
        Unit of its currents.
    replace : bool
        Whether an import wins over a log that says something else.
    dry_run : bool
        Whether everything is checked and nothing written.

    Returns
    -------
    list of str
        Files written, or to be written, relative to the data set.

    Raises
    ------
    DatasetError
        A log that is there cannot be read whole, or contradicts the import.
    """
    texts: dict[str, str] = {}
    for motor_id, new in found.trend.groupby("motor_id", sort=True):
        name = _file_name(str(motor_id))
        merged = merge_log(_there(folder / name, current_unit), new, replace=replace)
        texts[name] = log_text(merged, current_unit)
    for file, rows in found.refused.groupby("file", sort=True):
        texts[f"trend/refused/{file}.csv"] = str(rows.to_csv(index=False, lineterminator="\n"))
    for name, text in {} if dry_run else texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.draft")
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    return list(texts)


def merge_log(old: pd.DataFrame, new: pd.DataFrame, *, replace: bool) -> pd.DataFrame:
    """Hours of a log and new ones of the same motor.

    Parameters
    ----------
    old, new : DataFrame
        As :data:`~diagmod.io.trend_tables.TREND`.
    replace : bool
        Whether new hours take the place of old ones that say something else.

    Raises
    ------
    DatasetError
        A unit differs, or hours contradict each other and may not be replaced.
    """
    if old.empty or new.empty:
        return new if old.empty else old
    pairs = old.merge(new, on=KEY, suffixes=("", "_new"))
    if (other := pairs[pairs["unit"] != pairs["unit_new"]]).size:
        first = other.iloc[0]
        raise DatasetError(
            f"trend/{first['motor_id']}.csv has {first['quantity']} in {first['unit'] or 'no unit'}, the export in "
            f"{first['unit_new'] or 'no unit'}; pass --unit {first['quantity']}=UNIT, or remove the old log"
        )
    differs = np.zeros(len(pairs), dtype=bool)
    for figure in FIGURES.values():
        before, after = pairs[figure], pairs[f"{figure}_new"]
        differs |= (before.notna() & after.notna() & (before != after)).to_numpy()
    if differs.any() and not replace:
        first = pairs[differs].iloc[0]
        raise DatasetError(
            f"trend/{first['motor_id']}.csv says something else for {int(differs.sum())} hours, first "
            f"{first['quantity']} {first['mean']:g} at {first['hour']:%Y-%m-%dT%H:%MZ}, where the export has "
            f"{first['mean_new']:g}; import all files of these hours in one command, or pass --replace to let the "
            "export win"
        )
    if differs.any():
        gone = pd.MultiIndex.from_frame(pairs.loc[differs, KEY])
        old = old[~pd.MultiIndex.from_frame(old[KEY]).isin(gone)]
    merged = new.set_index(KEY).combine_first(old.set_index(KEY)).reset_index()
    return conform(merged.sort_values(KEY, ignore_index=True), TREND)


def _there(log: Path, current_unit: str) -> pd.DataFrame:
    """The log that is there; an empty table without one."""
    if not log.is_file():
        return empty_table(TREND)
    try:
        table, doubts = read_log(log, current_unit)
    except (KeyError, ValueError, TypeError, OSError) as exc:
        raise DatasetError(f"trend/{log.name} is no trend log ({exc}); correct or remove it before importing") from exc
    if doubts:
        raise DatasetError(f"trend/{log.name}: {doubts[0]}; correct or remove it before importing")
    return table


def _file_name(motor_id: str) -> str:
    if Path(motor_id).name != motor_id or motor_id.startswith(".") or "\\" in motor_id:
        raise DatasetError(f"motor {motor_id!r} is no name of a file; give it another motor_id in motors.yaml")
    return f"trend/{motor_id}.csv"

"""BBIM2023: simulated currents of two induction motors with none to three broken bars, from standstill.

Two workbooks, ``M24Ns_29Nb.xlsx`` and ``M36Ns_44Nb.xlsx`` (stator slots, rotor bars), with a sheet a state: ``H``,
``1B``, ``2B``, ``3B``. Every sheet becomes one Parquet file in the data set.

The layout is not documented by its authors in what was found; it is what two public programs that read the set agree
on: no heading, the currents of the three phases in the second to fourth column, 2000 samples a second. So it is
checked: these columns must be numbers whose strongest line after the run-up is the supply frequency at that rate, and a
first column that rises must rise by 0.5 ms or by one; a sheet that does not is left out. The unit is not stated.

References
----------
Abu Elhaija, W., Abu Al-Haija, Q., Mendeley Data 2022, DOI 10.17632/f5ksvkrp73.1, CC BY 4.0; Intelligent Systems with
Applications (2022) 200167, DOI 10.1016/j.iswa.2022.200167. Pole pairs, supply frequency and "full load": the loader of
the public package statorscope, which also takes the first 0.6 s for run-up. 2.2 kW: a public list of data sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagmod.core.recording import PHASES
from diagmod.io.column_tables import Column
from diagmod.io.hashes import file_sha256
from diagmod.io.public_sets.converted import Origin, write_recording
from diagmod.io.public_sets.found_files import FoundFile, gather
from diagmod.io.public_sets.prepared import Prepared
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.table_files import read_table_file

URL = "https://data.mendeley.com/datasets/f5ksvkrp73/1"

#: Published workbooks.
N_PUBLISHED = 2

EXAMPLE = "M24Ns_29Nb.xlsx"

#: Sampling rate in Hz, and seconds of run-up at the beginning.
FS_HZ, RUN_UP_S = 2000.0, 0.6

#: Largest distance in Hz of the strongest line from the supply frequency; a second of signal resolves it.
MAX_OFF_HZ = 2.0

#: Broken bars by sheet.
SHEETS = {"H": 0, "1B": 1, "2B": 2, "3B": 3}

DESCRIPTION = {
    "name": "bbim2023",
    "title": "BBIM2023: simulated, none to three broken bars, two motors, the run-up included",
    "unit": "unstated",
    "fs_hz": FS_HZ,
    "times": "none",
    "split_group": "motor",
    "licence": "CC BY 4.0",
    "citation": "Abu Elhaija, Abu Al-Haija, Mendeley Data (2022), DOI 10.17632/f5ksvkrp73.1 (simulated)",
}


@dataclass(frozen=True)
class _Simulated:
    """One of the two motors."""

    line_hz: float
    pole_pairs: int
    rotor_bars: int


_MOTORS = {"M24Ns_29Nb": _Simulated(50.0, 1, 29), "M36Ns_44Nb": _Simulated(60.0, 2, 44)}

_NAME = re.compile(rf"({'|'.join(_MOTORS)})\.xlsx", re.ASCII)


def prepare(folder: Path, draft: Path) -> Prepared:
    """Recordings out of the workbooks of a folder, written into the draft of a data set.

    Raises
    ------
    DatasetError
        The folder is not there.
    """
    gathered = gather(folder, "bbim2023", _NAME, EXAMPLE, partial(_take, draft))
    return Prepared.of(gathered, [_motor(name) for name in sorted({row["motor_id"] for row in gathered.rows})])


def labels_of(motor: str, sheet: str) -> dict[str, str]:
    """Labels of a sheet; the severity is the share of the rotor's bars that are broken."""
    bars = SHEETS[sheet]
    return {
        "motor_id": motor,
        "condition": "broken_bar" if bars else "healthy",
        "severity": f"{bars / _MOTORS[motor].rotor_bars:.4g}",
        "severity_label": "" if not bars else f"{bars} bars" if bars > 1 else "1 bar",
    }


def _motor(name: str) -> dict[str, Any]:
    about = _MOTORS[name]
    return {
        "motor_id": name,
        "name": "2.2 kW motor, simulated",
        "line_hz": about.line_hz,
        "pole_pairs": about.pole_pairs,
        "rated_power_kw": 2.2,
        "rotor_bars": about.rotor_bars,
    }


def _take(draft: Path, file: FoundFile, match: re.Match[str]) -> Iterator[dict[str, str] | str]:
    """A row for every sheet, or a line on why there is none."""
    sha256, motor = file_sha256(file.path), match[1]
    for sheet in SHEETS:
        origin = Origin(file.path.name, sha256, f"sheet {sheet}, columns 2 to 4")
        try:
            currents = _currents(file.path, sheet, _MOTORS[motor].line_hz)
            path = write_recording(currents, origin, draft, f"{motor}_{sheet}")
        except UnreadableRecording as exc:
            yield f"sheet {sheet}: {exc}"
        else:
            yield {"file": path, **labels_of(motor, sheet), "note": origin.in_words()}


def _currents(path: Path, sheet: str, line_hz: float) -> dict[str, NDArray[np.float64]]:
    """Columns two to four of a sheet, where they are what the layout says."""
    columns = read_table_file(path, sheet).columns
    if len(columns) < 1 + len(PHASES):
        raise UnreadableRecording(f"has {len(columns)} columns, expected at least 4: one and the three phases")
    _check_first(columns[0])
    return {p: _checked(columns[k], k + 1, line_hz) for k, p in enumerate(PHASES, start=1)}


def _check_first(first: Column) -> None:
    """A first column that rises counts samples or seconds at the rate of the set, or the set is another one."""
    if first.values is None or not first.is_rising:
        return
    steps = np.diff(first.values)
    if not (np.allclose(steps, 1.0 / FS_HZ, rtol=0.0, atol=1e-3 / FS_HZ) or np.allclose(steps, 1.0)):
        raise UnreadableRecording(
            f"its first column rises by {np.median(steps):g}, expected 0.0005 s or 1; its rate is not {FS_HZ:g} Hz"
        )


def _checked(column: Column, number: int, line_hz: float) -> NDArray[np.float64]:
    values = column.values
    if values is None or not np.all(np.isfinite(values)):
        raise UnreadableRecording(f"column {number} must hold a current in every row, it has other cells")
    settled = values[int(RUN_UP_S * FS_HZ) :]
    if settled.size < FS_HZ:
        raise UnreadableRecording(f"has {values.size} rows, expected the run-up and at least a second more")
    spectrum = np.abs(np.fft.rfft((settled - settled.mean()) * np.hanning(settled.size)))
    strongest = float(np.argmax(spectrum)) * FS_HZ / settled.size
    if abs(strongest - line_hz) > MAX_OFF_HZ:
        raise UnreadableRecording(
            f"column {number} has its strongest line at {strongest:.1f} Hz, expected {line_hz:g} Hz at {FS_HZ:g} "
            "samples a second; the workbook has another layout"
        )
    return values

"""The broken-bar set of the University of Sao Paulo at IEEE DataPort: one motor, five rotors, eight torques.

Five MATLAB files, ``struct_rs_R1.mat`` (whole rotor) and ``struct_r1b_R1.mat`` to ``struct_r4b_R1.mat`` (one to four
adjacent broken bars), each with the levels ``torque05`` to ``torque40`` (tenths of Nm) of ten repetitions. ``Ia``,
``Ib``, ``Ic`` are the currents at 50 kHz, 20 s; voltages and vibrations are not taken. A file holds 80 recordings, so
every repetition becomes one Parquet file in the data set.

The motor is started inside the recordings, about two seconds after their beginning. Users report that repetition 9 of
the whole rotor at 0.5 Nm holds noise alone.

References
----------
Treml, A. E., Flauzino, R. A., Suetake, M., Maciejewski, N. A. R., IEEE DataPort 2020, DOI 10.21227/fmnm-bn95: motor
(1 hp, four poles, 60 Hz, 1715 rpm, 4.1 Nm, 34 bars), rotors, torques, repetitions. Names of fields and 50 kHz: the
MathWorks example for this set; ampere, the structure in HDF5 and the start inside the recordings: public readers of
these files. Voltage, current and connection in the tests were not found and stay open. The publisher counts 4.0 Nm as
full load; here it is 4.1 Nm, as rated. Open access; no other licence was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from diagmod.core.recording import PHASES
from diagmod.io.hashes import file_sha256
from diagmod.io.public_sets.bar_experiments import FIELDS, read_experiments
from diagmod.io.public_sets.converted import Origin, write_recording
from diagmod.io.public_sets.found_files import FoundFile, gather
from diagmod.io.public_sets.prepared import Prepared
from diagmod.io.refusals import UnreadableRecording

URL = "https://dx.doi.org/10.21227/fmnm-bn95"

#: Published files with ten repetitions at each of eight torques.
N_PUBLISHED = 5

EXAMPLE = "struct_rs_R1.mat"

#: Rated torque in Nm and bars of the rotor (Treml et al. 2020).
RATED_TORQUE_NM, ROTOR_BARS = 4.1, 34

DESCRIPTION = {
    "name": "dataport_bars",
    "title": "IEEE DataPort: one to four broken bars, 1 hp motor on the grid, 0.5 to 4 Nm, the start included",
    "unit": "A",
    "fs_hz": 50000.0,
    "times": "none",
    "split_group": "repetition",
    "licence": "open access at IEEE DataPort; see its terms",
    "citation": "Treml, Flauzino, Suetake, Maciejewski, IEEE DataPort (2020), DOI 10.21227/fmnm-bn95",
}

MOTORS = [
    {
        "motor_id": "usp_1hp",
        "name": "1 hp motor, University of Sao Paulo, rotor exchanged",
        "line_hz": 60.0,
        "pole_pairs": 2,
        "rated_power_kw": 0.746,
        "rated_rpm": 1715.0,
        "rotor_bars": ROTOR_BARS,
    }
]

_NAME = re.compile(r"struct_(rs|r([1-4])b)_R1\.mat", re.ASCII)


def prepare(folder: Path, draft: Path) -> Prepared:
    """Recordings out of the files of a folder, written into the draft of a data set.

    Raises
    ------
    DatasetError
        The folder is not there, or h5py is missing.
    """
    return Prepared.of(gather(folder, "dataport_bars", _NAME, EXAMPLE, partial(_take, draft)), MOTORS)


def labels_of(bars: int, level: str, k: int) -> dict[str, str]:
    """Labels of an experiment; the severity is the share of the rotor's bars that are broken."""
    torque = int(level.removeprefix("torque")) / 10
    return {
        "motor_id": "usp_1hp",
        "condition": "broken_bar" if bars else "healthy",
        "severity": f"{bars / ROTOR_BARS:.4g}",
        "severity_label": "" if not bars else f"{bars} adjacent bars" if bars > 1 else "1 bar",
        "torque_nm": f"{torque:g}",
        "load_pct": f"{100 * torque / RATED_TORQUE_NM:.3g}",
        "repetition": f"{k:02d}",
    }


def _take(draft: Path, file: FoundFile, match: re.Match[str]) -> Iterator[dict[str, str] | str]:
    """A row for every experiment of a file, or a line on why there is none."""
    sha256, rotor, n = file_sha256(file.path), match[1], 0
    for experiment in read_experiments(file.path, rotor):
        n += 1
        origin = Origin(file.path.name, sha256, f"{rotor}.{experiment.level}({experiment.k})")
        if experiment.problem:
            yield f"{origin.field} {experiment.problem}"
            continue
        currents = dict(zip(PHASES, (experiment.currents[field] for field in FIELDS), strict=True))
        try:
            path = write_recording(currents, origin, draft, f"{rotor}_{experiment.level}_{experiment.k:02d}")
        except UnreadableRecording as exc:
            yield str(exc)
            continue
        labels = labels_of(int(match[2] or 0), experiment.level, experiment.k)
        yield {"file": path, **labels, "note": origin.in_words()}
    if not n:
        yield f"holds no experiment; expected are levels like {rotor}.torque05"

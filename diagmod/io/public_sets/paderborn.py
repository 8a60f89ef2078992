"""The bearing set of Paderborn University: two phase currents of a drive whose test bearing is healthy or damaged.

2560 recordings ``N15_M07_F10_KA01_1.mat`` (1500 rpm, 0.7 Nm, 1000 N, bearing KA01, first of 20), MATLAB version 5: one
structure of the file's own name, whose ``Y`` lists channels by ``Name`` with their ``Data``; ``phase_current_1`` and
``phase_current_2`` at 64 kHz, 4 s. The files stay where they are; a bearing is a motor of the register, because
recordings of one bearing must stay on one side of a split.

The motor is a **synchronous** machine with permanent magnets, fed by an inverter: it has no slip, and what diagmod says
of an induction motor does not hold for it. Two phases are there; they are R and S, T is absent, and the order in which
they follow one another is not stated.

References
----------
Lessmeier, C. et al., PHME 2016, DOI 10.36001/phme.2016.v3i1.1577: motor (425 W, 1.35 Nm, 3000 rpm, four pole pairs),
25 kHz filter, tables 4 and 5 (damage of every bearing) and 6 (settings). KAt-DataCenter, CC BY-NC 4.0. Structure of the
files and ampere as unit: public readers of these files. The rated frequency is 3000 rpm times four pole pairs, 200 Hz.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from diagmod.io.declarations import ABSENT
from diagmod.io.hashes import file_sha256
from diagmod.io.public_sets.found_files import FoundFile, gather
from diagmod.io.public_sets.matlab_structs import load_struct
from diagmod.io.public_sets.prepared import Prepared
from diagmod.io.refusals import UnreadableRecording

URL = "https://mb.uni-paderborn.de/kat/forschung/bearing-datacenter/data-sets-and-download"

#: Published recordings: 32 bearings, four settings, 20 measurements.
N_PUBLISHED = 2560

EXAMPLE = "N15_M07_F10_KA01_1.mat"

#: Channels of R and S.
CHANNELS = ("phase_current_1", "phase_current_2")

#: Rated torque of the motor in Nm (Lessmeier et al. 2016).
RATED_TORQUE_NM = 1.35

#: Damage of a bearing: condition, and its extent (levels 1 to 3) and kind by tables 4 and 5 of the article.
BEARINGS: dict[str, tuple[str, str]] = {
    **{f"K00{k}": ("healthy", "") for k in range(1, 7)},
    "KA01": ("bearing_outer", "level 1, spark erosion, artificial"),
    "KA03": ("bearing_outer", "level 2, electric engraver, artificial"),
    "KA05": ("bearing_outer", "level 1, electric engraver, artificial"),
    "KA06": ("bearing_outer", "level 2, electric engraver, artificial"),
    "KA07": ("bearing_outer", "level 1, drilling, artificial"),
    "KA08": ("bearing_outer", "level 2, drilling, artificial"),
    "KA09": ("bearing_outer", "level 2, drilling, artificial"),
    "KI01": ("bearing_inner", "level 1, spark erosion, artificial"),
    "KI03": ("bearing_inner", "level 1, electric engraver, artificial"),
    "KI05": ("bearing_inner", "level 1, electric engraver, artificial"),
    "KI07": ("bearing_inner", "level 2, electric engraver, artificial"),
    "KI08": ("bearing_inner", "level 2, electric engraver, artificial"),
    "KA04": ("bearing_outer", "level 1, pitting"),
    "KA15": ("bearing_outer", "level 1, indentations"),
    "KA16": ("bearing_outer", "level 2, pitting"),
    "KA22": ("bearing_outer", "level 1, pitting"),
    "KA30": ("bearing_outer", "level 1, indentations"),
    "KB23": ("bearing_outer_and_inner", "level 2, pitting"),
    "KB24": ("bearing_outer_and_inner", "level 3, pitting"),
    "KB27": ("bearing_outer_and_inner", "level 1, indentations"),
    "KI04": ("bearing_inner", "level 1, pitting"),
    "KI14": ("bearing_inner", "level 1, pitting"),
    "KI16": ("bearing_inner", "level 3, pitting"),
    "KI17": ("bearing_inner", "level 1, pitting"),
    "KI18": ("bearing_inner", "level 2, pitting"),
    "KI21": ("bearing_inner", "level 1, pitting"),
}

DESCRIPTION = {
    "name": "paderborn",
    "title": "Paderborn: damaged bearings at an inverter-fed synchronous motor (no slip), two phases",
    "unit": "A",
    "fs_hz": 64000.0,
    "times": "none",
    "split_group": "motor",
    "licence": "CC BY-NC 4.0",
    "citation": "Lessmeier et al., PHME 2016, DOI 10.36001/phme.2016.v3i1.1577; KAt-DataCenter, Paderborn University",
}

_NAME = re.compile(r"N(?P<rpm>09|15)_M(?P<torque>01|07)_F(?P<force>04|10)_(?P<bearing>K[ABI0]\d\d)_(?P<k>\d\d?)\.mat")


def prepare(folder: Path, _draft: Path) -> Prepared:
    """Rows for the recordings of a folder, which stay where they are.

    Raises
    ------
    DatasetError
        The folder is not there.
    """
    gathered = gather(folder, "paderborn", _NAME, EXAMPLE, _take)
    motors = [_motor(bearing) for bearing in sorted({row["motor_id"] for row in gathered.rows})]
    return Prepared.of(gathered, motors, folder.resolve())


def labels_of(match: re.Match[str]) -> dict[str, str]:
    """Labels from a name: damage of the bearing, load torque in Nm and in % of rated, setting, repetition."""
    condition, damage = BEARINGS[match["bearing"]]
    torque = int(match["torque"]) / 10
    return {
        "motor_id": match["bearing"],
        "condition": condition,
        "severity": "0" if condition == "healthy" else "",
        "severity_label": damage,
        "torque_nm": f"{torque:g}",
        "load_pct": f"{100 * torque / RATED_TORQUE_NM:.3g}",
        "repetition": match["k"],
        "note": f"{100 * int(match['rpm'])} rpm, radial force {100 * int(match['force'])} N",
    }


def _take(file: FoundFile, match: re.Match[str]) -> Iterator[dict[str, str]]:
    if match["bearing"] not in BEARINGS:
        raise UnreadableRecording(f"bearing {match['bearing']} is none of the set; its damage is not known")
    columns = ",".join((*_columns(file.path), ABSENT))
    yield {"file": file.name, **labels_of(match), "sha256": file_sha256(file.path), "phase_columns": columns}


def _motor(bearing: str) -> dict[str, Any]:
    return {
        "motor_id": bearing,
        "name": f"425 W synchronous motor on an inverter, test bearing {bearing} (6203) on its shaft",
        "line_hz": 200.0,
        "pole_pairs": 4,
        "rated_power_kw": 0.425,
        "rated_current_a": 2.3,
        "bearing": "6203",
    }


def _columns(path: Path) -> list[str]:
    """Full names of the columns of both currents, in a file that holds them, of one length, under its own name."""
    whole = load_struct(path, path.stem)
    channels = whole.structs("Y") if "Y" in whole.fields else None
    if channels is None or not {"Name", "Data"} <= set(channels.fields):
        raise UnreadableRecording("has no channels Y with Name and Data; copy it again")
    listed = [(channels.word("Name", k), channels.numbers("Data", k)) for k in range(len(channels))]
    places = {name: k for k, (name, _) in enumerate(listed)}
    if missing := [name for name in CHANNELS if name not in places]:
        raise UnreadableRecording(f"lacks channel {missing[0]}; it has {', '.join(places) or 'none'}")
    first, second = (listed[places[name]][1] for name in CHANNELS)
    if first.shape != second.shape or first.ndim != 1 or first.size < 2:
        raise UnreadableRecording(f"its currents have shapes {first.shape} and {second.shape}, expected two equal rows")
    return [f"{path.stem}.Y({places[name] + 1}).Data" for name in CHANNELS]

"""The ITSC recordings of the University of Guanajuato as a data set of this product.

Inter-turn shorts of 10 to 40 % of the turns of one phase are switched in and out inside each file of a
small motor without load. Labels come from the file names ``SC_A0_B2_C0_004.csv``: level 0..4 for
the phases A, B, C (here R, S, T), then the repetition. The unit is not stated and the switching times were not
recorded; both are declared, not guessed.

References
----------
Cardenas-Cornejo, J. J. et al., Measurement 222 (2023) 113680, DOI 10.1016/j.measurement.2023.113680.
"""

from __future__ import annotations

import re

import pandas as pd

from diagmod.core.recording import PHASES
from diagmod.io.dataset_files import MANIFEST_COLUMNS

#: Where the files are published, at a fixed commit.
URL = (
    "https://raw.githubusercontent.com/ibarram/ITSC/0bea637327329f57714235c49b50cf3e80e00fdd/"
    "data/csv/Acquired%20Signals%20RAW/"
)

#: Files that were published; repetition 003 never was.
N_PUBLISHED = 52

EXAMPLE = "SC_HLT_001.csv"

#: Share of the turns that one step of the level in a file name stands for.
TURNS_PER_LEVEL = 0.1

DESCRIPTION = {
    "name": "itsc",
    "title": "ITSC: inter-turn shorts of a 0.75 hp motor without load, switched inside the files",
    "unit": "unstated",
    "fs_hz": 1000.0,
    "times": "none",
    "split_group": "repetition",
    "derived_state": "negative_sequence",
    "header": False,
    "columns": ["R", "S", "T"],
    "licence": "MIT",
    "citation": (
        "Cardenas-Cornejo et al., Measurement 222 (2023) 113680; "
        "recordings from github.com/ibarram/ITSC, commit 0bea637."
    ),
}

MOTORS = [
    {
        "motor_id": "CM3542",
        "name": "Baldor CM3542, laboratory, no load",
        "line_hz": 60.0,
        "pole_pairs": 2,
        "rated_power_kw": 0.56,
        "rated_rpm": 1725.0,
    }
]

_NAME = re.compile(r"SC_(?:HLT|A([0-4])_B([0-4])_C([0-4]))_(\d{3})\.csv")


def manifest(names: list[str]) -> pd.DataFrame:
    """Rows of ``recordings.csv`` for files of the set, labels taken from their names.

    A name that gives a level to several phases names no single one.

    Raises
    ------
    ValueError
        A name does not follow the pattern.
    """
    rows = []
    for name in names:
        match = _NAME.fullmatch(name)
        if match is None:
            raise ValueError(f"{name!r} is no name of the ITSC set; expected SC_HLT_001.csv or SC_A0_B2_C0_004.csv")
        levels = [int(level or 0) for level in match.groups()[:3]]
        shorted = [phase for phase, level in zip(PHASES, levels, strict=True) if level]
        condition = "stator_short" if shorted else "healthy"
        rows.append({"file": f"recordings/{name}", "motor_id": "CM3542", "load_pct": "0", "condition": condition,
                     "severity": f"{max(levels) * TURNS_PER_LEVEL:g}",
                     "fault_phase": shorted[0] if len(shorted) == 1 else "", "repetition": match[4]})  # fmt: skip
    return pd.DataFrame(rows).reindex(columns=list(MANIFEST_COLUMNS), fill_value="")

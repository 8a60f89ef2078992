"""Few figures with a meaning: what a fault moves, at the slip and the load of the recording.

A model that is to hold at loads and on motors it has not seen must look at what physics says, and at little else. So
beside the hundreds of features of a recording stand these: the missing bars that the sidebands of the rotor speak of,
normalised by the load; the lines of the shaft; the tones of the bearing; the negative sequence; modulation of
amplitude and phase. Ratios are taken as logarithms, so that a doubling counts the same everywhere. What a recording
cannot show is missing, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Smallest ratio that is told from nothing, percent: an instrument of 16 bits does not show less.
_LEAST_PCT = 1e-4

#: Smallest share of a bar that is told from nothing; a healthy cage has 0.02 to 0.05 of one.
_LEAST_BARS = 1e-3


@dataclass(frozen=True)
class Figure:
    """One figure: unit, meaning, the fault that raises it ("" for several), and whether it rests on I2."""

    name: str
    unit: str
    meaning: str
    fault: str = ""
    rests_on_i2: bool = False


#: Tones of a bearing, the prefix of their features, and the part that is damaged. A damage raises a line on either side
#: of the supply; a line of another cause falls on one of them, so the weaker of both is looked at.
_TONES = {"bpfo": "bearing_outer", "bpfi": "bearing_inner", "bsf": "bearing_ball", "ftf": "bearing_cage"}

#: Ratios among the features of a recording that are taken as logarithms.
_RATIOS = {
    "am_depth": "depth of the amplitude modulation",
    "pm_rms": "phase modulation",
    "park_2f": "twice the supply frequency in the Park modulus",
    "i0_over_i1": "zero over positive sequence",
    "interharmonic_R": "current between the harmonics",
    "thd_R": "total harmonic distortion",
}

#: Every figure, in the order of the table. ``i2_change`` is made by :mod:`diagmod.models.own_baseline`.
FIGURES = (
    Figure("bars", "log10 bars", "missing bars that the rotor's sidebands speak of, or at most hide", "broken_bar"),
    Figure("shaft_dbc", "dBc", "stronger of the lines f +- fr", "eccentricity"),
    *(
        Figure(f"{tone}_pair_db", "dB", f"weaker of the two lines of the {tone.upper()}", part)
        for tone, part in _TONES.items()
    ),
    *(Figure(f"{name}_log", "log10", meaning, "", name == "park_2f") for name, meaning in _RATIOS.items()),
    Figure("i2_log", "log10 % of I1", "negative over positive sequence", "stator_short", True),
    Figure("i2_change_log", "log10 % of I1", "change of I2 / I1 since the baseline", "stator_short", True),
)

#: Names of the figures.
NAMES = tuple(figure.name for figure in FIGURES)


def physical_figures(recordings: pd.DataFrame, diagnoses: pd.DataFrame) -> pd.DataFrame:
    """Figures of every recording, but for the change of I2.

    Parameters
    ----------
    recordings : DataFrame
        Table ``recording_features``.
    diagnoses : DataFrame
        Table ``diagnoses``.

    Returns
    -------
    DataFrame
        Columns recording_id and :data:`NAMES` without ``i2_change_log``, in the order of ``recordings``; NaN where a
        recording cannot show it.
    """
    bars, shaft = (diagnoses[diagnoses["fault"] == fault] for fault in ("broken_bar", "eccentricity"))
    shown = bars["severity_value"].fillna(bars["hidden_value"])
    ids = recordings["recording_id"]
    columns = {
        "bars": log10_of(ids.map(dict(zip(bars["recording_id"], shown, strict=True))), _LEAST_BARS),
        "shaft_dbc": ids.map(dict(zip(shaft["recording_id"], shaft["severity_value"], strict=True))).to_numpy(float),
    }
    for tone in _TONES:
        pair = recordings[[f"{tone}_lower_prominence_db", f"{tone}_upper_prominence_db"]]
        columns[f"{tone}_pair_db"] = pair.min(axis=1, skipna=False).to_numpy(float)
    for name in _RATIOS:
        columns[f"{name}_log"] = log10_of(recordings[name], _LEAST_PCT)
    columns["i2_log"] = log10_of(recordings["i2_over_i1"], _LEAST_PCT)
    return pd.DataFrame({"recording_id": ids, **columns})


def log10_of(values: pd.Series | NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Decimal logarithm, of ``least`` where a value is smaller; NaN stays.

    Examples
    --------
    >>> log10_of(np.array([100.0, 0.0, np.nan]), 0.1).tolist()
    [2.0, -1.0, nan]
    """
    return np.log10(np.maximum(np.asarray(values, dtype=np.float64), least))

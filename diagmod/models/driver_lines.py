"""Which spectral lines stand behind a figure: where they lie in this recording, and how high.

A figure that drove a score is an abstraction; an engineer wants to see the line. Lines of faults come from the table
``signatures``, at the slip of the recording; harmonics and what the phases say together lie at multiples of its supply
frequency. A figure of the shape of the wave has no line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

#: Lines of the table ``signatures`` that make a physical figure.
_LINES = {
    "bars": ("f(1-2s)", "f(1+2s)"),
    "shaft_dbc": ("f-fr", "f+fr"),
    **{f"{tone}_pair_db": (f"f-{tone.upper()}", f"f+{tone.upper()}") for tone in ("bpfo", "bpfi", "bsf", "ftf")},
}

#: Figures whose line is the supply line itself, of negative or zero sequence.
_AT_SUPPLY = re.compile(r"i2_|unbalance|angle_|i0_")

_HARMONIC = re.compile(r"h(\d+)_[RST]")


def lines_in_words(figure: str, signatures: pd.DataFrame, supply_hz: float) -> str:
    """The spectral lines behind a figure of one recording; "" for none.

    Parameters
    ----------
    figure : str
        Name of a figure or feature.
    signatures : DataFrame
        Rows of table ``signatures`` of that recording.
    supply_hz : float
        Its supply frequency, Hz; NaN where unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"line": ["f-fr"], "at_hz": [25.5], "height": [-40.2]})
    >>> lines_in_words("shaft_dbc", lines, 50.0)
    'f-fr at 25.5 Hz (-40.2 dBc)'
    >>> lines_in_words("h5_R", lines, 50.0)
    '5 f at 250.0 Hz'
    """
    if figure in _LINES:
        own = signatures[signatures["line"].isin(_LINES[figure])].drop_duplicates("line")
        return ", ".join(_line(*row) for row in own[["line", "at_hz", "height"]].itertuples(index=False, name=None))
    if not np.isfinite(supply_hz):
        return ""
    if found := _HARMONIC.fullmatch(figure):
        return f"{found[1]} f at {int(found[1]) * supply_hz:.1f} Hz"
    if figure.startswith("park_2f"):
        return f"2 f at {2 * supply_hz:.1f} Hz of the Park modulus"
    return f"f at {supply_hz:.2f} Hz" if _AT_SUPPLY.match(figure) else ""


def with_lines(drivers: pd.DataFrame, signatures: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Drivers of scores with the spectral lines behind each, in a column ``lines``.

    Parameters
    ----------
    drivers : DataFrame
        With columns recording_id and figure.
    signatures, states : DataFrame
        Tables ``signatures`` and ``recording_states``.
    """
    of_recording = dict(tuple(signatures.groupby("recording_id")))
    supply = dict(zip(states["recording_id"], states["supply_hz"], strict=True))
    told = [
        lines_in_words(figure, of_recording.get(recording, signatures[:0]), supply.get(recording, np.nan))
        for recording, figure in zip(drivers["recording_id"], drivers["figure"], strict=True)
    ]
    return drivers.assign(lines=np.array(told, dtype=object).astype(str) if told else "")


def _line(name: str, at_hz: float, height: float) -> str:
    where = f" at {at_hz:.1f} Hz" if np.isfinite(at_hz) else ", whose place is not known"
    return f"{name}{where}" + (f" ({height:.1f} dBc)" if np.isfinite(height) else "")

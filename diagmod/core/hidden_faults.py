"""The largest fault that may hide in a recording where no line of it stands out.

A verdict says from which size on a fault is called one, which is far above what a healthy machine has. To compare
recordings with one another more is needed: what the place of the lines holds at most, in the unit of the severity.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from diagmod.core.observation import rotor_over_stator_current
from diagmod.core.rotor_bars import ANY_BARS
from diagmod.core.verdicts import Verdict

if TYPE_CHECKING:
    from diagmod.core.verdicts import Diagnosis, FaultVerdict

_NAN = float("nan")


def hidden_severity(verdict: FaultVerdict, diagnosis: Diagnosis, rotor_bars: int | None) -> float:
    """Severity that the lines of a fault hold at most where none stands out.

    Parameters
    ----------
    verdict : FaultVerdict
        Of broken bars or eccentricity; for others there is no such figure.
    diagnosis : Diagnosis
        The whole that it belongs to.
    rotor_bars : int or None
        Number of rotor bars, where known.

    Returns
    -------
    float
        Equivalent broken bars, or dB of the rated current; NaN where the severity was measured, where the recording
        cannot decide, and where the place of the lines or the current is not known.
    """
    if verdict.severity is not None or verdict.verdict != Verdict.NOT_SUPPORTED:
        return _NAN
    if verdict.name == "broken_bar" and diagnosis.load_share is not None:
        total = sum(10 ** (level / 20) for level in _levels_dbc(verdict, "f(1-2s)", "f(1+2s)"))
        share = max(rotor_over_stator_current(diagnosis.load_share).value, 1e-3)
        return total * (rotor_bars or ANY_BARS.value) / share if total else _NAN
    if verdict.name == "eccentricity":
        levels = _levels_dbc(verdict, "f-fr", "f+fr")
        current = diagnosis.quality.figures.get("rms_over_rated", _NAN)
        return max(levels) + 20 * math.log10(current) if levels and current > 0 else _NAN
    return _NAN


def _levels_dbc(verdict: FaultVerdict, *names: str) -> list[float]:
    """Levels of lines in dBc, not below the floor beside them."""
    return [
        max(one.level, one.floor) for one in verdict.evidence if one.name in names and math.isfinite(one.level)
    ]  # fmt: skip

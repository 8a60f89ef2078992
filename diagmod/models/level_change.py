"""Did a level rise since the baseline: the cage's missing bars, or the lines of the shaft?

A healthy machine has a little of every fault, and how much differs from machine to machine more than from day to day.
So what is too small to be called a fault in one recording can be plain as a change. A recording in which nothing
stands out has at most what its lines may hide; the same holds for those of the baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import t as t_distribution

from diagmod.core.verdicts import Verdict

#: Chance of a verdict "changed" for a recording that is drawn like the baseline's.
ALPHA = 0.001

#: Fewest recordings from which a spread is estimated.
FEWEST = 3


@dataclass(frozen=True)
class Change:
    """A change since the baseline, and the verdict on it.

    Attributes
    ----------
    unit : str
        Of values and change.
    n_baseline : int
    baseline_value, value, change : float
        Expected from the baseline, measured, and their difference; NaN where unknown.
    spreads, limit_spreads : float
        The change in units of the baseline's spread, and how many of them are no chance.
    change_deg : float
        Angle of a change of a phasor, degrees.
    points_to : str
        Phases to which that angle points.
    verdict, reason_code, sentence : str
    """

    unit: str
    n_baseline: int
    baseline_value: float = float("nan")
    value: float = float("nan")
    change: float = float("nan")
    spreads: float = float("nan")
    limit_spreads: float = float("nan")
    change_deg: float = float("nan")
    points_to: str = ""
    verdict: str = str(Verdict.CANNOT_DECIDE)
    reason_code: str = ""
    sentence: str = ""

    def found(self, verdict: str, reason_code: str, sentence: str, *, points_to: str = "") -> Change:
        """The same figures with a verdict."""
        return replace(
            self, verdict=str(Verdict(verdict)), reason_code=reason_code, sentence=sentence, points_to=points_to
        )


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A level that a fault raises.

    Attributes
    ----------
    fault : str
    what : str
        Its name in a sentence.
    unit : str
    least : float
        Smallest rise that is believed.
    blind : float
        Limit from which "no rise" says nothing.
    smallest_spread : float
        Smallest spread of a baseline that is believed.
    """

    fault: str
    what: str
    unit: str
    least: float
    blind: float
    smallest_spread: float


#: Equivalent broken bars, normalised by load. The natural asymmetry of a cage and the load normalisation (1.5 dB) move
#: it by less than a fifth of a bar.
BARS = Quantity(
    fault="broken_bar", what="asymmetry of the cage", unit="broken bars", least=0.2, blind=1.0, smallest_spread=0.01
)

#: Mean level of the lines at the shaft frequency. Load moves it by up to 6 dB.
SHAFT_LINES = Quantity(
    fault="eccentricity", what="level of the shaft lines", unit="dB", least=6.0, blind=15.0, smallest_spread=0.25
)


@dataclass(frozen=True)
class Level:
    """A level of one recording.

    Attributes
    ----------
    value : float
        Measured; NaN where nothing stood out.
    hidden : float
        What the place of the lines holds at most where nothing stood out; NaN where that is not known.
    called : float
        Level from which the recording alone would have been called faulty; NaN where that is not known.
    doubt : str
        Why a rise could not be laid to the fault, in words; empty for no doubt.
    """

    value: float
    hidden: float
    called: float
    doubt: str = ""

    @property
    def at_most(self) -> float:
        """The measured level, or what may hide."""
        return self.value if np.isfinite(self.value) else self.hidden


def few_recordings(n: int) -> str:
    """Why so many recordings are no baseline, or an empty text."""
    if n >= FEWEST:
        return ""
    return (
        f"There is no baseline to compare with: it holds {n} usable recordings of this motor beside this one, "
        f"{FEWEST} are needed."
    )


def judge_level(judged: Level, baseline: Sequence[Level], quantity: Quantity) -> Change:
    """Whether a level rose since the baseline.

    Parameters
    ----------
    judged : Level
    baseline : sequence of Level
        Of other recordings of the same motor.
    quantity : Quantity
    """
    before = np.array([level.at_most for level in baseline if np.isfinite(level.at_most)])
    n, what, unit = len(before), quantity.what, quantity.unit
    if reason := few_recordings(n):
        return Change(unit, n, reason_code="no_baseline", sentence=reason)
    centre = float(before.mean())
    spread = max(float(before.std(ddof=1)), quantity.smallest_spread) * float(np.sqrt(1 + 1 / n))
    limit = float(t_distribution.isf(ALPHA, n - 1))
    least = max(quantity.least, limit * spread)
    change = Change(unit, n, baseline_value=centre, limit_spreads=limit)
    at_most = judged.at_most if np.isfinite(judged.at_most) else judged.called
    if not np.isfinite(at_most):
        return change.found(
            "cannot_decide", "not_measured", f"The {what} was not measured: {judged.doubt or 'nothing is known of it'}."
        )
    rise = at_most - centre
    if not np.isfinite(judged.value):
        if rise <= least:
            return change.found("not_supported", "unchanged", f"No line stands out; a rise of the {what} would have.")
        text = f"No line stands out, but in this recording one would only from {rise:.2g} {unit} above the baseline."
        return change.found("cannot_decide", "hidden", text)
    change = replace(change, value=judged.value, change=rise, spreads=rise / spread)
    if rise > least and judged.doubt:
        text = f"The {what} has risen by {rise:.2g} {unit} since the baseline, but {judged.doubt}."
        return change.found("cannot_decide", "doubtful", text)
    if rise > least:
        text = f"The {what} has risen since the baseline by {rise:.2g} {unit}, {change.spreads:.0f} times its spread."
        return change.found("supported", "risen", text)
    if least > quantity.blind:
        text = (
            f"Only a rise of {least:.2g} {unit} would be no chance, so much does the baseline spread; add recordings."
        )
        return change.found("cannot_decide", "uneven_baseline", text)
    return change.found("not_supported", "unchanged", f"The {what} is that of the baseline within {least:.2g} {unit}.")

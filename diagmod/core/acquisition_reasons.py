"""Why an acquisition cannot be used at all, in sentences: what, how much, and what to do.

Every rule looks at measured figures only. The clock has its own reasons (:mod:`diagmod.core.clock_reasons`), and what
only limits the conclusions has too (:mod:`diagmod.core.limiting_reasons`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.audit_limits import CALIBRATED, AuditLimits
from diagmod.core.clock_reasons import share
from diagmod.core.verdicts import Reason

if TYPE_CHECKING:
    from diagmod.core.channels import Channels
    from diagmod.core.clock import Clock
    from diagmod.core.inverter import Supply
    from diagmod.core.prepared import Prepared
    from diagmod.core.stationarity import Steadiness

#: Supply frequency in Hz by which a recording without any is called too short.
USUAL_HZ = 50.0

_LONGER = "record 10 s or more"


@dataclass(frozen=True)
class Figures:
    """What was measured; the parts are None where there was no carrier to measure them on.

    Attributes
    ----------
    clock : Clock
    channels : Channels or None
    supply : Supply or None
    steadiness : Steadiness or None
    floor_dbc : float
        Floor beside the supply line, dBc per bin.
    clipped_pct, offset_pct : float
        Worst phase.
    line_hz, drift_hz : float
        Supply frequency and its slow range within the stretch that is judged, Hz.
    rms_over_rated : float
    strongest_hz, strongest_db : float
        Strongest line of the spectrum, and its height over the supply line.
    """

    clock: Clock
    channels: Channels | None
    supply: Supply | None
    steadiness: Steadiness | None
    floor_dbc: float
    clipped_pct: float
    offset_pct: float
    line_hz: float
    drift_hz: float
    rms_over_rated: float
    strongest_hz: float
    strongest_db: float


def refusals(figures: Figures, made: Prepared, limits: AuditLimits = CALIBRATED) -> list[Reason]:
    """Why the recording cannot be used at all, other than its clock; empty for nothing."""
    is_rivalled = figures.strongest_db > limits.stronger_db
    found = _line_refusals(made, limits, is_rivalled=is_rivalled)
    if is_rivalled:
        what = (
            f"the strongest line stands at {figures.strongest_hz:.1f} Hz, where no supply is searched, and not at "
            f"{made.line_hz:.1f} Hz; the sampling rate is probably stated wrongly, or this is no motor current"
        )
        value, limit = figures.strongest_db, limits.stronger_db
        found.append(Reason.of("stronger_line_elsewhere", what, value=value, limit=limit))
    if figures.clipped_pct > limits.heavily_clipped_pct:
        found.append(clipped(figures.clipped_pct, limits.heavily_clipped_pct, "clipped_heavily"))
    return found


def clipped(pct: float, limit_pct: float, rule: str = "") -> Reason:
    """Peaks that the range cut off, in percent of the samples."""
    what = f"{share(pct)} % of the samples stand at the end of the range"
    return Reason.of("clipped", what, "record with a larger range", value=pct, limit=limit_pct, rule=rule)


def _line_refusals(made: Prepared, limits: AuditLimits, *, is_rivalled: bool) -> list[Reason]:
    """What is wrong with the supply line: none, none that can be demodulated, or too few periods of it."""
    n_periods = made.duration_s * made.line_hz
    if not np.isfinite(made.line_hz) and made.duration_s < limits.least_periods / USUAL_HZ:
        what = f"{len(made.vector)} samples, {made.duration_s:.2g} s, are too short to hold a supply line"
        value = made.duration_s * USUAL_HZ
        return [Reason.of("too_short", what, _LONGER, value=value, limit=limits.least_periods)]
    if not np.isfinite(made.line_hz):
        what = "no supply line stands out in the search band"
        return [Reason.of("no_supply_line", what, "check that the motor runs, the channel and the sampling rate")]
    if made.carrier is None and not is_rivalled:
        what = (
            f"{made.duration_s:.3g} s at {made.fs:g} Hz do not hold a supply line of {made.line_hz:.3g} Hz that can be "
            "demodulated"
        )
        to_do = "record 10 s or more at 1 kHz or more"
        if made.fs <= 4 * made.line_hz:
            return [Reason.of("rate_too_low", what, to_do)]
        return [Reason.of("too_short", what, to_do, value=n_periods, limit=limits.least_periods)]
    if made.carrier is not None and n_periods < limits.least_periods:
        what = (
            f"the recording holds {n_periods:.1f} periods of the supply, at least {limits.least_periods:g} are needed"
        )
        return [Reason.of("too_short", what, _LONGER, value=n_periods, limit=limits.least_periods)]
    return []

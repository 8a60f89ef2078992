"""What one recording offers to every fault rule: carrier, modulation, spectrum, nameplate and load.

Everything expensive is computed once here; the rules only look things up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.verdicts import Interval

if TYPE_CHECKING:
    from diagmod.core.carrier import Carrier
    from diagmod.core.modulation import ModulationSpectrum
    from diagmod.core.motor import Motor
    from diagmod.core.wideband import WidebandSpectrum

#: Magnetising over rated current of cage motors from large two-pole to small many-pole machines (1).
#: Range of typical machine data; the simulator's population lies inside (test_population).
MAGNETISING_SHARE = Interval(0.45, 0.25, 0.70)

#: Slip may differ from rated slip x load share by this factor: nameplates are rounded (IEC 60034-1 allows 20 %
#: of the slip), rotors are warmer or colder, the voltage is not the rated one.
SLIP_FACTOR = Interval(1.0, 0.70, 1.40)

#: Highest supply harmonic that may fold back where a recorder has no anti-alias filter.
MOST_ALIASED = 40

#: Load assumed where neither current nor declaration tells: anything from no load to overload (1).
ANY_LOAD = Interval(float("nan"), 0.0, 1.25)

#: Load over rated load (1) below which nothing is normalised: there is hardly a rotor current to normalise by.
LEAST_LOAD = 0.1

#: Rated slip of cage motors where the nameplate does not state the speed (1).
ANY_RATED_SLIP = Interval(float("nan"), 0.003, 0.08)


@dataclass(frozen=True)
class Observation:
    """One stretch of one recording, seen with one nameplate.

    Attributes
    ----------
    motor : Motor
    line_hz : float
        Measured supply frequency in Hz.
    carrier : Carrier
    modulation : ModulationSpectrum
    spectrum : WidebandSpectrum
    rms_share : float
        Rms current over rated current (1); NaN where either is unknown.
    declared_load : float or None
        Load over rated load (1) as stated with the recording.
    is_inverter_fed : bool
        Whether an inverter feeds the motor, or may do so.
    is_clipped : bool
        Whether samples stand at the end of the recorder's range.
    is_switching : bool
        Whether the negative sequence takes two values within the recording, so that a part of it is seen here.
    """

    motor: Motor
    line_hz: float
    carrier: Carrier
    modulation: ModulationSpectrum
    spectrum: WidebandSpectrum
    rms_share: float
    declared_load: float | None
    is_inverter_fed: bool = False
    is_clipped: bool = False
    is_switching: bool = False

    def is_alias(self, offset_hz: float, slack_hz: float) -> bool:
        """Whether a pair at this offset may be two neighbouring supply harmonics folded at the sampling rate.

        Harmonics ``m -+ 1`` of even ``m`` fold to both sides of the supply line, ``|k fs - m f|`` from it.
        """
        even = np.arange(2, MOST_ALIASED + 1, 2) * self.line_hz
        fs = 2 * self.spectrum.nyquist_hz
        folded = np.abs(even - np.round(even / fs) * fs)
        is_beyond = even + self.line_hz > fs / 2
        return bool(np.any(is_beyond & (np.abs(folded - offset_hz) < slack_hz)))

    @property
    def load_before_slip(self) -> Interval:
        """Load over rated load (1) from the declaration or from the current, before the slip is known."""
        if self.declared_load is not None:
            return Interval(
                self.declared_load, max(0.0, 0.9 * self.declared_load - 0.05), 1.1 * self.declared_load + 0.05
            )
        if not np.isfinite(self.rms_share):
            return ANY_LOAD
        low, mid, high = (
            load_of_current(self.rms_share, m)
            for m in (MAGNETISING_SHARE.high, MAGNETISING_SHARE.value, MAGNETISING_SHARE.low)
        )
        return Interval(mid, low, max(high, 0.05))

    @property
    def expected_slip(self) -> Interval:
        """Slip (0..1) that nameplate and load allow."""
        load, rated = self.load_before_slip, self.motor.rated_slip
        if rated is None:
            return Interval(float("nan"), 0.0, ANY_RATED_SLIP.high * SLIP_FACTOR.high * max(load.high, 0.1))
        # At reduced voltage a motor slips more than its current tells.
        most = load.high if self.declared_load is not None else max(load.high, ANY_LOAD.high)
        return Interval(rated * load.value, rated * load.low * SLIP_FACTOR.low, rated * most * SLIP_FACTOR.high)

    def current_share(self, load: Interval) -> Interval:
        """Rms over rated current (1): as measured, or what the load means where the rated current is unknown."""
        if np.isfinite(self.rms_share):
            return Interval(self.rms_share, self.rms_share, self.rms_share)
        middle = load.value if np.isfinite(load.value) else (load.low + load.high) / 2
        ends = (
            (middle, MAGNETISING_SHARE.value),
            (load.low, MAGNETISING_SHARE.low),
            (load.high, MAGNETISING_SHARE.high),
        )
        return Interval(*(float(np.sqrt(m * m + share**2 * (1 - m * m))) for share, m in ends))

    def load_of_slip(self, slip: Interval | None) -> Interval:
        """Load over rated load (1), from the slip where it is known and the nameplate states the speed."""
        before = self.load_before_slip
        if slip is None or not self.motor.rated_slip or self.declared_load is not None:
            return before
        load = slip.value / self.motor.rated_slip
        from_slip = Interval(load, slip.low / self.motor.rated_slip * 0.75, slip.high / self.motor.rated_slip * 1.3)
        low, high = max(from_slip.low, before.low), min(from_slip.high, before.high)
        return Interval(float(np.clip(load, low, high)), low, high) if low <= high else from_slip


def load_of_current(rms_share: float, magnetising_share: float) -> float:
    """Load over rated load from rms over rated current: both components in quadrature."""
    square = (rms_share**2 - magnetising_share**2) / (1 - magnetising_share**2)
    return float(np.sqrt(max(0.0, square)))


def rotor_over_stator_current(load: Interval) -> Interval:
    """``|I_r / I_s|`` of the equivalent circuit from the load share, for any usual magnetising current.

    Loads below ``LEAST_LOAD`` count as that. With rotor current proportional to load and the magnetising current in
    quadrature, ``I_r / I_s = L k / sqrt(L^2 k^2 + m^2)`` where ``k^2 = 1 - m^2``.
    """

    def ratio(share: float, m: float) -> float:
        rotor = max(share, LEAST_LOAD) * np.sqrt(1 - m * m)
        return float(rotor / np.hypot(rotor, m))

    middle = load.value if np.isfinite(load.value) else (load.low + load.high) / 2
    return Interval(
        ratio(middle, MAGNETISING_SHARE.value),
        ratio(load.low, MAGNETISING_SHARE.high),
        ratio(load.high, MAGNETISING_SHARE.low),
    )

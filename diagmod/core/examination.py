"""One recording under the magnifying glass: all that a diagnosis rests on, for a person to look at.

A diagnosis keeps its conclusions and throws away the signals. Here they are again, for the same stretch, each
computed when it is asked for. What this recording does not have (a second phase, a supply line, enough seconds)
is not an error but a :class:`~diagmod.core.verdicts.Reason`, which the picture shows in place of the data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from diagmod.core.bearing_faults import TONES
from diagmod.core.bearings import tones_of
from diagmod.core.carrier import sequence_tracks
from diagmod.core.close_ups import map_of, piece_of
from diagmod.core.demodulation import Baseband, ModulusSpectrum, demodulate, park_modulus_spectrum
from diagmod.core.diagnosis import LINE_BAND_HZ
from diagmod.core.examination_parts import ParkVector, SequenceTrack, ShortPiece, Sidebands
from diagmod.core.expected_lines import LineReading, OffsetMark, expected_lines, offset_marks, read_lines
from diagmod.core.gaps import repair
from diagmod.core.modulation import ModulationSpectrum
from diagmod.core.order_tracking import track_orders
from diagmod.core.prepared import Prepared, prepare
from diagmod.core.slip import NAMEPLATE
from diagmod.core.unbalance import TRACK_PERIODS, negative_sequence
from diagmod.core.verdicts import Interval, Reason

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.bearings import BearingTones
    from diagmod.core.carrier import Carrier
    from diagmod.core.motor import Motor
    from diagmod.core.time_frequency import TimeFrequencyMap
    from diagmod.core.verdicts import Diagnosis
    from diagmod.core.wideband import WidebandSpectrum

#: Band to either side of the carrier that is demodulated, over the supply frequency: both sidebands of the rotor
#: up to a slip of 0.2, and of one phase still clear of its image at -2 f.
CUTOFF_OVER_LINE = 0.4

#: Points at which the floor beside the carrier is read.
N_FLOOR = 160

#: Reach of the close-up of a time-frequency map, over twice the slip frequency.
NEAR_TWICE_SLIPS = 3.0

_SINGLE = Reason("single_phase", "the space vector needs three phases, this recording has one")


@dataclass(frozen=True)
class Examination:
    """One recording, its diagnosis and the stretch that was judged.

    Attributes
    ----------
    motor : Motor
    diagnosis : Diagnosis
    whole, stretch : Prepared or None
        All of the recording without gaps, and the part that was judged; None where no phase is usable.
    begin_s : float
        First sample of ``whole`` in the recording, seconds; above 0 where a gap was cut off.
    stretch_s : (float, float)
        Begin and end of the stretch in seconds of the recording.
    slip : Interval or None
        Slip at which lines are drawn.
    slip_source : str
        Where it comes from.
    """

    motor: Motor
    diagnosis: Diagnosis
    whole: Prepared | None
    stretch: Prepared | None
    begin_s: float
    stretch_s: tuple[float, float]
    slip: Interval | None
    slip_source: str

    @property
    def line_hz(self) -> float:
        """Supply frequency of the stretch in Hz; NaN where none was found."""
        return float("nan") if self.stretch is None else self.stretch.line_hz

    @property
    def bearing(self) -> BearingTones | None:
        """Tones of the bearing on the nameplate."""
        return tones_of(self.motor.bearing)

    @cached_property
    def modulation(self) -> ModulationSpectrum | Reason:
        """Sidebands of the carrier."""
        seen = self._carrier()
        return seen if isinstance(seen, Reason) else seen[0].modulation

    @cached_property
    def spectrum(self) -> WidebandSpectrum | Reason:
        """Whole spectrum, the wander of the supply taken out."""
        seen = self._carrier()
        return seen if isinstance(seen, Reason) else track_orders(seen[0].spectrum, seen[1])

    @property
    def carrier_amplitude(self) -> float:
        """Peak amplitude of the supply line, in the unit of the currents; NaN where none was found."""
        seen = self._carrier()
        return float("nan") if isinstance(seen, Reason) else seen[1].amplitude

    @cached_property
    def lines(self) -> tuple[LineReading, ...]:
        """Every expected line with what is there; empty where neither slip nor nameplate say where to look."""
        seen, modulation, spectrum = self._carrier(), self.modulation, self.spectrum
        if isinstance(seen, Reason) or isinstance(modulation, Reason) or isinstance(spectrum, Reason):
            return ()
        if self.slip is None:
            return ()
        lines = expected_lines(seen[1].line_hz, self.motor, self.bearing)
        found = {name: self.diagnosis.fault(name).evidence for name in TONES}
        return read_lines(lines, self.slip, seen[1], modulation, spectrum, found)

    def marks(self, reach_hz: float) -> tuple[OffsetMark, ...]:
        """Distances from the carrier at which faults show, up to ``reach_hz``."""
        if self.slip is None or not np.isfinite(self.line_hz):
            return ()
        return offset_marks(self.line_hz, self.motor, self.slip, self.bearing, reach_hz)

    @property
    def near_carrier_hz(self) -> tuple[float, float]:
        """Band about the supply line that holds the sidebands of the rotor, Hz."""
        slip = 0.05 if self.slip is None else self.slip.high
        reach = min(max(NEAR_TWICE_SLIPS * 2 * slip, 0.02), 0.8) * self.line_hz
        return self.line_hz - reach, self.line_hz + reach

    def park_vector(self) -> ParkVector | Reason:
        """Space vector beside the ellipse of its fundamental."""
        seen = self._space_vector(self.stretch)
        if isinstance(seen, Reason):
            return seen
        part, vector = seen
        found = negative_sequence(vector, part.spectrum, part.fs, self.line_hz)
        return ParkVector(vector, part.fs, self.line_hz, self.carrier_amplitude, found.ratio)

    def sidebands(self) -> Sidebands | Reason:
        """Levels to either side of the carrier with their floor."""
        modulation = self.modulation
        if isinstance(modulation, Reason):
            return modulation
        floor_hz = np.geomspace(modulation.lowest_hz, modulation.reach_hz, N_FLOOR)
        return Sidebands(
            modulation.offsets_hz,
            modulation.levels_dbc(-1),
            modulation.levels_dbc(+1),
            floor_hz,
            np.array([modulation.floor_dbc(float(hz)) for hz in floor_hz]),
            modulation.lowest_hz,
        )

    def modulus(self) -> ModulusSpectrum | Reason:
        """Spectrum of the Park modulus."""
        seen = self._space_vector(self.stretch)
        return seen if isinstance(seen, Reason) else park_modulus_spectrum(seen[1], seen[0].fs)

    @cached_property
    def baseband(self) -> Baseband | Reason:
        """Current with the carrier moved to zero: amplitude and phase modulation."""
        seen = self._carrier()
        if isinstance(seen, Reason):
            return seen
        stretch, carrier = seen
        try:
            return demodulate(stretch.vector, stretch.fs, carrier.line_hz, CUTOFF_OVER_LINE * carrier.line_hz)
        except ValueError as exc:
            return Reason("cannot_demodulate", str(exc))

    def sequence(self) -> SequenceTrack | Reason:
        """Negative over positive sequence along the whole recording."""
        seen = self._space_vector(self.whole)
        if isinstance(seen, Reason):
            return seen
        (part, vector), f = seen, self.line_hz
        time_s, ratio = sequence_tracks(vector, part.fs, f, TRACK_PERIODS)
        found = negative_sequence(vector, part.spectrum, part.fs, f)
        floor_pct = self.diagnosis.quality.figures.get("i2_floor_pct", float("nan"))
        return SequenceTrack(self.begin_s + time_s, ratio, found, self.begin_s, TRACK_PERIODS / f, floor_pct)

    def time_frequency(self) -> TimeFrequencyMap | Reason:
        """Amplitude over time and frequency of the whole recording, in windows that resolve twice the slip."""
        if self.whole is None:
            return self._no_vector()
        found = map_of(self.whole, self.line_hz, self.slip)
        return found if isinstance(found, Reason) else replace(found, time_s=self.begin_s + found.time_s)

    def short_piece(self) -> ShortPiece | Reason:
        """ESPRIT on a piece in which a spectrum cannot tell the sidebands from the carrier."""
        base = self.baseband
        if isinstance(base, Reason):
            return base
        return piece_of(base, self.slip, self.carrier_amplitude, self.stretch_s[0])

    def _carrier(self) -> tuple[Prepared, Carrier] | Reason:
        if self.stretch is None or self.stretch.carrier is None:
            return self._no_vector()
        return self.stretch, self.stretch.carrier

    def _space_vector(self, part: Prepared | None) -> tuple[Prepared, NDArray[np.complexfloating]] | Reason:
        if part is None or isinstance(self._carrier(), Reason):
            return self._no_vector()
        if not np.iscomplexobj(part.vector):
            return _SINGLE
        return part, cast("NDArray[np.complexfloating]", part.vector)

    def _no_vector(self) -> Reason:
        reasons = self.diagnosis.quality.reasons
        return reasons[0] if reasons else Reason("no_supply_line", "no supply line stands out")


def examine(
    currents: NDArray[np.floating],
    fs: float,
    motor: Motor,
    diagnosis: Diagnosis,
    *,
    slip: float | None = None,
    line_band_hz: tuple[float, float] = LINE_BAND_HZ,
) -> Examination:
    """Look again at a recording that was diagnosed.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        As given to :func:`diagmod.core.diagnosis.diagnose`.
    fs : float
        Sampling rate in Hz.
    motor : Motor
    diagnosis : Diagnosis
        Of the same recording.
    slip : float, optional
        Slip (0..1) at which lines are drawn; by default that of the diagnosis, else what nameplate and load allow.
    line_band_hz : (float, float)
        Band in which the supply frequency is searched, Hz.

    Raises
    ------
    ValueError
        ``slip`` is not between 0 and 1.
    """
    if slip is not None and not 0 < slip < 1:
        raise ValueError(f"slip must be between 0 and 1, got {slip!r}; 0.02 is two percent")
    chosen, source = _chosen_slip(diagnosis, slip)
    repaired = repair(currents, fs)
    begin_s = repaired.first / fs
    judged = tuple(moment - begin_s for moment in diagnosis.quality.stretch_s)
    stretch = whole = _prepared(repaired.currents, fs, line_band_hz)
    if whole is not None and whole.carrier is not None:
        first, last = round(judged[0] * fs), round(judged[1] * fs)
        if last > first and last - first < 0.99 * len(whole.vector):
            stretch = _prepared(repaired.currents[:, first:last], fs, line_band_hz)
    return Examination(motor, diagnosis, whole, stretch, begin_s, diagnosis.quality.stretch_s, chosen, source)


def _prepared(currents: NDArray[np.floating], fs: float, band_hz: tuple[float, float]) -> Prepared | None:
    """Space vector, spectrum and carrier; None where no phase is usable."""
    try:
        return prepare(currents, fs, *band_hz)
    except ValueError:
        return None


def _chosen_slip(diagnosis: Diagnosis, slip: float | None) -> tuple[Interval | None, str]:
    if slip is not None:
        return Interval(slip, slip, slip), "as given"
    if diagnosis.slip.interval is not None:
        return diagnosis.slip.interval, diagnosis.slip.reason
    expected = next((e for e in diagnosis.slip_estimates if e.method == NAMEPLATE), None)
    if expected is not None and expected.interval is not None:
        return expected.interval, f"not measured; {expected.reason}"
    return None, f"unknown: {diagnosis.slip.reason}"

"""How large a fleet is: the demo as its parameters say, the study as it must be.

===================  ===================  ======  =====================================================
size                 demo                 study   reason for the study's
===================  ===================  ======  =====================================================
motors               a parameter, 12      108     at least 15 with each fault, a third healthy
recordings a motor   a parameter, 18      6       a detector must generalise over motors, not over days
length               a parameter, 6 s     10 s    a Hann taper resolves 2 s f from a slip of 0.2 % on
rate                 a parameter, 5 kHz   5 kHz   holds the slot harmonics of nearly all cages
period               a parameter, 182 d   91 d    enough of a trend, half the rows
loads                of the hour          spread  even over 0.3..1.0 within each motor
===================  ===================  ======  =====================================================
"""

from __future__ import annotations

from dataclasses import dataclass

#: Loads of a study, as shares of rated torque.
STUDY_LOADS = (0.3, 1.0)


@dataclass(frozen=True, kw_only=True)
class FleetSize:
    """How large a fleet is.

    Attributes
    ----------
    n_motors, recordings_per_motor, days : int
        Recordings are spread evenly over the days.
    fs_hz, duration_s : float
        Sampling rate in Hz, at least 2 kHz (the supply's harmonics reach 0.8 kHz), and length in seconds.
    spreads_loads : bool
        Recordings of a motor are spread over :data:`STUDY_LOADS` instead of following its hours.

    Raises
    ------
    ValueError
        A size is not positive, the rate is too low, or the recordings do not fit into the days.
    """

    n_motors: int
    recordings_per_motor: int
    days: int
    fs_hz: float
    duration_s: float
    spreads_loads: bool = False

    def __post_init__(self) -> None:
        for name in ("n_motors", "recordings_per_motor", "days"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not (self.fs_hz >= 2000 and self.duration_s > 0):
            raise ValueError(
                f"need fs_hz >= 2000 Hz and a positive duration_s, got {self.fs_hz:g} Hz and {self.duration_s:g} s"
            )
        if self.recordings_per_motor > self.days:
            raise ValueError(
                f"{self.recordings_per_motor} recordings a motor do not fit into {self.days} days; "
                "take at most one a day"
            )

    def hour_of(self, motor_index: int, index: int) -> int:
        """Hour of a recording: 8, 11, 14 or 17 o'clock of its day, the last day of the period included."""
        day = round(index * (self.days - 1) / max(1, self.recordings_per_motor - 1))
        return day * 24 + 8 + 3 * ((index + motor_index) % 4)


#: Sizes of the study fleet; the table above says why.
STUDY = FleetSize(n_motors=108, recordings_per_motor=6, days=91, fs_hz=5000.0, duration_s=10.0, spreads_loads=True)

#: Names of the fleets there are.
FLEETS = ("demo", "study")

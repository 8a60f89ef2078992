"""Bearing tones are kinematics; their uncertainty is part of them.

Four numbers of geometry fix how often a defect is rolled over per turn of the shaft. The same designation,
though, comes with other balls from another maker, and balls slide a little, so every tone carries an interval
and a search must cover it. Without geometry the number of balls still gives 0.4 b and 0.6 b, marked as an
estimate with a wider interval. In the stator current these tones are weak: a finding here asks for a vibration
measurement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

#: Spread of the ball diameter between makers of one designation, percent of it: the static load ratings of two makers
#: put the balls of 6305, 6306, 6208 and 6209 up to 3.6 % apart. Pinned by test_bearings.
BALL_SPREAD_PCT = 4.0

#: Departure of the cage and the balls from pure rolling, percent of every tone: 1 to 2 % in the literature (Randall
#: and Antoni, Mech. Syst. Signal Process. 25(2), 2011, DOI 10.1016/j.ymssp.2010.07.017).
SLIDING_PCT = 1.0

#: Ratio of ball to pitch diameter of deep-groove bearings: lowest, typical, highest. 0.2 makes 0.4 b and 0.6 b.
BALL_OVER_PITCH = (0.15, 0.20, 0.30)


def _check_count(balls: int) -> None:
    if balls != int(balls) or not 3 <= balls <= 60:
        raise ValueError(f"balls must be a whole number from 3 to 60, got {balls!r}; count them or look the bearing up")


@dataclass(frozen=True)
class Tone:
    """How often something happens per turn of the shaft, with the interval a search must cover."""

    order: float
    low: float
    high: float

    def hz(self, rotor_hz: float) -> tuple[float, float, float]:
        """Tone, lower and upper end of its interval in Hz at a shaft frequency in Hz."""
        return self.order * rotor_hz, self.low * rotor_hz, self.high * rotor_hz


@dataclass(frozen=True)
class BearingTones:
    """Orders of the four tones of a bearing whose outer ring stands still.

    Attributes
    ----------
    ftf, bpfo, bpfi, bsf : Tone
        Cage, outer race, inner race, and spin of one ball; a ball defect strikes both races, hence 2 x ``bsf``.
    is_estimate : bool
        True where no geometry was known.
    source : str
        Where the numbers come from, for the report.
    """

    ftf: Tone
    bpfo: Tone
    bpfi: Tone
    bsf: Tone
    is_estimate: bool
    source: str


@dataclass(frozen=True)
class BearingGeometry:
    """Inside of a ball bearing.

    Attributes
    ----------
    balls : int
        Number of balls, 3..60.
    ball_mm, pitch_mm : float
        Ball diameter and diameter of the circle of the ball centres.
    contact_deg : float
        Contact angle, 0..60; 0 for a deep-groove bearing under radial load.

    Raises
    ------
    ValueError
        A value is out of range, or the balls do not fit around the pitch circle.
    """

    balls: int
    ball_mm: float
    pitch_mm: float
    contact_deg: float = 0.0

    def __post_init__(self) -> None:
        _check_count(self.balls)
        if not 0 < self.ball_mm < self.pitch_mm < np.inf:
            raise ValueError(
                f"ball_mm must lie between 0 and pitch_mm, got ball_mm {self.ball_mm!r} and pitch_mm "
                f"{self.pitch_mm!r}; both are diameters in mm"
            )
        if not 0 <= self.contact_deg <= 60:
            raise ValueError(
                f"contact_deg must be 0 to 60 degrees, got {self.contact_deg!r}; deep-groove bearings have 0"
            )
        if self.balls * np.arcsin(self.ball_mm / self.pitch_mm) > np.pi:
            raise ValueError(
                f"{self.balls} balls of {self.ball_mm:g} mm do not fit around a pitch circle of {self.pitch_mm:g} mm; "
                "check the number and the two diameters"
            )

    def orders(self, ball_mm: float | None = None) -> dict[str, float]:
        """Exact orders ``ftf, bpfo, bpfi, bsf`` of this geometry, or of one with another ball.

        References
        ----------
        Randall, R. B. and Antoni, J., Mech. Syst. Signal Process. 25(2), 2011, eq. 1-4,
        DOI 10.1016/j.ymssp.2010.07.017.

        Examples
        --------
        >>> {name: round(order, 3) for name, order in BearingGeometry(9, 7.94, 39.04).orders().items()}
        {'ftf': 0.398, 'bpfo': 3.585, 'bpfi': 5.415, 'bsf': 2.357}
        """
        ball = self.ball_mm if ball_mm is None else ball_mm
        ratio = ball / self.pitch_mm * float(np.cos(np.deg2rad(self.contact_deg)))
        return {
            "ftf": (1 - ratio) / 2,
            "bpfo": self.balls * (1 - ratio) / 2,
            "bpfi": self.balls * (1 + ratio) / 2,
            "bsf": self.pitch_mm / (2 * ball) * (1 - ratio**2),
        }

    def tones(self, ball_spread_pct: float = BALL_SPREAD_PCT, source: str = "geometry given") -> BearingTones:
        """Tones with the interval that a ball of another maker and a little sliding open.

        Parameters
        ----------
        ball_spread_pct : float
            How far the real ball may differ from ``ball_mm``; 0 where the geometry is the maker's own.
        source : str
        """
        spread = ball_spread_pct / 100
        ends = [self.orders(self.ball_mm * factor) for factor in (1 - spread, 1 + spread)]
        return _tones(self.orders(), ends, is_estimate=False, source=source)


def estimate_tones(balls: int) -> BearingTones:
    """Tones from the number of balls alone: cage 0.4, outer race 0.4 b, inner race 0.6 b, marked as an estimate.

    Raises
    ------
    ValueError
        ``balls`` is not 3..60.

    Examples
    --------
    >>> tones = estimate_tones(9)
    >>> round(tones.bpfo.order, 2), round(tones.bpfi.order, 2), tones.is_estimate
    (3.6, 5.4, True)
    """
    _check_count(balls)
    low, typical, high = (
        {"ftf": (1 - r) / 2, "bpfo": balls * (1 - r) / 2, "bpfi": balls * (1 + r) / 2, "bsf": (1 - r**2) / (2 * r)}
        for r in BALL_OVER_PITCH
    )
    return _tones(typical, [low, high], is_estimate=True, source=f"estimated from {balls} balls, geometry unknown")


@dataclass(frozen=True)
class DeepGrooveBearing:
    """One entry of the table: boundary dimensions of the standard, and a typical inside.

    Attributes
    ----------
    designation : str
    bore_mm, outside_mm : float
        Boundary dimensions (ISO 15), the same for every maker.
    geometry : BearingGeometry
        Typical internal geometry; makers differ by a few percent.
    """

    designation: str
    bore_mm: float
    outside_mm: float
    geometry: BearingGeometry

    def tones(self) -> BearingTones:
        """Tones of this bearing with the spread between makers."""
        return self.geometry.tones(source=f"{self.designation}: {SOURCE}")


#: What a report says about the table.
SOURCE = "typical geometry, makers differ by a few percent"

#: Designation: bore, outside diameter, balls, ball diameter, all mm. The pitch diameter is (bore + outside) / 2, which
#: some makers exceed by up to 1.5 % (6205 with 39.04 mm); balls come in steps of 1/64 in. Each entry is checked by
#: test_bearings against the bore code, the section of its boundary dimensions, the filling angle of an assembly
#: without filling slot, and the static load rating that catalogues state: Hertz's theory (ISO 76) derives it from
#: the number and the size of the balls to 2 %.
_TABLE = {
    "6203": (17, 40, 8, 6.747),
    "6204": (20, 47, 8, 7.938),
    "6205": (25, 52, 9, 7.938),
    "6206": (30, 62, 9, 9.525),
    "6207": (35, 72, 9, 11.112),
    "6208": (40, 80, 9, 11.906),
    "6209": (45, 85, 9, 12.700),
    "6210": (50, 90, 10, 12.700),
    "6211": (55, 100, 10, 14.288),
    "6212": (60, 110, 10, 15.875),
    "6303": (17, 47, 7, 8.731),
    "6304": (20, 52, 7, 9.525),
    "6305": (25, 62, 7, 11.112),
    "6306": (30, 72, 8, 11.906),
    "6307": (35, 80, 8, 13.494),
    "6308": (40, 90, 8, 15.081),
    "6309": (45, 100, 8, 17.462),
    "6310": (50, 110, 8, 19.050),
    "6311": (55, 120, 8, 20.638),
    "6312": (60, 130, 8, 22.225),
    "6313": (65, 140, 8, 23.812),
    "6314": (70, 150, 8, 25.400),
    "6315": (75, 160, 8, 26.988),
    "6316": (80, 170, 8, 28.575),
}

#: Common deep-groove bearings of motors by designation.
DEEP_GROOVE = {
    name: DeepGrooveBearing(name, bore, outside, BearingGeometry(balls, ball_mm, (bore + outside) / 2))
    for name, (bore, outside, balls, ball_mm) in _TABLE.items()
}


def find_bearing(text: str | None) -> DeepGrooveBearing | None:
    """Bearing of a designation as nameplates write it, or None where it is not in the table.

    Seals, clearance and maker do not change the inside: "6206-2RS C3" and "SKF 6206 ZZ" are a 6206. Of several
    designations the first counts.

    Examples
    --------
    >>> find_bearing("6206-2RS C3").designation
    '6206'
    >>> find_bearing("NU 206") is None
    True
    """
    match = re.search(r"(?<![\d.])(6[23]\d\d)(?=\.?2RS|\.?2Z|(?!\d|\.\d))", text or "", re.IGNORECASE)
    return None if match is None else DEEP_GROOVE.get(match[1])


def tones_of(text: str | None) -> BearingTones | None:
    """Tones of a bearing as a nameplate or an engineer describes it; None where nothing can be made of it.

    A designation of the table ("6206-2RS"), a number of balls ("9 balls", an estimate), or a geometry
    ("9 x 7.94 / 39.04": balls, ball and pitch diameter in mm, and after another stroke the contact angle in degrees).

    Raises
    ------
    ValueError
        A geometry or a number of balls is impossible.

    Examples
    --------
    >>> round(tones_of("9 x 7.94 / 39.04").bpfo.order, 3), tones_of("9 balls").is_estimate, tones_of("NU 206")
    (3.585, True, None)
    """
    if known := find_bearing(text):
        return known.tones()
    if match := re.fullmatch(r"\s*(\d+)\s*balls?\s*", text or "", re.IGNORECASE):
        return estimate_tones(int(match[1]))
    number = r"(\d+(?:\.\d+)?)"
    geometry = rf"\s*(\d+)\s*x\s*{number}\s*/\s*{number}(?:\s*/\s*{number})?\s*(?:mm)?\s*"
    if match := re.fullmatch(geometry, text or "", re.IGNORECASE):
        given = BearingGeometry(int(match[1]), float(match[2]), float(match[3]), float(match[4] or 0.0))
        return given.tones(0.0, source=f"geometry given, {text}")
    return None


def _tones(typical: dict[str, float], ends: list[dict[str, float]], is_estimate: bool, source: str) -> BearingTones:
    slide = SLIDING_PCT / 100
    found = {
        name: Tone(order, min(end[name] for end in ends) * (1 - slide), max(end[name] for end in ends) * (1 + slide))
        for name, order in typical.items()
    }
    return BearingTones(**found, is_estimate=is_estimate, source=source)

"""A motor is its nameplate.

Every physical statement about a current needs to know which machine it came from: slip needs
the pole pairs and the supply frequency, fault lines need the rotor bars and the bearings, per-unit
levels need the rated current. What a plant does not know stays ``None`` and the statements that
need it are not made; what it does know must not contradict itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from diagmod.core.bearings import tones_of

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Largest slip a nameplate may state (1). Standard machines rate 0.005-0.08; NEMA design D
#: high-slip machines reach 0.13. Pinned by test_motor.
MAX_RATED_SLIP = 0.15

#: Rated power over sqrt(3) U I, efficiency times power factor (1): at most, since neither reaches 1; the best motors
#: have 0.9. Above it the current belongs to the other connection (star, delta) or the power to another machine.
#: Pinned by test_motor.
MAX_YIELD = 1.0

#: The same, at least: motors from 0.55 kW on have 0.3 (twelve poles) to 0.9, fractional ones of eight poles down to
#: 0.2. Well below that a unit is wrong (W for kW, mA for A), not the power factor. Pinned by test_motor.
MIN_YIELD, MIN_YIELD_FRACTIONAL, FRACTIONAL_KW = 0.2, 0.1, 0.55


@dataclass(frozen=True, kw_only=True)
class Motor:
    """Nameplate of a three-phase induction motor.

    Parameters
    ----------
    motor_id : str
        Name used in manifests, tables and file names; not empty.
    name : str
        Where it stands or what it drives, in the plant's words.
    type : str
        Kind of motor in the plant's words, for example "squirrel cage".
    line_hz : float
        Rated supply frequency in Hz, 10..400.
    pole_pairs : int
        Pole **pairs** p, 1..24; a "4-pole" motor has 2.
    rated_power_kw, rated_voltage_v, rated_current_a, rated_rpm : float or None
        Rated shaft power, line-to-line rms voltage, rms phase current and shaft speed.
    rotor_bars : int or None
        Number of rotor bars N, 6..200.
    bearing : str or None
        Drive-end bearing: a designation, for example "6206", a number of balls, "9 balls", or a geometry,
        "9 x 7.94 / 39.04" (balls, ball and pitch diameter in mm); see :func:`diagmod.core.bearings.tones_of`.
    status : str
        "in service", "standby" or "out of service".

    Raises
    ------
    ValueError
        A value is outside its range, or values contradict each other: ``rated_rpm`` the pole pairs and the supply
        frequency, ``rated_power_kw`` voltage and current, ``rotor_bars`` the pole pairs. Both values are named.
    """

    motor_id: str
    name: str = ""
    type: str = ""
    line_hz: float
    pole_pairs: int
    rated_power_kw: float | None = None
    rated_voltage_v: float | None = None
    rated_current_a: float | None = None
    rated_rpm: float | None = None
    rotor_bars: int | None = None
    bearing: str | None = None
    status: str = "in service"

    def __post_init__(self) -> None:
        if not self.motor_id:
            raise ValueError("motor_id must not be empty; give every motor a name of its own")
        _within("line_hz", self.line_hz, 10.0, 400.0, "Hz", self.motor_id)
        _within("pole_pairs", self.pole_pairs, 1, 24, "pole pairs (half the number of poles)", self.motor_id)
        for name, unit in (("rated_power_kw", "kW"), ("rated_voltage_v", "V"), ("rated_current_a", "A")):
            _within(name, getattr(self, name), 1e-3, 1e5, unit, self.motor_id)
        _within("rotor_bars", self.rotor_bars, 6, 200, "bars", self.motor_id)
        for name in ("pole_pairs", "rotor_bars"):
            if (count := getattr(self, name)) is not None and count != int(count):
                raise ValueError(f"motor {self.motor_id}: {name} must be a whole number, got {count!r}")
        try:
            tones_of(self.bearing)
        except ValueError as exc:
            raise ValueError(f"motor {self.motor_id}: bearing {self.bearing!r} cannot be: {exc}") from exc
        if self.status not in STATUSES:
            raise ValueError(f"motor {self.motor_id}: status must be one of {', '.join(STATUSES)}, got {self.status!r}")
        self._check_speed()
        self._check_power()
        self._check_bars()

    def _check_speed(self) -> None:
        if self.rated_rpm is None:
            return
        slip = 1.0 - self.rated_rpm / self.sync_rpm
        if not 0.0 < slip <= MAX_RATED_SLIP:
            raise ValueError(
                f"motor {self.motor_id}: rated_rpm {self.rated_rpm:g} contradicts {self.pole_pairs} pole pairs "
                f"at {self.line_hz:g} Hz (synchronous {self.sync_rpm:g} rpm, rated slip must be above 0 and at most "
                f"{MAX_RATED_SLIP:g}); check which of the two is wrong on the nameplate{self._fitting()}"
            )

    def _fitting(self) -> str:
        """What the rated speed would fit: the usual mistakes are poles for pole pairs and the other mains frequency."""
        tried = [(p, self.line_hz) for p in range(1, 25)] + [(self.pole_pairs, hz) for hz in (50.0, 60.0)]
        fits = [f"{p} pole pair{'s'[: p - 1]} at {hz:g} Hz" for p, hz in tried
                if self.rated_rpm and 0.0 < 1.0 - self.rated_rpm * p / (60.0 * hz) <= MAX_RATED_SLIP]  # fmt: skip
        return f"; {self.rated_rpm:g} rpm would fit {fits[0]}" if fits else ""

    def _check_power(self) -> None:
        power_kw, voltage_v, current_a = self.rated_power_kw, self.rated_voltage_v, self.rated_current_a
        if power_kw is None or voltage_v is None or current_a is None:
            return
        apparent_kva = 3**0.5 * voltage_v * current_a / 1e3
        least = MIN_YIELD if power_kw >= FRACTIONAL_KW else MIN_YIELD_FRACTIONAL
        if not least <= power_kw / apparent_kva <= MAX_YIELD:
            raise ValueError(
                f"motor {self.motor_id}: rated_power_kw {power_kw:g} contradicts rated_voltage_v {voltage_v:g} and "
                f"rated_current_a {current_a:g} (together {apparent_kva:.3g} kVA; efficiency times power factor would "
                f"be {power_kw / apparent_kva:.2g}, possible is {least:g} to {MAX_YIELD:g}); check their units and the "
                "connection (star or delta) that the current belongs to"
            )

    def _check_bars(self) -> None:
        if self.rotor_bars is not None and self.rotor_bars <= 2 * self.pole_pairs:
            raise ValueError(
                f"motor {self.motor_id}: rotor_bars {self.rotor_bars} contradicts {self.pole_pairs} pole pairs; a cage "
                f"has more bars than the motor has poles ({2 * self.pole_pairs}), so check which of the two is wrong"
            )

    @property
    def sync_rpm(self) -> float:
        """Synchronous speed 60 f / p in revolutions per minute."""
        return 60.0 * self.line_hz / self.pole_pairs

    @property
    def rated_slip(self) -> float | None:
        """Slip (0..1) at rated speed, or None where the rated speed is unknown."""
        return None if self.rated_rpm is None else 1.0 - self.rated_rpm / self.sync_rpm

    @classmethod
    def from_mapping(cls, entry: Mapping[str, Any]) -> Motor:
        """Build a motor from one entry of ``motors.yaml``.

        Raises
        ------
        ValueError
            A key is unknown, a required key is missing, or a value is of the wrong type.
        """
        label = entry.get("motor_id", "?")
        allowed = {f.name for f in fields(cls)}
        if unknown := sorted(set(entry) - allowed):
            raise ValueError(f"motor {label}: unknown key {unknown[0]!r}; allowed are {', '.join(sorted(allowed))}")
        if missing := sorted(key for key in ("motor_id", "line_hz", "pole_pairs") if entry.get(key) is None):
            raise ValueError(f"motor {label}: {missing[0]} is missing; take it from the nameplate")
        texts = {"motor_id", "name", "type", "bearing", "status"}
        for key, value in entry.items():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            is_right = isinstance(value, str) if key in texts else is_number
            if value is not None and not is_right:
                kind = "text (put it in quotes)" if key in texts else "a number"
                raise ValueError(f"motor {label}: {key} must be {kind}, got {value!r}")
        whole = {key: int(entry[key]) for key in ("pole_pairs", "rotor_bars") if _is_whole(entry.get(key))}
        return cls(**{**entry, **whole})


def _is_whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()


#: Allowed service states of a motor.
STATUSES = ("in service", "standby", "out of service")


def _within(name: str, value: float | None, low: float, high: float, unit: str, motor_id: str) -> None:
    if value is not None and not low <= value <= high:
        raise ValueError(f"motor {motor_id}: {name} must be {low:g} to {high:g} {unit}, got {value!r}")

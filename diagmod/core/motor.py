"""A motor is its nameplate.

Every physical statement about a current needs to know which machine it came from: slip needs
the pole pairs and the supply frequency, fault lines need the rotor bars and the bearings, per-unit
levels need the rated current. What a plant does not know stays ``None`` and the statements that
need it are not made; what it does know must not contradict itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Largest slip a nameplate may state (1). Standard machines rate 0.005-0.08; NEMA design D
#: high-slip machines reach 0.13. Pinned by test_motor.
MAX_RATED_SLIP = 0.15


@dataclass(frozen=True, kw_only=True)
class Motor:
    """Nameplate of a three-phase induction motor.

    Parameters
    ----------
    motor_id : str
        Name used in manifests, tables and file names; not empty.
    name : str
        Where it stands or what it drives, in the plant's words.
    line_hz : float
        Rated supply frequency in Hz, 10..400.
    pole_pairs : int
        Pole **pairs** p, 1..24; a "4-pole" motor has 2.
    rated_power_kw, rated_voltage_v, rated_current_a, rated_rpm : float or None
        Rated shaft power, line-to-line rms voltage, rms phase current and shaft speed.
    rotor_bars : int or None
        Number of rotor bars N, 6..200.
    bearing : str or None
        Designation of the drive-end bearing, for example "6206".
    status : str
        "in service", "standby" or "out of service".

    Raises
    ------
    ValueError
        A value is outside its range, or ``rated_rpm`` contradicts ``pole_pairs`` and ``line_hz``.
    """

    motor_id: str
    name: str = ""
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
        if self.status not in STATUSES:
            raise ValueError(f"motor {self.motor_id}: status must be one of {', '.join(STATUSES)}, got {self.status!r}")
        self._check_speed()

    def _check_speed(self) -> None:
        if self.rated_rpm is None:
            return
        slip = 1.0 - self.rated_rpm / self.sync_rpm
        if not 0.0 < slip <= MAX_RATED_SLIP:
            raise ValueError(
                f"motor {self.motor_id}: rated_rpm {self.rated_rpm:g} contradicts {self.pole_pairs} pole pairs "
                f"at {self.line_hz:g} Hz (synchronous {self.sync_rpm:g} rpm, rated slip must be above 0 and at most "
                f"{MAX_RATED_SLIP:g}); check which of the two is wrong on the nameplate"
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
        texts = {"motor_id", "name", "bearing", "status"}
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

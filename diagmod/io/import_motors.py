"""The motor register of an import: that of the data set, one that is brought, and motors added because somebody asked.

A motor without a nameplate stays unknown, and its files with it; none is made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from diagmod.core.motor import Motor
from diagmod.io.dataset_files import DatasetError
from diagmod.io.import_target import Target
from diagmod.io.motor_register import REGISTER, add_motor, plate_mistakes, read_register
from diagmod.io.plain_text import write_yaml

#: A register without motors, for somebody who fills it by hand.
_EMPTY = """\
# Nameplates of the motors of this data set, one entry a motor. `diagmod motors add` appends one; by hand it reads
#   - motor_id: M01
#     line_hz: 50
#     pole_pairs: 2
# with rated_power_kw, rated_voltage_v, rated_current_a, rated_rpm, rotor_bars and bearing where they are known.
motors:
"""


@dataclass
class Register:
    """Motors that files may name.

    Attributes
    ----------
    motors : dict of Motor
        Those of the data set and those that are brought.
    brought : Path or None
        A register that becomes that of the data set, as it is.
    plate : mapping or None
        Nameplate of motors that may be added; None where none may.
    added : dict of mapping
        Nameplates of motors to add, by name.
    """

    motors: dict[str, Motor] = field(default_factory=dict)
    brought: Path | None = None
    plate: Mapping[str, Any] | None = None
    added: dict[str, dict[str, Any]] = field(default_factory=dict)

    def problem(self, motor_id: str) -> str:
        """Why files of a motor cannot be used, or ""."""
        if motor_id in self.motors or motor_id in self.added:
            return ""
        if self.plate is not None:
            mistakes = plate_mistakes({"motor_id": motor_id, **self.plate})
            return mistakes[0] if mistakes else ""
        return (
            f"motor {motor_id!r} is not in motors.yaml; add its nameplate by `diagmod motors add`, or pass "
            "--create-motors with --pole-pairs and --line-hz"
        )

    def ask_for(self, motor_id: str) -> None:
        """Add a motor that has no problem, unless it is there."""
        if motor_id not in self.motors and self.plate is not None:
            self.added.setdefault(motor_id, {"motor_id": motor_id, **self.plate})

    def write(self, target: Target, draft: Path) -> bool:
        """Write the register into a draft, if it is another one than before; whether it is."""
        path = draft / REGISTER
        if target.has_register and not self.added:
            return False
        if target.has_register:
            path.write_bytes((target.folder / REGISTER).read_bytes())
        elif self.brought is not None:
            path.write_bytes(self.brought.read_bytes())
        else:
            if self.added:
                write_yaml({"motors": list(self.added.values())}, path)
            else:
                path.write_text(_EMPTY, encoding="utf-8", newline="\n")
            return True
        for plate in self.added.values():
            add_motor(draft, **plate)
        return True


def bring_register(target: Target, file: Path | None, plate: Mapping[str, Any] | None) -> Register:
    """The register of an import.

    Parameters
    ----------
    target : Target
    file : Path or None
        A register that is brought.
    plate : mapping or None
        ``pole_pairs`` and ``line_hz`` of motors that may be added.

    Raises
    ------
    DatasetError
        The register has mistakes or gives a motor another nameplate than the data set, or the plate cannot be.
    """
    if plate is not None and (mistakes := plate_mistakes({"motor_id": "new", **plate})):
        raise DatasetError(f"--create-motors: {mistakes[0]}")
    register = Register(dict(target.motors), None, plate)
    if file is None:
        return register
    brought = read_register(file)
    for motor_id, motor in brought.items():
        if (known := target.motors.get(motor_id)) not in (None, motor):
            differing = next(f.name for f in fields(Motor) if getattr(known, f.name) != getattr(motor, f.name))
            raise DatasetError(
                f"{file.name} gives motor {motor_id} {differing} {getattr(motor, differing)!r}, {REGISTER} of the data "
                f"set gives {getattr(known, differing)!r}; correct the wrong one"
            )
    if target.has_register:
        register.added = {name: _plate(motor) for name, motor in brought.items() if name not in target.motors}
    else:
        register.brought = file
    register.motors |= brought
    return register


def _plate(motor: Motor) -> dict[str, Any]:
    return {key: value for key, value in asdict(motor).items() if value not in (None, "")}

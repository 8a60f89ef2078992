"""The nameplate of one motor, from a register of motors, from single values, or from both.

A value given beside a register fills what the register leaves open. One that contradicts it is refused:
which of the two is wrong cannot be known, and a fault line computed from the wrong one is a wrong verdict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

from diagmod.core.motor import Motor
from diagmod.io.motor_register import read_register

#: Name of a motor that was given by single values.
UNNAMED = "unnamed"

#: Values of a nameplate that can be given one by one.
VALUES = ("pole_pairs", "line_hz", "rotor_bars", "rated_rpm", "rated_current_a", "bearing")


class NameplateError(ValueError):
    """A nameplate cannot be made; the message is one sentence for a person."""


def choose_motor(reference: str | None, given: Mapping[str, float | int | str | None]) -> tuple[Motor, str]:
    """Nameplate of a motor, and where it comes from in words.

    Parameters
    ----------
    reference : str or None
        ``FILE:ID``, a register such as motors.yaml (or a folder that holds one) and a motor of it.
    given : mapping
        Single values by the names of :data:`VALUES`; None for one that is not given.

    Returns
    -------
    motor : Motor
    source : str
        "options", "motors.yaml:M1", or "motors.yaml:M1 and options". The folder is not in it.

    Raises
    ------
    NameplateError
        The register or the motor is not there, pole pairs or line frequency are missing, values contradict
        one another, or one is out of range.
    diagmod.io.dataset_files.DatasetError
        The register is damaged.
    """
    values = {name: value for name, value in given.items() if value is not None}
    if reference is None:
        return _from_values(values), "options"
    motor, source = _from_register(reference)
    known = asdict(motor)
    for name, value in values.items():
        if known[name] is not None and known[name] != value:
            raise NameplateError(
                f"{_option(name)} says {value}, but {source} says {known[name]}; leave the option out or correct the "
                "register"
            )
    added = {name: value for name, value in values.items() if known[name] is None}
    if not added:
        return motor, source
    return _made({**known, **added}), f"{source} and options"


def _from_values(values: Mapping[str, float | int | str]) -> Motor:
    missing = [
        f"{_option(name)} ({what})"
        for name, what in (("pole_pairs", "half the number of poles"), ("line_hz", "rated frequency"))
        if name not in values
    ]
    if missing:
        raise NameplateError(
            f"{' and '.join(missing)} must be known; take it from the nameplate, or name a motor by --motor FILE:ID"
        )
    return _made({"motor_id": UNNAMED, **values})


def _made(values: Mapping[str, object]) -> Motor:
    """A motor, its refusals in terms of the options."""
    try:
        return Motor.from_mapping(values)
    except ValueError as exc:
        names = "|".join(f.name for f in fields(Motor))
        said = re.sub(rf"^motor {re.escape(str(values['motor_id']))}: ({names})\b", lambda m: _option(m[1]), str(exc))
        raise NameplateError(said) from exc


def _from_register(reference: str) -> tuple[Motor, str]:
    path, motor_id = _split(reference)
    if path.is_dir():
        path /= "motors.yaml"
    if not path.is_file():
        raise NameplateError(
            f"--motor {reference}: there is no register {path.name} in {path.parent}; give FILE:ID, for example "
            "data/raw/demo/motors.yaml:M01"
        )
    motors = read_register(path)
    if motor_id not in motors:
        known = f"it has {_listed(list(motors))}" if motors else "it is empty"
        what = f"no motor {motor_id!r}" if motor_id else "no motor was named"
        raise NameplateError(f"--motor {reference}: {what} in {path.name}; {known}")
    return motors[motor_id], f"{path.name}:{motor_id}"


def _split(reference: str) -> tuple[Path, str]:
    """File and motor; a colon may be part of either, so the last one that leaves something existing divides."""
    at = [k for k, letter in enumerate(reference) if letter == ":"]
    for k in reversed(at):
        if Path(reference[:k]).exists():
            return Path(reference[:k]), reference[k + 1 :]
    if Path(reference).exists() or not at:
        return Path(reference), ""
    return Path(reference[: at[-1]]), reference[at[-1] + 1 :]


def _listed(names: list[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _option(name: str) -> str:
    """Option of the command line for a value of the nameplate."""
    return "--" + name.removesuffix("_a").replace("_", "-")

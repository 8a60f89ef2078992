"""The motor register: `motors.yaml`, the nameplates of a data set.

What a nameplate may say is known to :class:`diagmod.core.motor.Motor` alone; here every value of the file
is shown to it by itself and then together with those it could contradict, so that all mistakes of a
register are told at once and not one a day. A motor is added only when somebody asks for it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.util import load_yaml_guess_indent

from diagmod.core.motor import Motor
from diagmod.io.dataset_files import DatasetError
from diagmod.io.site_files import (
    MAX_NUMBER,
    entries_of,
    is_plain_number,
    read_site_yaml,
    shown,
    site_text,
    told_at_once,
)

#: Name of the register in the folder of a data set.
REGISTER = "motors.yaml"

#: Longest value of a nameplate (characters).
MAX_VALUE = 200

#: A plate beside which every single value is judged by itself: nothing in its range contradicts it, save a speed.
_BESIDE = {"line_hz": 50.0, "pole_pairs": 1}

#: Values that may contradict one another; each group is judged together with frequency and pole pairs.
_TOGETHER = (("rated_rpm",), ("rated_power_kw", "rated_voltage_v", "rated_current_a"), ("rotor_bars",))


def read_motors(folder: Path) -> dict[str, Motor]:
    """Read the motor register ``motors.yaml`` of a data set; see :func:`read_register`."""
    return read_register(folder / REGISTER)


def read_register(path: Path) -> dict[str, Motor]:
    """Read a motor register: a YAML file with a list ``motors`` of nameplates.

    Raises
    ------
    DatasetError
        The file is missing, has another form, a nameplate is wrong, or two motors share a name. All mistakes of
        the file are in the message.
    """
    motors, mistakes = examine_register(path)
    if mistakes:
        raise DatasetError(told_at_once(path.name, mistakes))
    return motors


def examine_register(path: Path) -> tuple[dict[str, Motor], list[str]]:
    """The motors of a register that are right, and every mistake in it as a sentence.

    Raises
    ------
    DatasetError
        The file is missing or is no list of nameplates at all.
    """
    entries = entries_of(read_site_yaml(path), "motors", path.name, "nameplates (README, 'Your own recordings')")
    motors: dict[str, Motor] = {}
    mistakes: list[str] = []
    for entry in entries:
        found = plate_mistakes(entry)
        motor_id = entry.get("motor_id")
        if isinstance(motor_id, str) and motor_id in motors:
            found.append(f"motor {motor_id!r} is there twice; give each its own motor_id")
        if not found:
            motors[str(motor_id)] = Motor.from_mapping(entry)
        mistakes += found
    return motors, mistakes


def plate_mistakes(entry: Mapping[Any, Any]) -> list[str]:
    """Everything that is wrong with one nameplate, every mistake a sentence; empty where all is well.

    Values of the wrong form are told first; only a plate whose every value is right can contradict itself.
    """
    label = _label(entry)
    found = [text for key, value in entry.items() if (text := _form_mistake(label, key, value))]
    missing = [{key: None} for key in ("motor_id", *_BESIDE) if key not in entry]
    singles = [{key: value} for key, value in entry.items() if key != "rated_rpm" or not is_plain_number(value)]
    if not found:
        found = _refused({"motor_id": label, **_BESIDE, **single} for single in (*missing, *singles))
    if not found:
        groups = [{key: entry.get(key) for key in (*_BESIDE, *keys)} for keys in _TOGETHER]
        found = _refused({"motor_id": label, **group} for group in groups)
    return found or _refused([entry])


def add_motor(folder: Path, motor_id: str, *, pole_pairs: int, line_hz: float, **plate: float | int | str) -> Motor:
    """Append a motor to the register of a data set; what stands in it stays as it is, comments and order included.

    Parameters
    ----------
    folder : Path
        Folder of the data set; a register that is not there yet is made.
    motor_id : str
        Name that the register does not hold yet.
    pole_pairs : int
    line_hz : float
        In Hz.
    **plate
        Further values of :class:`diagmod.core.motor.Motor`.

    Returns
    -------
    Motor
        The motor that was added.

    Raises
    ------
    DatasetError
        The folder is missing, the register has mistakes or holds the motor, or the nameplate is wrong.
    """
    if not folder.is_dir():
        raise DatasetError(f"data set folder {folder.name!r} does not exist in {folder.parent.name}/")
    path = folder / REGISTER
    given = {"motor_id": motor_id, "line_hz": line_hz, "pole_pairs": pole_pairs, **plate}
    entry = {key: value for key, value in given.items() if value is not None}
    if mistakes := plate_mistakes(entry):
        raise DatasetError(told_at_once(f"{path.name} was not changed", mistakes))
    known = read_register(path) if os.path.lexists(path) else {}
    if motor_id in known:
        raise DatasetError(f"{path.name} holds motor {motor_id!r} already; choose another name or edit its nameplate")
    motor = Motor.from_mapping(entry)
    draft = path.with_name(f".{path.name}.new")
    try:
        _write_whole(draft, _appended(site_text(path) if path.exists() else "motors:\n", entry))
        if read_register(draft) != {**known, motor_id: motor}:
            raise DatasetError(f"{path.name} cannot be extended in its present form; append motor {motor_id} by hand")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return motor


def _label(entry: Mapping[Any, Any]) -> str:
    motor_id = entry.get("motor_id")
    return motor_id if isinstance(motor_id, str) and 0 < len(motor_id) <= MAX_VALUE else shown(motor_id or "?")


def _form_mistake(label: str, key: object, value: object) -> str:
    """Why a value cannot even be shown to the nameplate, or ""."""
    if isinstance(value, str):
        if len(value) > MAX_VALUE:
            return f"motor {label}: {key} has {len(value)} characters, at most {MAX_VALUE} are allowed; shorten it"
        if key == "motor_id" and (value != value.strip() or not value.isprintable()):
            return f"motor {label!r}: motor_id must not begin or end with a space nor hold a sign that is not seen"
    elif isinstance(value, int | float) and not isinstance(value, bool) and not is_plain_number(value):
        return f"motor {label}: {key} must be a number up to {MAX_NUMBER:g}, got {shown(value)}"
    elif value is not None and not isinstance(value, bool | int | float):
        return f"motor {label}: {shown(key)} must be one value, got {shown(value)}"
    return ""


def _refused(plates: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the nameplate says against each of the plates, each sentence once."""
    found: dict[str, None] = {}
    for plate in plates:
        try:
            Motor.from_mapping(plate)
        except ValueError as exc:
            found[str(exc)] = None
    return list(found)


def _appended(text: str, entry: dict[str, Any]) -> str:
    """A register with one more entry, in the indentation and with the line ends that it has."""
    _, indent, offset = load_yaml_guess_indent(text)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    content = yaml.load(text)
    yaml.indent(mapping=2, sequence=4 if indent is None else indent, offset=2 if offset is None else offset)
    if not content["motors"]:
        content["motors"] = CommentedSeq()
    order = [f.name for f in fields(Motor) if f.name in entry]
    content["motors"].append(CommentedMap((key, entry[key]) for key in order))
    stream = io.StringIO()
    yaml.dump(content, stream)
    return stream.getvalue().replace("\n", "\r\n") if "\r\n" in text else stream.getvalue()


def _write_whole(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())

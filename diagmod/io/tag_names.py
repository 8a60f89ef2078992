"""What a tag of a historian means: which motor, which quantity, which unit.

A declaration goes first. Without one a tag counts only where its name says its phase, and its motor is named
by it, declared, or the only one of the register. Two tags for one phase are a choice that is left to the user.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from diagmod.io.column_names import (
    COUNT_UNITS,
    CURRENT_UNITS,
    PHASE_NAMES,
    bare_name,
    phase_of_name,
    plain_name,
    unit_of_name,
)
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.tag_rules import Meaning, Tag, TagRules, listed
from diagmod.io.trend_tables import RMS

#: Words of a name that say how a value was made and not what it is.
_MANNER = {"rms", "pv", "avg", "mean", "average", "value", "val", "eff", "ieff", "trms"}
_IN_BRACKETS = re.compile(r"\[([^\]]*)\]\s*$")
_PLAIN_QUANTITIES = {"temperature": "temperature", "temp": "temperature", "load_pct": "load_pct"}


def meanings(tags: list[Tag], rules: TagRules, source: str, notes: list[str]) -> dict[int, Meaning]:
    """What the tags of a file are, by their position; those that are left out are noted.

    Raises
    ------
    UnreadableRecording
        A declared tag is not there, no tag is understood, or one of them can be understood in several ways.

    Examples
    --------
    >>> notes = []
    >>> found = meanings([Tag("I_R [mA]"), Tag("speed")], TagRules(motors=["M1"]), "x.csv", notes)
    >>> found[0], notes
    (Meaning(motor_id='M1', quantity='rms_R', unit='A', factor=0.001), ['speed says no phase and was left out'])
    """
    if rules.mapping:
        found = {_position(tags, tag, "--map", source): target for tag, target in rules.mapping.items()}
    elif rules.phases:
        names = [(tag, rms) for tag, rms in zip(rules.phases, RMS, strict=False) if tag != "-"]
        places = {_position(tags, tag, "--phases", source): rms for tag, rms in names}
        found = {k: (motor, rms) for k, rms in places.items() if (motor := _motor(tags[k], rules, source))}
    else:
        found = _by_name(tags, rules, source)
    if left := [tag.label for k, tag in enumerate(tags) if k not in found]:
        why = "says no phase" if not (rules.mapping or rules.phases) else "is not asked for"
        notes.append(f"{listed(left)} {why} and was left out")
    if not found:
        raise UnreadableRecording(
            f"no tag of {source} says its phase or is of the motor asked for ({listed([t.label for t in tags])}); say "
            "what it is by --map TAG=MOTOR:QUANTITY, --phases or --quantity"
        )
    _refuse_rivals(tags, found, source)
    has_rms = any(quantity in RMS for _, quantity in found.values())
    meant = {k: _with_unit(tags[k], *found[k], rules, has_rms, source) for k in sorted(found)}
    if unstated := [
        tags[k].label for k, m in meant.items() if m.quantity in RMS and not _stated(tags[k], m.quantity, rules)
    ]:
        notes.append(f"{listed(unstated)}: no unit is stated, {rules.current_unit} was taken as in the data set")
    return meant


def _by_name(tags: list[Tag], rules: TagRules, source: str) -> dict[int, tuple[str, str]]:
    """Motor and quantity of the tags whose names say them."""
    found: dict[int, tuple[str, str]] = {}
    letters: dict[str, dict[int, tuple[str, bool]]] = {}
    for k, tag in enumerate(tags):
        rest = _without_motor(tag, rules)
        quantity, phase = _quantity(rest), phase_of_name(rest)
        if quantity is None and phase is None and tag.is_phase and rest in "123":
            phase = phase_of_name(f"phase_{rest}")
        if quantity is None and phase is None:
            quantity = rules.quantity
        if (quantity is None and phase is None) or (motor := _motor(tag, rules, source)) is None:
            continue
        if quantity is not None:
            found[k] = (motor, quantity)
        elif phase is not None:
            letters.setdefault(motor, {})[k] = (phase.letter, phase.is_clear or tag.is_phase)
    for motor, named in letters.items():
        phases = _family(tags, named, source)
        found |= {k: (motor, rms) for k, rms in phases.items()}
        found |= {k: (motor, rules.quantity) for k in named if k not in phases and rules.quantity is not None}
    return found


def _family(tags: list[Tag], named: dict[int, tuple[str, bool]], source: str) -> dict[int, str]:
    """Phases of one motor; single letters such as R or T count only as a complete set."""
    sets = [family for family in PHASE_NAMES if {letter for letter, _ in named.values()} & set(family)]
    whole = [family for family in sets if set(family) <= {letter for letter, _ in named.values()}]
    clear = {k: letter for k, (letter, is_clear) in named.items() if is_clear or whole}
    used = [family for family in sets if set(clear.values()) & set(family)]
    if len(used) > 1:
        raise UnreadableRecording(
            f"{source} names phases in several ways ({listed([tags[k].label for k in clear])}); choose R, S, T by "
            "--phases"
        )
    return {k: RMS[used[0].index(letter)] for k, letter in clear.items()} if used else {}


def _quantity(rest: str) -> str | None:
    """Quantity that a name says outright."""
    for rms in RMS:
        if rest == rms.casefold():
            return rms
    return _PLAIN_QUANTITIES.get(rest)


def _without_motor(tag: Tag, rules: TagRules) -> str:
    """The plain name without motor and without words on how the value was made."""
    name = bare_name(tag.name)
    for motor in _motors_in(tag.name, rules.motors):
        before, *after = re.split(rf"(?<![^\W_]){re.escape(plain_name(motor))}(?![^\W_])", name, maxsplit=1)
        name = "".join(after).strip("_") or before.strip("_")
    if name in (rms.casefold() for rms in RMS):
        return name
    words = [word for word in name.split("_") if word not in _MANNER]
    return "_".join(words)


def _motors_in(name: str, motors: Collection[str]) -> list[str]:
    """Motors that a name holds as a whole word, in the order of the register; where M1_2 stands, M1 does not."""
    held = set()
    for motor in sorted(motors, key=lambda m: (-len(m), m)):
        pattern = rf"(?<![^\W_]){re.escape(motor)}(?![^\W_])"
        if re.search(pattern, name, re.IGNORECASE):
            held.add(motor)
            name = re.sub(pattern, "|", name, flags=re.IGNORECASE)
    return [motor for motor in motors if motor in held]


def _motor(tag: Tag, rules: TagRules, source: str) -> str | None:
    """Motor of a tag; None where it is not of the motor asked for or not in the register."""
    if tag.motor:
        named = [m for m in rules.motors if m.casefold() == tag.motor.casefold()]
        if not named:
            return None
    else:
        named = _motors_in(tag.name, rules.motors)
    if len(named) > 1:
        raise UnreadableRecording(f"{tag.label} of {source} names {listed(named)}; say whose it is by --map")
    if named:
        return named[0] if rules.motor_id in (None, named[0]) else None
    if rules.motor_id is not None or len(rules.motors) == 1:
        return rules.motor_id or next(iter(rules.motors))
    raise UnreadableRecording(
        f"{tag.label} of {source} names no motor; pass --motor, one of {listed(sorted(rules.motors))}"
    )


def _position(tags: list[Tag], wanted: str, option: str, source: str) -> int:
    for fits in (
        [k for k, tag in enumerate(tags) if wanted in (tag.label, tag.name)],
        [k for k, tag in enumerate(tags) if wanted.casefold() in (tag.label.casefold(), tag.name.casefold())],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise UnreadableRecording(
                f"{source} has {len(fits)} tags {wanted!r} ({listed([tags[k].label for k in fits])}); write one of "
                f"these to {option}"
            )
    raise UnreadableRecording(
        f"{source} has no tag {wanted!r}, asked for by {option}; it has {listed([tag.label for tag in tags])}"
    )


def _refuse_rivals(tags: list[Tag], found: dict[int, tuple[str, str]], source: str) -> None:
    for target in dict.fromkeys(found.values()):
        rivals = [tags[k].label for k, other in found.items() if other == target]
        if len(rivals) > 1:
            raise UnreadableRecording(
                f"{source} has {len(rivals)} tags for {target[1]} of {target[0]} ({listed(rivals)}); choose one by "
                "--phases or --map"
            )


def _stated(tag: Tag, quantity: str, rules: TagRules) -> str:
    """Unit of a current as declared, beside it or in its name; empty where none is stated."""
    return rules.units.get(quantity) or rules.units.get("") or tag.unit or unit_of_name(tag.name)


def _with_unit(tag: Tag, motor_id: str, quantity: str, rules: TagRules, has_rms: bool, source: str) -> Meaning:
    """Unit of a tag: declared, stated beside it or in its name, or for a current that of the data set."""
    if quantity not in RMS:
        declared = rules.units.get(quantity) or ("" if has_rms else rules.units.get(""))
        in_brackets = match[1].strip() if (match := _IN_BRACKETS.search(tag.name)) else ""
        return Meaning(motor_id, quantity, declared or tag.unit or unit_of_name(tag.name) or in_brackets)
    wanted, unit = rules.current_unit, _stated(tag, quantity, rules) or rules.current_unit
    if unit == wanted:
        return Meaning(motor_id, quantity, wanted)
    factor, of_wanted = (CURRENT_UNITS.get(u.casefold()) for u in (unit, wanted))
    if factor is None and unit.casefold() not in COUNT_UNITS:
        raise UnreadableRecording(
            f"{tag.label} of {source} is in {unit}, which is no unit of current; choose other tags by --phases or "
            "--map, or pass --unit if the file is wrong"
        )
    if factor is None or of_wanted is None:
        raise UnreadableRecording(
            f"{tag.label} of {source} is in {unit}, but the currents of the data set are in {wanted}; pass --unit "
            f"{wanted} if it is the same, or map it to another quantity"
        )
    return Meaning(motor_id, quantity, wanted, factor / of_wanted)

"""What a user declares of the tags of a historian, and what a tag and its meaning are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from diagmod.core.recording import PHASES
from diagmod.io.refusals import UnreadableRecording

#: Names that a message lists before it breaks off.
MAX_LISTED = 12

_QUANTITY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_RESERVED = re.compile(r"hour|.*_(?:min|max|samples)")


@dataclass(frozen=True, kw_only=True)
class TagRules:
    """What a user declares of tags.

    Parameters
    ----------
    motors : collection of str
        Motors of the register.
    motor_id : str or None
        Motor of tags that name none; tags of other motors are left out.
    phases : tuple of str
        Tags of R, S, T; "-" for an absent phase.
    mapping : mapping of str to (str, str)
        Tag to motor and quantity; nothing else is taken then.
    quantity : str or None
        What tags are whose names say no phase.
    units : mapping of str to str
        Unit by quantity; the one under "" is that of the currents, or of everything where there are none.
    current_unit : str
        Unit of currents for which neither file nor user states one: that of the data set.

    Raises
    ------
    UnreadableRecording
        A motor is not in the register, or a quantity has no allowed name.
    """

    motors: Collection[str]
    motor_id: str | None = None
    phases: tuple[str, ...] = ()
    mapping: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    quantity: str | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    current_unit: str = "A"

    def __post_init__(self) -> None:
        named = [motor for motor, _ in self.mapping.values()] + ([] if self.motor_id is None else [self.motor_id])
        if unknown := sorted(set(named) - set(self.motors)):
            raise UnreadableRecording(
                f"motor {unknown[0]!r} is not in motors.yaml (it has {listed(sorted(self.motors))}); add its nameplate "
                "or name another"
            )
        for quantity in [q for _, q in self.mapping.values()] + ([self.quantity] if self.quantity is not None else []):
            check_quantity(quantity)
        given = [tag for tag in self.phases if tag != "-"]
        if self.phases and (len(self.phases) > len(PHASES) or not given or len(set(given)) < len(given)):
            raise UnreadableRecording(
                "--phases must name one to three different tags in the order R,S,T (- for an absent phase), got "
                f"{','.join(self.phases)!r}"
            )


@dataclass(frozen=True)
class Tag:
    """A series as the file names it: the motor of a column of motors, its name, and a unit beside it."""

    name: str
    motor: str = ""
    unit: str = ""
    is_phase: bool = False

    @property
    def label(self) -> str:
        """How messages and declarations call it."""
        return " ".join(filter(None, (self.motor, self.name)))


@dataclass(frozen=True)
class Meaning:
    """What a tag is; ``factor`` brings its values into ``unit``."""

    motor_id: str
    quantity: str
    unit: str
    factor: float = 1.0


def check_quantity(name: str) -> None:
    """Refuse a quantity that cannot be the name of a column of a trend log.

    Raises
    ------
    UnreadableRecording
        The name is not a word, or is one of those that a log needs itself.
    """
    if not _QUANTITY.fullmatch(name) or _RESERVED.fullmatch(name):
        raise UnreadableRecording(
            f"quantity {name!r} must be a word of letters, digits and underscores that ends neither in _min, _max nor "
            "_samples; write for example rms_R, temperature or load_pct"
        )


def listed(names: list[str]) -> str:
    """Names for a message, cut after some."""
    return (", ".join(names[:MAX_LISTED]) or "none") + (", ..." if len(names) > MAX_LISTED else "")

"""What the name of a column says: its phase, its unit, and whether it is time, a counter or no current.

Loggers write the same thing as ``I_R [A]``, ``Phase A current``, ``iL1_mA`` or ``Ток А, мА``. A name is
understood only where it is one of the patterns here; any other name says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Phase names that belong together, in the order R, S, T.
PHASE_NAMES = (("r", "s", "t"), ("a", "b", "c"), ("u", "v", "w"), ("l1", "l2", "l3"), ("1", "2", "3"))

#: Seconds in each unit that a time column may be in.
TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}

#: Ampere in each unit of a current; Cyrillic spellings included. Case does not count.
CURRENT_UNITS = {
    "a": 1.0, "amp": 1.0, "amps": 1.0, "ampere": 1.0, "amperes": 1.0, "а": 1.0, "ma": 1e-3, "ма": 1e-3, "ka": 1e3,
    "ка": 1e3, "ua": 1e-6, "μa": 1e-6, "мка": 1e-6,
}  # fmt: skip

#: Words for levels of a converter.
COUNT_UNITS = ("count", "counts", "lsb", "adc", "raw", "digit", "digits", "bit", "bits")

#: Units of quantities that are no current.
OTHER_UNITS = (
    "v", "mv", "kv", "volt", "volts", "в", "мв", "кв", "w", "kw", "va", "var", "hz", "rpm", "1/min", "nm", "g", "m/s",
    "m/s2", "m/s^2", "mm/s", "c", "°c", "k", "%", "ohm", "deg",
)  # fmt: skip

_TIME_WORDS = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "с": "s", "сек": "s", "ms": "ms", "msec": "ms",
    "millis": "ms", "мс": "ms", "us": "us", "usec": "us", "micros": "us", "μs": "us", "мкс": "us", "ns": "ns",
    "нс": "ns",
}  # fmt: skip

_CURRENT_WORD = r"(?:stator|motor|current|curr|cur|phase|ph|line|strom|courant|corriente|corrente|ток|фазы|фаза|is|i)"
_PHASE = re.compile(
    rf"((?:{_CURRENT_WORD}_?)*)(l1|l2|l3|[rstabcuvw123авс])(?:_(?:current|curr|strom|ток|(a|ma|ka|ua|amps?|ма|ка)))?"
)
_PLURAL = ("currents", "phases", "lines")
_CYRILLIC = str.maketrans("авс", "abc")
_TIME = re.compile(
    r"(?:(?:relative_|elapsed_|absolute_)?time(?:_?stamps?)?|t|date_?time|timestamps?|seconds?|x_value|время|zeit|"
    r"uhrzeit|temps|tiempo|tempo)(?:_(s|secs?|seconds?|msec|ms|usec|us|ns|с|сек|мс|мкс))?"
)
_COUNTER = re.compile(
    r"(?:index|idx|samples?(?:_?(?:no|nr|number|index|count))?|n|no|nr|row|rows|point|points|count|counter|unnamed_0|"
    r"index_level_0|номер|отсчет)"
)
_CURRENT = re.compile(rf"{_CURRENT_WORD}(?:_{_CURRENT_WORD})*|currents|amperes?|amps?")
_OTHER = re.compile(
    r"(?:.*_)?(?:voltages?|volts?|spannung|tension|напряжение|speed|rpm|torque|temp|temperature|power|freq|frequency|"
    r"vibration|acceleration|acc|position|angle|encoder|trigger|tacho|скорость|обороты|момент|температура|вибрация)"
    r"(?:_.*|\d*)|[uv]_?(?:[abcrst123n]|l[123]|ab|bc|ca|rs|st|tr|12|23|31)"
)
_BRACKETS = re.compile(r"[\[(]\s*([^\])]*?)\s*[\])]\s*$")
_BEHIND_MARK = re.compile(r"(?:[,;/]|\bin\b)\s*([^\s,;/]+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class PhaseName:
    """A phase as a name gives it.

    Attributes
    ----------
    letter : str
        One of :data:`PHASE_NAMES`.
    is_clear : bool
        Whether the name can mean nothing else: it says current or line, or has a line number.
    """

    letter: str
    is_clear: bool


def plain_name(name: str) -> str:
    """A name in small letters with single underscores, its brackets kept as words.

    Examples
    --------
    >>> plain_name(" Phase-A  Current [A] ")
    'phase_a_current_a'
    """
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def bare_name(name: str) -> str:
    """As :func:`plain_name`, without brackets at the end and without a unit behind a comma or slash.

    Examples
    --------
    >>> [bare_name(n) for n in ("I_R (t)", "Ток А, мА", "L1/L2")]
    ['i_r', 'ток_а', 'l1_l2']
    """
    name = _BRACKETS.sub("", name)
    if (match := _BEHIND_MARK.search(name)) and _is_unit(match[1]):
        name = name[: match.start()]
    return plain_name(name)


def unit_of_name(name: str) -> str:
    """Unit that a name carries, as written; empty where it carries none that is known.

    Examples
    --------
    >>> [unit_of_name(n) for n in ("I_R [mA]", "Ток А, мА", "current_R_mA", "I_a", "U (V)", "R")]
    ['mA', 'мА', 'mA', '', 'V', '']
    """
    for pattern in (_BRACKETS, _BEHIND_MARK):
        if (match := pattern.search(name)) and _is_unit(match[1]):
            is_phase = bool(_CURRENT.fullmatch(bare_name(name))) and match[1].strip().casefold() in ("s", "c")
            return "" if is_phase else match[1].strip()  # I(S) and I(C) are phases, no seconds and no degrees
    last = re.split(r"[\W_]+", name.strip())[-1]
    is_suffix = len(last) > 1 and last.casefold() != plain_name(name)
    if (match := _PHASE.fullmatch(plain_name(name))) and match[3]:
        is_suffix = True
    return last if is_suffix and _is_unit(last) else ""


def phase_of_name(plain: str) -> PhaseName | None:
    """Phase that a plain or bare name gives, or None.

    Examples
    --------
    >>> names = ("i_r", "phase_a_current", "il1", "ток_в", "u1", "currents", "1")
    >>> [phase and phase.letter for phase in map(phase_of_name, names)]
    ['r', 'a', 'l1', 'b', None, None, None]
    """
    match = _PHASE.fullmatch(plain)
    if not match or plain in _PLURAL or (match[2] in "123" and not match[1]):
        return None
    letter = match[2].translate(_CYRILLIC)
    return PhaseName(letter, bool(match[1]) or letter in ("l1", "l2", "l3"))


def time_unit_of(name: str, unit: str = "") -> str:
    """Key of :data:`TIME_UNITS` that a name or a unit beside it gives; empty where none does."""
    match = _TIME.fullmatch(plain_name(name))
    stated = unit or unit_of_name(name) or (match[1] if match and match[1] else "")
    return _TIME_WORDS.get(stated.casefold(), "") or _TIME_WORDS.get(plain_name(name), "")


def says_time(name: str, unit: str = "") -> bool:
    """Whether a name or its unit is one of time.

    Examples
    --------
    >>> [says_time(n) for n in ("Time (s)", "t", "timestamp_ms", "Messdauer [ms]", "Temp", "I_T")]
    [True, True, True, True, False, False]
    """
    bare = bare_name(name)
    is_named = bool(_TIME.fullmatch(bare)) or (bare in _TIME_WORDS and len(bare) > 1)
    return is_named or (unit or unit_of_name(name)).casefold() in _TIME_WORDS


def says_counter(name: str) -> bool:
    """Whether a name is one of a column that counts the samples."""
    return bool(_COUNTER.fullmatch(plain_name(name)))


def says_current(name: str, unit: str = "") -> bool:
    """Whether a name without a phase, or its unit, is one of a current."""
    return bool(_CURRENT.fullmatch(bare_name(name))) or (unit or unit_of_name(name)).casefold() in CURRENT_UNITS


def says_other(name: str, unit: str = "") -> bool:
    """Whether a name or its unit is one of voltage, speed or another quantity that is no current.

    Examples
    --------
    >>> [says_other(n) for n in ("Voltage R", "Ua", "U [V]", "speed_rpm", "I_R", "CH1")]
    [True, True, True, True, False, False]
    """
    return bool(_OTHER.fullmatch(bare_name(name))) or (unit or unit_of_name(name)).casefold() in OTHER_UNITS


def _is_unit(word: str) -> bool:
    word = word.strip().casefold()
    return word in CURRENT_UNITS or word in COUNT_UNITS or word in OTHER_UNITS or word in _TIME_WORDS

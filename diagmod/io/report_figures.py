"""Figures of a diagnosis in words, each with its unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagmod.core.verdicts import Interval

#: What a figure that is not known looks like.
UNKNOWN = "-"


def plain(value: float, digits: int = 3) -> str:
    """A number with some significant digits and no exponent where one is not needed.

    Examples
    --------
    >>> plain(0.01234), plain(1234.5), plain(-45.04), plain(float("nan"))
    ('0.0123', '1234', '-45', '-')
    """
    if not math.isfinite(value):
        return UNKNOWN
    if value == 0.0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    if decimals > 9:
        return f"{value:.{digits - 1}g}"
    text = f"{value:.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def span(low: float, high: float, unit: str = "") -> str:
    """Two bounds, or one number where they read the same.

    Examples
    --------
    >>> span(0.8, 1.6, "broken bars"), span(-72.0, -72.0, "dBc"), span(3.2, float("nan"), "%")
    ('0.8 to 1.6 broken bars', '-72 dBc', 'from 3.2 %')
    """
    first, last = plain(low, 2), plain(high, 2)
    tail = f" {unit}" if unit else ""
    if UNKNOWN in (first, last):
        known = [f"from {first}"] if last == UNKNOWN != first else [f"up to {last}"] if first == UNKNOWN != last else []
        return f"{known[0]}{tail}" if known else "unknown"
    return f"{first}{tail}" if first == last else f"{first} to {last}{tail}"


def slip_in_words(slip: Interval) -> str:
    """A slip with its bounds, 0 to 1."""
    bounds = f"{slip.low:.4f} to {slip.high:.4f}"
    return bounds if not math.isfinite(slip.value) else f"{slip.value:.4f} ({bounds})"


def frequency_in_words(line: Interval) -> str:
    """A frequency with its uncertainty, as many decimals as it has.

    Examples
    --------
    >>> from diagmod.core.verdicts import Interval
    >>> frequency_in_words(Interval(49.98123, 49.98063, 49.98183))
    '49.9812 Hz +- 0.0006 Hz'
    """
    half = max(line.high - line.value, line.value - line.low)
    if not (math.isfinite(half) and half > 0.0):
        return f"{line.value:.4f} Hz"
    decimals = min(6, max(0, -math.floor(math.log10(half))))
    return f"{line.value:.{decimals}f} Hz +- {half:.{decimals}f} Hz"


def level(value: float, unit: str) -> str:
    """A level in its unit: tenths of a decibel or percent, whole degrees, three digits of anything else."""
    if not math.isfinite(value):
        return UNKNOWN
    digits = {"dBc": f"{value:.1f}", "%": f"{value:.1f}", "deg": f"{value:.0f}"}.get(unit) or plain(value)
    return f"{digits} {unit}".strip()


def sentence(text: str) -> str:
    """A text that begins with a capital and ends with a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")

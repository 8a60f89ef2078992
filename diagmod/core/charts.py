"""Severity charts for broken bars: data with a source, replaceable, because those in use disagree.

A chart grades a sideband by how far it lies below the carrier. It knows nothing of load, bars or
inertia, so it stands beside the load-normalised interval and never instead of it. Thomson's practice of
grading the mean of both sidebands has no bands of its own here; whoever has them states them as a chart
whose quantity is "mean of both sidebands".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a chart may read: the sideband at f (1 - 2 s), or the mean of the amplitudes of both.
QUANTITIES = ("lower sideband", "mean of both sidebands")


@dataclass(frozen=True)
class SeverityChart:
    """Bands of sideband level.

    Parameters
    ----------
    name, source : str
        What it is called and where it comes from; not empty.
    quantity : str
        "lower sideband" or "mean of both sidebands".
    bands : tuple of (float, float, str)
        Lower and upper bound in dB below the carrier, and the words of the chart; adjoining, from the strongest line
        to the weakest. A level on a bound belongs to the weaker band, one beyond the ends to the outermost.

    Raises
    ------
    ValueError
        Name or source is empty, the quantity is unknown, or the bands are missing, empty or do not adjoin.
    """

    name: str
    source: str
    quantity: str
    bands: tuple[tuple[float, float, str], ...]

    def __post_init__(self) -> None:
        if not (self.name.strip() and self.source.strip()):
            raise ValueError(
                f"a chart needs a name and a source, got {self.name!r} and {self.source!r}; say where it comes from"
            )
        if self.quantity not in QUANTITIES:
            raise ValueError(f"chart {self.name}: quantity must be {' or '.join(QUANTITIES)}, got {self.quantity!r}")
        if not self.bands:
            raise ValueError(f"chart {self.name} has no bands; give at least one (from, to, words)")
        for low, high, words in self.bands:
            if not (-math.inf < low < high < math.inf and words.strip()):
                raise ValueError(
                    f"chart {self.name}: a band needs a finite low below high and a text, got {low:g} to {high:g} "
                    f"{words!r}; beyond the ends the outermost band counts anyway"
                )
        for (_, before, stronger), (after, _, weaker) in zip(self.bands, self.bands[1:], strict=False):
            if before != after:
                raise ValueError(
                    f"chart {self.name}: band {stronger!r} ends at {before:g} dB but {weaker!r} begins at {after:g} "
                    "dB; list adjoining bands from the strongest line to the weakest"
                )

    def grade(self, db_below: float) -> str:
        """Words of the chart for a level in dB below the carrier.

        Beyond its ends the outermost band counts; a level that is not known (NaN) is not graded and gives "".

        Examples
        --------
        >>> SERVICE_CHART.grade(40.0)
        'broken bar'
        """
        if math.isnan(db_below):
            return ""
        below = [words for low, _, words in self.bands if low <= db_below]
        return below[-1] if below else self.bands[0][2]


def charts_from_mapping(entries: Mapping[str, Any]) -> tuple[SeverityChart, ...]:
    """Charts of the user's own, in the order given, to be used in place of ``DEFAULT_CHARTS``.

    Parameters
    ----------
    entries : mapping
        Name of the chart to its ``source``, ``quantity`` and ``bands``, each band ``[from, to, words]`` in dB below
        the carrier.

    Raises
    ------
    ValueError
        There is no chart, a key is unknown or missing, a value is of the wrong type, or a chart contradicts itself.

    Examples
    --------
    >>> own = {"source": "our 40 motors, 2019-2024", "quantity": "mean of both sidebands",
    ...        "bands": [[0, 45, "open the motor"], [45, 200, "fine"]]}
    >>> charts_from_mapping({"plant": own})[0].grade(50)
    'fine'
    """
    if not entries:
        raise ValueError("there is no chart; give at least one name with source, quantity and bands")
    return tuple(_chart(str(name), entry) for name, entry in entries.items())


def _chart(name: str, entry: object) -> SeverityChart:
    keys = ("source", "quantity", "bands")
    if not isinstance(entry, dict):
        raise ValueError(f"chart {name}: give {', '.join(keys)} under its name, got {entry!r}")
    if unknown := sorted(set(entry) - set(keys), key=str):
        raise ValueError(f"chart {name}: unknown key {unknown[0]!r}; allowed are {', '.join(keys)}")
    if missing := [key for key in keys if entry.get(key) is None]:
        raise ValueError(f"chart {name}: {missing[0]} is missing; give {', '.join(keys)}")
    for key in ("source", "quantity"):
        if not isinstance(entry[key], str):
            raise ValueError(f"chart {name}: {key} must be text, got {entry[key]!r}")
    if not isinstance(entry["bands"], list | tuple):
        raise ValueError(f"chart {name}: bands must be a list of [from, to, words], got {entry['bands']!r}")
    return SeverityChart(name, entry["source"], entry["quantity"], tuple(_band(name, band) for band in entry["bands"]))


def _band(name: str, band: object) -> tuple[float, float, str]:
    if isinstance(band, list | tuple) and len(band) == 3:
        low, high, words = band
        if _is_number(low) and _is_number(high) and isinstance(words, str):
            return float(low), float(high), words
    raise ValueError(f"chart {name}: a band must be [from, to, words] with two numbers and a text, got {band!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


#: Chart A: service practice, steps of six decibels, read at the lower sideband.
SERVICE_CHART = SeverityChart(
    "chart A",
    "service practice of motor current analysis, lower sideband below the carrier",
    "lower sideband",
    (
        (0.0, 30.0, "severe"),
        (30.0, 36.0, "several broken bars"),
        (36.0, 42.0, "broken bar"),
        (42.0, 48.0, "cracked bar or high resistance joint"),
        (48.0, 54.0, "moderate"),
        (54.0, 60.0, "good"),
        (60.0, 200.0, "excellent"),
    ),
)

#: Chart B: a chart in circulation that puts the same damage one step of six decibels lower than chart A.
STRICT_CHART = SeverityChart(
    "chart B",
    "chart in circulation among instrument makers, lower sideband below the carrier",
    "lower sideband",
    (
        (0.0, 36.0, "severe"),
        (36.0, 42.0, "significant"),
        (42.0, 48.0, "several bars affected"),
        (48.0, 54.0, "one bar cracked"),
        (54.0, 200.0, "no damage graded"),
    ),
)

#: Used where the user names no others; the first one grades.
DEFAULT_CHARTS = (SERVICE_CHART, STRICT_CHART)

"""Severity charts for broken bars: data with a source, replaceable, because those in use disagree.

A chart grades a sideband by how far it lies below the carrier. It knows nothing of load, bars or
inertia, so it stands beside the load-normalised interval and never instead of it.
"""

from __future__ import annotations

from dataclasses import dataclass

QUANTITIES = ("lower sideband", "mean of both sidebands")


@dataclass(frozen=True)
class SeverityChart:
    """Bands of sideband level.

    Parameters
    ----------
    name, source : str
        What it is called and where it comes from.
    quantity : str
        "lower sideband" or "mean of both sidebands".
    bands : tuple of (float, float, str)
        Lower and upper bound in dB below the carrier, and the words of the chart; gapless, rising.

    Raises
    ------
    ValueError
        The quantity is unknown, or the bands are empty or leave a gap.
    """

    name: str
    source: str
    quantity: str
    bands: tuple[tuple[float, float, str], ...]

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            raise ValueError(
                f"chart {self.name}: quantity must be one of {', '.join(QUANTITIES)}, got {self.quantity!r}"
            )
        if not self.bands:
            raise ValueError(f"chart {self.name}: bands are missing; give at least one (from, to, words)")
        for (_, before, _), (after, _, words) in zip(self.bands, self.bands[1:], strict=False):
            if before != after:
                raise ValueError(
                    f"chart {self.name}: band {words!r} begins at {after:g} dB where the one before ends at {before:g} dB; "
                    "bands must follow one another from the strongest line to the weakest"
                )

    def grade(self, db_below: float) -> str:
        """Words of the chart for a level in dB below the carrier; its outermost band beyond its ends.

        Examples
        --------
        >>> SERVICE_CHART.grade(40.0)
        'broken bar'
        """
        for low, high, words in self.bands:
            if low <= db_below < high:
                return words
        return self.bands[0][2] if db_below < self.bands[0][0] else self.bands[-1][2]


_FAR = 200.0

#: Chart A: service practice, eight steps of six decibels, read at the lower sideband.
SERVICE_CHART = SeverityChart(
    "chart A",
    "service practice of motor current analysis, lower sideband below the carrier",
    "lower sideband",
    (
        (0.0, 30.0, "severe"),
        (30.0, 36.0, "several broken bars"),
        (36.0, 42.0, "broken bar"),
        (42.0, 48.0, "cracked bar or high-resistance joint"),
        (48.0, 54.0, "moderate"),
        (54.0, 60.0, "good"),
        (60.0, _FAR, "excellent"),
    ),
)

#: Chart B: a chart in circulation that grades the same levels one step milder.
MILD_CHART = SeverityChart(
    "chart B",
    "chart in circulation among instrument makers, lower sideband below the carrier",
    "lower sideband",
    (
        (0.0, 36.0, "severe"),
        (36.0, 42.0, "significant"),
        (42.0, 48.0, "several bars affected"),
        (48.0, 54.0, "one bar cracked"),
        (54.0, _FAR, "no sign"),
    ),
)

DEFAULT_CHARTS = (SERVICE_CHART, MILD_CHART)

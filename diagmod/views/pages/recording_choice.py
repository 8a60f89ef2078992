"""What a viewer of one recording chooses: which, against which reference, and what part of it.

A link names a recording alone; its motor follows from it. A healthy recording of the same motor at the nearest load is
the usual reference, because current changes with load more than with most faults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from diagmod.views.language import Words
from diagmod.views.pages.controls import Number, OneOf
from diagmod.views.theme import condition_words

#: What no reference is called in a link; and the label of a healthy machine.
NO_REFERENCE, HEALTHY = "none", "healthy"

#: Longest recording in s and highest frequency in Hz that a control takes.
MOST_S, MOST_HZ = 1e6, 1e7

#: Views of a recording: value in a link, words.
VIEWS = {
    "waveform": "waveform",
    "spectrum": "spectrum with fault lines",
    "sidebands": "beside the supply line",
    "park": "Park vector",
    "demodulation": "demodulation",
    "map": "time and frequency",
    "components": "symmetrical components",
    "comparison": "beside the reference",
    "features": "features",
}


class Named(OneOf):
    """One of several, named in every link, so that a link stays at it when the usual one changes."""

    @property
    def text(self) -> str:
        return str(self.value or "")


class RecordingOf(Named):
    """A recording of those that are offered; a link may name any other that there is.

    Parameters
    ----------
    reach : callable
        Gets the name of a recording that is not offered, and offers it; False where there is none of that name.
    """

    def __init__(self, name: str, label: str, words: Words, reach: Callable[[str], bool], anything: str = "") -> None:
        self._words, self._anything, self._reach = words, anything, reach
        super().__init__(name, label, [], words, anything)

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer other recordings; the first is chosen."""
        first = [(self._words(self._anything), "")] if self._anything else []
        shown = [*first, *((self._words(text), value) for text, value in options)]
        self._values = [value for _, value in shown]
        self._usual = self._values[0] if shown else ""
        self.widget.options = shown
        self.widget.value = self._usual if shown else None

    def take(self, text: str) -> str:
        if text and text not in self._values and not self._reach(text):
            return f"{self.name} {text[:40]!r} is no recording of this data set; the usual one is shown"
        return super().take(text)


class Place(Number):
    """A place on an axis, exactly: a link must restore a zoom of a thousandth of what is shown."""

    @property
    def text(self) -> str:
        return "" if self.value == self._usual else f"{self.value:.10g}"


def places(words: Words) -> list[Place]:
    """Controls for what is looked at, in time and in frequency; 0 is no restriction."""

    def place(name: str, label: str, most: float, step: float, unit: str) -> Place:
        return Place(name, label, words, low=0.0, high=most, usual=0.0, step=step, unit=unit)

    return [
        place("begin", "Time from", MOST_S, 0.1, "s"),
        place("end", "Time to", MOST_S, 0.1, "s"),
        place("low", "Frequency from", MOST_HZ, 1.0, "Hz"),
        place("high", "Highest frequency", MOST_HZ, 10.0, "Hz"),
    ]


@dataclass(frozen=True)
class Part:
    """What of a recording is looked at.

    Attributes
    ----------
    phases : str
        Letters.
    time_s, range_hz : (float, float)
        Ends in time and in frequency; an upper frequency of 0 is the usual one of each picture.
    """

    phases: str
    time_s: tuple[float, float]
    range_hz: tuple[float, float]


def part_of(
    present: str,
    phases: Sequence[str] | None,
    time_s: tuple[float, float],
    range_hz: tuple[float, float],
    whole_s: float,
) -> Part:
    """What was asked for, as far as the recording has it: an impossible range is the whole.

    Examples
    --------
    >>> part_of("RST", ["S"], (2.0, 0.0), (0.0, 0.0), 6.0)
    Part(phases='S', time_s=(2.0, 6.0), range_hz=(0.0, 0.0))
    >>> part_of("R", ["S"], (7.0, 9.0), (90.0, 40.0), 6.0)
    Part(phases='R', time_s=(0.0, 6.0), range_hz=(0.0, 0.0))
    """
    chosen = "".join(phase for phase in present if phase in (phases or present)) or present
    begin, end = time_s[0], min(time_s[1] or whole_s, whole_s)
    low, high = range_hz
    return Part(
        chosen,
        (begin, end) if begin < end else (0.0, whole_s),
        (low, high) if not high or low < high else (0.0, 0.0),
    )


def newest_first(recordings: pd.DataFrame) -> pd.DataFrame:
    """Recordings, the newest first, those without a time last."""
    return recordings.sort_values("started_at", ascending=False, na_position="last", kind="stable")


def labels_of(recordings: pd.DataFrame, grades: Mapping[str, str]) -> list[tuple[str, str]]:
    """What each recording is called in a list, and its name.

    Parameters
    ----------
    recordings : DataFrame
        Rows of table ``recordings``.
    grades : mapping of recording to str
        Of table ``health``; the quality of the recording stands in for a grade that there is none of.
    """
    found = []
    for row in recordings.to_dict("records"):
        time = f"{row['started_at']:%Y-%m-%d %H:%M}" if pd.notna(row["started_at"]) else str(row["file"])
        load = f"load {row['load_pct']:.0f} %" if np.isfinite(row["load_pct"]) else "load unknown"
        name, condition = str(row["recording_id"]), condition_words(str(row["condition"]))
        found.append((f"{time} · {load} · {condition} · {grades.get(name) or row['quality']}", name))
    return found


def usual_reference(recordings: pd.DataFrame, row: Mapping[str, object]) -> str | None:
    """The healthy recording of a motor at the load nearest to that of ``row``; None where there is no other.

    Parameters
    ----------
    recordings : DataFrame
        Rows of table ``recordings`` of the same motor.
    row : mapping
        Row of the recording that is compared.
    """
    others = recordings[(recordings["condition"] == HEALTHY) & (recordings["recording_id"] != row["recording_id"])]
    others = others[others["quality"] != "bad"]
    if others.empty:
        return None
    distance = (others["load_pct"] - float(str(row["load_pct"]))).abs().to_numpy()
    at = int(np.nanargmin(distance)) if np.isfinite(distance).any() else 0
    return str(others["recording_id"].iloc[at])

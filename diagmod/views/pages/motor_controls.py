"""The control of the page "Motor status" that depends on another one: the recordings of the motor that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from diagmod.views.language import Words
from diagmod.views.pages.controls import OneOf

#: Recordings that are offered, the newest; the others are reached by the days.
MOST_OFFERED = 500

#: What it is called when none is chosen.
NEWEST = "the newest that can tell"


class RecordingOf(OneOf):
    """One of the recordings of the chosen motor.

    Parameters
    ----------
    offered : callable
        Gives what can be chosen now, as texts and ids; called only when a recording is asked for or shown.
    words : Words
    """

    def __init__(self, offered: Callable[[], Sequence[tuple[str, str]]], words: Words) -> None:
        super().__init__("recording", "Recording", [], words, anything=NEWEST)
        self._offered, self._first = offered, list(self.widget.options)

    def offer(self) -> None:
        """Offer what can be chosen now; a choice that is no longer possible is given up."""
        options = [*self._first, *self._offered()]
        if options == list(self.widget.options):
            return
        chosen = self.widget.value
        self._values = [value for _, value in options]
        self.widget.options = options
        self.widget.value = chosen if chosen in self._values else ""

    def take(self, text: str) -> str:
        self.offer()
        return super().take(text)


def named(recordings: pd.DataFrame) -> list[tuple[str, str]]:
    """Texts and ids of recordings, in their order: time and file."""
    rows = recordings.head(MOST_OFFERED)
    times = ["" if pd.isna(time) else f"{time:%Y-%m-%d %H:%M}" for time in rows["started_at"]]
    return [
        (f"{time} · {file.rpartition('/')[2]}".strip(" ·"), recording)
        for time, file, recording in zip(times, rows["file"], rows["recording_id"], strict=True)
    ]

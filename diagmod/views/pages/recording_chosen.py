"""Which recording a page shows, against which reference, and the opened files of both.

The controls hold together: a motor offers its recordings, a recording that a link names brings its motor along.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from diagmod.core.diagnosis import LINE_BAND_HZ
from diagmod.io.interim import read_nameplates
from diagmod.io.tables import TableError, describe_table
from diagmod.views.pages import recording_choice as choice
from diagmod.views.pages.controls import Control, OneOf, SomeOf
from diagmod.views.pages.frame import Page
from diagmod.views.pages.recording_look import Look

#: Recordings that are kept open: the one that is shown, its reference, and the one before.
KEPT = 3

#: Columns of table ``recordings`` that the page offers or shows.
COLUMNS = (
    "recording_id", "motor_id", "file", "sha256", "started_at", "fs_hz", "n_samples", "duration_s", "phases", "unit",
    "dialect", "load_pct", "condition", "missing_share", "acquisition", "quality",
)  # fmt: skip


class RecordingChoice(Page):
    """A page about one recording of the catalogue."""

    def read(self) -> None:
        self.recordings = self.results.table("recordings", COLUMNS)
        self._of_motor = self.recordings.groupby("motor_id", sort=False).indices
        self._looks: dict[str, Look] = {}
        self._offered = ""

    def make_controls(self) -> Sequence[Control]:
        words = self.words
        if not self.given.get("recording") and self.given.get("file"):
            named = self.recordings.loc[self.recordings["file"] == self.given["file"], "recording_id"]
            self.given |= {"recording": str(named.iloc[0])} if len(named) else {}
        self._motor = choice.Named("motor", "Motor", [(name, name) for name in sorted(map(str, self._of_motor))], words)
        self._recording = choice.RecordingOf("recording", "Recording", words, self._reach)
        self._reference = choice.RecordingOf(
            "reference", "Reference", words, self._reach_reference, "healthy, nearest load"
        )
        self._follow()
        return [
            self._motor,
            self._recording,
            OneOf("view", "View", [(text, value) for value, text in choice.VIEWS.items()], words),
            self._reference,
            SomeOf("phase", "Phases", [(phase, phase) for phase in "RST"], words),
            *choice.places(words),
        ]

    # What is chosen.

    @property
    def row(self) -> dict[str, Any] | None:
        """Row of the chosen recording; None where there is none."""
        return self._row(self._recording.value) if self._recording.value else None

    @property
    def look(self) -> Look:
        """The chosen recording, opened."""
        return self._open(str(self._recording.value))

    @property
    def reference(self) -> Look | None:
        """The recording to compare with; None where there is none or none is wanted."""
        chosen, row = self._reference.value, self.row
        if chosen == choice.NO_REFERENCE or row is None:
            return None
        found = chosen or choice.usual_reference(self._siblings(row["motor_id"]), row)
        return self._open(found) if found and found != row["recording_id"] else None

    @property
    def part(self) -> choice.Part:
        """What of it is looked at."""
        look = self.look
        time_s = self.value("begin"), self.value("end")
        return choice.part_of(
            look.phases, self.value("phase"), time_s, (self.value("low"), self.value("high")), look.duration_s
        )

    # How the choice holds together.

    def _follow(self) -> None:
        """Offer the recordings of the chosen motor, newest first."""
        motor = str(self._motor.value or "")
        if motor == self._offered or not motor:
            return
        was_quiet, self._quiet = self._quiet, True
        options = choice.labels_of(choice.newest_first(self._siblings(motor)), self._grades(motor))
        self._recording.offer(options)
        self._reference.offer([("none", choice.NO_REFERENCE), *options])
        self._offered, self._quiet = motor, was_quiet

    def _reach(self, recording: str) -> bool:
        """Offer a recording that a link names, by choosing its motor."""
        row = self._row(recording)
        if row is None:
            return False
        self._motor.widget.value = row["motor_id"]
        self._follow()
        return True

    def _reach_reference(self, recording: str) -> bool:
        row = self._row(recording)
        if row is None:
            return False
        own = choice.labels_of(choice.newest_first(self._siblings(str(self._motor.value))), {})
        other = [(f"{row['motor_id']} · {text}", name) for text, name in choice.labels_of(pd.DataFrame([row]), {})]
        self._reference.offer([("none", choice.NO_REFERENCE), *other, *own])
        return True

    def _siblings(self, motor: str) -> pd.DataFrame:
        return self.recordings.iloc[self._of_motor.get(motor, [])]

    def _row(self, recording: str) -> dict[str, Any] | None:
        found = self.recordings[self.recordings["recording_id"] == recording]
        return {str(k): v for k, v in found.iloc[0].items()} if len(found) else None

    def _grades(self, motor: str) -> dict[str, str]:
        try:
            found = self.results.table("health", ["recording_id", "grade"], motor_id=motor)
        except TableError:
            return {}
        return dict(zip(found["recording_id"], found["grade"], strict=True))

    def _open(self, recording: str) -> Look:
        if recording not in self._looks:
            row = self._row(recording)
            if row is None:
                raise ValueError(f"there is no recording {recording[:40]!r}; choose one above")
            while len(self._looks) >= KEPT:
                self._looks.pop(next(iter(self._looks)))
            interim = self.root / "data" / "interim"
            self._looks[recording] = Look(
                row,
                interim / "waveforms" / f"{recording}.parquet",
                lambda: read_nameplates(interim).get(row["motor_id"]),
                self._band_hz(),
            )
        self._looks[recording] = self._looks.pop(recording)
        return self._looks[recording]

    def _band_hz(self) -> tuple[float, float]:
        """Band of the supply frequency that the features were made with."""
        try:
            used = describe_table(self.results.path("diagnoses"))["lineage"].get("parameters", {})
        except TableError:
            used = {}
        return used.get("line_low_hz", LINE_BAND_HZ[0]), used.get("line_high_hz", LINE_BAND_HZ[1])

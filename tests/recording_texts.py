"""Texts of small recordings that the tests of the file readers write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from diagmod.io.recording_files import Declared, RecordingFile, read_recording_file

#: Rows and sampling rate in Hz of a recording.
N, FS = 60, 1000.0

#: Phase currents in ampere, a period of 50 Hz in 20 samples, rounded as a logger writes them.
R, S, T = (np.round(5 * np.sin(2 * np.pi * (np.arange(N) / 20 - k / 3) + 0.1), 3) for k in range(3))

#: Time in seconds of every sample.
SECONDS = np.arange(N) / FS


def text_of(heading: str, *columns: object, mark: str = ",", decimal: str = ".") -> str:
    """A table as text: the heading (empty for none), and a row for every sample."""
    rows = (mark.join(_cell(cell, decimal) for cell in row) for row in zip(*columns, strict=True))
    return "\n".join([heading, *rows] if heading else rows) + "\n"


def _cell(cell: object, decimal: str) -> str:
    return cell if isinstance(cell, str) else f"{cell:.10g}".replace(".", decimal)


def reader(folder: Path) -> Callable[..., RecordingFile]:
    """Reads a text as the file x.csv in a folder, with declared settings."""

    def read(text: str | bytes, **declared: object) -> RecordingFile:
        path = folder / "x.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_recording_file(path, Declared(**declared))

    return read

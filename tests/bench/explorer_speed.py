"""A zoom into a minute of three phases, against reading its file once and against the extremes of all its samples.

What is measured is the kernel: the message of the browser, thinning, and the answer with the new samples.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from bench.rows import Row, alternate
from handmade_interim import make_project_with_plant, recordings

from diagmod.io.waveforms import WaveformWriter, read_waveform
from diagmod.views.pages.recording import RecordingPage

#: A minute of three phases: 1.5 million samples each.
FS, SECONDS = 25_600.0, 60.0

#: Goal: at most as long as reading the file once, which takes 50 to 100 ms.
TIMES_READING = 1.0


def zoom_vs_reading(workshop: Path) -> Row:
    """1.5 M samples x 3, zooms of every width; the ratio is a zoom over reading the file once."""
    page, waveform = _page(workshop)
    widths = iter(np.tile(np.geomspace(0.005, 50.0, 20), 50))
    zoom_s, read_s = alternate(lambda: _zoom(page, float(next(widths))), lambda: read_waveform(waveform), 9)
    return Row("zoom_vs_reading", zoom_s, "s", read_s, zoom_s / read_s, TIMES_READING)


def _zoom(page: RecordingPage, width_s: float) -> None:
    begin_s = 0.5 * (SECONDS - width_s)
    page._heard(json.dumps({"set": {"begin": f"{begin_s:.4f}", "end": f"{begin_s + width_s:.4f}"}}))


def _page(workshop: Path) -> tuple[RecordingPage, Path]:
    root = workshop / "explorer"
    waveform = root / "data/interim/waveforms/r1.parquet"
    if not waveform.is_file():
        n = int(FS * SECONDS)
        root.mkdir(exist_ok=True)
        row = {"recording_id": "r1", "fs_hz": FS, "n_samples": n, "duration_s": SECONDS, "started_at": "2026-01-05"}
        make_project_with_plant(root, recordings=recordings(row))
        waveform.parent.mkdir(exist_ok=True)
        t, rng = np.arange(n) / FS, np.random.default_rng(1)
        with WaveformWriter(waveform, "RST") as writer:
            writer.append(
                {
                    phase: (np.cos(2 * np.pi * (50.02 * t - k / 3)) + rng.normal(scale=0.01, size=n)).astype(np.float32)
                    for k, phase in enumerate("RST")
                }
            )
    page = RecordingPage("", root)
    page.headline(), page.body()
    return page, waveform

"""Scoring by the models: one recording of 10 s end to end, and 10 000 windows by each method.

The floor of a recording is one real transform of its three phases; that of windows one matrix product of the same size,
10 000 windows of 60 figures by 60. Both are measured in the same run. Goals are what was reached with a margin: nobody
waits for these, but they must not grow unseen.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import scipy.fft
from bench.rows import Row, alternate

from diagmod.io.import_request import ImportRequest
from diagmod.io.stages import read_yaml
from diagmod.models.detectors.detector import DETECTORS, DetectorSettings, fit_detector
from diagmod.models.new_recordings import read_new
from diagmod.models.scoring import FAMILIES, score

ROOT = Path(__file__).parents[2]

#: Windows, figures of each, and windows that a method is fitted to.
N_WINDOWS, N_FIGURES, N_TRAINING = 10_000, 60, 500

#: Goals: times the matrix product for the slowest method; times the transform for a recording.
MOST_PRODUCTS, MOST_TRANSFORMS = 600.0, 4_000.0

#: The recording: rate (Hz) and length (s).
FS_HZ, LENGTH_S = 5000.0, 10.0

_METHODS = """
import sys; sys.path.insert(0, {tests!r})
from bench.models import seconds_of_methods
seconds_of_methods()
"""


def score_windows_ratio(workshop: Path) -> Row:
    """Seconds of the slowest method for 10 000 windows against one matrix product, on one thread; all are printed."""
    del workshop  # nothing is written
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, "-c", _METHODS.format(tests=str(ROOT / "tests"))]
    told = subprocess.run(
        command, env={**os.environ, **one}, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    rows = [line.split() for line in told.splitlines()]
    product_s = float(np.median([float(floor_s) for _, _, floor_s in rows]))
    for name, seconds, floor_s in rows:
        sys.stdout.write(f"  score 10 000 windows, {name:21} {1000 * float(seconds):9.1f} ms  ")
        sys.stdout.write(f"{float(seconds) / float(floor_s):9.0f} products\n")
    slowest = max(float(seconds) for _, seconds, _ in rows)
    return Row("score_windows_ratio", slowest, "s", product_s, slowest / product_s, MOST_PRODUCTS)


def seconds_of_methods() -> None:
    """Print name, seconds of scoring and of the floor for every method."""
    rng = np.random.default_rng(0)
    rows, windows = rng.standard_normal((N_TRAINING, N_FIGURES)), rng.standard_normal((N_WINDOWS, N_FIGURES))
    square = rng.standard_normal((N_FIGURES, N_FIGURES))
    for name in DETECTORS:
        detector = fit_detector(name, rows, DetectorSettings(seed=0))
        ours_s, floor_s = alternate(lambda detector=detector: detector.score(windows), lambda: windows @ square, 3)
        sys.stdout.write(f"{name} {ours_s} {floor_s}\n")


def score_recording_ratio(workshop: Path) -> Row:
    """Seconds of `diagmod score` for one new recording of 10 s in a warm process against one transform of it.

    Every round scores other samples, so that nothing of it is in the store; models are those of the pipeline.
    """
    folders = {name: ROOT / "data" / "processed" / "models" / name for name in FAMILIES}
    known = {name: folder for name, folder in folders.items() if "features" in (folder / "model.json").read_text()}
    parameters = read_yaml(ROOT / "params.yaml")
    times = np.arange(round(FS_HZ * LENGTH_S)) / FS_HZ
    shifts = 2 * np.pi / 3 * np.arange(3)[:, None]
    count = [0]

    def currents() -> np.ndarray:
        count[0] += 1
        noise = 0.01 * np.random.default_rng(count[0]).standard_normal((3, len(times)))
        return 10 * np.cos(2 * np.pi * 50 * times - shifts) + noise

    def ours() -> None:
        with tempfile.TemporaryDirectory(dir=workshop) as folder:
            path = Path(folder) / "new.npy"
            np.save(path, currents().astype(np.float32), allow_pickle=False)
            about = {"motor_id": "M01", "fs_hz": f"{FS_HZ:g}", "load_pct": "70"}
            request = ImportRequest(path=path, dataset="new", constants=about, has_no_times=True, jobs=1)
            score(read_new(request, ROOT, parameters), known)

    held = currents()
    ours_s, floor_s = alternate(ours, lambda: scipy.fft.rfft(held), rounds=5)
    return Row("score_recording_ratio", ours_s, "s", floor_s, ours_s / floor_s, MOST_TRANSFORMS)

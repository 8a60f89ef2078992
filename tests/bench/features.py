"""The features of one recording of 60 s x 3 x 25.6 kHz against what any look at its spectrum costs.

Ours is everything the stage does with a recording in memory: repair, all groups for every segment of 1 s with half
overlap and for the whole, and the sequence track. The group `signatures` is read by the diagnosis, which has a row of
its own (:mod:`bench.diagnose`) and is counted in `features_38`. The floor is one real transform of the three phases
and one Welch spectrum (1 s, Hann, 50 %) of the same array, in the same run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import scipy.fft
import scipy.signal
from bench.audit import FS_HZ, MOTOR, recording
from bench.rows import Row, alternate, peak_mb

from diagmod.core.features import compute_features
from diagmod.core.windows import segment_starts, segments
from diagmod.io.diagnosis_tables import compute_diagnoses, diagnose_one, write_diagnoses
from diagmod.io.feature_tables import FeatureSettings, compute_one, compute_parts, compute_tables, write_features
from diagmod.io.store import Store
from diagmod.io.waveforms import WaveformWriter, read_waveform

SETTINGS = FeatureSettings(window_s=1.0, overlap=0.5, line_low_hz=20.0, line_high_hz=120.0, track_window_s=0.1)

#: Goals: times the floor, share of tsfel's time, times the float32 array, stage over its work, growth per recording.
MOST_FLOORS, TSFEL_SHARE, MOST_ARRAYS, STAGE_OVER_WORK, GROWTH = 5.0, 0.1, 6.0, 1.3, 1.2

#: Recordings of one motor in the reference data; processes.
N_FILES, WORKERS = 38, 2

#: Sizes of the data sets that must cost the same per recording, whose recordings have this rate (Hz) and length (s).
SIZES, SHORT_FS_HZ, SHORT_S = (10, 40, 160), 5000.0, 6.0


def features_vs_floor(workshop: Path) -> Row:
    """Seconds for all groups of one recording against the floor."""
    del workshop  # nothing is written
    currents, n = recording(), round(FS_HZ)
    ours_s, floor_s = alternate(
        lambda: compute_parts(currents, FS_HZ, SETTINGS),
        lambda: (scipy.fft.rfft(currents), scipy.signal.welch(currents, FS_HZ, "hann", n, n // 2)),
        rounds=5,
    )
    return Row("features_vs_floor", ours_s, "s", floor_s, ours_s / floor_s, MOST_FLOORS)


def features_vs_tsfel(workshop: Path) -> Row:
    """Seconds for 10 s of that recording against tsfel's for the features that both compute.

    The same quantity: minimum, maximum, mean, standard deviation, rms, peak to peak, skewness, kurtosis, quantiles,
    interquartile range, zero crossings; fundamental frequency, spectral centroid, spread, roll-off and entropy. The
    same kind: length of the autocorrelation (theirs to 1/e, ours to a half), mel-frequency cepstral coefficients,
    energies by scale and their entropy (theirs of a mexican hat, ours of octaves). tsfel computes these and nothing
    else, segment by segment; ours the whole groups `time`, `spectrum`, `cepstral` and `wavelet`, all that is in them.
    """
    del workshop  # nothing is written
    starts, n = segment_starts(round(10 * FS_HZ), FS_HZ, SETTINGS.window_s, SETTINGS.overlap)
    pieces = segments(recording()[:, : round(10 * FS_HZ)], starts, n)
    rows = pieces.reshape(-1, n).astype(np.float64)
    functions = _of_tsfel()
    ours_s, theirs_s = alternate(
        lambda: compute_features(
            pieces, FS_HZ, line_low_hz=20.0, line_high_hz=120.0, groups=("time", "spectrum", "cepstral", "wavelet")
        ),
        lambda: [function(row) for row in rows for function in functions],
        rounds=3,
    )
    return Row("features_vs_tsfel", ours_s, "s", theirs_s, ours_s / theirs_s, TSFEL_SHARE)


def features_peak_factor(workshop: Path) -> Row:
    """Largest memory (MB) of a process that reads the recording and computes all groups, over the float32 array."""
    path = _waveform(workshop / "peak.parquet", recording())
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, str(Path(__file__)), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    array_mb, peak_mb = recording().nbytes / 1e6, float(done.stdout)
    return Row("features_peak_factor", peak_mb, "MB", array_mb, peak_mb / array_mb, MOST_ARRAYS)


def features_38(workshop: Path) -> Row:
    """Seconds of the stage for 38 such recordings in two processes, against half the work on each, one by one.

    The stage diagnoses, computes, puts the tables together and writes them; the start of its kernel is not in it. The
    work on one recording reads its waveform and leaves its rows in the store.
    """
    folder = workshop / "motor"
    for k in range(N_FILES):
        _waveform(folder / "waveforms" / f"{k:03d}.parquet", np.roll(recording(), -97 * k, axis=1))
    whole_s = _seconds(lambda: _stage(folder, N_FILES, FS_HZ, folder / "store"))
    work_s = _seconds(lambda: _work(folder, N_FILES, FS_HZ, folder / "store_of_work")) / WORKERS
    return Row("features_38", whole_s, "s", work_s, whole_s / work_s, STAGE_OVER_WORK)


def features_linear(workshop: Path) -> Row:
    """Seconds of the stage for 160 recordings against 16 times those for 10, or 4 times those for 40 if less."""
    folder, seconds = workshop / "fleet", {}
    short = recording()[:, :: round(FS_HZ / SHORT_FS_HZ)]
    n = round(SHORT_S * SHORT_FS_HZ)
    for size in SIZES:
        for k in range(size):
            _waveform(folder / "waveforms" / f"{k:03d}.parquet", short[:, k : k + n])
        seconds[size] = _seconds(lambda size=size: _stage(folder, size, SHORT_FS_HZ, folder / f"store{size}"))
    reference = min(seconds[size] / size for size in SIZES[:-1]) * SIZES[-1]
    return Row("features_linear", seconds[SIZES[-1]], "s", reference, seconds[SIZES[-1]] / reference, GROWTH)


def _of_tsfel() -> list[Callable[[np.ndarray], object]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tsfel
    plain = (
        tsfel.calc_min, tsfel.calc_max, tsfel.calc_mean, tsfel.calc_std, tsfel.rms, tsfel.pk_pk_distance,
        tsfel.skewness, tsfel.kurtosis, tsfel.calc_median, tsfel.ecdf_percentile, tsfel.interq_range,
        tsfel.zero_cross, tsfel.autocorr,
    )  # fmt: skip
    spectral = (
        tsfel.fundamental_frequency, tsfel.spectral_centroid, tsfel.spectral_spread, tsfel.spectral_roll_off,
        tsfel.spectral_entropy, tsfel.mfcc, tsfel.wavelet_energy, tsfel.wavelet_entropy,
    )  # fmt: skip
    return [*plain, *(lambda row, function=function: function(row, FS_HZ) for function in spectral)]


def _waveform(path: Path, currents: np.ndarray) -> Path:
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with WaveformWriter(path, "RST") as writer:
            writer.append(dict(zip("RST", np.ascontiguousarray(currents, dtype=np.float32), strict=True)))
    return path


def _stage(folder: Path, n: int, fs: float, store: Path) -> None:
    given = (folder / "waveforms", (20.0, 120.0), Store(store, "bench"))
    catalogue = _catalogue(n, fs)
    diagnosed = compute_diagnoses(catalogue, {"M1": MOTOR}, *given, WORKERS)
    tables = compute_tables(catalogue, given[0], SETTINGS, given[2], WORKERS).with_signatures(diagnosed)
    write_features(tables, folder / "features", {})
    write_diagnoses(diagnosed, folder / "features", {})


def _work(folder: Path, n: int, fs: float, store: Path) -> None:
    """The work on each recording, without putting anything together."""
    for row in _catalogue(n, fs).to_dict("records"):
        one = {str(name): cell for name, cell in row.items()}
        diagnose_one(folder / "waveforms", None, {"M1": MOTOR}, (20.0, 120.0), Store(store, "bench"), one)
        compute_one(folder / "waveforms", None, SETTINGS, Store(store, "bench"), one)


def _catalogue(n: int, fs: float) -> pd.DataFrame:
    common = {"motor_id": "M1", "fs_hz": fs, "unit": "A", "load_pct": 80.0}
    return pd.DataFrame([{"recording_id": f"{k:03d}", **common} for k in range(n)])


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _main(path: Path) -> None:
    """Print by how many MB the memory of this process grew at most, once everything is loaded and warm."""
    compute_parts(read_waveform(path)[:, : round(2 * FS_HZ)], FS_HZ, SETTINGS)
    before = psutil.Process().memory_info().rss
    compute_parts(read_waveform(path), FS_HZ, SETTINGS)
    sys.stdout.write(str((2**20 * peak_mb() - before) / 1e6))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))

"""All benchmarks: prints a table, writes reports/bench.json. ``--full`` also runs the long rows.

A row that was not measured this time keeps its last figure with its date. Exit code 1 when a row misses
its goal.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.audit import audit_vs_fft
from bench.diagnose import diagnose_10s_vs_statorscope, diagnose_60s_vs_statorscope
from bench.explorer_speed import zoom_vs_reading
from bench.features import (
    features_38,
    features_linear,
    features_peak_factor,
    features_vs_floor,
    features_vs_tsfel,
)
from bench.filter_speed import filter_change_s
from bench.load import load_csv_ratio, load_peak_mb
from bench.many_loads import increment_fraction, load_38_ratio, load_100m_mb, load_worker_mb
from bench.models import score_recording_ratio, score_windows_ratio
from bench.page_speed import page_speed
from bench.repro import repro_noop_ratio
from bench.rows import Row
from bench.simulate import simulate_speed
from bench.tcn import tcn_training_ratio

ROOT = Path(__file__).parents[2]

#: Benchmarks that together end within 10 minutes.
SHORT: tuple[Callable[[Path], Row | list[Row]], ...] = (
    load_csv_ratio,
    load_peak_mb,
    load_38_ratio,
    load_worker_mb,
    increment_fraction,
    audit_vs_fft,
    features_vs_floor,
    features_vs_tsfel,
    features_peak_factor,
    score_recording_ratio,
    score_windows_ratio,
    repro_noop_ratio,
    simulate_speed,
    diagnose_10s_vs_statorscope,
    diagnose_60s_vs_statorscope,
    tcn_training_ratio,
    zoom_vs_reading,
)

#: Benchmarks that take longer or much room on the disk (2.5 GB).
LONG: tuple[Callable[[Path], Row | list[Row]], ...] = (
    load_100m_mb,
    features_38,
    features_linear,
    page_speed,
    filter_change_s,
)


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Measure speed and memory against a floor.")
    parser.add_argument("--full", action="store_true", help="also the long rows")
    parser.add_argument("only", nargs="*", metavar="ROW", help="these rows alone")
    given = parser.parse_args()
    chosen = [measure for measure in (*SHORT, *LONG) if measure.__name__ in given.only]
    if len(chosen) < len(set(given.only)):
        parser.error(f"rows must be of {', '.join(measure.__name__ for measure in (*SHORT, *LONG))}, got {given.only}")
    path = ROOT / "reports" / "bench.json"
    known = {row["name"]: row for row in json.loads(path.read_text())} if path.is_file() else {}
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    with tempfile.TemporaryDirectory() as workshop:
        for measure in chosen or (*SHORT, *(LONG if given.full else ())):
            measured = measure(Path(workshop))
            for row in measured if isinstance(measured, list) else [measured]:
                known[row.name] = {**asdict(row), "date": today}
                _show(known[row.name])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([known[name] for name in sorted(known)], indent=1) + "\n")
    missed = [name for name, row in known.items() if row["ratio"] > row["goal"]]
    sys.stdout.write(f"written to {path.relative_to(ROOT)}\n")
    if missed:
        sys.stderr.write(f"missed: {', '.join(missed)}\n")
    return 1 if missed else 0


def _show(row: dict[str, object]) -> None:
    reference = "-" if row["reference"] is None else f"{row['reference']:.3f} {row['unit']}"
    verdict = "good" if float(str(row["ratio"])) <= float(str(row["goal"])) else "MISSED"
    sys.stdout.write(
        f"{row['name']:<28} {row['value']:>9.3f} {row['unit']:<3} against {reference:<10} "
        f"ratio {row['ratio']:>7.3f}  goal {row['goal']:g}  {verdict}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""Tables of the study of broken bars as `make verify` writes them, small and with chosen numbers."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path

DETECTION_HEAD = [
    "case", "bars_of_28", "load", "length_s", "noise_dbc", "jitter_us", "n", "found_pct", "low_pct", "high_pct",
    "refused_pct", "code",
]  # fmt: skip
MINIMUM_HEAD = ["case", "load", "length_s", "noise_dbc", "bars_of_28_found_in_90_pct", "code"]
ALARMS_HEAD = ["case", "n", "false_alarms", "low_pct", "high_pct", "broken_bar", "eccentricity", "where", "code"]

#: Found and refused in percent by bars and load, whatever length and noise.
SHARES = {(0.5, 0.5): (0.0, 100.0), (0.5, 1.0): (50.0, 40.0), (1.0, 0.5): (75.0, 25.0), (1.0, 1.0): (100.0, 0.0)}

#: Least bars found in 90 % at 10 and 40 s, by load, at -70 dB; at -50 dB nothing is.
LEAST = {(0.5, 10.0): "above 1", (0.5, 40.0): "1", (1.0, 10.0): "1", (1.0, 40.0): "0.5"}


def detection_rows() -> list[list[object]]:
    """Two severities, loads, lengths and noises; uneven clocks of 20 us at 10 s and -70 dB find nothing more."""
    rows: list[list[object]] = []
    for (bars, load), length, noise in product(SHARES, (10.0, 40.0), (-70.0, -50.0)):
        found, refused = SHARES[bars, load]
        around = (max(0.0, found - 10), min(100.0, found + 5))
        rows.append([bars, load, length, noise, 0, 20, found, *around, refused])
    rows += [[bars, load, 10.0, -70.0, 20, 20, 0.0, 0.0, 16.1, 100.0] for bars, load in SHARES]
    return [[f"row {k}", *row, "c0de"] for k, row in enumerate(rows)]


def minimum_rows() -> list[list[object]]:
    """The surface of both noises."""
    points = [(load, length, -70.0, least) for (load, length), least in LEAST.items()]
    points += [(load, length, -50.0, "above 1") for load, length in LEAST]
    return [[f"row {k}", *row, "c0de"] for k, row in enumerate(points)]


def alarm_rows() -> list[list[object]]:
    """Four in 1000, one of them for a broken bar."""
    return [
        ["all", 1000, 4, 0.16, 1.02, 1, 3, "flicker", "c0de"],
        ["seeds 0000 to 0999", 1000, 4, 0.16, 1.02, 1, 3, "flicker", "c0de"],
    ]


def write_table(root: Path, name: str, head: list[str], rows: list[list[object]]) -> Path:
    """Write one table into a project."""
    path = root / "reports" / "verify" / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])
    return path


def write_study(root: Path) -> Path:
    """A project's folder with the three tables."""
    write_table(root, "detection", DETECTION_HEAD, detection_rows())
    write_table(root, "minimum_severity", MINIMUM_HEAD, minimum_rows())
    write_table(root, "false_alarms", ALARMS_HEAD, alarm_rows())
    return root

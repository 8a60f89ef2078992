"""Detection curves of broken bars, and the smallest severity that a recording shows."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

import pytest
from detection_grid import BARS, CELLS, LENGTHS_S, LOADS, NOISES_DBC, Cell, verdicts_of_motor
from proportions import wilson
from study_table import StudyTable

#: Motors, and how many of them one test takes.
N_MOTORS, PART = 32, 4

RUNS = StudyTable("detection_runs", ("verdicts",))
AXES = ("bars_of_28", "load", "length_s", "noise_dbc", "jitter_us")
CURVES = StudyTable("detection", (*AXES, "n", "found_pct", "low_pct", "high_pct", "refused_pct"))
SURFACE = StudyTable("minimum_severity", ("load", "length_s", "noise_dbc", "bars_of_28_found_in_90_pct"))


@pytest.mark.study
@pytest.mark.parametrize("first", range(0, N_MOTORS, PART))
def test_motors_are_diagnosed_over_the_grid(first: int) -> None:
    seeds = [seed for seed in range(first, first + PART) if not RUNS.has(f"motor {seed:02d}")]
    if not seeds:
        return
    with ProcessPoolExecutor(2) as pool:
        for seed, verdicts in zip(seeds, pool.map(verdicts_of_motor, seeds), strict=True):
            RUNS.add(f"motor {seed:02d}", verdicts=verdicts)


def _curve(cell: Cell, column: str) -> tuple[int, int, float]:
    """Hits, number, and share in percent of those refused."""
    n = len(column)
    return column.count("S"), n, 100 * column.count("C") / n


@pytest.mark.study
def test_one_bar_of_28_is_found_at_three_quarters_load_in_ten_seconds() -> None:
    rows = RUNS.rows()
    assert len(rows) == N_MOTORS
    found: dict[Cell, float] = {}
    for k, cell in enumerate(CELLS):
        hits, n, refused = _curve(cell, "".join(row["verdicts"][k] for row in rows))
        found[cell] = hits / n
        low, high = wilson(hits, n)
        axes = (cell.bars, cell.load, cell.length_s, cell.noise_dbc, round(1e6 * cell.jitter_s))
        case = "{:g} bars, load {:g}, {:02g} s, {:g} dB, {:02d} us".format(*axes)
        figures = {"found_pct": hits / n, "low_pct": low, "high_pct": high, "refused_pct": refused / 100}
        if not CURVES.has(case):
            shares = {name: f"{100 * share:.1f}" for name, share in figures.items()}
            CURVES.add(case, **dict(zip(AXES, axes, strict=True)), n=n, **shares)
    for noise in NOISES_DBC:
        for length in LENGTHS_S:
            for load in LOADS:
                sure = [b for b in BARS if all(found[Cell(x, load, length, noise)] >= 0.9 for x in BARS if x >= b)]
                smallest = f"{min(sure):g}" if sure else f"above {max(BARS):g}"
                case = f"load {load:g}, {length:02g} s, {noise:g} dB"
                SURFACE.add(case, load=load, length_s=length, noise_dbc=noise, bars_of_28_found_in_90_pct=smallest)
    for load in (0.75, 1.0):
        assert found[Cell(1.0, load, 10.0, -70.0)] >= 0.95

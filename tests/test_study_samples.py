"""The code of the long studies on a small fixed sample; `make verify` runs them at full size."""

from __future__ import annotations

import pytest
from detection_grid import Cell, verdicts_of_motor
from healthy_recordings import CONDITIONS, draw_healthy
from proportions import wilson

from diagmod.core.diagnosis import diagnose
from diagmod.core.verdicts import Verdict


@pytest.mark.parametrize("first", range(0, 24, 8))
def test_healthy_motors_are_not_called_faulty(first: int) -> None:
    for seed in range(first, first + 8):
        condition, specimen, run = draw_healthy(seed)
        found = diagnose(run.currents, run.fs, specimen.motor, stamps_s=run.stamps_s)
        called = [v.name for v in found.faults if v.verdict == Verdict.SUPPORTED]
        assert condition in CONDITIONS
        assert not called, f"seed {seed}, {condition}: {called}"


def test_a_bar_is_found_where_the_grid_says_and_refused_by_a_bad_clock() -> None:
    cells = (Cell(1.0, 0.75, 10.0, -70.0), Cell(1.0, 0.75, 10.0, -70.0, 2e-5), Cell(1.0, 0.2, 2.0, -50.0))
    assert verdicts_of_motor(0, cells)[:2] == "SC"


def test_an_interval_of_a_share_holds_it_and_narrows_with_the_number() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(5, 10)
    assert low == pytest.approx(0.2366, abs=1e-4)
    assert high == pytest.approx(0.7634, abs=1e-4)
    assert wilson(0, 300)[1] == pytest.approx(0.01264, abs=1e-4)

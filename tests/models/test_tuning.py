"""A search that sees the motors it is judged on flatters itself; a nested one does not."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_rows import handmade_rows, quick_settings

from diagmod.models import tuning
from diagmod.models.tuning import auroc_of, inner_auroc, nested_search


def _draw(trial):
    return {
        "baseline": trial.suggest_categorical("baseline", ["fleet", "motor_load"]),
        "detector": trial.suggest_categorical("detector", ["robust_z"]),
    }


def test_search_finds_the_baseline_that_shows_the_fault_and_is_judged_on_other_motors() -> None:
    found = nested_search(handmade_rows(per_motor=8), quick_settings(), _draw, n_outer=3, n_trials=6)
    assert found["baseline"].tolist() == ["motor_load"] * 3
    assert found["outer"].mean() > 0.85
    assert found["inner"].mean() > 0.85


def test_search_never_sees_the_motors_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, seen = handmade_rows(per_motor=8), []

    def watched(rows, train, settings):
        seen.append(set(rows.rows.motor[train]))
        return 0.5

    monkeypatch.setattr(tuning, "inner_auroc", watched)
    nested_search(rows, quick_settings(), _draw, n_outer=3, n_trials=2)
    assert all(len(motors) == 6 for motors in seen), "nine motors, three held out in each outer fold"


def test_without_any_fault_the_figure_is_chance() -> None:
    rows = handmade_rows(per_motor=8)
    rows.about["condition"] = "healthy"
    everything = np.ones(len(rows.rows), dtype=bool)
    assert np.isnan(auroc_of(rows, everything, everything, quick_settings()))
    assert inner_auroc(rows, everything, quick_settings()) == 0.5

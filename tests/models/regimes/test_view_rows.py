"""What the views see: figures over the nameplate, and whose recordings count."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from diagmod.core.features import features_at
from diagmod.models.regimes.view_rows import VIEWS, known_figures, view_rows


def tables(n_recordings: int = 4) -> tuple[SimpleNamespace, pd.DataFrame]:
    """Recordings of one motor of 10 A, 50 Hz, 2 pole pairs and 1450 rpm; two segments each, in no order."""
    ids = [f"r{k}" for k in range(n_recordings)]
    started = pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(range(n_recordings), unit="D")
    catalogue = pd.DataFrame(
        {
            "recording_id": ids, "motor_id": "M1", "split_group": "M1", "condition": "healthy", "severity": 0.0,
            "load_pct": [80.0, np.nan, 60.0, 60.0], "acquisition": ["good", "good", "unusable", "good"],
            "started_at": started,
        }
    )  # fmt: skip
    segments = pd.DataFrame({f.name: 1.0 for f in features_at("segment")}, index=range(2 * n_recordings))
    segments.insert(0, "recording_id", np.repeat(ids[::-1], 2))
    segments.insert(1, "motor_id", "M1")
    segments.insert(2, "segment", [1, 0] * n_recordings)
    segments[["rms_R", "rms_S", "rms_T", "line_hz", "am_slow"]] = [5.0, 5.0, 8.0, 50.05, 10.0]
    states = pd.DataFrame(
        {
            "recording_id": ids, "slip": 0.02, "load_share": 0.5, "acquisition_codes": ["", "", "", "short,wiring"],
        }
    )  # fmt: skip
    motors = pd.DataFrame(
        {"motor_id": ["M1"], "rated_current_a": [10.0], "line_hz": [50.0], "rated_rpm": [1450.0], "pole_pairs": [2]}
    )
    return SimpleNamespace(catalogue=catalogue, segments=segments, states=states), motors


def test_operation_is_told_over_the_nameplate():
    """Mean of 5, 5 and 8 A over 10 A; 50.05 Hz is 0.1 % off; log10 of 10 % is 1; slip 0.02 of 1 - 1450 / 1500."""
    data = view_rows(*tables(), 1)
    assert data.about["recording_id"].tolist() == sorted(data.about["recording_id"])
    assert data.about["segment"].tolist() == [0, 1] * 4
    np.testing.assert_allclose(data.rows["operation"].values[0], [0.6, 0.8, 0.1, 1.0], rtol=1e-9)
    assert data.about["slip_of_rated"].iloc[0] == pytest.approx(0.02 / (1 - 1450 / 1500))


def test_a_stated_load_goes_before_that_of_the_slip():
    assert view_rows(*tables(), 1).about["load_share"].tolist() == [0.8, 0.8, 0.5, 0.5, 0.6, 0.6, 0.6, 0.6]


def test_the_first_usable_recordings_of_a_motor_are_its_own_level():
    shape = view_rows(*tables(), 1).rows["shape"]
    assert shape.is_reference.tolist() == [True, True, *[False] * 6]
    found, motors = tables()
    found.catalogue["started_at"] = pd.Series([pd.NaT] * 4, dtype="datetime64[us, UTC]")
    assert view_rows(found, motors, 1).rows["shape"].is_reference[:4].all()


def test_unusable_recordings_are_left_out_and_counted():
    data = view_rows(*tables(), 1)
    assert np.isnan(data.rows["operation"].values[4:6]).all() and np.isnan(data.rows["shape"].values[4:6]).all()
    assert np.isnan(data.rows["shape"].values[6:]).all() and np.isfinite(data.rows["shape"].values[:4]).all()
    assert "4 of unusable or wrongly wired recordings are left out" in data.in_words()


def test_a_single_phase_and_a_motor_without_a_plate_keep_the_other_figures():
    found, motors = tables()
    for feature in features_at("segment"):
        if not feature.name.endswith("_R") and feature.name != "line_hz":
            found.segments[feature.name] = np.nan
    found.segments["am_slow_R"] = 100.0
    data = view_rows(found, motors.assign(rated_current_a=np.nan), 1)
    assert known_figures(data.rows["operation"]) == ("load_share", "supply_off_pct", "ripple_log")
    assert data.rows["operation"].values[0, 3] == 2.0
    assert "unbalance_log" not in known_figures(data.rows["shape"]) and "h5_log" in known_figures(data.rows["shape"])


def test_every_view_has_names_and_meanings_of_its_own():
    for figures in VIEWS.values():
        assert len({figure.name for figure in figures}) == len(figures)
        assert all(figure.meaning and figure.unit for figure in figures)

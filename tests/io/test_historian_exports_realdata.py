"""Measured series of machines as trend logs, against a computation of its own by pandas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diagmod.io.export_layouts import LayoutRules
from diagmod.io.historian_exports import TrendImport, read_exports
from diagmod.io.tag_rules import TagRules

pytestmark = pytest.mark.realdata


def _hours(series: pd.Series) -> pd.DataFrame:
    return series.dropna().resample("h").agg(["mean", "min", "max", "count"]).query("count > 0")


def _assert_equal(found: TrendImport, quantity: str, expected: pd.DataFrame) -> None:
    rows = found.trend[found.trend["quantity"] == quantity].set_index("hour")
    assert rows.index.tolist() == expected.index.tolist()
    for ours, theirs in (("mean", "mean"), ("minimum", "min"), ("maximum", "max"), ("samples", "count")):
        np.testing.assert_allclose(rows[ours], expected[theirs], rtol=1e-12, atol=1e-15)


def test_temperature_every_five_minutes_with_an_hour_written_twice(realdata: Path) -> None:
    """On 2014-01-07 the hour from 02:00 stands twice with different values: 2 x 12 rows are kept out."""
    path = realdata / "nab_machine_temperature" / "machine_temperature_system_failure.csv"
    rules = TagRules(motors=["M1"], quantity="temperature", units={"": "°F"})
    found = read_exports([path], rules, LayoutRules(timezone="UTC"))
    raw = pd.read_csv(path)
    values = raw.set_index(pd.to_datetime(raw["timestamp"], utc=True))["value"]
    clear = values[~values.index.duplicated(keep=False)].sort_index()
    assert len(values) - len(clear) == 24 == len(found.refused)
    assert found.refused["time"].str.startswith("2014-01-07 02:").all()
    _assert_equal(found, "temperature", _hours(clear))
    done = found.series.iloc[0]
    assert (done["samples"], done["step_s"], done["gaps"], done["longest_gap_h"]) == (22671, 300.0, 1, 1)


def test_hourly_temperature_with_gaps(realdata: Path) -> None:
    path = realdata / "nab_machine_temperature" / "ambient_temperature_system_failure.csv"
    found = read_exports([path], TagRules(motors=["M1"], quantity="temperature"), LayoutRules(timezone="UTC"))
    raw = pd.read_csv(path)
    assert found.trend["mean"].tolist() == raw["value"].tolist()
    assert found.trend["hour"].tolist() == pd.to_datetime(raw["timestamp"], utc=True).tolist()
    assert found.trend["samples"].isna().all()
    steps = pd.to_datetime(raw["timestamp"]).diff().dropna() / pd.Timedelta(hours=1)
    done = found.series.iloc[0]
    assert (done["gaps"], done["missing_h"]) == (int((steps > 1).sum()), int((steps - 1).sum()))
    assert done["longest_gap_h"] == int(steps.max() - 1) == 173


def test_joint_currents_with_decimal_commas_empty_columns_and_a_pause(realdata: Path) -> None:
    """A sample a second; a pause of 5.2 h of which four full hours are missing."""
    path = realdata / "ur3_cobotops" / "dataset_02052023.csv"
    tags = {f"Current_J{k}": ("UR3", f"current_J{k}") for k in range(6)} | {"Temperature_T0": ("UR3", "temperature")}
    found = read_exports([path], TagRules(motors=["UR3"], mapping=tags), LayoutRules())
    raw = pd.read_csv(path, sep=";", decimal=",")
    table = raw.set_index(pd.to_datetime(raw["Timestamp"].str.strip('"'), utc=True))
    for tag, (_, quantity) in tags.items():
        _assert_equal(found, quantity, _hours(table[tag]))
    done = found.series.set_index("quantity")
    assert done["empty"].to_dict() == {quantity: int(table[tag].isna().sum()) for tag, (_, quantity) in tags.items()}
    assert set(done["longest_gap_h"]) == {4}
    assert done["longest_step_h"].to_numpy() == pytest.approx(5.2, abs=0.05)
    assert found.refused.empty

"""Figures of the page "Trend analysis" hold what the tables hold, gaps and extremes included."""

from __future__ import annotations

import base64
import re
from html import unescape
from pathlib import Path

import handmade_forecast as hand
import numpy as np
import pytest
from handmade_trends import make_project

from diagmod.io.tables import write_table
from diagmod.io.trend_tables import TREND
from diagmod.views.pages.trends import TrendsPage

MIME = "application/vnd.plotly.v1+json"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("trends"))


def _opened(root: Path, query: str = "") -> TrendsPage:
    page = TrendsPage(query, root)
    page.headline()
    page.body()
    assert page.problem == ""
    return page


def _rows(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html)[1:]
    return [[unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<td.*?>(.*?)</td>", row)] for row in rows]


def _figure(slot) -> dict:
    return slot.outputs[0]["data"][MIME]


def _traces(slot, name: str) -> list[dict]:
    return [trace for trace in _figure(slot)["data"] if trace["name"] == name]


def _numbers(values) -> np.ndarray:
    """Values of a trace, which plotly packs."""
    if not isinstance(values, dict):
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    return np.frombuffer(base64.b64decode(values["bdata"]), dtype=f"<{values['dtype']}").astype(float)


def test_the_figure_shows_daily_means_the_forecast_and_the_limit(project):
    """20 A and 0.1 A a day more: the mean of a day is 0.1 A above that of the day before."""
    page = _opened(project, "motor=M1&phase=R")
    (measured,) = _traces(page.expected, "measured, daily mean")
    assert np.diff(_numbers(measured["y"]))[:5] == pytest.approx([0.1] * 5, abs=1e-6)
    (median,) = _traces(page.expected, "expected (median)")
    assert _numbers(median["y"])[[0, -1]].tolist() == pytest.approx([26.1, 29.0])
    assert _traces(page.expected, "limit (sigma)")[0]["y"] == pytest.approx((28.5, 28.5))
    assert _traces(page.expected, "maintenance: repair")


def test_hours_ahead_are_drawn_by_hours(project):
    page = _opened(project, "motor=M1&phase=R&leg=hourly")
    (median,) = _traces(page.expected, "expected (median)")
    assert len(median["x"]) == 168
    assert _traces(page.expected, "measured, hourly mean")


def test_the_log_keeps_extremes_and_leaves_gaps_open(project):
    """60 days of hours are columns of two; the missing day stays empty."""
    page = _opened(project, "motor=M1&phase=R")
    (mean,) = _traces(page.log, "mean of 2 hours")
    assert len(_numbers(mean["y"])) == 60 * 24 / 2
    assert np.isnan(_numbers(mean["y"])).sum() == 12
    (band,) = _traces(page.log, "smallest to largest hourly mean")
    assert np.nanmin(_numbers(band["y"])) == pytest.approx(20.0)
    assert len(_traces(page.log, "more than forecast")) == len(_traces(page.log, "less than forecast")) == 1


def test_a_shorter_period_is_drawn_hour_by_hour(project):
    page = _opened(project, "motor=M1&phase=R&from=2026-05-20&to=2026-05-29")
    (mean,) = _traces(page.log, "hourly mean")
    assert len(_numbers(mean["y"])) == 10 * 24
    assert set(page.exports()["trend"]["hour"].dt.day) == set(range(20, 30))
    assert len(page.exports()["surprises"]) == 1
    assert len(_rows(page.surprises.value)) == 1


def test_extremes_of_samples_are_a_band_where_the_log_has_them(tmp_path):
    log = hand.trend(("M1",), days=20, step_h=1)
    log["minimum"], log["maximum"] = log["mean"] - 1, log["mean"] + 2
    root = make_project(tmp_path)
    write_table(log, TREND, root / "data" / "interim" / "trend.parquet", {})
    (band,) = _traces(_opened(root, "motor=M1&phase=R").log, "smallest to largest sample")
    found = _numbers(band["y"])
    assert (np.nanmin(found), np.nanmax(found)) == pytest.approx((19.0, log["mean"].max() + 2))


def test_the_days_of_a_crossing_are_drawn_with_the_calibrated_end(project):
    page = _opened(project, "motor=M1&phase=R")
    (paths,) = _traces(page.crossed, "rms_R, paths")
    assert (list(paths["x"]), list(paths["y"])) == ([0.0, 9.0, 24.0, 30.0], [0.0, 5.0, 50.0, 70.0])
    assert list(_traces(page.crossed, "rms_R, calibrated")[0]["y"]) == [60.0]


def test_an_own_limit_is_drawn_and_held_against_single_days(project):
    """The median is 26.1 A on the first day and rises by 0.1 A; the 95 % quantile is 2 A above it."""
    page = _opened(project, "motor=M1&phase=R&own=28.55")
    assert "28.55 A is reached by the 95 % quantile first on 2026-06-06, by the median first on 2026-06-26." in (
        page.motor.value
    )
    assert "By intervals of single days" in page.motor.value
    assert _traces(page.expected, "own limit 28.55 A")
    assert [shape["y0"] for shape in _figure(page.expected)["layout"]["shapes"]] == [28.55]
    page.controls["own"].take("30.95")
    assert "30.95 A is reached by the 95 % quantile first on 2026-06-30, by the median not within 30 days." in (
        page.motor.value
    )
    page.controls["own"].take("500")
    assert "500 A is not reached by the 95 % quantile within 30 days." in page.motor.value
    assert not _traces(page.expected, "own limit 500 A"), "a line far away would flatten the curve"
    page.controls["own"].take("0")
    assert "own limit" not in page.motor.value.lower()

"""The page "Trend analysis" in the kernel: its numbers are those of the tables, under every choice."""

from __future__ import annotations

import base64
import io
import json
import re
from html import unescape
from pathlib import Path

import handmade_forecast as hand
import pandas as pd
import pytest
from handmade_trends import make_project, tables_of_page

from diagmod.io.forecast_tables import FORECAST_TABLES
from diagmod.io.tables import empty_table, write_table
from diagmod.views.pages.trend_words import method_in_words
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


def _cards(page: TrendsPage) -> dict[str, str]:
    pairs = re.findall(r"<dt>(.*?)</dt><dd.*?>(.*?)</dd>", page._headline.value)
    return {unescape(name): re.sub("<.*?>", "", unescape(value)) for name, value in pairs}


def _rows(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html)[1:]
    return [[unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<td.*?>(.*?)</td>", row)] for row in rows]


def _figure(slot) -> dict:
    return slot.outputs[0]["data"][MIME]


def _traces(slot, name: str) -> list[dict]:
    return [trace for trace in _figure(slot)["data"] if trace["name"] == name]


def _told(page: TrendsPage) -> str:
    return unescape(page._message.value)


def test_the_cards_are_counts_of_the_tables(project):
    """12 of 13 series are forecast; S of M1 is above its limit; R and T may cross, half of the paths by day 24."""
    cards = _cards(_opened(project))
    assert cards["Series forecast"] == "12 of 13"
    assert cards["Motors above a limit now"] == "1 of 2 with a trend"
    assert cards["Motors that may be above one within 30 days"] == "1 of 2 with a trend"
    assert cards["Highest risk"] == "74 % M1 phase S, ◆ plan"
    assert cards["Next expected crossing"] == "2026-06-24 M1 phase R, 60 %"


def test_the_first_number_is_marked_for_those_who_measure(project):
    assert TrendsPage("", project).headline().value.count("data-dm-first") == 1


def test_the_fleet_stands_in_order_of_urgency_with_unknown_before_good(project):
    rows = _rows(_opened(project).fleet.value)
    assert [row[:2] for row in rows] == [["M1", "S"], ["M1", "R"], ["M1", "T"], ["M2", "T"], ["M2", "R"], ["M2", "S"]]
    assert rows[1] == [
        "M1", "R", "25.9", "28.5", "usual range: mean and 4 standard deviations of the first 28 days", "60",
        "day 24 (day 9 to later than 30)", "56", "◆ plan", "rms_R of M1 may exceed 28.5 A.",
    ]  # fmt: skip
    assert [row[6] for row in rows] == [
        "exceeded now", rows[1][6], rows[1][6], "cannot be told", "not within 30 days", "not within 30 days",
    ]  # fmt: skip


def test_every_filter_changes_rows_cards_and_exports(project):
    page = _opened(project)
    for name, value, motors, n_rows in (
        ("grade", "plan", {"M1"}, 3), ("grade", "unknown", {"M2"}, 1), ("limit", "nameplate", {"M2"}, 3),
        ("motor", "M2", {"M2"}, 3), ("phase", "R~S", {"M1", "M2"}, 4),
    ):  # fmt: skip
        page.controls[name].take(value)
        shown = page.exports()["risk"]
        assert (set(shown["motor_id"]), len(shown)) == (motors, n_rows), name
        assert len(_rows(page.fleet.value)) == n_rows
        page.controls[name].take("")
    assert len(page.exports()["risk"]) == 6


def test_fewer_days_ahead_ask_whether_paths_have_crossed_by_then(project):
    """5 % of the paths of R and T have by day 9, half by day 24."""
    page = _opened(project)
    page.controls["grade"].take("plan")
    page.controls["days"].take("20")
    assert _cards(page)["Next expected crossing"] == "– none is expected within 20 days"
    assert _rows(page.fleet.value)[1][6] == "later than day 20 (from day 9 on)"
    ahead = page.exports()["forecasts"].groupby("leg")["step"].max()
    assert ahead.to_dict() == {"daily": 20, "hourly": 168}
    page.controls["days"].take("2")
    assert page.exports()["forecasts"].groupby("leg")["step"].max().to_dict() == {"daily": 2, "hourly": 48}


def test_without_a_choice_the_most_urgent_motor_is_shown_and_said_to_be(project):
    page = _opened(project)
    assert "Motor M1: what is expected" in page.motor.value
    assert "The most urgent motor under this choice" in page.motor.value
    page.controls["motor"].take("M2")
    assert "Motor M2: what is expected" in page.motor.value
    assert "The most urgent motor" not in page.motor.value


def test_a_rated_current_is_set_beside_the_last_value(tmp_path):
    root = make_project(tmp_path)
    assert "states no rated current" in _opened(root, "motor=M1").motor.value
    path = root / "data" / "interim" / "motors.parquet"
    motors = pd.read_parquet(path).assign(rated_current_a=51.8)
    from diagmod.io.schemas import MOTORS

    write_table(motors, MOTORS, path, {})
    assert "Rated current 51.8 A; the highest last daily mean is 25.9 A (phase R), 50 % of it." in (
        _opened(root, "motor=M1").motor.value
    )


def test_methods_are_compared_with_the_naive_line_in_words(project):
    html = unescape(_opened(project, "motor=M1&phase=R").motor.value)
    assert "Phase R, days ahead: ETS, error 30 % less than that of the best naive line (drift), at 12" in html
    worse = hand.series(("M1",), ("rms_R",), mase=1.2).iloc[0].to_dict()
    assert "error 20 % more than that of the best naive line (drift), kept for the whole fleet" in (
        method_in_words(worse)
    )
    naive = hand.series(("M1",), ("rms_R",), method="naive", reason="no model beat the naive line").iloc[0].to_dict()
    assert method_in_words(naive) == "Phase R, days ahead: No model beat the naive line."


def test_a_probability_that_never_came_true_is_not_judged(tmp_path):
    figures = tables_of_page()["crossing_figures"].assign(n_crossed=0)
    text = _opened(make_project(tmp_path, crossing_figures=figures)).judged.value
    assert "0 limits were exceeded. That is not enough to judge a probability by." in text
    assert "skill" not in text


def test_a_shorter_horizon_of_the_forecasts_is_the_most_that_can_be_chosen(tmp_path):
    risk = hand.risk(horizon_d=7, days_low=3.0, days_median=5.0)
    page = _opened(make_project(tmp_path, risk=risk), "days=30")
    assert "days must be 1 to 7, got '30'" in _told(page)
    assert "Motors that may be above one within 7 days" in _cards(page)


def test_series_of_which_none_could_be_forecast_stand_with_their_reasons(tmp_path):
    root = make_project(tmp_path, risk=hand.empty("risk"), forecasts=hand.empty("forecasts"),
                        series=hand.refused_series("rms_R"))  # fmt: skip
    page = _opened(root)
    assert "No trend is forecast: why stands with each series at the end of the page" in page.fleet.value
    assert "20 known hours, at least 336 are needed" in page.refused.value
    assert "Motor M1: what is expected" in page.motor.value
    assert _figure(page.log)["data"]


def test_what_is_not_forecast_stands_with_its_reason(project):
    page = _opened(project)
    why = "20 known hours, at least 336 are needed: give a longer log"
    none = "the trend log has none of the forecast quantities of this motor; add its log to the data set"
    assert _rows(page.refused.value) == [["M1", "load_pct", "days", why], ["M3", "", "", none]]
    page.controls["motor"].take("M2")
    assert "Every trend under this choice is forecast." in page.refused.value


def test_a_motor_without_a_trend_says_so_everywhere(project):
    page = _opened(project, "motor=M3")
    assert _told(page) == ""
    assert "No trend has a limit and a risk under this choice" in page.fleet.value
    assert "No trend of this motor is held against a limit." in page.motor.value
    assert [_figure(slot)["data"] for slot in (page.expected, page.crossed, page.log)] == [[], [], []]
    assert "the trend log has no hour of this motor" in json.dumps(_figure(page.log)["layout"]["annotations"])


def test_how_good_it_was_is_said_and_drawn_on_demand(project):
    page = _opened(project)
    text = unescape(page.judged.value)
    assert (
        "Daily forecasts: at earlier moments their error was 70 % of that of the best naive line (72 forecasts" in text
    )
    assert "90 % of what came lay within the 90 % interval" in text
    assert "60 were held against what came, 40 limits were exceeded" in text
    assert "skill of 0.37 (95 % interval 0.16 to 0.54" in text
    assert "50 % of the 40 exceedings had been forecast with a day, in the median 2 d off" in text
    assert page.stated.outputs == page.came.outputs == ()
    page._heard(json.dumps({"set": {"judged": "figures"}}))
    assert page.chosen == {"judged": "figures"}
    assert {trace["name"] for trace in _figure(page.stated)["data"]} >= {"calibrated", "uncalibrated"}
    assert "Days until the limit is exceeded" in _figure(page.came)["layout"]["title"]["text"]
    assert _opened(project, "judged=figures").stated.outputs
    page._heard(json.dumps({"set": {"judged": "<script>"}}))
    assert page.stated.outputs == ()


def test_a_link_restores_the_view(project):
    query = "motor=M1&phase=R~T&grade=plan&limit=sigma&leg=hourly&days=20&from=2026-05-01&to=2026-05-30&own=28.6"
    page = _opened(project, query)
    assert page.chosen == dict(part.split("=") for part in query.split("&"))
    again = _opened(project, query)
    assert again.fleet.value == page.fleet.value
    assert again.motor.value == page.motor.value


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("motor=M99", "motor 'M99' is none of the choices"), ("days=31", "days must be 1 to 30, got '31'"),
        ("own=-1", "own must be 0 to 100000"), ("phase=X", "phase 'X' is none of the choices"),
        ("from=yesterday", "from must be a day as 2026-01-31"), ("grade=<b>", "grade '<b>' is none of the choices"),
        ("from=2026-05-30&to=2026-05-01", "the first day 2026-05-30 is after the last 2026-05-01"),
    ],
)  # fmt: skip
def test_a_link_that_asks_for_what_there_is_not_is_answered_in_a_sentence(project, query, said):
    assert said in _told(_opened(project, query))


def test_exports_hold_the_rows_that_are_shown(project):
    page = _opened(project, "motor=M1&phase=R&days=10")
    page._export("csv", "forecasts")
    packed = re.search("data-dm-content='(.*?)'", page._kept.value)[1]
    found = pd.read_csv(io.BytesIO(base64.b64decode(packed)), encoding="utf-8-sig")
    assert found.groupby("leg").size().to_dict() == {"daily": 10, "hourly": 168}
    assert set(found["quantity"]) == {"rms_R"}
    assert found["q50"].tolist()[:10] == pytest.approx([26 + 0.1 * k for k in range(1, 11)])
    assert list(page.exports()) == ["risk", "series", "forecasts", "trend", "surprises"]


def test_a_changed_filter_draws_only_what_it_concerns(project):
    page = _opened(project, "motor=M1")
    log, crossed = page.log.outputs, page.crossed.outputs
    page.controls["own"].take("28.6")
    assert page.crossed.outputs is crossed
    assert page.log.outputs is not log
    log = page.log.outputs
    page.controls["days"].take("10")
    assert page.log.outputs is log


def test_a_project_without_trends_says_why(tmp_path):
    empty = {stem: empty_table(schema) for stem, schema in FORECAST_TABLES.items()}
    why = "there is no folder trend in data/raw/plant"
    page = _opened(make_project(tmp_path, why, **empty))
    assert f"No trend is forecast: {why}" in page.fleet.value
    assert "There is no motor under this choice." in page.motor.value
    assert [row[-1] for row in _rows(page.refused.value)] == [why] * 3
    assert _cards(page)["Series forecast"] == "0 of 0"
    assert "No probability of a crossing could be judged" in page.judged.value
    assert _told(page) == ""
    page._heard(json.dumps({"set": {"judged": "figures"}}))
    assert _told(page) == ""


@pytest.mark.parametrize("stem", ["risk", "series", "forecasts", "crossing_figures"])
def test_a_missing_or_damaged_table_is_a_sentence(tmp_path, stem):
    root = make_project(tmp_path)
    path = root / "data" / "processed" / "forecast" / f"{stem}.parquet"
    for damage in ("[]", None):
        path.write_text(damage) if damage else path.unlink()
        page = TrendsPage("", root)
        text = page.headline().value
        page.body()
        assert f"{stem}.parquet" in text + _told(page)
        assert "Traceback" not in text + _told(page)


def test_names_are_text_wherever_they_stand(tmp_path):
    hostile = "<script>alert(1)</script>"
    risk = hand.risk((hostile,), ("rms_R",))
    page = _opened(make_project(tmp_path, risk=risk, series=hand.series((hostile,)), surprises=hand.surprises(hostile)))
    html = page.headline().value + page.fleet.value + page.motor.value + page.refused.value + page.surprises.value
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html


def test_the_russian_page_leaves_no_sentence_in_english(project):
    page = _opened(project, "lang=ru&motor=M2&own=28.6")
    parts = (page.fleet, page.motor, page.surprises, page.judged, page.refused)
    html = unescape("".join(part.value for part in parts))
    texts = re.sub(r"<code>.*?</code>", "", html)
    left = re.findall(r">([^<>а-яА-Я]*[a-z]{3,} [a-z]{3,}[^<>]*)<", texts)
    ours = [text for text in left if "may exceed" not in text and "standard deviations of the first" not in text]
    assert ours == []

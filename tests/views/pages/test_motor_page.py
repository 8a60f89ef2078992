"""The page "Motor status": a motor that needs action, one that is good, one that cannot tell, one nobody recorded."""

from __future__ import annotations

import base64
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from handmade_motors import LINE_HZ, LINE_SHARE, MOTORS, make_motor_project

from diagmod.io.results import Results
from diagmod.io.table_registry import TABLES
from diagmod.views.language import words_of
from diagmod.views.pages import motor_words as said
from diagmod.views.pages.motor import MotorPage
from diagmod.views.pages.motor_evidence import read_lines
from diagmod.views.pages.motor_headline import wall
from diagmod.views.pages.motor_similar import similar_cases

EN = words_of("en")
MIME = "application/vnd.plotly.v1+json"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_motor_project(tmp_path_factory.mktemp("motors"))


def _opened(root, query="") -> MotorPage:
    page = MotorPage(query, root)
    page.headline()
    page.body()
    return page


def _choose(page, **values):
    for name, value in values.items():
        page.controls[name].widget.value = value


def _html(page, key) -> str:
    slot = page.of_motor[key]
    return slot._above.value + slot._below.value


def _chart(slot):
    return slot._figure.outputs[0]["data"][MIME]


def test_a_motor_that_needs_action_answers_every_question_with_the_numbers_of_the_table(root):
    first = _opened(root, "motor=M1").first()
    assert "data-dm-grade='act'" in first and 'aria-label="act"' in first and "Action needed" in first
    assert first.count("data-dm-first") == 1
    assert "<b data-dm-first>20</b>" in first
    texts = (
        "most likely: <b>broken bar</b>",
        "The rotor cage is damaged.",
        "80 % of the questions",
        "a load that swings",
        "seen in 2 of the last 2",
        "cannot tell: model of faults",
        "Take the motor out at the first occasion.",
        "soon, within days to weeks",
        "2026-03-09",
        "last recorded 2026-03-20 10:00 UTC",
    )
    for text in texts:
        assert text in first, text
    assert "data/processed/health/motor_health.parquet" in first


def test_a_good_motor_says_so_and_names_no_fault(root):
    first = _opened(root, "motor=M2").first()
    assert "data-dm-grade='good'" in first and "All right" in first and "<b data-dm-first>90</b>" in first
    assert "Nothing in its 2 recordings asks for attention." in first
    assert "most likely" not in first and "It could also be" not in first


def test_a_motor_whose_recordings_cannot_tell_is_unknown_and_says_why(root):
    page = _opened(root, "motor=M3")
    first = page.first()
    assert "data-dm-grade='unknown'" in first and "<b data-dm-first>unknown</b>" in first
    assert "of 100" not in first
    told = _html(page, "evidence")
    assert "This recording cannot tell: the clock is unreliable" in told and "Use a better recorder." in told
    assert "like no other" in _html(page, "similar")


def test_a_motor_without_any_recording_stands_on_the_wall_as_unknown(root):
    page = _opened(root)
    tiles = page.wall.value
    places = [tiles.index(f"<b>{motor}</b>") for motor in ("M1", "M4", "M3", "M5", "M2")]
    assert places == sorted(places)
    alone = _opened(root, "motor=M5")
    assert "no recording of it was judged" in alone.first()
    assert alone._message.value == "" and "There is no recording" in _html(alone, "evidence")


def test_the_fleet_is_counted_by_grade_and_the_counts_are_those_of_the_tables(root):
    first = _opened(root).first()
    assert first.count("data-dm-first") == 1
    found = dict(zip(("act", "plan", "watch", "unknown", "good"), "11021", strict=True))
    for grade, n in found.items():
        of = first.partition(f'data-dm-grade="{grade}"')[2].partition("</li>")[0]
        assert f">{n}</span>" in of and "of 5 motors" in of, grade


@pytest.mark.parametrize(
    ("query", "motors"),
    [("", "M1 M4 M3 M5 M2"), ("grade=act~good", "M1 M2"), ("type=slip+ring", "M4 M3 M5"), ("name=pump+2", "M2"),
     ("name=%3Cb%3E", ""), ("grade=watch", "")],
)  # fmt: skip
def test_every_filter_of_the_fleet_leaves_what_it_says_and_a_link_restores_it(root, query, motors):
    page = _opened(root, query)
    assert list(page.exports()["motor_health"]["motor_id"]) == motors.split()
    assert page.wall.value.count("dm-motor-tile") == len(motors.split())
    assert ("No motor fits" in page.wall.value) is (motors == "")
    assert page._message.value == ""


def test_a_click_on_a_tile_opens_the_motor_and_the_way_back_the_fleet(root):
    page = _opened(root)
    page._heard(json.dumps({"set": {"motor": "M1"}}))
    assert page.chosen == {"motor": "M1"} and "Action needed" in page._headline.value
    assert (page.fleet_box.layout.display, page.motor_box.layout.display) == ("none", None)
    page._heard(json.dumps({"set": {"motor": ""}}))
    assert page.chosen == {} and page.motor_box.layout.display == "none"


def test_an_unknown_motor_in_a_link_is_told_and_the_fleet_is_shown(root):
    page = _opened(root, "motor=%3Cscript%3E")
    assert "none of the choices" in page._message.value and "<script>" not in page._message.value
    assert page.chosen == {} and "dm-motor-tile" in page.wall.value


def test_the_spectrum_stands_where_the_table_says_and_its_lines_are_the_tables(root):
    page = _opened(root, "motor=M1")
    chart = _chart(page.of_motor["evidence"])
    marks = [trace for trace in chart["data"] if trace.get("name") == "eccentricity" and len(trace["x"])]
    assert list(marks[0]["x"]) == [LINE_HZ] and list(marks[0]["y"]) == [-34.0]
    x, y = (np.frombuffer(base64.b64decode(chart["data"][0][axis]["bdata"]), np.float32) for axis in "xy")
    assert y[np.argmin(abs(x - LINE_HZ))] == pytest.approx(20 * np.log10(LINE_SHARE), abs=0.3)
    assert y.max() == pytest.approx(0.0, abs=0.1)
    below = _html(page, "evidence")
    assert "slip 2.000 % (1.900–2.100 %)" in below and "supply 50.000 Hz" in below


def test_a_line_of_which_only_the_range_is_known_is_drawn_as_a_range(root):
    table = Results(root).table("signatures")
    line, vague = read_lines(table)
    assert (line.hz, line.standing.value) == (LINE_HZ, "stands out")
    assert np.isnan(vague.hz) and vague.standing.value == "somewhere in this range"


def test_what_a_recording_cannot_tell_and_what_else_it_could_be_stand_there_escaped(root):
    page = _opened(root, "motor=M1")
    assert "bearing ball: too short &lt;b&gt;" in _html(page, "evidence")
    told = _html(page, "competing")
    assert told.count("<li>") == 3, "the fault and two causes; a semicolon inside a cause does not part it"
    assert "a load that swings (cannot decide): look; at it</li>" in told


def test_phases_are_told_with_unit_and_share_of_rated_and_the_unbalance_is_that_of_the_table(root):
    cards = _html(_opened(root, "motor=M1"), "phases")
    assert "7.071 <small>A, 71 % of rated" in cards
    assert "5.00 <small>% of I1" in cards, "the length of 3 + 4i"
    assert "0.50 <small>% of I1" in cards


def test_a_recording_is_chosen_by_link_and_by_hand_and_only_one_of_this_motor(root):
    page = _opened(root, "motor=M1&recording=a1")
    assert page.chosen == {"motor": "M1", "recording": "a1"} and "a1.csv" in _html(page, "evidence")
    _choose(page, recording="")
    assert "a2.csv" in _html(page, "evidence")
    _choose(page, motor="M2")
    assert "b1.csv" in _html(page, "evidence")
    other = _opened(root, "motor=M1&recording=b1")
    assert "none of the choices" in other._message.value and other.view().recording_id == "a2"


def test_days_narrow_history_and_recordings(root):
    page = _opened(root, "motor=M1&to=2026-03-10")
    assert list(page.exports()["health"]["recording_id"]) == ["a1"] and page.view().recording_id == "a1"
    _choose(page, to=None, **{"from": date(2026, 3, 10)})
    assert list(page.exports()["recordings"]["recording_id"]) == ["a2"]
    _choose(page, **{"from": date(2027, 1, 1)})
    assert "choose others" in _html(page, "evidence") and page._message.value == ""


def test_another_recording_draws_neither_gauge_nor_similar_cases_again(root):
    page = _opened(root, "motor=M1")
    kept = {key: page.of_motor[key]._figure.outputs for key in ("gauge", "history", "evidence")}
    _choose(page, recording="a1")
    assert page.of_motor["gauge"]._figure.outputs is kept["gauge"]
    assert page.of_motor["history"]._figure.outputs is kept["history"]
    assert page.of_motor["evidence"]._figure.outputs is not kept["evidence"]


def test_similar_cases_are_the_nearest_by_hand_and_say_what_was_found_there(root):
    """M4 differs from M1 by 20, 0, 0 and 0 in the four parts that both know: 5 on average; M2 by 70, 60, 35 and 10."""
    row = Results(root).table("motor_health").to_dict("records")[0]
    cases = similar_cases(row, Results(root).table("health"))
    assert list(cases["motor_id"]) == ["M4", "M2"]
    assert cases["difference"].tolist() == pytest.approx([5.0, 43.75])
    assert cases["same_fault"].tolist() == [True, False]
    told = _html(_opened(root, "motor=M1"), "similar")
    assert "labelled: broken bar. repair 2026-03-15: two bars open; rotor changed" in told
    assert "mean difference of the risks" in told


def test_the_exports_are_the_rows_of_the_tables(root):
    tables = _opened(root, "motor=M1").exports()
    for name, n in {
        "motor_health": 1,
        "health": 2,
        "recordings": 2,
        "diagnoses": 2,
        "evidence": 1,
        "signatures": 2,
    }.items():
        assert len(tables[name]) == n and set(tables[name]["motor_id"]) == {"M1"}, name
    assert list(tables["motor_health"].columns) == [c.name for c in TABLES["motor_health"].columns]


def test_without_health_the_page_says_what_to_do_and_recovers(root, tmp_path):
    import shutil

    copy = shutil.copytree(root, tmp_path / "copy")
    table = Results(copy).path("motor_health")
    kept = table.read_bytes()
    table.unlink()
    page = _opened(copy)
    assert "motor_health.parquet is missing; run `make repro`" in page._headline.value
    table.write_bytes(kept)
    page.refresh()
    assert page.problem == "" and "dm-motor-counts" in page._headline.value


def test_a_missing_table_costs_its_own_part_alone(root, tmp_path):
    import shutil

    copy = shutil.copytree(root, tmp_path / "copy")
    Results(copy).path("forecast_risk").unlink()
    page = _opened(copy, "motor=M1")
    assert "This part cannot be shown" in _html(page, "forecast") and "make repro" in _html(page, "forecast")
    assert "Pump 1" in _html(page, "plate") and page._message.value == ""
    assert "This part cannot be shown" in page.report() and "rotor changed" in page.report()


def test_the_page_is_russian_where_it_is_asked_for(root):
    page = _opened(root, "motor=M1&lang=ru")
    for text in ("Нужны меры", "Почему", "Насколько точно", "Что делать", "С каких пор"):
        assert text in page.first(), text
    assert "Похожие случаи в парке" in _html(page, "similar")


def test_the_answers_are_found_in_the_sentence_that_the_pipeline_writes():
    row = pd.Series(MOTORS[0]).to_dict()
    assert said.why(row, EN) == "The rotor cage is damaged."
    assert said.seen(row, EN) == "seen in 2 of the last 2 recordings that could tell"
    other = row | {"sentence": "of another version"}
    assert said.why(other, EN) == "diagnosis of the lines: broken bar, 2.5 broken bars"


def test_a_fleet_of_five_hundred_motors_is_a_wall_without_a_wait():
    import time

    many = pd.DataFrame(MOTORS * 125).assign(name="Pump", type="")
    start = time.process_time()
    html = wall(many, EN, {})
    assert time.process_time() - start < 0.3
    assert html.count("<li>") == 500

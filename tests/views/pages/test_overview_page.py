"""The page "Data overview" in the kernel: what it shows of every kind of data set, and of none."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest
from handmade_interim import LINEAGE, RECORDINGS_OF_PLANT, make_project_with_plant, recordings

from diagmod.io.dataset_files import Dataset
from diagmod.io.maintenance_events import MAINTENANCE, REFUSED_EVENTS, MaintenanceLog
from diagmod.io.tables import conform, write_table
from diagmod.views.overview_figures import MOST_POINTS
from diagmod.views.pages.overview import OverviewPage

MIME = "application/vnd.plotly.v1+json"


def _page(root, query="", **changes) -> OverviewPage:
    make_project_with_plant(root, **changes)
    return _opened(root, query)


def _opened(root, query="") -> OverviewPage:
    page = OverviewPage(query, root)
    page.headline()
    page.body()
    return page


def _figure(slot) -> dict:
    return slot.outputs[0]["data"][MIME]


def _text(slot) -> str:
    return slot.outputs[0]["data"]["text/html"]


def _files(page) -> list[str]:
    return sorted(page.exports()["recordings"]["file"])


def _choose(page, **values) -> None:
    for name, value in values.items():
        page.controls[name].widget.value = value


def test_without_results_the_page_says_what_to_do(tmp_path):
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n")
    html = OverviewPage("", tmp_path).headline().value
    assert "there are no results yet; run `make repro`, then refresh this page" in html
    page = _opened(tmp_path)
    make_project_with_plant(tmp_path)
    page.refresh()
    assert page.problem == ""
    assert len(_files(page)) == 4


@pytest.mark.parametrize("damage", ["dataset.json", "recordings.parquet", "load_report.parquet"])
def test_damaged_results_are_a_sentence_on_the_page(tmp_path, damage):
    make_project_with_plant(tmp_path)
    (tmp_path / "data/interim" / damage).write_text("[<script>]")
    page = _opened(tmp_path)
    assert damage in page._headline.value
    assert "dvc repro" in page._headline.value
    assert "<script" not in page._headline.value


def test_a_table_that_is_missing_costs_its_part_and_no_other(tmp_path):
    make_project_with_plant(tmp_path)
    (tmp_path / "data/interim/trend.parquet").unlink()
    page = _opened(tmp_path, "motor=M1")
    assert "trend.parquet is missing" in page._message.value
    assert MIME in page.timeline.outputs[0]["data"]


def test_the_cards_are_those_counted_by_hand(tmp_path):
    html = _page(tmp_path).first()
    for name, value in {
        "Motors": "3", "Recordings": "4", "Recorded": "1.0 <small>min</small>", "With a warning": "1 <small>recording<",
        "In quarantine": "2 <small>files<", "Duplicates": "1 <small>file<", "Readiness": "not checked",
    }.items():  # fmt: skip
        assert f"<dt>{name}</dt>" in html
        assert f">{value}" in html.partition(f"<dt>{name}</dt>")[2].partition("</div>")[0]
    assert html.count("data-dm-first") == 1


@pytest.mark.parametrize(
    ("query", "files"),
    [
        ("motor=M1", ["a.csv", "b.csv", "c.csv"]),
        ("from=2026-02-05", ["b.csv", "c.csv"]),
        ("to=2026-01-05", ["a.csv"]),
        ("from=2026-01-07&to=2026-02-05", ["b.csv", "d.csv"]),
        ("condition=broken_bar", ["c.csv"]),
        ("condition=not+labelled", ["d.csv"]),
        ("quality=warning", ["b.csv"]),
        ("phases=RST", ["a.csv", "b.csv", "c.csv", "d.csv"]),
        ("load_from=60", []),
        ("load_to=60", ["a.csv", "b.csv", "c.csv", "d.csv"]),
        ("file=A.CS", ["a.csv"]),
        ("file=.*", []),
    ],
)
def test_every_filter_leaves_what_it_says_and_a_link_restores_it(tmp_path, query, files):
    page = _page(tmp_path, query)
    assert page._message.value == ""
    assert _files(page) == files
    assert page.chosen == dict(pair.split("=") for pair in query.replace("+", " ").split("&"))
    assert f">{len(files)}<" in page.first().partition("<dt>Recordings</dt>")[2]


def test_a_recording_without_load_or_time_is_left_out_only_when_one_asks_for_them(tmp_path):
    unknown = recordings({"file": "u.csv", "load_pct": None})
    page = _page(tmp_path, recordings=unknown)
    assert _files(page) == ["u.csv"]
    _choose(page, load_from=5.0)
    assert _files(page) == []
    _choose(page, load_from=0.0, to=date(2030, 1, 1))
    assert _files(page) == []


@pytest.mark.parametrize(
    "query", ["motor=M9", "from=yesterday", "condition=%3Cscript%3E", "load_from=-1", "phases=X", "quality=best"]
)
def test_a_link_that_asks_for_what_there_is_not_is_told_and_shows_all(tmp_path, query):
    page = _page(tmp_path, query)
    assert "dm-bad" in page._message.value
    assert "<script" not in page._message.value
    assert len(_files(page)) == 4


def test_files_that_were_not_loaded_follow_motor_and_file(tmp_path):
    page = _page(tmp_path)
    assert sorted(page.exports()["not loaded"]["file"]) == ["e.csv", "f.csv", "g.csv"]
    _choose(page, motor="M2")
    assert list(page.exports()["not loaded"]["file"]) == ["f.csv"]
    assert "sampling rate unknown" in page.slots["refused"].value
    _choose(page, motor="M3")
    assert "Every file of this choice was loaded." in page.slots["refused"].value


def test_findings_lead_to_their_recording_and_follow_the_filters(tmp_path):
    page = _page(tmp_path)
    assert "1 % of the samples of phase R are missing" in page.slots["findings"].value
    assert "recording.ipynb?recording=r2&amp;motor=M1" in page.slots["findings"].value
    assert "check the recorder" in page.slots["findings"].value
    _choose(page, quality="good")
    assert "No rule found anything" in page.slots["findings"].value


def test_the_fleet_has_a_row_a_motor_with_nameplate_and_a_link(tmp_path):
    page = _page(tmp_path)
    html = page.slots["fleet"].value
    assert "rated speed (rpm)" in html
    assert "last recorded (UTC)" in html
    assert all(f"motor.ipynb?motor=M{k}" in html for k in (1, 2, 3))
    assert "Health has not been judged yet" in html
    _choose(page, motor="M1")
    assert list(page.exports()["fleet"]["motor_id"]) == ["M1"]


def test_the_trend_asks_for_a_motor_and_follows_motor_and_dates(tmp_path):
    page = _page(tmp_path)
    assert "Choose a motor to see its hourly rms current." in _text(page.trend)
    _choose(page, motor="M1")
    assert _figure(page.trend)["data"][0]["x"][:1] == ["2026-01-05T00:00:00+00:00"] or _figure(page.trend)["data"]
    _choose(page, **{"from": date(2026, 1, 6)})
    assert "There is no trend log for this motor in this period." in _text(page.trend)
    _choose(page, motor="M2", **{"from": None})
    assert "There is no trend log" in _text(page.trend)


def test_what_was_done_to_a_motor_is_listed_and_marked_at_its_trend(tmp_path):
    event = {"motor_id": "M1", "start": pd.Timestamp("2026-01-05T00:30Z"), "end": pd.NaT, "kind": "repair",
             "defect": "", "action": "<b>new bearing", "note": "", "downtime_h": 2.0}  # fmt: skip
    refused = {"event": 2, "motor_id": "M9", "reason": "motor 'M9' is not in motors.yaml", "written": "{}"}
    events = pd.DataFrame([event])
    events["end"] = pd.to_datetime(events["end"], utc=True).dt.as_unit("us")
    log = MaintenanceLog(conform(events, MAINTENANCE), conform(pd.DataFrame([refused]), REFUSED_EVENTS))
    page = _page(tmp_path, "motor=M1", maintenance=log)
    assert "&lt;b&gt;new bearing" in page.slots["events"].value
    assert "Events that could not be placed" in page.slots["events"].value
    assert "repair" in [trace["name"] for trace in _figure(page.trend)["data"]]
    _choose(page, motor="M2")
    assert "No maintenance is recorded for this choice." in page.slots["events"].value


def test_many_recordings_are_drawn_as_their_number_a_week(tmp_path):
    times = pd.date_range("2026-01-05", periods=MOST_POINTS + 1, freq="h", tz="UTC")
    table = recordings(*({"recording_id": f"{k}", "started_at": str(time)} for k, time in enumerate(times[:3])))
    page = _page(tmp_path, recordings=table)
    assert _figure(page.timeline)["data"][0]["type"] == "scatter"
    page.recordings = pd.concat([page.recordings] * 2000, ignore_index=True)
    page.draw()
    assert _figure(page.timeline)["data"][0]["type"] == "heatmap"


def test_a_data_set_without_times_says_that_nothing_can_be_drawn_over_time(tmp_path):
    timeless = recordings(*({**row, "started_at": None} for row in RECORDINGS_OF_PLANT))
    page = _page(tmp_path, recordings=timeless)
    assert "keeps no start times: 4 recordings cannot be drawn" in _text(page.timeline)
    _choose(page, condition="broken_bar", quality="warning")
    assert "No recording fits the filters; widen them." in _text(page.timeline)


def test_readiness_stands_with_its_thresholds_whatever_the_filters(tmp_path):
    from diagmod.io.readiness import READINESS

    check = {"check": "recordings", "value": 4.0, "unit": "", "warn": 30.0, "fail": 5.0, "status": "fail",
             "reason": "4 recordings, at least 5 are needed; record more"}  # fmt: skip
    page = _page(tmp_path, "motor=M3", readiness=conform(pd.DataFrame([check]), READINESS))
    assert "not ready" in page.first()
    assert "record more" in page.slots["readiness"].value
    assert "dm-bad" in page.slots["readiness"].value


def test_grades_of_health_stand_in_the_fleet_where_they_are(tmp_path):
    from diagmod.io.health_tables import MOTOR_HEALTH

    make_project_with_plant(tmp_path)
    unknown = pd.Timestamp("2026-01-05T08:00Z")
    row = {c.name: {"str": "", "float64": 0.0, "int64": 0}.get(c.dtype, unknown) for c in MOTOR_HEALTH.columns}
    table = pd.DataFrame([row | {"motor_id": "M2", "grade": "act"}])
    (tmp_path / "data/processed/health").mkdir(parents=True)
    write_table(conform(table, MOTOR_HEALTH), MOTOR_HEALTH, tmp_path / "data/processed/health/motor_health.parquet", {})
    page = _opened(tmp_path)
    assert page.exports()["fleet"].set_index("motor_id")["grade"].to_dict() == {
        "M1": "not judged", "M2": "act", "M3": "not judged",
    }  # fmt: skip
    assert "data/processed/health/motor_health.parquet" in page.slots["fleet"].value


def test_names_of_others_are_text_everywhere_on_the_page(tmp_path):
    hostile = "<script>alert(1)</script>" + "x" * 300
    changed = recordings({"file": hostile, "condition": hostile, "started_at": "2026-01-05T08:00Z"})
    page = _page(tmp_path, dataset=Dataset(name=hostile), recordings=changed)
    html = page._headline.value + "".join(slot.value for slot in page.slots.values()) + page._out.value
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html


def test_the_page_speaks_russian_and_no_text_of_its_own_stays_english(tmp_path):
    page = _page(tmp_path, "lang=ru&motor=M1")
    headings = [part.value for part in page._box.children if part.__class__.__name__ == "HTML" and "<h" in part.value]
    texts = " ".join(headings) + page.first() + " ".join(w.widget.description for w in page.controls.values())
    words = set(json.dumps(texts, ensure_ascii=False).lower().split())
    assert not {"recordings", "fleet", "quality", "readiness", "motors", "load", "file", "maintenance"} & words
    assert "Записи" in texts


def test_the_lineage_of_the_tables_is_told(tmp_path):
    page = _page(tmp_path)
    assert LINEAGE["inputs"]["data/raw/plant"][:8] in page.footer().children[-1].value

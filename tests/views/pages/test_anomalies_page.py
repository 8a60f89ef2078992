"""The page "Anomaly detection" in the kernel: what it counts, what its filters do, and what it says of one recording.

Four recordings: r1 of M1 is usual, r2 of M1 cannot tell, r3 of M1 and r4 of M2 are anomalies. Scores that do not count
(another split, another set of figures) say the opposite.
"""

from __future__ import annotations

import io
import json
from base64 import b64decode
from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pytest
from handmade_interim import LINEAGE, make_project_with_plant, train

from diagmod.io.results import Results
from diagmod.io.table_registry import TABLES
from diagmod.io.tables import write_table
from diagmod.views.pages.anomalies import AnomaliesPage

MIME = "application/vnd.plotly.v1+json"

#: severity and share of healthy scores below, by recording, of the recommended method.
SCORES = {"r1": (0.2, 0.5), "r2": (np.nan, np.nan), "r3": (3.0, 0.99), "r4": (1.5, 0.95)}
MOTORS = {"r1": "M1", "r2": "M1", "r3": "M1", "r4": "M2"}
BLANK = {"str": "", "float64": np.nan, "int64": 1, "bool": False}


def _put(root, name, *rows, reason=""):
    """Write a table; columns that a row does not name are blank."""
    schema = TABLES[name]
    blank = {column.name: BLANK.get(column.dtype, pd.NaT) for column in schema.columns}
    frame = pd.DataFrame([blank | row for row in rows], columns=list(blank)).astype(
        {c.name: c.dtype for c in schema.columns}
    )
    path = Results(root).path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(frame, schema, path, LINEAGE, reason=reason)


def _scores(values, detector="pca_t2_q", level="recording", **more):
    return [
        {"recording_id": one, "motor_id": MOTORS[one], "level": level, "segment": -1, "feature_set": "all",
         "detector": detector, "baseline": "motor_load", "is_recommended": detector == "pca_t2_q",
         "split": "leave_group_out", "score": 2 * severity, "threshold": 2.0,
         "is_anomaly": bool(severity > 1), "confidence": share, "severity": severity} | more
        for one, (severity, share) in values.items()
    ]  # fmt: skip


def _project(root):
    make_project_with_plant(root)
    train(root, inputs={}, family="faults", model_type="boosted")
    opposite = dict.fromkeys(SCORES, (5.0, 1.0))
    segments = [_scores({"r3": (3.5, 0.9)}, level="segment", segment=k)[0] for k in (0, 1)]
    _put(root, "anomaly_scores", *_scores(SCORES), *_scores(dict.fromkeys(SCORES, (0.1, 0.1)), "robust_z"), *segments,
         *_scores(opposite, split="leave_load_out"), *_scores(opposite, feature_set="without_i2"))  # fmt: skip
    _put(root, "segments", *({"recording_id": "r3", "motor_id": "M1", "segment": k, "start_s": 1.0 * k, "length_s": 1.0}
                             for k in (0, 1)))  # fmt: skip
    _put(root, "anomaly_drivers", {
        "recording_id": "r3", "motor_id": "M1", "figure": "bars", "share": 0.75, "spreads": 9.2,
        "meaning": "missing bars <b>", "lines": "f(1-2s) at 48.0 Hz (-40.0 dBc)"})  # fmt: skip
    about = {"motor_id": "M1", "split_group": "M1", "split": "leave_group_out", "fold": 0}
    _put(root, "fault_predictions",
         about | {"recording_id": "r3", "model": "boosted", "answer": "broken_bar", "probability": 0.8},
         about | {"recording_id": "r1", "model": "boosted", "answer": "cannot_tell", "sentence": "Cannot tell."},
         about | {"recording_id": "r1", "model": "chance", "answer": "eccentricity"})  # fmt: skip
    _put(root, "diagnoses", {
        "recording_id": "r3", "motor_id": "M1", "fault": "broken_bar", "kind": "fault", "verdict": "supported",
        "sentence": "The rotor cage is damaged.",
        "competing": "a pulsating load (cannot decide): it may be"})  # fmt: skip
    _put(root, "recording_states", {"recording_id": "r2", "motor_id": "M1", "acquisition": "unusable",
                                    "acquisition_reasons": "the clock is unreliable",
                                    "advice": "Use a recorder that samples by hardware."})  # fmt: skip
    figures = ({"truth": "recording_label", "level": "recording", "feature_set": "all", "model": "pca_t2_q",
                "baseline": "motor_load", "split": "leave_group_out", "figure": name, "value": value,
                "low": value - 0.1, "high": value + 0.1}
               for name, value in (("precision", 0.8), ("recall", 0.5)))  # fmt: skip
    _put(root, "evaluation", *figures)
    _put(root, "alarm_rates", {
        "split": "leave_group_out", "model": "anomaly", "per_motor_month": 0.069, "low_poisson": 0.014,
        "high_poisson": 0.2, "cadence_days": 11.0, "motor_months": 43.0})  # fmt: skip
    return root


def _opened(root, query="") -> AnomaliesPage:
    page = AnomaliesPage(query, root)
    page.headline()
    page.body()
    return page


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return _project(tmp_path_factory.mktemp("anomalies"))


def _ids(page) -> list[str]:
    return list(page.exports()["anomalies"]["recording_id"])


def _card(page, name) -> str:
    return page.first().partition(f"<dt>{name}</dt>")[2].partition("</div>")[0]


def _choose(page, **values) -> None:
    for name, value in values.items():
        page.controls[name].widget.value = value


def test_the_cards_are_those_counted_by_hand_from_the_rows_that_count(root):
    page = _opened(root)
    assert ">3 <small>of 4<" in _card(page, "Recordings judged")
    assert ">2 <small>67 % of the judged<" in _card(page, "Anomalies")
    assert ">2 <small>of 2<" in _card(page, "Motors affected")
    assert ">3.0 " in _card(page, "Strongest")
    assert ">2026-01-07 " in _card(page, "First anomaly")
    assert ">1 " in _card(page, "Cannot tell")
    assert page.first().count("data-dm-first") == 1
    assert _ids(page) == ["r3", "r4", "r1", "r2"]


def test_how_good_it_is_stands_beside_the_totals(root):
    html = _opened(root).first()
    assert "Of the flagged recordings 80 % have a labelled fault (70 to 90 %)." in html
    assert "Of the recordings with a labelled fault 50 % are flagged (40 to 60 %)." in html
    assert "flagged falsely 0.069 times a month (0.014 to 0.2) at one recording every 11 days" in html
    assert "fitted without the motor" in html
    assert "data/processed/evaluation/alarm_rates.parquet" in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("motor=M1", ["r3", "r1", "r2"]),
        ("from=2026-02-05", ["r3", "r2"]),
        ("to=2026-01-05", ["r1"]),
        ("only=anomaly", ["r3", "r4"]),
        ("only=cannot+tell", ["r2"]),
        ("condition=broken_bar", ["r3"]),
        ("condition=said-cannot_tell", ["r1"]),
        ("severity=1.5", ["r3", "r4"]),
        ("confidence=96", ["r3"]),
        ("phase=R", []),
        ("file=D.CS", ["r4"]),
        ("file=.*", []),
        ("motor=M1&only=anomaly", ["r3"]),
    ],
)
def test_every_filter_leaves_what_it_says_and_a_link_restores_it(root, query, found):
    page = _opened(root, query)
    assert page._message.value == ""
    assert _ids(page) == found
    assert page.chosen == dict(pair.split("=") for pair in query.replace("+", " ").split("&"))
    assert f"of {len(found)}<" in _card(page, "Recordings judged")


def test_another_method_scores_anew(root):
    page = _opened(root, "detector=recording.robust_z.motor_load")
    assert ">0 " in _card(page, "Anomalies")
    assert "flagged falsely" not in page.first(), "rates are known of the recommended method alone"
    _choose(page, detector="recording.pca_t2_q.motor_load")
    assert ">2 " in _card(page, "Anomalies")


@pytest.mark.parametrize("query", ["motor=M9", "from=yesterday", "condition=%3Cscript%3E", "severity=-1",
                                   "confidence=101", "phase=X", "only=all", "detector=oracle"])  # fmt: skip
def test_a_link_that_asks_for_what_there_is_not_is_told_and_shows_all(root, query):
    page = _opened(root, query)
    assert query.partition("=")[0] in page._message.value
    assert "<script" not in page._message.value
    assert len(_ids(page)) == 4


def test_an_unknown_recording_in_a_link_is_told(root):
    page = _opened(root, "recording=%3Cscript%3E")
    assert "There is no scored recording" in page.detail.head.value
    assert "<script" not in page.detail.head.value + page._out.value


def test_a_clicked_recording_is_told_with_drivers_others_and_what_to_do(root):
    page = _opened(root)
    page._heard(json.dumps({"set": {"recording": "r3"}}))
    assert page.chosen["recording"] == "r3"
    head, why, others = page.detail.head.value, page.detail.why.value, page.detail.others.value
    assert "the score 6.00 lies above the threshold 2.00, and above 99.0 % of healthy recordings" in head
    assert "recording.ipynb?recording=r3&amp;motor=M1" in head
    assert "motor.ipynb?motor=M1" in head
    assert "missing bars &lt;b&gt;" in why
    assert "f(1-2s) at 48.0 Hz (-40.0 dBc)" in why
    assert ">75<" in why
    assert "The rotor cage is damaged." in others
    assert "broken bar (80 %)" in others
    assert "a pulsating load" in others
    assert "What to do next" in others
    bars = page.detail.methods.outputs[0]["data"][MIME]
    assert len(bars["layout"]["yaxis"]["categoryarray"]) == 2
    assert [len(t["text"]) for t in page.detail.segments.outputs[0]["data"][MIME]["data"] if "text" in t] == [2]
    assert list(page.exports()["scores of segments"]["start_s"]) == [0.0, 1.0]
    page._heard(json.dumps({"set": {"recording": ""}}))
    assert "Choose the file" in page.detail.head.value
    assert "recording" not in page.chosen


def test_a_recording_that_cannot_tell_says_so_why_and_what_to_change(root):
    detail = _opened(root, "recording=r2").detail
    assert "This recording cannot tell: too little of it is known" in detail.head.value
    assert "the clock is unreliable" in detail.head.value
    assert "Use a recorder that samples by hardware." in detail.others.value


def test_a_method_other_than_the_recommended_says_whose_drivers_stand_there(root):
    page = _opened(root, "recording=r3&detector=recording.robust_z.motor_load")
    assert "drivers of the recommended method" in page.detail.why.value


def test_a_click_on_a_row_draws_no_figure_of_the_fleet_again(root):
    page = _opened(root)
    before = page.timeline.outputs
    page._heard(json.dumps({"set": {"recording": "r3"}}))
    assert page.timeline.outputs is before
    _choose(page, motor="M2")
    assert page.timeline.outputs is not before


def test_the_export_holds_the_filtered_rows_in_every_kind_of_file(root):
    page = _opened(root, "only=anomaly&recording=r3")
    files = {}
    for kind in ("csv", "xlsx", "json"):
        page._export(kind, "anomalies")
        files[kind] = b64decode(page._kept.value.partition("data-dm-content='")[2].partition("'")[0])
    rows = pd.read_csv(io.BytesIO(files["csv"]))
    assert list(rows["recording_id"]) == ["r3", "r4"]
    assert list(rows["severity"]) == [3.0, 1.5]
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    assert [row[0].value for row in book["anomalies"].iter_rows(min_row=2)] == ["r3", "r4"]
    assert book["drivers of the recording"].max_row == 2
    assert len(json.loads(files["json"])["tables"]["scores of segments"]) == 2


def test_a_refused_training_is_told_with_its_reason(root, tmp_path):
    make_project_with_plant(tmp_path)
    _put(tmp_path, "anomaly_scores", reason="Only 3 recordings are usable; record more.")
    page = _opened(tmp_path)
    assert "No anomaly model was trained: Only 3 recordings are usable; record more." in page._headline.value
    assert page.problem == page._message.value == ""
    assert "data-dm-first" in page._headline.value
    assert "There is no score to show." in page.timeline.outputs[0]["data"]["text/html"]


def test_missing_results_are_a_sentence_and_a_refresh_recovers(tmp_path):
    make_project_with_plant(tmp_path)
    page = _opened(tmp_path)
    assert "anomaly_scores.parquet is missing" in page._headline.value
    _project(tmp_path)
    page.refresh()
    assert page.problem == ""
    assert len(_ids(page)) == 4


def test_without_evaluation_and_models_of_faults_the_scores_still_stand(tmp_path):
    make_project_with_plant(tmp_path)
    _put(tmp_path, "anomaly_scores", *_scores(SCORES))
    page = _opened(tmp_path, "recording=r3")
    assert "How often it is right is not known" in page.first()
    assert "No figure is known to have driven it." in page.detail.why.value
    assert len(_ids(page)) == 4


def test_the_page_is_russian_where_it_is_asked_for(root):
    page = _opened(root, "lang=ru&recording=r3")
    assert "Оценено записей" in page.first()
    assert "аномалия" in page.table.value
    assert "Необычно для этого двигателя: оценка 6.00" in page.detail.head.value


def test_a_day_of_a_filter_is_whole(root):
    page = _opened(root)
    _choose(page, **{"from": date(2026, 1, 7), "to": date(2026, 1, 7)})
    assert _ids(page) == ["r4"]

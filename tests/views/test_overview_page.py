"""The page "Data overview" in the kernel: what it shows of every kind of data set, and of none."""

from __future__ import annotations

import io
import sys

import pytest
from handmade_interim import RECORDINGS_OF_PLANT, make_project_with_plant, recordings
from traitlets import TraitError

from diagmod.io.catalogue import Catalogue
from diagmod.io.dataset_files import Dataset
from diagmod.io.tables import empty_table
from diagmod.io.trend_tables import TREND
from diagmod.views.overview import OverviewPage

MIME = "application/vnd.plotly.v1+json"


def _page(root, **changes) -> OverviewPage:
    return OverviewPage(Catalogue.open(make_project_with_plant(root, **changes)))


def _figure(slot) -> dict:
    return slot.outputs[0]["data"][MIME]


def _text(slot) -> str:
    return slot.outputs[0]["data"]["text/html"]


def test_without_results_the_page_says_what_to_do(tmp_path, monkeypatch):
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n")
    monkeypatch.chdir(tmp_path)
    page = OverviewPage.open()
    assert "there are no results yet; run `make repro` and open this page again" in page.totals().data
    assert [page.fleet(), page.recordings(), page.quality(), page.footer()] == [None] * 4


@pytest.mark.parametrize("damage", ["dataset.json", "recordings.parquet"])
def test_damaged_results_are_a_sentence_on_the_page(tmp_path, monkeypatch, damage):
    make_project_with_plant(tmp_path)
    (tmp_path / "data/interim" / damage).write_text("[<script>]")
    monkeypatch.chdir(tmp_path)
    html = OverviewPage.open().totals().data
    assert damage in html
    assert "`dvc repro`" in html


def test_the_reason_is_text_whatever_it_holds():
    html = OverviewPage(None, "no file <script>alert(1)</script>").totals().data
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html


def test_all_motors_are_shown_first_and_the_trend_asks_for_a_choice(tmp_path):
    panel = _page(tmp_path).recordings()
    assert panel.choice.label == "all motors"
    assert panel.choice._options_labels == ("all motors", "M1", "M2", "M3")
    assert sum(len(trace["x"]) for trace in _figure(panel.timeline)["data"]) == 4
    assert "Choose a motor to see its hourly rms current." in _text(panel.trend)
    assert _text(panel.rows).count("<tr>") == 1 + 4
    assert panel.message.value == ""


def test_a_chosen_motor_filters_figures_and_list_latest_first(tmp_path):
    panel = _page(tmp_path).recordings()
    panel.choice.label = "M1"
    assert sum(len(trace["x"]) for trace in _figure(panel.timeline)["data"]) == 3
    assert _figure(panel.trend)["layout"]["title"]["text"] == "Hourly rms current of M1"
    rows = _text(panel.rows)
    assert rows.index("c.csv") < rows.index("b.csv") < rows.index("a.csv")
    assert "d.csv" not in rows
    assert "rms R (A)" in rows
    assert ">broken bar<" in rows


def test_a_motor_without_recordings_and_one_without_a_log_say_so(tmp_path):
    panel = _page(tmp_path).recordings()
    panel.choice.label = "M3"
    assert "There is no recording." in _text(panel.timeline)
    assert "There is no trend log for this motor." in _text(panel.trend)
    assert "No rows." in _text(panel.rows)


def test_a_motor_that_does_not_exist_is_told_and_nothing_of_another_stays(tmp_path, monkeypatch):
    panel = _page(tmp_path).recordings()
    log = io.StringIO()
    monkeypatch.setattr(sys, "__stderr__", log)
    panel.choice.options = [*panel.choice.options, ("<M99>", "<M99>")]  # as if the register had changed meanwhile
    panel.choice.label = "<M99>"
    assert "there is no motor &#x27;&lt;M99&gt;&#x27;; choose one of the list" in panel.message.value
    assert [slot.outputs for slot in (panel.timeline, panel.trend, panel.rows)] == [(), (), ()]
    assert "ValueError" in log.getvalue()
    panel.choice.label = "M1"
    assert panel.message.value == ""
    assert len(panel.timeline.outputs) == 1


def test_a_choice_that_the_page_never_offered_is_refused_and_changes_nothing(tmp_path):
    """A browser sends the number of the choice."""
    panel = _page(tmp_path).recordings()
    before = panel.rows.outputs
    with pytest.raises(TraitError):
        panel.choice.set_state({"index": 99})
    assert panel.choice.label == "all motors"
    assert panel.rows.outputs == before


def test_a_data_set_without_times_units_and_log_says_so(tmp_path):
    timeless = recordings(*({**row, "started_at": None} for row in RECORDINGS_OF_PLANT))
    about = Dataset(name="lab", unit="unstated", times="none", fs_hz=1000.0)
    panel = _page(tmp_path, recordings=timeless, dataset=about, trend=empty_table(TREND)).recordings()
    assert "The data set keeps no start times: 4 recordings cannot be drawn over time." in _text(panel.timeline)
    assert "rms R (unit unstated)" in _text(panel.rows)
    assert "(A)" not in _text(panel.rows)
    panel.choice.label = "M1"
    assert "There is no trend log for this motor." in _text(panel.trend)


def test_a_data_set_of_which_nothing_loaded_is_shown(tmp_path):
    page = _page(tmp_path, recordings=recordings())
    assert "There is no recording." in _text(page.recordings().timeline)
    assert "sampling rate unknown" in page.quality().data


def test_fleet_and_quality_show_counts_and_reasons(tmp_path):
    page = _page(tmp_path)
    fleet = page.fleet().data
    assert "rated speed (rpm)" in fleet
    assert "last recorded (UTC)" in fleet
    quality = page.quality().data
    assert quality.count("<h3>") == 2
    assert "same content as a.csv" in quality
    assert "1 % of the samples of phase R are missing" in quality


def test_names_of_others_are_text_everywhere_on_the_page(tmp_path):
    hostile = "<script>alert(1)</script>" + "x" * 3000
    about = Dataset(name=hostile)
    changed = recordings({"file": hostile, "condition": hostile, "started_at": "2026-01-05T08:00Z"})
    page = _page(tmp_path, dataset=about, recordings=changed)
    panel = page.recordings()
    html = "".join(part.data for part in (page.totals(), page.fleet(), page.quality(), page.footer()))
    html += _text(panel.rows)
    assert "&lt;script&gt;alert(1)" in page.footer().data
    assert "&lt;script&gt;alert(1)" in _text(panel.rows)
    assert "<script" not in html

"""The page "Recording explorer": which recording, which part of it, and the waveform at every zoom."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_explorer import (
    FS,
    SECONDS,
    SPIKE,
    SPIKE_AT,
    array_of,
    choose,
    detail_of,
    figure_of,
    make_explored_project,
    make_signals,
    open_page,
)
from handmade_interim import make_project_with_plant, recordings

from diagmod.views.pages import recording_look


@pytest.fixture(scope="module")
def signals():
    return make_signals()


@pytest.fixture(scope="module")
def root(tmp_path_factory, signals):
    return make_explored_project(tmp_path_factory.mktemp("plant"), signals)


def test_recordings_of_the_motor_are_offered_newest_first_by_time_load_condition_and_quality(root):
    page = open_page(root)
    assert page.problem == ""
    assert [text for text, _ in page.controls["recording"].widget.options] == [
        "2026-03-05 08:00 · load 100 % · broken bar · good",
        "2026-02-05 08:00 · load 40 % · healthy · good",
        "2026-01-05 08:00 · load 95 % · healthy · good",
    ]
    page.controls["motor"].widget.value = "M2"
    assert [value for _, value in page.controls["recording"].widget.options] == ["r4"]
    assert page.chosen == {"motor": "M2", "recording": "r4"}


def test_a_link_restores_recording_view_and_range(root):
    page = open_page(root, "motor=M1&recording=r1")
    choose(page, view="spectrum", begin="1.23456", end="2.5", low="40", high="60.5", phase="R~T", reference="r2")
    again = open_page(root, "&".join(f"{name}={text}" for name, text in page.chosen.items()))
    assert again.chosen == page.chosen
    assert (again.row["recording_id"], again.value("view")) == ("r1", "spectrum")
    assert again.part.phases == "RT"
    assert again.part.time_s == (1.23456, 2.5)
    assert again.part.range_hz == (40.0, 60.5)
    assert again.reference.row["recording_id"] == "r2"


def test_a_recording_or_a_file_in_a_link_brings_its_motor_along(root):
    assert open_page(root, "recording=r4").chosen == {"motor": "M2", "recording": "r4"}
    assert open_page(root, "file=b.csv").row["recording_id"] == "r2"
    page = open_page(root)
    choose(page, recording="r4")
    assert page.value("motor") == "M2"


def test_what_a_link_names_and_is_not_there_is_said(root):
    page = open_page(root, "recording=<script>&motor=M9&begin=x")
    assert "no recording of this data set" in page._message.value
    assert "motor &#x27;M9&#x27; is none of the choices" in page._message.value
    assert "<script" not in page._message.value
    assert page.row["recording_id"] == "r3"


def test_a_spike_of_one_sample_is_drawn_of_the_whole_and_in_every_zoom(root):
    page = open_page(root, "recording=r3")
    whole = {trace["name"]: trace for trace in figure_of(page.figures[0])["data"]}
    assert array_of(whole["S"]["y"]).max() == SPIKE
    at_s = SPIKE_AT / FS
    for width_s in (3.0, 0.5, 0.02):
        choose(page, begin=f"{at_s - width_s / 3:.4f}", end=f"{at_s + 2 * width_s / 3:.4f}")
        s = next(trace for trace in detail_of(page)["traces"] if trace["name"] == "S")
        assert s["x"][np.argmax(s["y"])] == pytest.approx(at_s)
        assert s["y"].max() == SPIKE


def test_a_narrow_zoom_shows_every_sample_and_draws_no_new_figure(root, signals):
    page = open_page(root, "recording=r1")
    before = page.figures[0].outputs
    choose(page, begin="2.0", end="2.1")
    assert page.figures[0].outputs is before
    found = detail_of(page)
    assert found["range"] == [2.0, 2.1]
    for trace in found["traces"]:
        inside = (trace["x"] >= 2.0) & (trace["x"] <= 2.1)
        assert trace["y"][inside].tolist() == signals["r1"][trace["name"]][10000:10501].tolist()
    choose(page, begin="0", end="0")
    assert detail_of(page)["range"] == [0.0, SECONDS]


def test_phases_are_told_apart_by_dash_and_only_chosen_ones_are_read(root, monkeypatch):
    asked = []
    read = recording_look.read_waveform
    monkeypatch.setattr(
        recording_look, "read_waveform", lambda path, phases: asked.append(phases) or read(path, phases)
    )
    page = open_page(root, "recording=r1&phase=S~T")
    assert asked == ["S", "T"]
    traces = figure_of(page.figures[0])["data"]
    assert [(trace["name"], trace["line"]["dash"]) for trace in traces] == [("S", "dash"), ("T", "dot")]


def test_a_gap_stays_open_and_is_counted(root):
    page = open_page(root, "recording=r2")
    t = next(trace for trace in figure_of(page.figures[0])["data"] if trace["name"] == "T")
    assert np.isnan(array_of(t["y"])).any()
    assert "6 samples are missing" in page.sentences[1].value


@pytest.mark.parametrize("value", [float("inf"), float("nan"), -3.0, 1e300])
def test_impossible_ranges_from_a_browser_show_the_whole(root, value):
    page = open_page(root, "recording=r1")
    page.controls["begin"].widget.max = 1e308
    page.controls["begin"].widget.value = value if value == value else 1e308
    assert page.part.time_s == (0.0, SECONDS)
    assert page._message.value == ""


def test_names_of_others_are_text(root):
    page = open_page(root, "recording=r4")
    html = page.file.value + page.quality.value + page.verdicts.value
    assert "d&lt;b&gt;.csv" in html
    assert "d<b>" not in html


def test_where_it_comes_from_names_file_hash_and_samples(root):
    html = open_page(root, "recording=r1").file.value
    assert "data/raw/" in html and "a.csv" in html
    assert "data/interim/waveforms/r1.parquet" in html
    assert "30000 at 5000 Hz, 6 s" in html


def test_without_results_the_page_says_what_to_do(tmp_path):
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n")
    page = open_page(tmp_path)
    assert "there are no results yet" in page._headline.value


def test_a_data_set_without_recordings_is_a_sentence(tmp_path):
    make_project_with_plant(tmp_path, recordings=recordings())
    page = open_page(tmp_path)
    assert "has no recording yet" in page._headline.value
    assert page._message.value == ""

"""The views, tables and exports of the page "Recording explorer", over signals and verdicts that are known."""

from __future__ import annotations

import io
from html import unescape

import numpy as np
import pandas as pd
import pytest
from handmade_explorer import (
    FS,
    SECONDS,
    array_of,
    choose,
    figure_of,
    kept_of,
    make_explored_project,
    make_signals,
    open_page,
)

from diagmod.io.results import Results
from diagmod.views.pages import recording_exports
from diagmod.views.pages.recording_choice import VIEWS


@pytest.fixture(scope="module")
def signals():
    return make_signals()


@pytest.fixture(scope="module")
def root(tmp_path_factory, signals):
    return make_explored_project(tmp_path_factory.mktemp("plant"), signals)


def test_lines_are_drawn_where_the_signatures_say(root):
    page = open_page(root, "recording=r3&view=spectrum&high=2500")
    expected = Results(root).table("signatures", recording_id="r3")
    expected = expected[np.isfinite(expected["at_hz"]) & (expected["at_hz"] >= 0)]
    drawn = [hz for trace in figure_of(page.figures[0])["data"] if trace.get("yaxis") == "y2"
             and trace.get("mode") == "markers" for hz in array_of(trace["x"])]  # fmt: skip
    assert len(expected) > 4
    assert sorted(drawn) == pytest.approx(sorted(expected["at_hz"]))
    state = Results(root).table("recording_states", recording_id="r3").iloc[0]
    lower = expected.loc[expected["line"] == "f(1-2s)", "at_hz"].item()
    assert lower == pytest.approx(state["supply_hz"] * (1 - 2 * state["slip"]), abs=1 / SECONDS)


def test_numbers_are_those_of_the_artefacts(root):
    page = open_page(root, "recording=r3")
    results = Results(root)
    state = results.table("recording_states", recording_id="r3").iloc[0]
    head = page._headline.value
    assert f"{state['supply_hz']:.3f} <small>Hz</small>" in head
    assert f"{100 * state['slip']:.2f} <small>%</small>" in head
    assert f"data-dm-first>{SECONDS:g} " in head
    assert state["sentence"].split(".")[0] in unescape(head)
    verdicts = results.table("diagnoses", recording_id="r3")
    shown = dict(zip(page.exports()["verdicts"]["in words"], page.exports()["verdicts"]["answer"], strict=True))
    words = {"supported": "FOUND", "not_supported": "no sign", "cannot_decide": "cannot tell"}
    assert shown == {row["sentence"]: words[row["verdict"]] for row in verdicts.to_dict("records")}
    assert all(sentence in unescape(page.verdicts.value) for sentence in verdicts["sentence"])
    again = page.look.examination.diagnosis
    assert {fault.name: str(fault.verdict) for fault in (*again.faults, *again.conditions)} == dict(
        zip(verdicts["fault"], verdicts["verdict"], strict=True)
    )


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_drawn_in_both_languages(root, view, language):
    page = open_page(root, f"recording=r3&view={view}&lang={language}")
    assert page.problem == ""
    assert page._message.value == ""
    if view == "features":
        assert "recordings.parquet" in page.more.value
    else:
        assert figure_of(page.figures[0])["data"]
        assert "data/interim/waveforms/r3.parquet" in page.figures[0].outputs[1]["data"]["text/html"]


def test_a_view_that_was_made_is_kept_and_another_recording_is_not_mixed_up(root):
    page = open_page(root, "recording=r3&view=park")
    first = figure_of(page.figures[0])["data"][0]
    choose(page, recording="r1")
    assert figure_of(page.figures[0])["data"][0] != first
    choose(page, recording="r3")
    assert figure_of(page.figures[0])["data"][0] == first


def test_the_usual_reference_is_healthy_and_nearest_in_load(root):
    page = open_page(root, "recording=r3&view=comparison")
    assert page.reference.row["recording_id"] == "r1"
    assert "The reference is a.csv." in page.more.value
    panes = [
        array_of(trace["y"]) for trace in figure_of(page.figures[1])["data"] if trace["name"] in ("this", "reference")
    ]
    assert len(panes) == 2
    choose(page, reference="none")
    assert page.reference is None
    assert "choose a reference above" in str(page.figures[0].outputs)
    choose(page, reference="r4")
    assert page.reference.row["motor_id"] == "M2"
    assert page._message.value == ""


def test_a_recording_is_no_reference_of_itself(root):
    page = open_page(root, "recording=r2&view=comparison&reference=r2")
    assert page.reference is None


def test_one_phase_has_a_waveform_and_says_why_it_has_no_park_vector(root):
    page = open_page(root, "recording=r4")
    assert [trace["name"] for trace in figure_of(page.figures[0])["data"]] == ["R"]
    choose(page, view="park")
    assert "this recording has one" in str(page.figures[0].outputs)
    choose(page, view="components")
    assert "need three phases, this recording has R" in str(page.figures[0].outputs).replace("<br>", " ")


def test_without_the_samples_the_page_says_so_and_keeps_its_tables(root, tmp_path):
    page = open_page(root, "recording=r3")
    page.look.waveform = tmp_path / "gone.parquet"
    page.look._rows.clear()
    page._drawn.clear()
    page._draw()
    for view in VIEWS:
        choose(page, view=view)
        assert page._message.value == ""
        if view != "features":
            assert "were not kept" in str(page.figures[0].outputs)
    assert "Broken rotor bars" in page.verdicts.value


def test_without_a_nameplate_the_page_says_what_to_add(root):
    page = open_page(root, "recording=r3")
    page.look.motor = None
    choose(page, view="spectrum")
    assert "there is no nameplate of M1" in str(page.figures[0].outputs)


def test_a_damaged_waveform_is_a_sentence(root, tmp_path):
    page = open_page(root, "recording=r1&view=features")
    damaged = tmp_path / "r1.parquet"
    damaged.write_bytes(b"PAR1 no more")
    page.look.waveform = damaged
    choose(page, view="waveform")
    assert "r1.parquet is damaged; rebuild it with `dvc repro load`" in page._message.value


def test_features_that_were_not_computed_are_asked_for(root):
    page = open_page(root, "recording=r1")
    choose(page, view="features")
    assert "recordings.parquet is missing; run `make repro`" in page.more.value
    assert page._message.value == ""


def test_exports_open_in_pandas_and_hold_what_is_looked_at(root, signals):
    line_hz = Results(root).table("recording_states", recording_id="r3")["supply_hz"].item()
    page = open_page(root, "recording=r3&begin=1&end=1.5&low=40&high=70&phase=S")
    page._export("csv", "waveform")
    samples = pd.read_csv(io.BytesIO(kept_of(page)))
    assert list(samples) == ["time_s", "current_S"]
    assert samples["time_s"].tolist() == pytest.approx((np.arange(5000, 7501) / FS).tolist())
    assert samples["current_S"].to_numpy(np.float32).tolist() == signals["r3"]["S"][5000:7501].tolist()
    page._export("csv", "spectrum")
    spectrum = pd.read_csv(io.BytesIO(kept_of(page)))
    assert spectrum["frequency_hz"].between(40, 70).all()
    top = spectrum.loc[spectrum["level_dbc"].idxmax()]
    assert top["frequency_hz"] == pytest.approx(line_hz, abs=0.1)
    assert top["level_dbc"] == pytest.approx(0.0, abs=1.5)
    page._export("csv", "verdicts")
    assert len(pd.read_csv(io.BytesIO(kept_of(page)))) == len(Results(root).table("diagnoses", recording_id="r3"))


def test_samples_that_are_too_many_for_a_file_are_refused_in_words(root, monkeypatch):
    monkeypatch.setattr(recording_exports, "MOST_SAMPLES", 1000)
    monkeypatch.setattr(recording_exports, "MOST_IN_ALL", 100)
    page = open_page(root, "recording=r3")
    assert "waveform" in list(page.exports())
    assert "waveform" not in page.exports().keys()  # noqa: SIM118 - what dict() takes
    page._do(lambda: page._export("csv", "waveform"))
    assert "has 30000 samples, a file takes 1000; zoom in" in page._message.value

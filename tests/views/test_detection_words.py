"""Sentences on what is found of a broken bar say the numbers of the study, and what is not found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from handmade_study import write_study

from diagmod.io.study_tables import DetectionStudy, read_detection_study
from diagmod.io.tables import TableError
from diagmod.views import detection_words as words

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "explore" / "detection_limits.ipynb"


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> DetectionStudy:
    return read_detection_study(write_study(tmp_path_factory.mktemp("study")))


def test_the_answer_names_length_and_load_and_where_nothing_helps(study):
    """One bar: 10 s at full load, 40 s at half; half a bar: 40 s at full load alone."""
    head = " in 90 % of motors at a noise of -70 dB of the rated current, record "
    assert words.answer_in_words(study, 1.0, -70.0) == (
        f"**To see 1 broken bar of 28{head}10 s or longer at 100 %, or 40 s or longer at 50 % of rated load.**"
    )
    assert words.answer_in_words(study, 0.5, -70.0) == (
        f"**To see 0.5 broken bars of 28{head}40 s or longer at 100 % of rated load; at 50 % even 40 s are too short.**"
    )
    assert words.answer_in_words(study, 1.0, -50.0).endswith(
        "no load and length that were studied suffice, up to 40 s."
    )


def test_the_table_of_answers_has_a_row_a_load_and_a_column_a_noise(study):
    table = words.answer_table(study, 1.0)
    assert list(table) == ["load", "noise -70 dB", "noise -50 dB"]
    assert table.to_numpy().tolist() == [
        ["50 % of rated", "40 s or longer", "not within 40 s"],
        ["100 % of rated", "10 s or longer", "not within 40 s"],
    ]


def test_the_source_says_motors_command_code_and_how_sure_found_is(study):
    """All that count as found are 100 % with a lower bound of 90 %."""
    text = words.source_in_words(study)
    assert "20 simulated motors, sampled for this study alone. Nothing was trained on them." in text
    assert "`make verify` simulates" in text
    assert "the code measured is c0de." in text
    assert "as few as 90 % (lower bound of the 95 % interval)." in text
    assert "different code" not in text


def test_tables_of_different_code_are_said_not_to_belong_together(study):
    mixed = replace(study, false_alarms=replace(study.false_alarms, code="other"))
    assert "measured with different code (c0de, other); run `make verify` again." in words.source_in_words(mixed)


def test_false_alarms_are_stated_with_their_interval(study):
    text = words.false_alarms_in_words(study)
    assert "4 (0.4 %; 95 % interval 0.16 to 1 %) were called faulty in any way, 1 of them for a broken bar." in text


def test_curves_say_found_refused_missed_and_what_is_not_found(study):
    """Half a bar at full load: 50 % found, 40 % refused, so 10 % passed as sound."""
    one = words.curves_in_words(study, 1.0, 10.0, -70.0)
    assert "1 broken bar of 28 found in 75 % (65 to 80 %) at 50 % and 100 % (90 to 100 %) at 100 % of rated load" in one
    assert "0 to 25 % of the motors were refused as undecided; none was passed as sound." in one
    assert one.endswith("Found in fewer than 90 %: 0.5 broken bars at every load; 1 broken bar at 50 %.")
    half = words.curves_in_words(study, 0.5, 10.0, -70.0)
    assert "passed as sound, the miss to beware of, were at most 10 % (at 100 % of rated load)." in half


def test_the_surface_says_the_least_that_shows_and_how_much_does_not(study):
    text = words.surface_in_words(study, -70.0)
    assert "0.5 broken bars of 28 as the least that is found, from 40 s at 100 % of rated load; in 1 of 4 cells" in text
    assert words.surface_in_words(study, -50.0).startswith("We see no load and length at which any studied severity")


def test_an_uneven_clock_is_said_to_be_refused_rather_than_missed(study):
    assert words.clock_in_words(study, 1.0) == (
        "We see, over all loads: with an even clock 75 to 100 % are found and 0 to 25 % refused; at 20 µs 0 % are "
        "found and 100 % refused. With an uneven one 100 % of the motors were refused as undecided; none was "
        "passed as sound."
    )
    even = DetectionStudy(study.detection[study.detection["jitter_us"] == 0], study.minimum, study.false_alarms)
    assert words.clock_in_words(even, 1.0) == "No uneven clock was studied."


def _run_notebook() -> None:
    """Run the cells of the notebook one after the other, without a kernel."""
    names: dict[str, object] = {}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)  # noqa: S102 - the project's own notebook


def test_the_notebook_runs_on_the_tables_of_a_study(tmp_path, monkeypatch):
    for mark in ("dvc.yaml", "params.yaml"):
        (tmp_path / mark).touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TableError, match=r"detection.csv does not exist; run `make verify`"):
        _run_notebook()
    write_study(tmp_path)
    _run_notebook()

"""One file on trial: the readers and rules of ``load`` speak of it, in their own words."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.core.motor import Motor
from diagmod.io.dataset_files import Dataset, DatasetError
from diagmod.io.paths import project_root
from diagmod.io.stages import StageError
from diagmod.io.trial_files import TrialSettings, try_file

MOTOR = Motor(motor_id="M1", line_hz=50.0, pole_pairs=2)
SETTINGS = TrialSettings.of(project_root(), Dataset(name="plant"))


def currents_text(head: str = "I_R,I_S,I_T", fs: float = 2000.0, seconds: float = 4.0, n_missing: int = 0) -> str:
    """Three balanced currents of 10 A peak at 50 Hz with a little noise, as CSV without a time column."""
    time_s = np.arange(round(fs * seconds)) / fs
    noise = np.random.default_rng(1).normal(0.0, 0.01, (3, time_s.size))
    rows = 10 * np.cos(2 * np.pi * 50 * time_s - np.array([[0.0], [2.0], [4.0]]) * np.pi / 3) + noise
    lines = [",".join(f"{x:.5f}" for x in row) for row in rows.T]
    lines[100 : 100 + n_missing] = [",".join(["nan"] * 3)] * n_missing
    return "\n".join([*([head] if head else []), *lines, ""])


def _try(tmp_path, text, motor=MOTOR, shown="Pump 1.csv", **cells):
    path = tmp_path / "recording.csv"
    path.write_text(text, encoding="utf-8")
    return try_file(path, shown, cells, motor, SETTINGS, tmp_path / "work")


def test_a_good_file_is_loaded_audited_and_leaves_a_waveform(tmp_path):
    tried = _try(tmp_path, currents_text(), fs_hz="2000")
    assert tried.reason == ""
    assert tried.loaded.fs == 2000.0
    assert tried.loaded.ingested.n_samples == 8000
    assert tried.loaded.acquisition == "good"
    assert tried.loaded.waveform.is_file()


def test_without_a_nameplate_a_file_is_validated_and_not_audited(tmp_path):
    tried = _try(tmp_path, currents_text(), None, fs_hz="2000")
    assert tried.reason == ""
    assert tried.loaded.acquisition == ""
    assert tried.loaded.waveform.is_file()


def test_a_rate_that_nobody_states_is_asked_for(tmp_path):
    tried = _try(tmp_path, currents_text())
    assert "sampling rate unknown; give fs_hz" in tried.reason
    assert tried.asked == ("fs_hz",)


def test_columns_without_the_names_of_phases_are_asked_for_and_never_guessed(tmp_path):
    tried = _try(tmp_path, currents_text("p,q,w"), fs_hz="2000")
    assert "phase_columns" in tried.reason
    assert tried.asked == ("phase_columns",)
    cured = _try(tmp_path, currents_text("p,q,w"), fs_hz="2000", phase_columns="3,1,2")
    assert cured.loaded.ingested.columns == {"R": "w", "S": "p", "T": "q"}


def test_a_sentence_names_the_file_as_people_know_it(tmp_path):
    tried = _try(tmp_path, "no numbers at all", fs_hz="2000")
    assert tried.reason.startswith("Pump 1.csv ")
    assert "recording.csv" not in tried.reason


def test_a_rule_that_forbids_a_file_gives_its_finding_and_no_rule_is_made_up(tmp_path):
    tried = _try(tmp_path, currents_text(seconds=0.5), fs_hz="2000")
    assert tried.reason
    assert any(finding.is_fatal for finding in tried.loaded.findings)
    gaps = _try(tmp_path, currents_text(n_missing=3), fs_hz="2000")
    assert "missing" in {finding.rule for finding in gaps.loaded.findings}


@pytest.mark.parametrize(("cell", "reason"), [("-5", "must be positive"), ("fast", "must be a number")])
def test_a_rate_that_is_none_is_refused_in_words(tmp_path, cell, reason):
    assert reason in _try(tmp_path, currents_text(), fs_hz=cell).reason


def test_cells_are_those_of_a_manifest_and_not_too_long(tmp_path):
    with pytest.raises(DatasetError, match="a file has no 'path'; allowed are file, motor_id"):
        _try(tmp_path, "", path="/etc/passwd")
    with pytest.raises(DatasetError, match="phase_columns has 201 characters, at most 200"):
        _try(tmp_path, "", phase_columns="x" * 201)


def test_a_project_without_settings_is_refused(tmp_path):
    (tmp_path / "params.yaml").write_text("{}\n")
    with pytest.raises(StageError, match=r"params.yaml has no section load"):
        TrialSettings.of(tmp_path, Dataset(name="plant"))

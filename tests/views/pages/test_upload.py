"""The part "Try a file" in the kernel: bytes in, the report out, and nothing left behind."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from handmade_interim import make_project_with_plant

from diagmod.io.audit import CHANGES_VARIABLE, read_audit
from diagmod.io.paths import project_root
from diagmod.views.pages import upload
from diagmod.views.pages.overview import OverviewPage


def currents_text(head: str = "I_R,I_S,I_T", fs: float = 2000.0, seconds: float = 4.0) -> str:
    """Three balanced currents of 10 A peak at 50 Hz with a little noise, as CSV without a time column."""
    time_s = np.arange(round(fs * seconds)) / fs
    noise = np.random.default_rng(1).normal(0.0, 0.01, (3, time_s.size))
    rows = 10 * np.cos(2 * np.pi * 50 * time_s - np.array([[0.0], [2.0], [4.0]]) * np.pi / 3) + noise
    return "\n".join([head, *(",".join(f"{x:.5f}" for x in row) for row in rows.T), ""])


@pytest.fixture
def part(tmp_path):
    make_project_with_plant(tmp_path)
    (tmp_path / "params.yaml").write_bytes((project_root(Path(__file__).parent) / "params.yaml").read_bytes())
    page = OverviewPage("", tmp_path)
    page.headline()
    page.body()
    return page.upload


def _send(part, content: bytes | str, name: str = "Pump.csv") -> str:
    data = content.encode() if isinstance(content, str) else content
    about = {"name": name, "type": "", "size": len(data), "last_modified": datetime.now(UTC)}
    part.upload.value = ({**about, "content": memoryview(data)},)
    return part.report.value + part.told.value


def test_a_good_file_gives_validation_and_diagnosis_at_once(part):
    part.motor.widget.value, part.fs.widget.value = "M1", 2000.0
    html = _send(part, currents_text())
    assert "data-dm-trial='good'" in html
    assert "Pump.csv can be used" in html
    assert "2000 Hz" in html
    assert "data-dm-diagnosis" in html
    assert "Broken rotor bars" in html
    assert "Evidence" in html
    assert "dm-bad" not in html


def test_the_diagnosis_is_that_of_the_command(part, tmp_path):
    from diagmod.core.diagnosis import diagnose
    from diagmod.core.motor import Motor
    from diagmod.io.recording_files import Declared, read_recording_file

    part.pairs.widget.value, part.line.widget.value, part.fs.widget.value = 2, 50.0, 2000.0
    html = _send(part, currents_text())
    path = tmp_path / "same.csv"
    path.write_text(currents_text())
    read = read_recording_file(path, Declared(fs=2000.0))
    motor = Motor(motor_id="x", pole_pairs=2, line_hz=50.0)
    assert diagnose(read.currents, read.fs, motor).sentence in html


def test_what_the_file_does_not_tell_is_asked_for_and_mended_by_the_fields(part):
    html = _send(part, currents_text("p,q,w"))
    assert "data-dm-trial='bad'" in html
    assert "sampling rate unknown" in html or "phase_columns" in html
    part.fs.widget.value = 2000.0
    part.again.click()
    assert "Fill in the columns of R, S, T" in part.report.value
    part.phases.widget.value = "1,2,3"
    part.again.click()
    assert "data-dm-trial='good'" in part.report.value
    assert "No diagnosis was made: choose a motor" in part.report.value


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02" * 100, b"a picture", b"PK\x03\x04broken", b"I_R,I_S,I_T\n1,2\n", b"\x89PNG\r\n"]
)
def test_a_bad_file_gives_a_sentence_and_never_a_traceback(part, content):
    part.motor.widget.value, part.fs.widget.value = "M1", 2000.0
    html = _send(part, content, "<b>x.csv")
    assert "dm-bad" in html
    assert "Traceback" not in html
    assert "<b>" not in html


def test_a_file_that_is_too_large_is_refused_before_it_is_written(part, monkeypatch):
    monkeypatch.setattr(upload, "MOST_BYTES", 1000)
    html = _send(part, "1" * 2000)
    assert "allowed are up to 64 MB" in html
    assert part._received is None


@pytest.mark.parametrize("name", ["../../../etc/cron.d/x", "/abs/x.csv", "a\x00b.csv", "", "x" * 3000])
def test_a_name_of_a_browser_is_never_a_path(part, name):
    _send(part, currents_text(), name)
    path = part._received.path
    assert path.name in ("recording", "recording.csv")
    assert path.parent.parent == part.page.root / upload.UPLOADS


def test_a_file_goes_with_the_next_one_and_the_bytes_leave_the_widget(part):
    _send(part, currents_text())
    first = part._received.path.parent
    assert part.upload.value == ()
    _send(part, currents_text(seconds=3.0))
    assert not first.exists()
    now = part._received.path
    assert list(now.parent.iterdir()) == [now]
    assert [path for path in (part.page.root / upload.UPLOADS).iterdir() if path.is_dir()] == [now.parent]


def test_what_a_killed_kernel_left_goes_with_the_next_file(part):
    left = part.page.root / upload.UPLOADS / "0123"
    left.mkdir(parents=True)
    (left / "recording.csv").write_text("1")
    left.with_name("0123.lock").touch()
    _send(part, currents_text())
    assert not left.exists()


def test_what_a_browser_sends_instead_of_a_file_is_a_sentence(part):
    part._came({"new": ({"name": 7, "content": "text"},)})
    assert "What came is no file" in part.told.value
    part._came({"new": ({},)})
    assert "dm-bad" in part.told.value


def test_half_a_nameplate_is_refused(part):
    part.pairs.widget.value = 2
    assert "are needed together" in _send(part, currents_text())


def test_a_read_only_page_has_no_button_and_files_nothing(part, tmp_path, monkeypatch):
    monkeypatch.delenv(CHANGES_VARIABLE, raising=False)
    part.motor.widget.value, part.fs.widget.value = "M1", 2000.0
    _send(part, currents_text())
    part.keep.click()
    assert "read-only" in part.told.value
    assert not (tmp_path / "data/inbox").exists()


def test_where_changes_are_allowed_a_good_file_of_a_motor_is_filed_once(part, tmp_path, monkeypatch):
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    part.fs.widget.value = 2000.0
    _send(part, currents_text())
    part.keep.click()
    assert "of a motor of the register" in part.told.value
    part.motor.widget.value = "M1"
    part.again.click()
    part.keep.click()
    assert "Filed as data/inbox/plant/pump-" in part.told.value
    assert "diagmod import data/inbox/plant" in part.told.value
    part.keep.click()
    assert "kept once" in part.told.value
    assert [entry.result[:7] for entry in read_audit(tmp_path).entries] == ["done", "refused"]


def test_a_bad_file_is_not_filed(part, tmp_path, monkeypatch):
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    part.motor.widget.value = "M1"
    _send(part, "nothing")
    assert part.keep.disabled
    part.file()
    assert "Only a file that can be used" in part.told.value
    assert not (tmp_path / "data/inbox").exists()


def test_a_page_that_nobody_gives_a_file_imports_no_reader_and_no_diagnosis():
    code = (
        "import sys, diagmod.views.pages.overview; late = {'diagmod.core.diagnosis', 'diagmod.io.file_loading', "
        "'torch', 'sklearn', 'pandera'}; print(*sorted(late & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=project_root())
    assert done.stdout.split() == []

"""Reports as PDF, and what is said where they cannot be made."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from diagmod import print_reports
from diagmod.print_reports import BROWSERS, find_browser, main, print_report


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A project with one report, entered."""
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n")
    folder = tmp_path / "reports" / "notebooks"
    folder.mkdir(parents=True)
    (folder / "01_load.html").write_text("<!DOCTYPE html><title>load</title><h1>Loading recordings</h1>")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def chromium() -> str:
    """A browser; absent, tests skip, except in CI, where they fail."""
    path = find_browser()
    if path is None:
        reason = f"no Chromium: neither DIAGMOD_CHROMIUM nor {', '.join(BROWSERS)} on PATH names a program"
        if os.environ.get("CI") == "true":
            pytest.fail(reason + "; in CI the reports must be printed")
        pytest.skip(reason)
    return path


def _program(path: Path, script: str) -> str:
    """An executable that stands in for the browser: a Python script that gets its arguments."""
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.browser
def test_every_report_is_printed_to_a_pdf_of_its_name(root, chromium, monkeypatch, capsys):
    monkeypatch.setenv("DIAGMOD_CHROMIUM", chromium)
    assert main() == 0
    assert capsys.readouterr().out == "reports/pdf/01_load.pdf\n"
    content = (root / "reports/pdf/01_load.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert b"%%EOF" in content[-32:]
    assert [p.name for p in (root / "reports/pdf").iterdir()] == ["01_load.pdf"]


def test_a_browser_that_makes_no_file_is_told_and_the_earlier_pdf_stays(root, monkeypatch, capsys):
    (root / "reports/pdf").mkdir()
    (root / "reports/pdf/01_load.pdf").write_bytes(b"%PDF earlier")
    broken = _program(root / "broken", "sys.stderr.write('starting\\nno space left\\n'); sys.exit(1)")
    monkeypatch.setenv("DIAGMOD_CHROMIUM", broken)
    assert main() == 2
    assert capsys.readouterr().err == "error: 01_load.html could not be printed: no space left\n"
    assert (root / "reports/pdf/01_load.pdf").read_bytes() == b"%PDF earlier"


def test_a_browser_that_does_not_end_is_stopped_in_time(root, monkeypatch):
    monkeypatch.setattr(print_reports, "TIME_LIMIT_S", 0.5)
    slow = _program(root / "slow", "time.sleep(60)")
    with pytest.raises(RuntimeError, match=r"01_load\.html was not printed within 0\.5 s; try again"):
        print_report(slow, root / "reports/notebooks/01_load.html", root / "reports/pdf/01_load.pdf")
    assert list((root / "reports/pdf").iterdir()) == []


def test_a_browser_that_says_nothing_is_named_by_its_code(root):
    mute = _program(root / "mute", "sys.exit(7)")
    with pytest.raises(RuntimeError, match="could not be printed: the browser ended with code 7"):
        print_report(mute, root / "reports/notebooks/01_load.html", root / "reports/pdf/01_load.pdf")


def test_the_named_browser_goes_before_those_on_the_path(root, monkeypatch):
    for name in ("chromium", "mine"):
        _program(root / name, "")
    monkeypatch.setenv("PATH", str(root))
    monkeypatch.delenv("DIAGMOD_CHROMIUM", raising=False)
    assert find_browser() == str(root / "chromium")
    monkeypatch.setenv("DIAGMOD_CHROMIUM", str(root / "mine"))
    assert find_browser() == str(root / "mine")


@pytest.mark.parametrize("named", [None, "nowhere/chromium"])
def test_without_a_browser_the_sentence_says_what_to_do(root, monkeypatch, capsys, named):
    monkeypatch.setenv("PATH", str(root))
    monkeypatch.delenv("DIAGMOD_CHROMIUM", raising=False)
    if named:
        monkeypatch.setenv("DIAGMOD_CHROMIUM", named)
    assert main() == 2
    assert capsys.readouterr().err == "error: no Chromium found; install it or name it by DIAGMOD_CHROMIUM\n"


def test_without_reports_or_project_the_sentence_says_what_to_do(root, monkeypatch, capsys, tmp_path_factory):
    monkeypatch.setenv("DIAGMOD_CHROMIUM", sys.executable)
    (root / "reports/notebooks/01_load.html").unlink()
    assert main() == 2
    assert capsys.readouterr().err == "error: there is no report to print; run `make repro` first\n"
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert main() == 2
    assert capsys.readouterr().err.startswith("error: no diagmod project at ")

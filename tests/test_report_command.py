"""``diagmod report``: the document of the page as a file, or a sentence why there is none."""

from __future__ import annotations

import pytest
from handmade_motors import make_motor_project

from diagmod import cli
from diagmod.report_command import document
from diagmod.views.pages.motor import MotorPage


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_motor_project(tmp_path_factory.mktemp("report"))


def _run(monkeypatch, root, *arguments) -> int:
    """Exit code of the command line in a project."""
    monkeypatch.chdir(root)
    monkeypatch.setattr("sys.argv", ["diagmod", "report", *map(str, arguments)])
    try:
        return cli.main()
    except SystemExit as exc:
        return int(exc.code or 0)


def test_the_command_writes_the_document_of_the_page(root, tmp_path, monkeypatch, capsys):
    out = tmp_path / "m1.html"
    assert _run(monkeypatch, root, "--motor", "M1", "--out", out) == 0
    page = MotorPage("motor=M1", root)
    page.headline()
    assert out.read_text(encoding="utf-8") == page.report()
    assert "motor M1" in capsys.readouterr().out


def test_the_fleet_is_asked_for_by_its_own_word_and_in_russian(root, tmp_path, monkeypatch):
    out = tmp_path / "fleet.html"
    assert _run(monkeypatch, root, "--fleet", "--lang", "ru", "--out", out) == 0
    assert "Состояние двигателей: весь парк" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--motor", "M9"], "there is no motor 'M9' in the results; known are M1, M2"),
        ([], "say what the report is about"),
        (["--motor", "M1", "--fleet"], "say what the report is about"),
        (["--fleet", "--lang", "fr"], "--lang must be one of en, ru, got 'fr'"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(root, tmp_path, monkeypatch, capsys, arguments, told):
    out = tmp_path / "none.html"
    assert _run(monkeypatch, root, *arguments, "--out", out) == 2
    assert told in capsys.readouterr().err and not out.exists()


def test_a_folder_that_is_not_there_is_told(root, tmp_path, monkeypatch, capsys):
    assert _run(monkeypatch, root, "--fleet", "--out", tmp_path / "nowhere" / "a.html") == 2
    assert "make it, or write elsewhere" in capsys.readouterr().err


def test_without_results_the_command_says_how_to_get_them(tmp_path, monkeypatch, capsys):
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n", encoding="utf-8")
    assert _run(monkeypatch, tmp_path, "--fleet", "--out", tmp_path / "a.html") == 2
    assert "run `make repro`" in capsys.readouterr().err


def test_without_a_browser_there_is_no_pdf_and_the_reason_is_told(root, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("diagmod.report_command.find_browser", lambda: None)
    assert _run(monkeypatch, root, "--fleet", "--pdf", "--out", tmp_path / "a.pdf") == 2
    assert "no Chromium found" in capsys.readouterr().err


def test_the_browser_is_given_the_document_and_prints_to_the_file(root, tmp_path, monkeypatch):
    seen = {}

    def print_it(browser, html, pdf):
        seen["html"] = html.read_text(encoding="utf-8")
        pdf.write_bytes(b"%PDF")

    monkeypatch.setattr("diagmod.report_command.find_browser", lambda: "chromium")
    monkeypatch.setattr("diagmod.report_command.print_report", print_it)
    assert _run(monkeypatch, root, "--motor", "M2", "--pdf", "--out", tmp_path / "a.pdf") == 0
    assert seen["html"] == document(root, "M2") and (tmp_path / "a.pdf").read_bytes() == b"%PDF"

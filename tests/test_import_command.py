"""The command ``diagmod import``: what it prints, how it ends, and when DVC is asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from import_folders import MOTORS, make_project, make_rig, plain_csv, tree
from typer.testing import CliRunner

from diagmod import cli
from diagmod.import_command import words_of
from diagmod.io import datasets
from diagmod.io.dataset_files import DatasetError

RIG = (
    "--name-pattern", "{torque_nm}Nm_{condition}_{severity}", "--name-pattern", "{torque_nm}Nm_{condition}",
    "--map", "condition:Normal=healthy", "--map", "condition:BPFO=bearing_outer",
    "--map", "condition:BPFI=bearing_inner",
    "--motor", "M01", "--fs", "1000", "--no-times",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    folder = make_project(tmp_path / "project")
    (tmp_path / "motors.yaml").write_text(MOTORS)
    make_rig(tmp_path / "stick")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def tracked(monkeypatch) -> list[str]:
    """Data sets that DVC was asked to keep track of; DVC itself is not started."""
    asked: list[str] = []

    def track(folder: Path, root: Path) -> None:
        asked.append(folder.name)
        folder.with_name(f"{folder.name}.dvc").write_text("outs: []\n")

    monkeypatch.setattr(datasets, "track_with_dvc", track)
    return asked


@pytest.fixture
def run(root, tracked, monkeypatch, capsys) -> Callable[..., Ended]:
    """The command line, run in the project on the rig."""

    def run(*more: str, path: str = "../stick", dataset: str = "plant") -> Ended:
        arguments = ["diagmod", "import", path, "--dataset", dataset, *more]
        monkeypatch.setattr(sys, "argv", arguments)
        try:
            code = cli.main()
        except SystemExit as exc:
            code = int(exc.code or 0)
        told = capsys.readouterr()
        return Ended(code, told.out, told.err)

    return run


def strict(text: str) -> dict[str, Any]:
    """JSON that must be strict and the only thing printed."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    found = json.loads(text, parse_constant=refuse)
    assert text.isascii()
    assert text == json.dumps(found, indent=1, sort_keys=True) + "\n"
    return found


def test_all_imported_is_code_0_with_a_summary_and_under_dvc(run, tracked):
    ended = run(*RIG, "--motors", "../motors.yaml")
    assert (ended.code, ended.err, tracked) == (0, "", ["plant"])
    assert "import into data/raw/plant" in ended.out
    assert "  imported          5" in ended.out
    assert "4 files: 3 columns separated by commas with decimal point; R, S, T = current_R, current_S" in ended.out
    assert ended.out.endswith("Next: dvc exp run -S load.dataset=plant\n")
    again = run(*RIG, "--motors", "../motors.yaml")
    assert (again.code, tracked) == (0, ["plant"]), "nothing changed, so that DVC is not asked again"
    assert "5 files: is in the data set already" in again.out


def test_some_in_quarantine_is_code_3_with_reason_and_cure(run):
    ended = run("--no-dvc")
    assert ended.code == 3
    assert "0Nm_Normal.csv: motor unknown; pass --motor ID" in ended.out
    assert "recordings/0Nm_Normal.csv,MOTOR,YYYY-MM-DDTHH:MM:SSZ,HZ" in ended.out
    assert "5 files need your attention: import again with what is missing, or put the lines of" in ended.out


def test_a_dry_run_writes_nothing_and_asks_no_dvc(run, root, tracked):
    before = tree(root)
    ended = run(*RIG, "--motors", "../motors.yaml", "--dry-run")
    assert (ended.code, tracked) == (0, [])
    assert ended.out.startswith("Dry run, nothing was written: import into data/raw/plant")
    assert "would_import      5" in ended.out
    assert tree(root) == before


def test_json_is_strict_and_alone(run, root):
    told = strict(run(*RIG, "--motors", "../motors.yaml", "--json", "--dry-run").out)
    assert told["schema_version"] == 1
    assert told["counts"] == {
        "imported": 0, "would_import": 5, "duplicate": 0, "skipped": 0, "quarantined": 0, "not_chosen": 0,
    }  # fmt: skip
    (root / "../stick/odd\u20ac.csv").write_text(plain_csv(9, "\x1b[31mcurrent_R,b,c"))
    ended = run("--json", "--motor", "M01", "--fs", "1000", "--no-dvc")
    told = strict(ended.out)
    assert (ended.code, ended.err) == (3, "")
    assert told["counts"]["quarantined"] == 6
    by_name = {file["file"]: file for file in told["files"]}
    assert set(by_name["odd\u20ac.csv"]) == {
        "file", "status", "reason", "cure", "name", "n_bytes", "fs_hz", "columns", "unit", "dialect", "started_at",
        "notes",
    }  # fmt: skip
    assert "\x1b" not in json.dumps(told, ensure_ascii=False)
    assert str(root) not in ended.out, "no path of this machine"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--map", "BPFO=x"), "--map must be FIELD:WORD=VALUE, got 'BPFO=x'"),
        (("--create-motors",), "--create-motors needs --pole-pairs and --line-hz"),
        (("--pole-pairs", "2"), "--pole-pairs and --line-hz are for --create-motors"),
        (("--timezone", "Moon/Base"), "there is no time zone 'Moon/Base'"),
        (("--name-pattern", "{oops"), "has a brace too many or too few"),
        (("--fs", "nan"), "--fs must be a number, got 'nan'"),
        (("--scale", "0"), "scale must be finite and not zero"),
        (("--delimiter", ",", "--decimal", ","), "cannot both be the comma"),
        (("--encoding", "klingon"), "encoding must be a text encoding"),
        (("--condition", "=1"), "--condition '=1' must be lower-case words"),
        (("--phase-columns", "a,a"), "must name one to three different columns"),
        (("--manifest", "../motors.yaml"), "motors.yaml lacks column 'file'"),
    ],
)
def test_wrong_input_is_code_2_with_one_sentence_and_nothing_written(run, root, more, sentence):
    ended = run(*more)
    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err
    assert ended.err.startswith("error: ")
    assert ended.err.count("\n") == 1
    assert not (root / "data").exists()


def test_a_tab_and_a_missing_phase_can_be_declared(run, root, tmp_path):
    (tmp_path / "tabs").mkdir()
    (tmp_path / "tabs/a.txt").write_text("x\ty\tz\n" + plain_csv(1).split("\n", 1)[1].replace(",", "\t"))
    ended = run(
        "--motor", "M01", "--fs", "1000", "--no-times", "--delimiter", "\t", "--phase-columns", "-,1,2",
        "--motors", "../motors.yaml", path="../tabs",
    )  # fmt: skip
    assert ended.code == 0
    assert "R, S, T = -, x, y in A, 1000 Hz" in ended.out
    assert (root / "data/raw/plant/recordings.csv").read_text() == (
        'file,motor_id,started_at,fs_hz,phase_columns,delimiter\nrecordings/a.txt,M01,,1000,"-,1,2",tab\n'
    )


def test_a_refusal_of_dvc_comes_after_the_summary(run, monkeypatch):
    def refuse(folder: Path, root: Path) -> None:
        raise DatasetError("plant was copied, but `dvc add` refused (busy); run it again when DVC is free")

    monkeypatch.setattr(datasets, "track_with_dvc", refuse)
    ended = run(*RIG, "--motors", "../motors.yaml")
    assert ended.code == 2
    assert "  imported          5" in ended.out
    assert "`dvc add` refused (busy)" in ended.err


def test_a_word_has_one_meaning():
    with pytest.raises(ValueError, match="gives condition:x the meanings 'a' and 'b'; keep one"):
        words_of(["condition:x=a", "condition:x=b"])
    assert words_of(["note:a=b=c", "motor_id:P-1=M01"]) == {"note": {"a=b": "c"}, "motor_id": {"P-1": "M01"}}


def test_the_help_names_every_option_and_the_exit_codes():
    shown = CliRunner().invoke(cli.app, ["import", "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    for word in ("--name-pattern", "--map", "--manifest", "--dry-run", "--reference", "Exit code: 0 all imported"):
        assert word in shown.output

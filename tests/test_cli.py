"""The command line: what it prints, how it ends, and what it leaves in the project."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from handmade_interim import train

from diagmod import cli
from diagmod.io import datasets
from diagmod.io.model_files import write_no_model

#: A published set of two files.
PUBLISHED = {"SC_HLT_001.csv": b"1,2,3\n", "SC_A1_B0_C0_001.csv": b"4,5,6\n"}

DATA = {"data/interim/recordings.parquet": "aa"}


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A project, entered."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("dvc.yaml", "params.yaml"):
        (folder / name).write_text("{}\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def diagmod(root, monkeypatch, capsys) -> Callable[..., Ended]:
    """The command line, run in the project."""

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["diagmod", *arguments])
        try:
            code = cli.main()
        except SystemExit as exc:
            code = int(exc.code or 0)
        told = capsys.readouterr()
        return Ended(code, told.out, told.err)

    return run


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A folder with the published files; DVC is replaced by a note of what it was asked to track."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name, content in PUBLISHED.items():
        (folder / name).write_bytes(content)
    lines = [f"{name} {hashlib.sha256(content).hexdigest()}\n" for name, content in PUBLISHED.items()]
    (tmp_path / "itsc.txt").write_text("".join(lines))
    monkeypatch.setattr(datasets, "_CHECKSUMS", tmp_path)
    monkeypatch.setattr(cli, "track_with_dvc", lambda given, root: (root / "tracked").write_text(given.name))
    return folder


def test_the_list_says_what_can_be_had_and_what_is_there(diagmod, root):
    told = diagmod("datasets", "list")
    assert told.code == 0
    assert "[MIT] (not here; `diagmod datasets get itsc`)" in told.out
    (root / "data/raw/itsc").mkdir(parents=True)
    (root / "data/raw/our_pumps").mkdir()
    (root / "data/raw/itsc.dvc").write_text("")
    lines = diagmod("datasets", "list").out.splitlines()
    names = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert names == ["itsc", "kaist", "paderborn", "dataport_bars", "bbim2023", "our_pumps"]
    assert lines[1].split(maxsplit=1)[1].startswith("Cardenas-Cornejo et al.")
    assert lines[0].endswith("[MIT] (present)")


def test_getting_a_set_names_licence_citation_and_how_to_run_it(diagmod, root, copy):
    told = diagmod("datasets", "get", "itsc", "--from", str(copy))
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0] == "data/raw/itsc is ready: 2 of 52 published files."
    assert lines[1].startswith("Licence MIT. Cite: Cardenas-Cornejo et al.")
    assert lines[2] == "Run it: dvc exp run -S load.dataset=itsc"
    assert told.err == ""
    assert (root / "tracked").read_text() == "itsc"
    again = diagmod("datasets", "get", "itsc", "--from", str(copy))
    assert again.out.splitlines()[0] == "data/raw/itsc was there already: 2 of 52 published files."


def test_an_altered_file_is_named_on_the_error_stream(diagmod, copy):
    (copy / "SC_HLT_001.csv").write_bytes(b"1,2,4\n")
    told = diagmod("datasets", "get", "itsc", "--from", str(copy))
    assert told.code == 0
    assert told.out.startswith("data/raw/itsc is ready: 1 of 52 published files.")
    assert told.err == "left out: SC_HLT_001.csv: its content is not the published one\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["cwru"], "unknown data set 'cwru'; known are itsc, kaist, paderborn, dataport_bars, bbim2023"),
        (
            ["itsc", "--from", "nowhere"],
            "folder nowhere does not exist; give the folder with the files of itsc to --from",
        ),
        (["itsc", "--from", "."], "no published file of itsc in .; expected names like SC_HLT_001.csv"),
    ],
)
def test_a_mistake_is_one_sentence_exit_code_two_and_no_trace(diagmod, root, copy, arguments, sentence):
    told = diagmod("datasets", "get", *arguments)
    assert (told.code, told.out, told.err) == (2, "", f"error: {sentence}\n")
    assert not (root / "data").exists()
    assert not (root / "tracked").exists()


def test_other_content_in_place_is_refused(diagmod, root, copy):
    (root / "data/raw/itsc").mkdir(parents=True)
    (root / "data/raw/itsc/mine.csv").write_text("mine")
    told = diagmod("datasets", "get", "itsc", "--from", str(copy))
    assert told.code == 2
    assert told.err == "error: data/raw/itsc is there already with other content; move it away and try again\n"
    assert [p.name for p in (root / "data/raw/itsc").iterdir()] == ["mine.csv"]


def test_an_error_of_the_machine_is_a_sentence_too(diagmod, root, copy, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(datasets.shutil, "copyfile", full)
    told = diagmod("datasets", "get", "itsc", "--from", str(copy))
    assert (told.code, told.err) == (2, "error: [Errno 28] No space left on device\n")
    assert not (root / "data").exists()


def test_models_are_registered_once_and_listed(diagmod, root):
    assert diagmod("models", "list").out == "The store is empty; `make repro` registers the models it trained.\n"
    train(root, inputs=DATA)
    assert diagmod("models", "register").out == "anomaly v1.0.0: registered\n"
    assert diagmod("models", "register").out == "anomaly v1.0.0: already in the store\n"
    train(root, inputs={"x": "bb"})
    assert diagmod("models", "register").out == "anomaly v1.0.1: registered\n"
    listed = diagmod("models", "list").out.splitlines()
    assert [line.split()[:2] for line in listed] == [["anomaly", "v1.0.0"], ["anomaly", "v1.0.1"]]
    assert listed[0].endswith("2 features")


def test_a_family_that_was_not_trained_says_why_and_stops_no_other(diagmod, root):
    """`make repro` ends with this command: data too few to train on are no failure of it."""
    models = root / "data/processed/models"
    write_no_model(models / "anomaly", {"reason": "1 split group(s), at least 2 are needed", "lineage": {}})
    train(root, inputs=DATA, family="faults")
    told = diagmod("models", "register")
    assert told.code == 0
    assert told.out.splitlines() == [
        "anomaly: there is no model to register: 1 split group(s), at least 2 are needed",
        "faults v1.0.0: registered",
    ]
    assert list(json.loads((root / "data/models/registry.json").read_text())["families"]) == ["faults"]


def test_registering_before_anything_was_trained_says_what_to_do(diagmod):
    told = diagmod("models", "register")
    assert told.code == 2
    assert told.err == "error: no trained model in data/processed/models; run `dvc repro` first\n"


def test_a_damaged_store_is_a_sentence(diagmod, root):
    (root / "data/models").mkdir(parents=True)
    (root / "data/models/registry.json").write_text("{half")
    told = diagmod("models", "list")
    assert told.code == 2
    assert told.err.startswith("error: registry.json of the model store is damaged")
    assert told.err.endswith("restore it from a backup\n")


def test_outside_a_project_the_installed_command_says_where_to_go(tmp_path):
    command = [str(Path(sys.executable).parent / "diagmod"), "datasets", "list"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: no diagmod project at ")
    assert done.stderr.count("\n") == 1


def test_help_names_every_command(diagmod):
    assert {"datasets", "models"} <= set(diagmod("--help").out.split())
    assert {"list", "get"} <= set(diagmod("datasets", "--help").out.split())
    assert {"list", "register"} <= set(diagmod("models", "--help").out.split())

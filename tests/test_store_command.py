"""`diagmod store` counts, frees and forgets, and touches nothing else."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from handmade_interim import LINEAGE, RECORDINGS_OF_PLANT, plant, recordings

from diagmod import cli
from diagmod.io.hashes import hash_paths
from diagmod.io.interim import write_interim
from diagmod.io.store import Store

#: Hashes of the files of r1 to r4, and of one that belongs to no recording.
SHA256 = {f"r{k}": f"{k}" * 64 for k in range(1, 5)}
OTHER = "9" * 64


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A project with four recordings, a waveform and features of each, and what no run needs any more."""
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n")
    for folder in ("diagmod/core", "diagmod/io"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    rows = [
        {**row, "sha256": SHA256[row["recording_id"]], "recording_id": SHA256[row["recording_id"]][:16]}
        for row in RECORDINGS_OF_PLANT
    ]
    write_interim(plant(recordings=recordings(*rows)), tmp_path / "data" / "interim", LINEAGE)
    store = Store.open(tmp_path)
    for sha256 in (*SHA256.values(), OTHER):
        fill(store, {"sha256": sha256, "layout": {}})
        fill(store, {"features_of": {"sha256": sha256, "reading": "{}"}, "window_s": 1.0})
    fill(Store(store.folder, "earlier"), {"sha256": SHA256["r1"], "layout": {}})
    return tmp_path


def fill(store, about):
    """An entry of 1 MB."""
    store.entry(about, lambda draft: (draft / "data").write_bytes(bytes(1_000_000)) and None)


@pytest.fixture
def diagmod(root, monkeypatch, capsys) -> Callable[..., Ended]:
    """The command line, run in the project."""

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["diagmod", "store", *arguments])
        try:
            code = cli.main()
        except SystemExit as exc:
            code = int(exc.code or 0)
        told = capsys.readouterr()
        return Ended(code, told.out, told.err)

    return run


def kept(root):
    """Of each entry of the present code: kind and first digit of the recording."""
    store = Store.open(root)
    texts = [json.dumps(dict(e.about)) for e in store.entries() if e.version == store.version]
    return sorted(
        ("features" if "features_of" in text else "waveform", text.split('sha256": "')[1][0]) for text in texts
    )


ALL = [(kind, digit) for kind in ("features", "waveform") for digit in "12349"]


def test_show_counts_entries_and_megabytes_by_kind(diagmod):
    """Five of each kind, of which one of other data, and one waveform of other code."""
    said = diagmod("show")
    features, waveform = (line.split() for line in said.out.splitlines()[1:3])
    assert features == ["features", "5", "5.0", "4", "4.0", "0", "1"]
    assert waveform == ["waveform", "6", "6.0", "4", "4.0", "1", "1"]
    assert "11 entries, 11.0 MB" in said.out
    assert "the 4 recordings loaded now; `diagmod store prune` would free 3.0 MB" in said.out


def test_show_of_an_empty_store_says_how_to_fill_it(diagmod):
    diagmod("forget", "--all")
    assert diagmod("show").out == "The store is empty; `dvc repro` fills it.\n"


def test_prune_removes_other_code_and_other_data_alone(diagmod, root):
    before = hash_paths([".cache/store", "data"], root)
    assert diagmod("prune", "--dry-run").out == "3 entries of 2 recordings would be removed, 3.0 MB.\n"
    assert hash_paths([".cache/store", "data"], root) == before
    assert diagmod("prune").out == "3 entries of 2 recordings removed, 3.0 MB.\n"
    assert kept(root) == [entry for entry in ALL if entry[1] != "9"]
    assert diagmod("prune").out == "0 entries of 0 recordings removed, 0.0 MB.\n"


def test_prune_before_anything_was_loaded_would_remove_all_and_is_refused(diagmod, root):
    (root / "data/interim/recordings.parquet").unlink()
    said = diagmod("prune")
    assert (said.code, said.err) == (
        2, "error: no data set is loaded, so that everything would go; run `dvc repro load` first\n"
    )  # fmt: skip
    assert kept(root) == ALL


@pytest.mark.parametrize("name", ["a.csv", "1" * 16, "1" * 64, "111111"])
def test_one_recording_is_forgotten_by_file_id_or_hash(diagmod, root, name):
    said = diagmod("forget", name)
    assert said.out.splitlines() == [
        "3 entries of 1 recordings removed, 3.0 MB.", "Read again: dvc repro --force --single-item load features",
    ]  # fmt: skip
    assert kept(root) == [entry for entry in ALL if entry[1] != "1"]


def test_recordings_of_a_motor_are_forgotten(diagmod, root):
    diagmod("forget", "--motor", "M1")
    assert kept(root) == [entry for entry in ALL if entry[1] in "49"]


def test_all_are_forgotten(diagmod, root):
    before = hash_paths(["data"], root)
    diagmod("forget", "--all")
    assert kept(root) == []
    assert hash_paths(["data"], root) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say which to forget: one RECORDING, --motor M, or --all"),
        (("a.csv", "--all"), "say which to forget"),
        (("none.csv",), "no recording 'none.csv' in the data set that is loaded"),
        (("11",), "no recording '11'"),
        (("--motor", "M9"), "no recording of motor 'M9' is loaded; motors with recordings: M1, M2"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(diagmod, root, arguments, said):
    ended = diagmod("forget", *arguments)
    assert ended.code == 2
    assert said in ended.err
    assert kept(root) == ALL


def test_damaged_table_is_one_sentence(diagmod, root):
    (root / "data/interim/load_report.parquet").write_bytes(b"PAR1 no more")
    ended = diagmod("show")
    assert ended.code == 2
    assert ended.err.startswith("error: ")
    assert len(ended.err.splitlines()) == 1

"""The inbox: files are kept whole, once, under names of our making, and an import takes them in."""

from __future__ import annotations

import csv
import json

import pytest
from handmade_interim import make_project_with_plant, recordings

from diagmod.io.audit import read_audit
from diagmod.io.dataset_files import DatasetError
from diagmod.io.hashes import file_sha256
from diagmod.io.import_request import ImportRequest
from diagmod.io.importing import import_recordings
from diagmod.io.inbox import file_into_inbox, import_command, shown, suffix_of

CELLS = {"motor_id": "M1", "started_at": "2026-01-31T08:00:00Z", "fs_hz": "2000"}


@pytest.fixture
def root(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    return make_project_with_plant(project)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "upload"
    path.write_text("I_R,I_S,I_T\n" + "1.5,-1.0,-0.5\n-1.5,1.0,0.5\n" * 2000, encoding="utf-8")
    return path


def _rows(root):
    with (root / "data/inbox/plant/manifest.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_file_is_kept_with_a_line_of_the_manifest_and_an_entry_of_the_audit(root, source):
    filed = file_into_inbox(root, source, "Pump 1 (new).CSV", CELLS)
    sha256 = file_sha256(source)
    assert filed.file == f"pump_1_new-{sha256[:12]}.csv"
    assert (root / filed.place).read_bytes() == source.read_bytes()
    (row,) = _rows(root)
    assert {name: row[name] for name in CELLS} == CELLS
    assert (row["file"], row["sha256"]) == (filed.file, sha256)
    assert row["note"].startswith("filed 20")
    assert row["note"].endswith("Z as Pump 1 (new).CSV")
    (entry,) = read_audit(root).entries
    assert (entry.action, entry.subject, entry.result) == ("file into inbox", filed.place, "done")
    assert entry.details["sha256"] == sha256


def test_the_same_content_is_taken_once_whatever_its_name(root, source):
    first = file_into_inbox(root, source, "a.csv", CELLS)
    with pytest.raises(DatasetError, match=f"in the inbox already, as {first.file}; it is kept once"):
        file_into_inbox(root, source, "b.csv", CELLS)
    assert len(_rows(root)) == 1
    assert [entry.result[:8] for entry in read_audit(root).entries] == ["done", "refused:"]


def test_what_the_data_set_has_already_is_not_taken(tmp_path, source):
    known = recordings({"file": "recordings/a.csv", "sha256": file_sha256(source)})
    root = make_project_with_plant(tmp_path, recordings=known)
    with pytest.raises(DatasetError, match=r"in the data set already, as recordings/a.csv; nothing is to be done"):
        file_into_inbox(root, source, "a.csv", CELLS)
    assert not (root / "data/inbox/plant").exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/abs/olute.csv", "..\\win.csv", "=cmd|x.csv", "\x00\n.csv", "", ".hidden", "ж" * 300]
)
def test_no_name_from_outside_leads_out_of_the_inbox(root, source, name):
    filed = file_into_inbox(root, source, name, CELLS)
    inbox = root / "data/inbox/plant"
    assert {path.name for path in inbox.iterdir()} == {filed.file, "manifest.csv"}
    assert filed.file.isascii()
    assert not filed.file.startswith((".", "=", "-"))
    assert "\n" not in _rows(root)[0]["note"]


def test_a_cell_that_a_spreadsheet_would_compute_is_refused_and_nothing_is_kept(root, source):
    with pytest.raises(DatasetError, match="begins like a formula"):
        file_into_inbox(root, source, "a.csv", {**CELLS, "motor_id": "=1+1"})
    assert not (root / "data/inbox/plant").exists()


def test_half_a_file_of_a_killed_process_is_replaced_and_spoils_nothing(root, source):
    inbox = root / "data/inbox/plant"
    inbox.mkdir(parents=True)
    place = f"a-{file_sha256(source)[:12]}.csv"
    (inbox / place).write_text("half")
    (inbox / f".{place}.part").write_text("half")
    filed = file_into_inbox(root, source, "a.csv", CELLS)
    assert filed.file == place
    assert (inbox / place).read_bytes() == source.read_bytes()
    assert not list(inbox.glob(".*"))


def test_an_import_takes_the_inbox_in_as_the_command_says(root, source):
    """The command names folder, data set and manifest; a new data set needs the register of the old one."""
    filed = file_into_inbox(root, source, "a.csv", CELLS)
    inbox = "data/inbox/plant"
    assert filed.command == f"diagmod import {inbox} --dataset plant --manifest {inbox}/manifest.csv"
    register = root / "motors.yaml"
    register.write_text("motors:\n  - {motor_id: M1, line_hz: 50, pole_pairs: 2}\n", encoding="utf-8")
    request = ImportRequest(
        path=root / inbox, dataset="plant", manifest=root / inbox / "manifest.csv", motors=register, jobs=1
    )
    result = import_recordings(request, root)
    assert [(file.file, file.status) for file in result.files if file.status != "skipped"] == [(filed.file, "imported")]
    assert (root / "data/raw/plant/recordings" / filed.file).read_bytes() == source.read_bytes()


def test_a_data_set_that_a_stage_makes_takes_no_files_and_the_command_leaves_a_name_to_choose(root):
    (root / "dvc.yaml").write_text("stages:\n  simulate:\n    outs: [data/raw/plant]\n", encoding="utf-8")
    assert import_command(root) == (
        "diagmod import data/inbox/plant --dataset NAME --manifest data/inbox/plant/manifest.csv "
        "--motors data/raw/plant/motors.yaml"
    )


def test_without_a_loaded_data_set_nothing_is_filed(tmp_path, source):
    with pytest.raises(DatasetError, match="no data set is loaded yet; run `make repro` first"):
        file_into_inbox(tmp_path, source, "a.csv", CELLS)


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".hidden"])
def test_a_data_set_of_an_odd_name_has_no_inbox(root, source, name):
    facts = root / "data/interim/dataset.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"folder": name, "name": name}), encoding="utf-8")
    with pytest.raises(DatasetError, match="has no name that a folder can have"):
        file_into_inbox(root, source, "a.csv", CELLS)


def test_names_are_told_by_their_last_part_and_suffixes_are_known_ones():
    assert shown("C:\\logs\\a.csv") == "a.csv"
    assert shown("a\nb.csv") == r"a\nb.csv"
    assert len(shown("x" * 500)) == 120
    assert [suffix_of(name) for name in ("a.csv", "a.csv.GZ", "a.exe", "csv")] == [".csv", ".csv.gz", "", ""]

"""What lies in a plant's folder: which files are taken, and which are told and never opened."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from import_folders import (
    ALL,
    by_status,
    currents,
    importer,
    load,
    make_project,
    plain_csv,
    plant,
    rows_of,
    timed_csv,
    tree,
)
from measurement_files import comtrade

from diagmod.io import import_files, importing
from diagmod.io.dataset_files import DatasetError, read_manifest


def test_a_name_like_a_formula_does_not_become_one(root, tmp_path, register):
    (tmp_path / "x").mkdir()
    (tmp_path / "x/=1+2.csv").write_text(plain_csv(1))
    (tmp_path / "x/-a_@b.csv").write_text(plain_csv(2))
    run = importer(root, tmp_path / "x", motors=register, constants=ALL, has_no_times=True, is_referenced=True)
    run()
    assert [row["file"] for row in read_manifest(plant(root)).to_dict("records")] == ["./-a_@b.csv", "./=1+2.csv"]
    assert len(load(root).recordings) == 2
    assert not run().has_changed
    found = run(dataset="other", patterns=("{_}_{severity_label}",)).files[0]
    assert "severity_label '@b' begins like a formula of a spreadsheet" in found.reason


def test_what_is_no_plain_file_is_named_and_never_opened(import_rig, root, rig, tmp_path):
    (tmp_path / "secret.csv").write_text(plain_csv(5))
    (rig / "out_1.csv").symlink_to(tmp_path / "secret.csv")
    (rig / "in_1.csv").symlink_to(rig / "0Nm_Normal.csv")
    (rig / "loop").symlink_to(rig)
    (rig / "nowhere.csv").symlink_to(rig / "nothing")
    os.mkfifo(rig / "pipe.csv")
    (rig / ".hidden.csv").write_text("x")
    (rig / "bad\nname.csv").write_text(plain_csv(6))
    (rig / os.fsdecode(b"bad\xff.csv")).write_text(plain_csv(6))
    result = import_rig()
    found = {f.file: (f.status, f.reason) for f in result.files}
    assert found["out_1.csv"] == ("quarantined", "is a link that leads out of the folder; copy the file itself")
    assert found["in_1.csv"][0] == found["loop"][0] == found[".hidden.csv"][0] == "skipped"
    assert "cannot be reached" in found["nowhere.csv"][1]
    assert found["pipe.csv"] == ("quarantined", "is no file on a disk; copy the recording into a file")
    for name in ("'bad\\nname.csv'", "'bad\\udcff.csv'"):
        assert "characters that do not belong into a name" in found[name][1]
    assert len(by_status(result)["imported"]) == 5
    assert len([p for p in (plant(root) / "recordings").rglob("*") if p.is_file()]) == 5
    assert not import_rig().has_changed


def test_a_huge_file_of_no_format_is_refused_unread_and_not_copied(import_rig, root, rig):
    with (rig / "9Nm_Normal.csv").open("wb") as stream:
        stream.truncate(10 << 30)
    with_huge = import_rig(is_referenced=True, is_dry_run=True)
    by_name = {f.file: f for f in with_huge.files}
    assert by_name["9Nm_Normal.csv"].status == "quarantined"
    assert "is mostly unwritten" in by_name["9Nm_Normal.csv"].reason


JUNK = {
    "empty.csv": b"", "text.csv": b"ask Ivan\n", "zip.zip": b"PK\x03\x04x", "noise.bin": bytes(range(256)) * 9,
    "wrong.csv": b"a,b\n1,2\n",
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), JUNK.items(), ids=JUNK)
def test_junk_is_kept_told_and_stops_nobody(import_rig, root, rig, name, content):
    (rig / name).write_bytes(content)
    result = import_rig()
    assert by_status(result)["quarantined"] == [name]
    assert (plant(root) / "recordings" / name).read_bytes() == content
    assert len(by_status(result)["imported"]) == 5


def test_only_the_files_that_were_asked_for_are_taken(import_rig):
    assert by_status(import_rig(globs=("*normal.csv",), is_dry_run=True)) == {
        "imported": ["0Nm_Normal.csv", "sub/2Nm_Normal.CSV"]
    }
    assert by_status(import_rig(globs=("sub/*",), is_dry_run=True)) == {"imported": ["sub/2Nm_Normal.CSV"]}
    flat = import_rig(recursive=False, limit=2, is_dry_run=True)
    assert (by_status(flat), flat.n_left_out) == ({"imported": ["0Nm_BPFO_03.csv", "0Nm_Normal.csv"]}, 2)
    with pytest.raises(DatasetError, match=r"nothing to import in .*: 5 files were left out"):
        import_rig(globs=("*.tdms",))


def test_one_file_is_imported_under_its_name(import_rig, root, rig):
    assert by_status(import_rig(path=rig / "sub/2Nm_Normal.CSV")) == {"imported": ["2Nm_Normal.CSV"]}
    assert list(rows_of(root)) == ["recordings/2Nm_Normal.CSV"]


def test_a_data_set_cannot_be_imported_into_itself(import_rig, root):
    import_rig()
    for path in (plant(root) / "recordings", root / "data", root):
        with pytest.raises(DatasetError, match="lie in each other"):
            import_rig(path=path)


def test_a_file_that_changes_while_it_is_read_is_not_taken(rig, tmp_path, monkeypatch):
    path, read = rig / "0Nm_Normal.csv", os.fstat

    def changing(number: int) -> os.stat_result:
        found = read(number)
        with path.open("ab") as stream:
            stream.write(b"1,2,3\n")
        return found

    monkeypatch.setattr(import_files.os, "fstat", changing)
    with pytest.raises(ValueError, match="changed while it was read; import it again when it is complete"):
        import_files.read_through(path, tmp_path / "copy.csv")


def test_too_little_room_is_told_before_anything_is_copied(import_rig, root, monkeypatch):
    usage = importing.shutil.disk_usage(root)._replace(free=1000)
    monkeypatch.setattr(importing.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DatasetError, match="the copies need 0 MB, 0 MB are free; make room, or pass --reference"):
        import_rig()
    assert not plant(root).exists()


def test_a_recording_of_several_files_is_one_and_keeps_them_all(root, tmp_path, register):
    """Two recordings with the same configuration: their samples tell them apart."""
    folder = tmp_path / "relay"
    folder.mkdir()
    for k, name in enumerate(("a", "b", "c")):
        stored = np.round(currents(k % 2).T * 1000)
        config, data = comtrade(stored, [f"I{p},{p},,A,0.001,0,0,-32767,32767,1,1,P" for p in "ABC"])
        (folder / f"{name}.cfg").write_bytes(config)
        (folder / f"{name}.dat").write_bytes(data)
    run = importer(root, folder, motors=register, constants={"motor_id": "M01"}, has_no_times=True)
    found = {f.file: (f.status, f.reason) for f in run().files}
    assert found == {
        "a.cfg": ("imported", ""), "a.dat": ("skipped", "belongs to a.cfg"),
        "b.cfg": ("imported", ""), "b.dat": ("skipped", "belongs to b.cfg"),
        "c.cfg": ("duplicate", "same content as recordings/a.cfg"), "c.dat": ("skipped", "belongs to c.cfg"),
    }  # fmt: skip
    assert sorted(p.name for p in (plant(root) / "recordings").iterdir()) == ["a.cfg", "a.dat", "b.cfg", "b.dat"]
    assert not run().has_changed
    assert len(load(root).recordings) == 2
    (folder / "b.dat").write_bytes((folder / "a.dat").read_bytes())
    assert "another content under this name" in {f.file: f.reason for f in run().files}["b.cfg"]


def test_a_file_in_the_place_of_a_folder_is_told(import_rig, root, rig):
    import_rig()
    (rig / "0Nm_Normal.csv").unlink()
    (rig / "0Nm_Normal.csv").mkdir()
    (rig / "0Nm_Normal.csv/2Nm_Normal.csv").write_text(plain_csv(50))
    before = tree(plant(root) / "recordings")
    found = {f.file: f for f in import_rig().files}["0Nm_Normal.csv/2Nm_Normal.csv"]
    assert found.status == "quarantined"
    assert tree(plant(root) / "recordings") == before


NAMES = st.binary(min_size=1, max_size=12).map(lambda b: b.replace(b"/", b"_").replace(b"\0", b"_"))


CONTENTS = st.one_of(
    st.binary(max_size=200), st.sampled_from([plain_csv(1).encode(), timed_csv(2).encode(), b"1\n2\n"])
)


@settings(max_examples=40, deadline=None)
@given(files=st.dictionaries(NAMES.filter(lambda b: b not in (b".", b"..")), CONTENTS, min_size=1, max_size=5))
def test_whatever_lies_in_a_folder_is_told_once_and_stays_as_it_is(files):
    with TemporaryDirectory() as place:
        root, folder = make_project(Path(place) / "project"), Path(place) / "x"
        folder.mkdir()
        for name, content in files.items():
            (folder / os.fsdecode(name)).write_bytes(content)
        before = tree(folder)
        run = importer(root, folder, constants=ALL, has_no_times=True, new_motors={"pole_pairs": 2, "line_hz": 50.0})
        result = run()
        assert len(result.files) == len(files)
        assert tree(folder) == before
        assert all(f.reason or f.status == "imported" for f in result.files)
        assert all(f.file.isprintable() and f.reason.isprintable() for f in result.files)
        if plant(root).exists():
            listed = set(rows_of(root))
            kept = {p.relative_to(plant(root)).as_posix() for p in (plant(root) / "recordings").rglob("*")}
            assert listed == {f.name for f in result.files if f.status == "imported"}
            assert listed <= kept
        assert not run().has_changed

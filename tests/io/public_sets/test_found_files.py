"""What of a downloaded folder is looked at, and what is refused by its name, with the reason."""

from __future__ import annotations

import os
import re
import sys

import pytest

from diagmod.io.dataset_files import DatasetError
from diagmod.io.public_sets.found_files import gather, look_through
from diagmod.io.refusals import UnreadableRecording

NAMES = re.compile(r"(\d)Nm\.(dat|csv)")


def test_plain_files_are_found_in_all_folders_in_one_order(downloads):
    for name in ("b/2.dat", "a.dat", "b/1.dat"):
        (downloads / name).parent.mkdir(exist_ok=True)
        (downloads / name).write_text(name)
    found, refused = look_through(downloads, "any")
    assert ([file.name for file in found], refused) == (["a.dat", "b/1.dat", "b/2.dat"], [])
    assert [file.path.read_text() for file in found] == ["a.dat", "b/1.dat", "b/2.dat"]


def test_a_folder_that_is_not_there_is_one_sentence(downloads):
    with pytest.raises(DatasetError, match="nowhere does not exist; give the folder with the files of any to --from"):
        look_through(downloads / "nowhere", "any")


def test_links_out_of_the_folder_are_refused_and_named(downloads, tmp_path):
    (tmp_path / "secret.dat").write_text("secret")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/1Nm.dat").write_text("not given")
    (downloads / "1Nm.dat").symlink_to(tmp_path / "secret.dat")
    (downloads / "folder").symlink_to(tmp_path / "elsewhere")
    (downloads / "lost.dat").symlink_to(downloads / "gone")
    (downloads / "loop").symlink_to(downloads / "loop")
    found, refused = look_through(downloads, "any")
    assert found == []
    assert refused[:2] == [
        "1Nm.dat: links out of the folder; copy the file itself",
        "folder: links out of the folder; copy the file itself",
    ]
    assert refused[2].startswith("loop: cannot be reached (")
    assert refused[3].startswith("lost.dat: cannot be reached (")


def test_a_link_to_a_file_of_the_folder_is_not_taken_twice(downloads):
    (downloads / "1Nm.dat").write_text("one")
    (downloads / "2Nm.dat").symlink_to(downloads / "1Nm.dat")
    found, refused = look_through(downloads, "any")
    assert [file.name for file in found] == ["1Nm.dat"]
    assert refused == ["2Nm.dat: is a link; its target counts itself"]


@pytest.mark.parametrize("name", ["line\nbreak.dat", "back\\slash.dat", "bell\x07.dat", "\u202eevil.dat"])
def test_a_name_that_could_do_harm_in_a_table_is_refused_and_shown_escaped(downloads, name):
    (downloads / name).write_text("x")
    found, refused = look_through(downloads, "any")
    assert found == []
    assert refused == [f"{name!a}: its name has characters that do not belong into a name; rename it"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_a_name_that_is_no_text_is_refused(downloads):
    (downloads / os.fsdecode(b"\xff1Nm.dat")).write_text("x")
    found, refused = look_through(downloads, "any")
    assert found == []
    assert refused == ["'\\udcff1Nm.dat': its name has characters that do not belong into a name; rename it"]


def test_a_pipe_is_no_recording(downloads):
    os.mkfifo(downloads / "1Nm.dat")
    assert look_through(downloads, "any") == ([], ["1Nm.dat: is no file on a disk; copy the recording into a file"])


def test_what_gives_no_row_is_named_and_the_others_go_on(downloads):
    for name in ("1Nm.dat", "2Nm.dat", "3Nm.dat", "notes.txt", "all.zip"):
        (downloads / name).write_text(name)

    def take(file, match):
        if match[1] == "1":
            raise UnreadableRecording("is damaged; copy it again")
        if match[1] == "2":
            raise PermissionError(13, "Permission denied")
        yield {"file": file.name}
        yield "one part of it is missing"

    gathered = gather(downloads, "any", NAMES, "1Nm.dat", take)
    assert (gathered.rows, gathered.n_files) == ([{"file": "3Nm.dat"}], 1)
    assert sorted(gathered.left_out) == [
        "1Nm.dat: is damaged; copy it again",
        "2Nm.dat: cannot be read (Permission denied); check its permissions",
        "3Nm.dat: one part of it is missing",
        "all.zip: is an archive; unpack it and try again",
        "notes.txt: its name is none of the set; expected are names like 1Nm.dat",
    ]


def test_a_recording_in_two_forms_counts_once_in_the_preferred_one_that_can_be_read(downloads):
    for name in ("1Nm.csv", "1Nm.dat", "2Nm.csv", "2Nm.dat"):
        (downloads / name).write_text(name)

    def take(file, _match):
        if file.name == "2Nm.dat":
            raise UnreadableRecording("is damaged")
        yield {"file": file.name}

    gathered = gather(downloads, "any", NAMES, "1Nm.dat", take, preferred=".dat")
    assert [row["file"] for row in gathered.rows] == ["1Nm.dat", "2Nm.csv"]
    assert gathered.left_out == ["2Nm.dat: is damaged", "1Nm.csv: is 1Nm.dat once more"]

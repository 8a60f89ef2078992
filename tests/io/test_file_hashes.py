"""A file that may have changed is read again, whatever was done to hide it; one that did not change is not."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diagmod.io import file_hashes
from diagmod.io.file_hashes import HashBook
from diagmod.io.hashes import file_sha256, hash_paths


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder whose files count as at rest at once."""
    monkeypatch.setattr(file_hashes, "REST_NS", -1)
    (tmp_path / "raw").mkdir()
    return tmp_path


@pytest.fixture
def read(monkeypatch):
    """Names of the files that were read."""
    names = []

    def counting(path):
        names.append(path.name)
        return file_sha256(path)

    monkeypatch.setattr(file_hashes, "file_sha256", counting)
    return names


def write(root, name="a.csv", content="1,2,3\n"):
    path = root / "raw" / name
    path.write_text(content)
    return path


def hashed(root, path):
    with HashBook.open(root) as book:
        return book.sha256(path)


def test_unchanged_file_is_read_once_by_all_later_runs(project, read):
    path = write(project)
    assert {hashed(project, path) for _ in range(3)} == {file_sha256(path)}
    assert read == ["a.csv"]


def test_project_may_be_moved(project, read):
    hashed(project, write(project))
    moved = project.rename(project.parent / "elsewhere")
    hashed(moved, moved / "raw" / "a.csv")
    assert read == ["a.csv"]
    moved.rename(project)


def edit_and_restore_the_time(path):
    before = path.stat()
    path.write_text("1,2,4\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def replace_by_another(path):
    before, other = path.stat(), path.with_suffix(".new")
    other.write_text("9,9,9\n")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize("change", [edit_and_restore_the_time, replace_by_another, lambda p: p.write_text("longer\n")])
def test_change_is_noticed_although_size_and_time_say_nothing(project, change):
    path = write(project)
    before = hashed(project, path)
    time.sleep(0.02)  # beyond one tick of the file system's clock
    change(path)
    assert hashed(project, path) == file_sha256(path) != before


def test_file_touched_within_two_seconds_is_not_trusted(tmp_path, read):
    (tmp_path / "raw").mkdir()
    path = write(tmp_path)
    hashed(tmp_path, path)
    hashed(tmp_path, path)
    assert read == ["a.csv", "a.csv"]


def test_file_that_changes_while_it_is_read_is_not_remembered(project, monkeypatch):
    path = write(project)

    def slow(file):
        digest = file_sha256(file)
        file.write_text("changed meanwhile\n")
        return digest

    monkeypatch.setattr(file_hashes, "file_sha256", slow)
    hashed(project, path)
    monkeypatch.setattr(file_hashes, "file_sha256", file_sha256)
    assert hashed(project, path) == file_sha256(path)


def test_folder_has_the_same_hash_with_and_without_a_book(project):
    for name in ("b.csv", "a.csv", "umlaut-ä.csv"):
        write(project, name, name)
    with HashBook.open(project) as book:
        assert hash_paths(["raw"], project, book) == hash_paths(["raw"], project)
        assert hash_paths(["raw"], project, book) == hash_paths(["raw"], project)


def test_link_set_to_another_file_is_another_content(project):
    one, other = write(project, "one", "1\n"), write(project, "two", "2\n")
    link = project / "raw" / "link"
    link.symlink_to(one)
    before = hashed(project, link)
    link.unlink()
    link.symlink_to(other)
    assert hashed(project, link) == file_sha256(other) != before


def test_missing_file_is_the_callers_error(project):
    with pytest.raises(FileNotFoundError):
        hashed(project, project / "raw" / "none")


BOOK = ".cache/hashes/files.sqlite"


@pytest.mark.parametrize("damage", [b"", b"no data base at all" * 100, b"SQLite format 3\0" + bytes(200)])
def test_damaged_book_is_begun_anew(project, read, damage):
    path = write(project)
    hashed(project, path)
    (project / BOOK).write_bytes(damage)
    assert [hashed(project, path) for _ in range(3)] == [file_sha256(path)] * 3
    assert len(read) <= 3
    hashed(project, path)
    assert len(read) <= 3, "the new book must work again"


def test_book_with_a_foreign_table_is_begun_anew(project, read):
    path = write(project)
    hashed(project, path)
    with sqlite3.connect(project / BOOK) as book:
        book.execute("DROP TABLE files")
        book.execute("CREATE TABLE files (x)")
    book.close()
    for _ in range(3):
        hashed(project, path)
    assert read == ["a.csv", "a.csv"]


def test_flipped_bytes_never_become_a_hash(project):
    """300 books with up to 20 damaged bytes: an error or another hash would be a wrong lineage."""
    paths = [write(project, f"{k}.csv", f"{k}\n") for k in range(20)]
    truth = [file_sha256(p) for p in paths]
    for path in paths:
        hashed(project, path)
    whole, dice = (project / BOOK).read_bytes(), random.Random(5)
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 20)):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        (project / BOOK).write_bytes(content)
        with HashBook.open(project) as book:
            assert [book.sha256(p) for p in paths] == truth


def test_place_that_cannot_be_written_to_costs_the_memory_alone(project):
    path = write(project)
    (project / ".cache").write_text("a file where a folder is needed")
    assert hashed(project, path) == file_sha256(path)


def test_book_in_use_is_not_waited_for_and_not_removed(project, monkeypatch):
    monkeypatch.setattr(file_hashes, "_PATIENCE_S", 0.05)
    path = write(project)
    hashed(project, path)
    other = sqlite3.connect(project / BOOK)
    other.execute("BEGIN EXCLUSIVE")
    assert hashed(project, path) == file_sha256(path)
    other.rollback()
    other.close()
    assert (project / BOOK).is_file()


HASHING = """
import sys
from pathlib import Path
from diagmod.io import file_hashes
file_hashes.REST_NS, file_hashes.SAVING_S = -1, 0.0
root = Path(sys.argv[1])
print("begun", flush=True)
with file_hashes.HashBook.open(root) as book:
    for path in sorted((root / "raw").iterdir()):
        book.sha256(path)
"""


def test_two_processes_and_a_killed_one_leave_a_good_book(project):
    paths = [write(project, f"{k:03}.csv", f"{k}\n") for k in range(300)]
    command = [sys.executable, "-c", HASHING, str(project)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(3)]
    for process in running:
        process.stdout.readline()
    time.sleep(0.05)
    running[0].kill()
    ends = [process.wait() for process in running]
    for process in running:
        process.stdout.close()
    assert ends[1:] == [0, 0]
    with HashBook.open(project) as book:
        assert [book.sha256(p) for p in paths] == [file_sha256(p) for p in paths]


def test_what_is_new_is_saved_while_the_work_goes_on(project, monkeypatch):
    monkeypatch.setattr(file_hashes, "SAVING_S", 0.0)
    book = HashBook.open(project)
    book.sha256(write(project))
    assert (project / BOOK).is_file()

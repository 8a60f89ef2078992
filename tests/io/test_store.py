"""Work is done once for the same bytes, parameters and code; the store may lose anything at any time."""

import errno
import os
import random
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diagmod.io.drafts import remove_left_drafts
from diagmod.io.store import Store, place


class Maker:
    """Writes two files and counts how often it was asked."""

    def __init__(self):
        self.calls = 0

    def __call__(self, draft):
        self.calls += 1
        (draft / "a.txt").write_text("first")
        (draft / "b.txt").write_text("second")


def test_same_work_is_done_once(tmp_path):
    store, make = Store(tmp_path, "v1"), Maker()
    assert store.entry({"x": 1, "y": 2}, make) == store.entry({"y": 2, "x": 1}, make)
    assert make.calls == 1


@pytest.mark.parametrize(("version", "about"), [("v2", {"x": 1}), ("v1", {"x": 2}), ("v1", {"x": 1, "y": 0})])
def test_other_code_or_other_parameters_are_other_work(tmp_path, version, about):
    make = Maker()
    first = Store(tmp_path, "v1").entry({"x": 1}, make)
    assert Store(tmp_path, version).entry(about, make) != first
    assert make.calls == 2


def test_failed_work_leaves_no_entry_and_is_tried_again(tmp_path):
    store, make = Store(tmp_path, "v1"), Maker()

    def fail(draft):
        (draft / "a.txt").write_text("half")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.entry({"x": 1}, fail)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    assert (store.entry({"x": 1}, make) / "a.txt").read_text() == "first"


def delete_file(entry):
    (entry / "b.txt").unlink()


def shorten_file(entry):
    (entry / "b.txt").write_text("sec")


def empty_contents(entry):
    next(p for p in entry.iterdir() if p.suffix == ".json").write_text("")


@pytest.mark.parametrize("damage", [shutil.rmtree, delete_file, shorten_file, empty_contents])
def test_entry_that_lost_something_is_made_again(tmp_path, damage):
    store, make = Store(tmp_path, "v1"), Maker()
    damage(store.entry({"x": 1}, make))
    assert (store.entry({"x": 1}, make) / "b.txt").read_text() == "second"
    assert make.calls == 2


def test_entry_that_another_process_finished_first_is_taken(tmp_path):
    store, other = Store(tmp_path, "v1"), Maker()

    def overtaken(draft):
        (draft / "a.txt").write_text("mine")
        store_of_other = Store(tmp_path, "v1")
        shutil.move(draft, tmp_path / "aside")
        store_of_other.entry({"x": 1}, other)
        shutil.move(tmp_path / "aside", draft)

    assert (store.entry({"x": 1}, overtaken) / "a.txt").read_text() == "first"
    assert list((tmp_path / "drafts").iterdir()) == []


def test_version_of_a_project_changes_with_its_code(tmp_path):
    for folder in ("diagmod/core", "diagmod/io"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.py").write_text("x = 1\n")
    before = Store.open(tmp_path)
    (tmp_path / "diagmod/io/a.py").write_text("x = 2\n")
    assert before.folder == tmp_path / ".cache" / "store"
    assert Store.open(tmp_path).version != before.version


def test_entry_is_found_only_when_it_was_made(tmp_path):
    store, make = Store(tmp_path, "v1"), Maker()
    assert store.find({"x": 1}) is None
    assert store.entry({"x": 1}, make) == store.find({"x": 1})
    assert Store(tmp_path, "v2").find({"x": 1}) is None


def test_draft_becomes_an_entry_when_it_is_known_what_it_stands_on(tmp_path):
    store = Store(tmp_path, "v1")
    with store.draft() as draft:
        Maker()(draft)
        kept = store.keep({"content": "known afterwards"}, draft)
    assert kept == store.find({"content": "known afterwards"})
    assert (kept / "a.txt").read_text() == "first"
    assert list((tmp_path / "drafts").iterdir()) == []


def test_draft_of_work_that_is_there_already_is_dropped(tmp_path):
    store, make = Store(tmp_path, "v1"), Maker()
    first = store.entry({"x": 1}, make)
    with store.draft() as draft:
        (draft / "other.txt").write_text("later")
        assert store.keep({"x": 1}, draft) == first
    assert sorted(p.name for p in first.iterdir()) == ["a.txt", "about.json", "b.txt", "contents.json"]


def test_draft_that_is_not_kept_leaves_nothing(tmp_path):
    store = Store(tmp_path, "v1")
    with store.draft() as draft:
        Maker()(draft)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_entries_tell_what_they_stand_on_and_how_large_they_are(tmp_path):
    Store(tmp_path, "v1").entry({"audit_of": {"sha256": "ab"}}, Maker())
    Store(tmp_path, "v2").entry({"x": 1}, Maker())
    found = {entry.version: entry for entry in Store(tmp_path, "v3").entries()}
    assert found["v1"].about == {"audit_of": {"sha256": "ab"}}
    assert found["v2"].n_bytes == sum(p.stat().st_size for p in found["v2"].folder.iterdir())
    assert set(found) == {"v1", "v2"}


def test_entry_that_does_not_tell_is_listed_all_the_same(tmp_path):
    store = Store(tmp_path, "v1")
    about = store.entry({"x": 1}, Maker()) / "about.json"
    about.unlink()
    about.write_text("{")
    assert [(e.version, e.about) for e in store.entries()] == [("", {})]


def test_removed_entry_is_made_again(tmp_path):
    store, make = Store(tmp_path, "v1"), Maker()
    store.entry({"x": 1}, make)
    for entry in store.entries():
        store.remove(entry)
    assert store.find({"x": 1}) is None
    store.entry({"x": 1}, make)
    assert make.calls == 2


def test_placed_file_is_the_stores_own_and_read_only(tmp_path):
    entry = Store(tmp_path / "store", "v1").entry({"x": 1}, Maker())
    target = tmp_path / "out.txt"
    for _ in range(2):
        place(entry / "a.txt", target)
    assert target.samefile(entry / "a.txt")
    assert stat.S_IMODE(target.stat().st_mode) == 0o444


def test_placed_file_is_a_copy_where_there_can_be_no_link(tmp_path, monkeypatch):
    entry = Store(tmp_path / "store", "v1").entry({"x": 1}, Maker())

    def refuse(self, target):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    place(entry / "a.txt", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == "first"
    assert not (tmp_path / "out.txt").samefile(entry / "a.txt")
    with pytest.raises(FileNotFoundError):
        place(entry / "none.txt", tmp_path / "none.txt")


def test_edit_of_a_linked_file_does_not_reach_later_runs(tmp_path):
    """In place, of the same size, by someone who may write although the file is read-only."""
    store, make, target = Store(tmp_path / "store", "v1"), Maker(), tmp_path / "out.txt"
    place(store.entry({"x": 1}, make) / "a.txt", target)
    time.sleep(0.02)
    target.chmod(0o644)
    with target.open("r+") as stream:
        stream.write("FIRST")
    place(store.entry({"x": 1}, make) / "a.txt", target)
    assert (target.read_text(), make.calls) == ("first", 2)


def test_what_a_killed_run_left_is_removed_and_what_a_living_one_makes_is_not(tmp_path):
    for folder in ("diagmod/core", "diagmod/io"):
        (tmp_path / folder).mkdir(parents=True)
    store = Store.open(tmp_path)
    left = store.folder / "drafts" / "deadbeef"
    with store.draft() as living:
        left.mkdir()
        (left / "half.txt").write_text("half")
        (left.parent / "deadbeef.lock").touch()
        Store.open(tmp_path)
        assert living.is_dir()
        assert not left.exists()
        assert len(list(left.parent.iterdir())) == 2
    assert list(left.parent.iterdir()) == []


MAKING = """
import sys
from pathlib import Path
from diagmod.io.store import Store

store = Store(Path(sys.argv[1]), "v1")

def make(draft):
    for name in "abcdef":
        (draft / name).write_text(name * 20_000)

def again():
    for entry in list(store.entries()):
        store.remove(entry)

print("begun", flush=True)
for k in range(int(sys.argv[2])):
    store.entry({"x": k % 5}, make)
    if sys.argv[3] == "removing" and k % 5 == 4:
        again()
"""


def making(folder, n, how="keeping"):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", MAKING, str(folder), str(n), how]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    return process


def whole(store):
    for entry in store.entries():
        assert {p.name: p.stat().st_size for p in entry.folder.iterdir() if len(p.name) == 1} == dict.fromkeys(
            "abcdef", 20_000
        )
    return len(list(store.entries()))


def test_kill_at_any_moment_leaves_whole_entries_and_a_draft_that_goes(tmp_path):
    """Killed 25 times at random moments while entries are made, replaced and removed."""
    dice, store = random.Random(11), Store(tmp_path, "v1")
    n_left = 0
    for _ in range(25):
        process = making(tmp_path, 100_000, "removing")
        time.sleep(dice.uniform(0, 0.03))
        process.kill()
        process.wait()
        n_left += len(list((tmp_path / "drafts").glob("*.lock")))
        whole(store)
        remove_left_drafts(tmp_path / "drafts")
        assert list((tmp_path / "drafts").iterdir()) == []
    assert n_left > 0, "no kill met a draft: the moments prove nothing"


def test_processes_that_make_the_same_entries_at_once_leave_each_once(tmp_path):
    processes = [making(tmp_path, 40) for _ in range(3)]
    assert [p.wait() for p in processes] == [0, 0, 0]
    assert whole(Store(tmp_path, "v1")) == 5
    assert list((tmp_path / "drafts").iterdir()) == []


HOLDING = """
import sys
from pathlib import Path
from diagmod.io.store import Store

with Store(Path(sys.argv[1]), "v1").draft() as draft:
    (draft / "half").write_text("half")
    print(draft.name, flush=True)
    sys.stdin.read()
"""


def test_sweep_removes_the_draft_of_a_killed_worker_and_leaves_that_of_a_living_one(tmp_path):
    store, environment = Store(tmp_path, "v1"), {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    entry = store.entry({"x": 1}, Maker())
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        draft = tmp_path / "drafts" / worker.stdout.readline().decode().strip()
        store.sweep()
        assert (draft / "half").read_text() == "half"
        worker.kill()
        worker.wait()
        assert (draft / "half").is_file(), "a killed process removes nothing itself"
        with store.draft() as living:
            store.sweep()
            assert not draft.exists()
            assert living.is_dir()
    assert list((tmp_path / "drafts").iterdir()) == []
    assert (entry / "a.txt").read_text() == "first"


def test_sweep_of_a_store_that_is_not_there_makes_nothing(tmp_path):
    Store(tmp_path / "none", "v1").sweep()
    assert list(tmp_path.iterdir()) == []

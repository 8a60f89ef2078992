"""Work is done once for the same bytes, parameters and code; the store may lose anything at any time."""

import shutil

import pytest

from diagmod.io.store import Store


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

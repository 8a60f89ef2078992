"""A draft is alone, gone afterwards, and told from what a dead process left."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from diagmod.io.drafts import draft_folder, remove_left_drafts, under_lock


def test_drafts_are_empty_folders_of_their_own_and_gone_afterwards(tmp_path):
    with draft_folder(tmp_path / "drafts") as one, draft_folder(tmp_path / "drafts") as other:
        assert one != other
        assert list(one.iterdir()) == list(other.iterdir()) == []
        (one / "file").touch()
    assert list((tmp_path / "drafts").iterdir()) == []


def test_draft_is_gone_after_an_error_and_stays_where_it_was_moved(tmp_path):
    with pytest.raises(KeyError), draft_folder(tmp_path / "drafts"):
        raise KeyError
    with draft_folder(tmp_path / "drafts") as draft:
        draft.rename(tmp_path / "kept")
    assert (tmp_path / "kept").is_dir()
    assert list((tmp_path / "drafts").iterdir()) == []


HOLDING = """
import sys, time
from pathlib import Path
from diagmod.io.drafts import draft_folder
with draft_folder(Path(sys.argv[1])) as draft:
    (draft / "half").touch()
    print("begun", flush=True)
    time.sleep(60)
"""


def test_draft_of_a_living_process_stays_and_that_of_a_killed_one_goes(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as process:
        process.stdout.readline()
        remove_left_drafts(tmp_path)
        assert len(list(tmp_path.glob("*/half"))) == 1
        process.kill()
        process.wait()
        remove_left_drafts(tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_making_and_cleaning_at_once_disturb_each_other_never(tmp_path):
    """Four threads make drafts and look whether theirs is there while two remove what is left."""
    lost, busy = [], threading.Event()

    def make():
        for _ in range(150):
            with draft_folder(tmp_path) as draft:
                (draft / "file").touch()
                lost.extend([draft] if not (draft / "file").is_file() else [])

    def clean():
        while not busy.is_set():
            remove_left_drafts(tmp_path)

    makers, cleaners = (
        [threading.Thread(target=make) for _ in range(4)],
        [threading.Thread(target=clean) for _ in range(2)],
    )
    for thread in (*makers, *cleaners):
        thread.start()
    for thread in makers:
        thread.join()
    busy.set()
    for thread in cleaners:
        thread.join()
    assert lost == []
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_has_nothing_left(tmp_path):
    remove_left_drafts(tmp_path / "none")


def test_lock_is_for_one_at_a_time(tmp_path):
    order = []

    def wait_and_enter():
        with under_lock(tmp_path / "a" / "lock"):
            order.append("second")

    with under_lock(tmp_path / "a" / "lock"):
        thread = threading.Thread(target=wait_and_enter)
        thread.start()
        thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]

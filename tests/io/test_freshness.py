"""Whether the results belong together, on projects whose every stage and hash is written by hand."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import yaml
from handmade_stages import make_built_project

from diagmod.io.changed_sources import changes_since
from diagmod.io.freshness import (
    last_rebuild,
    locked_stages,
    rebuild_pid,
    running_stages,
    stage_names,
    stage_states,
    standing_in_words,
)
from diagmod.io.results import Results
from diagmod.io.stages import StageError


@pytest.fixture
def root(tmp_path):
    return make_built_project(tmp_path)


def _change_lock(root, stage, kind, path, **changes):
    """Rewrite what dvc.lock says of one path."""
    lock = yaml.safe_load((root / "dvc.lock").read_text())
    entry = next(e for e in lock["stages"][stage][kind] if e["path"] == path)
    entry.update(changes)
    (root / "dvc.lock").write_text(yaml.safe_dump(lock, sort_keys=False))


def _standing(root):
    return {state.stage: state.standing for state in stage_states(root)}


def test_a_built_project_is_fresh_and_says_nothing(root):
    assert _standing(root) == {"load": "fresh", "features": "fresh", "train": "fresh"}
    assert standing_in_words(root) == Results(root).standing_words() == ""
    assert changes_since(root) == {"load": [], "features": [], "train": []}


def test_a_stage_is_stale_when_the_output_it_read_was_made_anew(root):
    _change_lock(root, "features", "outs", "data/processed/features", md5="ffff.dir")
    states = {state.stage: state for state in stage_states(root)}
    assert (states["train"].standing, states["train"].reason) == ("stale", "it stands on older data/processed/features")
    assert states["features"].standing == "fresh"
    assert standing_in_words(root) == (
        "A rebuild is not complete: train, it stands on older data/processed/features. Run `make repro`, then refresh."
    )


def test_a_stage_is_stale_when_one_file_of_an_output_was_made_anew(root):
    (root / "data/interim/recordings.parquet").write_bytes(b"other")
    states = {state.stage: state for state in stage_states(root)}
    assert states["train"].reason == "it stands on older data/interim/recordings.parquet"


def test_a_stage_that_is_not_in_the_lock_has_not_run(root):
    lock = yaml.safe_load((root / "dvc.lock").read_text())
    del lock["stages"]["train"]
    (root / "dvc.lock").write_text(yaml.safe_dump(lock))
    assert _standing(root) == {"load": "fresh", "features": "fresh", "train": "missing"}
    assert "train, it has not run yet" in standing_in_words(root)


def test_a_stage_whose_result_is_gone_is_missing(root):
    (root / "data/processed/model.json").unlink()
    assert _standing(root)["train"] == "missing"
    assert "its result data/processed/model.json is not there" in standing_in_words(root)


def test_without_the_lock_it_is_not_known_whether_results_belong_together(root):
    (root / "dvc.lock").unlink()
    assert set(_standing(root).values()) == {"missing"}
    assert standing_in_words(root) == (
        "Whether the results belong together is not known: dvc.lock is missing. Run `make repro`, then refresh."
    )


def test_where_nothing_was_built_there_is_nothing_to_tell(root):
    """A fresh clone has dvc.lock and no data; the page says itself that there are no results."""
    for path in ("data/interim/recordings.parquet", "data/interim/trend.parquet"):
        (root / path).unlink()
    (root / "data/interim").rmdir()
    assert standing_in_words(root) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stages: [", "dvc.lock cannot be read"),
        ("<<<<<<< HEAD\nstages: {}\n", "dvc.lock cannot be read"),
        ("stages: 5\n", "dvc.lock is not as DVC writes it"),
        ("stages: {load: [1]}\n", "dvc.lock is not as DVC writes it"),
        ("stages: {load: {deps: [{md5: a}]}}\n", "dvc.lock is not as DVC writes it"),
        ("stages: {load: {outs: [{path: 5}]}}\n", "dvc.lock is not as DVC writes it"),
    ],
)
def test_a_damaged_lock_is_told_and_the_page_gets_a_sentence(root, text, said):
    (root / "dvc.lock").write_text(text)
    with pytest.raises(StageError, match=said):
        stage_states(root)
    assert said in Results(root).standing_words()


def test_a_damaged_dvc_yaml_is_told(root):
    (root / "dvc.yaml").write_text("stages: 3\n")
    with pytest.raises(StageError, match=r"dvc.yaml names no stages"):
        stage_names(root)


def test_times_come_from_the_records_and_a_damaged_record_has_none(root):
    record = root / "reports/runs/load.json"
    os.utime(record, (1_750_000_000, 1_750_000_000))
    (root / "reports/runs/train.json").write_text("{")
    states = {state.stage: state for state in stage_states(root)}
    assert states["load"].finished_at == datetime.fromtimestamp(1_750_000_000, UTC)
    assert states["load"].seconds == 5.5
    assert states["train"].seconds != states["train"].seconds
    (root / "reports/runs/features.json").unlink()
    assert {s.stage: s.finished_at for s in stage_states(root)}["features"] is None
    assert last_rebuild(root) > states["load"].finished_at


def _note(root, noted):
    path = root / ".dvc/tmp/rwlock"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(noted))
    return path


def test_a_process_that_dvc_notes_as_writing_is_rebuilding(root):
    _note(root, {"write": {"/p/data/interim": {"pid": os.getpid(), "cmd": "dvc repro"}}, "read": {}})
    assert rebuild_pid(root) == os.getpid()
    assert standing_in_words(root).startswith("The results are being rebuilt")


def test_a_note_that_only_reads_or_whose_process_ended_is_no_rebuild(root):
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    gone = int(done.stdout)
    _note(root, {"write": {"/p/a": {"pid": gone, "cmd": "dvc repro"}}, "read": {"/p/b": [{"pid": os.getpid()}]}})
    assert rebuild_pid(root) is None


def test_a_process_that_began_after_the_note_has_only_its_number(root):
    path = _note(root, {"write": {"/p/a": {"pid": os.getpid(), "cmd": "dvc repro"}}})
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert rebuild_pid(root) is None


@pytest.mark.parametrize("noted", ["", "{", "[]", '{"write": 5}', '{"write": {"a": 5}}', '{"write": {"a": {}}}'])
def test_a_note_that_cannot_be_read_is_no_rebuild(root, noted):
    _note(root, {}).write_text(noted)
    assert rebuild_pid(root) is None


def test_a_stage_whose_lock_is_held_is_running(root):
    lock = root / ".cache/staging/train.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        assert running_stages(root) == []
        fcntl.flock(held, fcntl.LOCK_EX)
        assert running_stages(root) == ["train"]
        assert standing_in_words(root).startswith("The results are being rebuilt")
    assert running_stages(root) == []


def test_a_hash_that_begins_like_a_number_stays_a_text(root):
    _change_lock(root, "load", "outs", "data/interim", md5="hash")
    path = root / "dvc.lock"
    path.write_text(path.read_text().replace("md5: hash", "md5: 8203e101205497decdb.dir"))
    assert locked_stages(root)["load"]["outs"][0]["md5"] == "8203e101205497decdb.dir"

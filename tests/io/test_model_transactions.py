"""The store is changed by one process at a time, whole or not at all, and a lock falls with its process."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from store_kills import OPERATIONS, finished, killed_churn, make_model, make_store, problems, started

from diagmod.io import model_transactions
from diagmod.io.model_changes import promote, prune
from diagmod.io.model_files import ModelError
from diagmod.io.model_registry import read_registry
from diagmod.io.model_store import register
from diagmod.io.model_transactions import settle


def test_a_lock_falls_with_its_process_and_until_then_others_wait(tmp_path, monkeypatch):
    make_store(tmp_path)
    monkeypatch.setattr(model_transactions, "PATIENCE_S", 0.3)
    with started("hold", tmp_path) as holder:
        try:
            assert holder.stdout and holder.stdout.readline() == "held\n"
            with pytest.raises(ModelError, match=r"another process has been changing the model store for 0 s; wait"):
                promote(tmp_path, "anomaly@1.0.0")
        finally:
            holder.kill()
    began = time.monotonic()
    promote(tmp_path, "anomaly@1.0.0")
    assert time.monotonic() - began < 0.3
    assert problems(tmp_path) == []


def test_six_promotions_and_three_registrations_at_once_leave_every_change_in_the_history(tmp_path):
    """A sample of tests/study/test_promotions.py."""
    make_store(tmp_path)
    n_before = len(read_registry(tmp_path).history)
    make_model(tmp_path, 5)
    make_model(tmp_path, 0, "other")
    assert finished("crowd", tmp_path, 6) == 0
    registry = read_registry(tmp_path)
    new = registry.history[n_before:]
    assert sorted(e["reason"] for e in new if e["action"] == "promote") == [f"turn {k}" for k in range(6)]
    assert sorted((e["family"], e["version"]) for e in new if e["action"] == "register") == [
        ("anomaly", "1.0.5"), ("other", "1.0.0"),
    ]  # fmt: skip
    moves = [e for e in new if e["family"] == "anomaly"]
    assert [e["from"] for e in moves[1:]] == [e["to"] for e in moves[:-1]], "each begins where the one before ended"
    assert problems(tmp_path) == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_change_killed_at_any_moment_is_done_or_not_and_the_next_command_tidies_up(tmp_path, operation):
    """A moment in 61; tests/study/test_promotions.py kills at many more."""
    told = finished("every", operation, tmp_path, 61, 4)
    assert told["wrong"] == []
    assert 0 < told["unchanged"] < told["killed"]


@pytest.mark.parametrize("seed", range(3))
def test_a_store_killed_while_much_is_done_to_it_is_whole_again_after_the_next_command(tmp_path, seed):
    make_store(tmp_path)
    assert killed_churn(tmp_path, seed) == []


def test_what_a_killed_command_of_an_early_store_left_is_swept(tmp_path):
    make_store(tmp_path)
    store = tmp_path / "data/models"
    (store / "anomaly/.v1.0.9.draft").mkdir()
    (store / "anomaly/.v1.0.9.draft/model.json").write_text("{}")
    (store / ".registry.json.draft").write_text("{}")
    settle(tmp_path)
    assert problems(tmp_path) == []


def test_a_stale_latest_and_a_torn_line_of_the_audit_are_brought_in_line(tmp_path):
    make_store(tmp_path)
    store = tmp_path / "data/models"
    audit = (store / "audit.jsonl").read_bytes()
    (store / "audit.jsonl").write_bytes(audit[:-20])
    (store / "anomaly/latest").write_text("v1.0.0\n")
    settle(tmp_path)
    assert (store / "audit.jsonl").read_bytes() == audit
    assert (store / "anomaly/latest").read_text() == "v1.0.3\n"


def test_a_store_at_rest_is_only_looked_at(tmp_path):
    make_store(tmp_path)
    store = tmp_path / "data/models"
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*")}
    settle(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*")} == before
    settle(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_version_whose_registry_was_lost_is_never_overwritten_nor_swept(tmp_path):
    """A lost registry looks like a process killed just before it wrote the first one."""
    make_store(tmp_path)
    store = tmp_path / "data/models"
    (store / "registry.json").unlink()
    settle(tmp_path)
    with pytest.raises(ModelError, match=r"data/models/anomaly/v1.0.0 is there, but registry.json does not list it"):
        register(tmp_path, "anomaly")
    assert len(list((store / "anomaly").glob("v*/model.safetensors"))) == 5
    assert not (store / "registry.json").exists()


def test_a_draft_that_pretends_to_announce_something_else_removes_nothing(tmp_path):
    make_store(tmp_path)
    outside = tmp_path / "data/outside/v1.0.0"
    outside.mkdir(parents=True)
    for text in (
        '{"family": "../outside", "version": "1.0.0"}',
        "{half",
        "[]",
        '{"family": "anomaly", "version": "1.0.0"}',
    ):
        (tmp_path / "data/models/.drafts").mkdir()
        (tmp_path / "data/models/.drafts/pending.json").write_text(text)
        settle(tmp_path)
    assert outside.is_dir()
    assert problems(tmp_path) == []


def test_folders_of_pruned_versions_are_not_followed_out_of_the_store(tmp_path: Path) -> None:
    make_store(tmp_path)
    family = tmp_path / "data/models/anomaly"
    shutil.copytree(family, tmp_path / "copy")
    prune(tmp_path, "anomaly", 1)
    shutil.rmtree(family)
    family.symlink_to(tmp_path / "copy")
    settle(tmp_path)
    assert (tmp_path / "copy/v1.0.0").is_dir()

"""Many processes at once, and kill -9 at any moment: the model store stays whole and forgets no change."""

from __future__ import annotations

from pathlib import Path

import pytest
import store_kills
from store_kills import OPERATIONS, make_model, make_store, problems
from study_table import StudyTable

from diagmod.io.model_registry import read_registry

pytestmark = [pytest.mark.study, pytest.mark.timeout(560)]

TABLE = StudyTable("promotions", ("changes", "kills", "history", "problems"))

#: Stores in each of which 20 processes promote while others register.
CROWDS = 20

#: Stores that are changed without pause and killed, in batches; each is killed so often.
CHURNS, KILLS = 8, 25

#: Of the 600 to 1300 moments of a change, its lines of code and its calls that touch a file, one in so many.
STRIDE = 2


@pytest.mark.parametrize("k", range(CROWDS))
def test_twenty_promotions_at_once_are_twenty_entries_of_the_history(tmp_path: Path, k: int) -> None:
    case = f"crowd {k:02d}"
    if TABLE.has(case):
        return
    make_store(tmp_path)
    n_before = len(read_registry(tmp_path).history)
    make_model(tmp_path, 5)
    make_model(tmp_path, 0, "other")
    assert store_kills.finished("crowd", tmp_path, 20) == 0
    new = read_registry(tmp_path).history[n_before:]
    promoted = sorted(event["reason"] for event in new if event["action"] == "promote")
    assert promoted == sorted(f"turn {k}" for k in range(20))
    assert problems(tmp_path) == []
    TABLE.add(case, changes=23, kills=0, history=len(new), problems=0)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_change_killed_at_any_moment_is_done_or_not(tmp_path: Path, operation: str) -> None:
    case = f"moments of {operation}"
    if TABLE.has(case):
        return
    told = store_kills.finished("every", operation, tmp_path, STRIDE, 0)
    assert told["wrong"] == []
    assert 0 < told["unchanged"] < told["killed"]
    TABLE.add(case, changes=1, kills=told["killed"], history="", problems=0)


@pytest.mark.parametrize("churn", range(CHURNS))
def test_a_store_killed_again_and_again_is_whole_after_every_next_command(tmp_path: Path, churn: int) -> None:
    case = f"churn {churn}"
    if TABLE.has(case):
        return
    make_store(tmp_path)
    for k in range(KILLS):
        assert store_kills.killed_churn(tmp_path, 1000 * churn + k) == [], f"kill {k}"
    history = len(read_registry(tmp_path).history)
    TABLE.add(case, changes=history, kills=KILLS, history=history, problems=0)

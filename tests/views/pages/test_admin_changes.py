"""Promoting and rolling back by the page "Admin": never without leave, after a question, and written down."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from handmade_admin import cells_of, make_admin_project, opened, part_of, text_of

from diagmod.io.audit import AUDIT_FILE, CHANGES_VARIABLE, read_audit
from diagmod.io.model_changes import promote
from diagmod.io.model_files import ModelError
from diagmod.io.model_registry import read_registry
from diagmod.views.pages.admin_changes import change_model


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return make_admin_project(tmp_path_factory.mktemp("built"))


@pytest.fixture
def root(built, tmp_path, monkeypatch):
    """The built project, to be changed, and no leave for the pages to change anything."""
    monkeypatch.delenv(CHANGES_VARIABLE, raising=False)
    return Path(shutil.copytree(built, tmp_path / "project"))


def _buttons(page) -> list[str]:
    box = part_of(page, "models").changes
    return [button.description for row in box.children for button in getattr(row, "children", ())]


def _click(page, text) -> None:
    box = part_of(page, "models").changes
    next(b for row in box.children for b in getattr(row, "children", ()) if b.description == text).click()


def test_without_leave_there_is_no_button_but_how_to_get_it(root):
    page = opened(root, "version=anomaly@1.0.0", "models")
    assert _buttons(page) == []
    box = part_of(page, "models").changes
    assert "diagmod serve --allow-changes" in box.children[0].value


@pytest.mark.parametrize("given", ["", "0", "true", "yes", "1 "])
@pytest.mark.parametrize("action", ["promote", "rollback"])
def test_without_leave_a_change_is_refused_even_when_called_directly(root, monkeypatch, given, action):
    monkeypatch.setenv(CHANGES_VARIABLE, given)
    before = (root / "data/models/registry.json").read_bytes()
    with pytest.raises(ModelError, match="changes are not allowed here"):
        change_model(root, action, "anomaly@1.0.0" if action == "promote" else "anomaly")
    box = part_of(opened(root, "version=anomaly@1.0.0", "models"), "models").changes
    box.ask(action, "anomaly@1.0.0", "Promote")
    box.confirm()
    assert "changes are not allowed here" in box.said.value
    assert (root / "data/models/registry.json").read_bytes() == before
    assert not (root / AUDIT_FILE).exists()


def test_leave_that_was_taken_back_counts_at_the_confirmation(root, monkeypatch):
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    page = opened(root, "version=anomaly@1.0.0", "models")
    _click(page, "Promote anomaly@1.0.0")
    monkeypatch.delenv(CHANGES_VARIABLE)
    part_of(page, "models").changes.confirm()
    assert read_registry(root).families["anomaly"].in_use == "1.0.2"


def test_promoting_asks_first_and_does_what_the_command_line_does(root, monkeypatch):
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    page = opened(root, "version=anomaly@1.0.0", "audit", "models")
    assert _buttons(page) == ["Promote anomaly@1.0.0", "Roll anomaly back to v1.0.1"]
    _click(page, "Promote anomaly@1.0.0")
    assert read_registry(root).families["anomaly"].in_use == "1.0.2"
    box = part_of(page, "models").changes
    box.reason.value = "fewer false alarms"
    _click(page, "Yes, do it")
    own = read_registry(root).families["anomaly"]
    assert (own.in_use, own.used_before[-1], own.is_pinned) == ("1.0.0", "1.0.2", True)
    assert read_registry(root).history[-1]["reason"] == "fewer false alarms"
    (entry,) = read_audit(root).entries
    assert (entry.action, entry.subject, entry.result) == ("promote", "anomaly@1.0.0", "done")
    assert entry.details == {"before": "1.0.2", "reason": "fewer false alarms"}
    assert "anomaly v1.0.0 is in use, instead of v1.0.2" in text_of(box.said.value)
    states = {row["version"]: row["state"] for row in cells_of(part_of(page, "models").rows.value)}
    assert states["1.0.0"] == "in use"
    assert "fewer false alarms" in part_of(page, "audit").rows.value


def test_the_registry_after_a_promotion_is_that_of_the_command_line(root, monkeypatch, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(root / "data/models", other / "data/models")
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    change_model(root, "promote", "anomaly@1.0.0", "why")
    promote(other, "anomaly@1.0.0", "why")
    registries = [json.loads((folder / "data/models/registry.json").read_text()) for folder in (root, other)]
    for registry in registries:
        registry["history"][-1].pop("at")
    assert registries[0] == registries[1]


def test_rolling_back_goes_back_and_is_written_down(root, monkeypatch):
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    page = opened(root, "version=anomaly@1.0.0", "models")
    _click(page, "Roll anomaly back to v1.0.1")
    _click(page, "Yes, do it")
    assert read_registry(root).families["anomaly"].in_use == "1.0.1"
    (entry,) = read_audit(root).entries
    assert (entry.action, entry.subject, entry.result) == ("rollback", "anomaly@1.0.1", "done")


def test_a_cancelled_question_changes_nothing(root, monkeypatch):
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    page = opened(root, "version=anomaly@1.0.0", "models")
    _click(page, "Promote anomaly@1.0.0")
    _click(page, "Cancel")
    part_of(page, "models").changes.confirm()
    assert read_registry(root).families["anomaly"].in_use == "1.0.2"
    assert "Yes, do it" not in _buttons(page)


def test_a_promotion_that_fails_is_told_and_written_down(root, monkeypatch):
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    page = opened(root, "version=anomaly@1.0.0", "models")
    _click(page, "Promote anomaly@1.0.0")
    (root / "data/models/anomaly/v1.0.0/model.json").write_text("{}")
    _click(page, "Yes, do it")
    box = part_of(page, "models").changes
    assert "This cannot be done:" in box.said.value
    assert read_registry(root).families["anomaly"].in_use == "1.0.2"
    (entry,) = read_audit(root).entries
    assert (entry.action, entry.subject) == ("promote", "anomaly@1.0.0")
    assert entry.result.startswith("failed: ")
    assert text_of(entry.result.removeprefix("failed: ")) in text_of(box.said.value)


def test_a_reason_that_is_no_line_is_refused_and_told(root, monkeypatch):
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    with pytest.raises(ModelError, match="a reason is one line"):
        change_model(root, "promote", "anomaly@1.0.0", "two\nlines")
    assert read_audit(root).entries[0].result.startswith("failed: a reason is one line")


def test_an_unknown_action_is_refused(root, monkeypatch):
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    with pytest.raises(ModelError, match="can be promoted or rolled back, got 'prune'"):
        change_model(root, "prune", "anomaly")


def test_a_change_that_cannot_be_written_down_says_so(root, monkeypatch):
    monkeypatch.setenv(CHANGES_VARIABLE, "1")
    (root / AUDIT_FILE).mkdir()
    with pytest.raises(ModelError, match=r"anomaly v1.0.0 is in use.*the audit file cannot be written"):
        change_model(root, "promote", "anomaly@1.0.0")

"""Promote, roll back, compare, prune: what is in use afterwards, and what the history says of it."""

from __future__ import annotations

import json
import re

import pytest
from store_kills import make_model, make_store, problems

from diagmod.io.hashes import hash_paths
from diagmod.io.model_changes import Change, compare, promote, prune, roll_back
from diagmod.io.model_files import ModelError
from diagmod.io.model_registry import read_registry
from diagmod.io.model_store import open_model, register


@pytest.fixture
def root(tmp_path):
    """Versions 1.0.0 to 1.0.4; the last is in use because it was registered last."""
    for variant in range(5):
        make_model(tmp_path, variant)
        register(tmp_path, "anomaly")
    return tmp_path


def in_use(root):
    """The version in use by the registry and by the file ``latest``, which agree."""
    version = read_registry(root).families["anomaly"].in_use
    assert (root / "data/models/anomaly/latest").read_text() == f"v{version}\n"
    assert str(open_model(root, "anomaly").name) == f"anomaly@{version}"
    return version


def test_a_promoted_version_is_in_use_and_the_change_is_recorded(root):
    assert promote(root, "anomaly@v1.0.1", "fewer alarms at pump 3") == Change("anomaly", "1.0.4", "1.0.1")
    assert in_use(root) == "1.0.1"
    event = read_registry(root).history[-1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event.pop("at"))
    assert event == {
        "serial": 6, "action": "promote", "family": "anomaly", "from": "1.0.4", "to": "1.0.1", "follow": False,
        "reason": "fewer alarms at pump 3", "git_commit": "",
    }  # fmt: skip


def test_the_audit_file_holds_every_change_in_its_order_and_only_grows(root):
    path = root / "data/models/audit.jsonl"
    before = path.read_text()
    promote(root, "anomaly@1.0.1")
    roll_back(root, "anomaly", "worse")
    assert path.read_text().startswith(before)
    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert events == read_registry(root).history
    assert [(e["action"], e["to"]) for e in events[-3:]] == [
        ("register", "1.0.4"), ("promote", "1.0.1"), ("rollback", "1.0.4"),
    ]  # fmt: skip


def test_rolling_back_twice_goes_back_two_steps(root):
    promote(root, "anomaly@1.0.1")
    promote(root, "anomaly@1.0.0")
    assert [roll_back(root, "anomaly").after for _ in range(3)] == ["1.0.1", "1.0.4", "1.0.3"]
    assert in_use(root) == "1.0.3"


def test_there_is_nothing_to_roll_back_to_before_the_second_version(tmp_path):
    make_model(tmp_path, 0)
    register(tmp_path, "anomaly")
    with pytest.raises(ModelError, match=r"anomaly v1.0.0 is the first in use, there is none to go back to"):
        roll_back(tmp_path, "anomaly")


def test_until_somebody_chooses_the_model_registered_last_is_in_use_also_an_older_one(root):
    make_model(root, 1)
    done = register(root, "anomaly")
    assert (done.version, done.is_new, done.in_use, done.was_in_use) == ("1.0.1", False, "1.0.1", "1.0.4")
    assert in_use(root) == "1.0.1"
    n_events = len(read_registry(root).history)
    assert register(root, "anomaly").was_in_use == "1.0.1"
    assert len(read_registry(root).history) == n_events, "registering the same again changes nothing"


@pytest.mark.parametrize(
    "choose", [lambda root: promote(root, "anomaly@1.0.1"), lambda root: roll_back(root, "anomaly")]
)
def test_after_somebody_chose_new_models_are_candidates(root, choose):
    chosen = choose(root).after
    make_model(root, 5)
    done = register(root, "anomaly")
    assert (done.version, done.is_new, done.in_use) == ("1.0.5", True, chosen)
    own = read_registry(root).families["anomaly"]
    assert (in_use(root), own.state_of(own.versions[-1])) == (chosen, "candidate")
    make_model(root, 0)
    assert register(root, "anomaly").in_use == chosen, "an older model that comes back does not replace it either"


def test_following_lets_registering_choose_again(root):
    promote(root, "anomaly@1.0.1")
    promote(root, "anomaly@1.0.1", follow=True)
    make_model(root, 5)
    register(root, "anomaly")
    assert in_use(root) == "1.0.5"
    assert roll_back(root, "anomaly").after == "1.0.1"


def test_promoting_the_version_in_use_pins_it_and_adds_no_step_back(root):
    promote(root, "anomaly@1.0.4")
    assert read_registry(root).families["anomaly"].is_pinned
    assert roll_back(root, "anomaly").after == "1.0.3"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("anomaly", "say which version of anomaly to promote, as in anomaly@1.2.0"),
        ("anomaly@1.0.9", "there is no anomaly@1.0.9 in the store; its versions are 1.0.0, 1.0.1, 1.0.2, 1.0.3, 1.0.4"),
        ("faults@1.0.0", "no model faults in the store; there are: anomaly"),
        ("../models@1.0.0", "'../models' is no name of a model"),
        ("anomaly@../v1.0.0", "'../v1.0.0' is no version"),
    ],
)
def test_what_cannot_be_promoted_is_a_sentence_and_changes_nothing(root, name, sentence):
    before = hash_paths(["data/models"], root)
    with pytest.raises(ModelError, match=sentence):
        promote(root, name)
    assert hash_paths(["data/models"], root) == before


@pytest.mark.parametrize("reason", ["two\nlines", "\x1b[31mred", "x" * 301])
def test_a_reason_is_one_readable_line(root, reason):
    with pytest.raises(ModelError, match=r"a reason is one line of at most 300 characters"):
        promote(root, "anomaly@1.0.1", reason)


@pytest.mark.parametrize("change", [lambda r: promote(r, "anomaly@1.0.3"), lambda r: roll_back(r, "anomaly")])
def test_a_tampered_version_is_not_taken_into_use(root, change):
    (root / "data/models/anomaly/v1.0.3/model.safetensors").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"model.safetensors of anomaly v1.0.3 is not the file that was registered"):
        change(root)
    assert in_use(root) == "1.0.4"


def test_pruning_keeps_the_newest_the_one_in_use_and_the_one_to_roll_back_to(tmp_path):
    """1.0.3 is in use, 1.0.1 before it, 1.0.4 the newest: 1.0.0 and 1.0.2 go."""
    make_store(tmp_path)
    before = hash_paths(["data/models"], tmp_path)
    told = prune(tmp_path, "anomaly", 1, dry_run=True)
    assert (told.versions, told.n_bytes > 1000) == (["1.0.0", "1.0.2"], True)
    assert hash_paths(["data/models"], tmp_path) == before
    assert prune(tmp_path, "anomaly", 1) == told
    folders = sorted(path.name for path in (tmp_path / "data/models/anomaly").glob("v*"))
    assert folders == ["v1.0.1", "v1.0.3", "v1.0.4"]
    assert prune(tmp_path, "anomaly", 1).versions == []
    assert read_registry(tmp_path).history[-1]["pruned"] == ["1.0.0", "1.0.2"]
    assert roll_back(tmp_path, "anomaly").after == "1.0.1"
    assert problems(tmp_path) == []


def test_after_pruning_one_still_goes_back_step_by_step_past_what_is_gone(root):
    """In use were 1.0.0 to 1.0.4 in turn; 1.0.0 to 1.0.2 are pruned, so that 1.0.3 is the last step back."""
    prune(root, "anomaly", 1)
    assert roll_back(root, "anomaly").after == "1.0.3"
    with pytest.raises(ModelError, match="there is none to go back to"):
        roll_back(root, "anomaly")


def test_a_number_is_not_given_twice_after_its_version_was_pruned(root):
    """The highest number stays taken although 1.0.4 is gone; the rule still compares with it."""
    for version in ("1.0.0", "1.0.1"):
        promote(root, f"anomaly@{version}")
    prune(root, "anomaly", 1)
    make_model(root, 6)
    assert register(root, "anomaly").version == "1.0.5"


def test_a_pruned_version_is_refused_by_name_and_returns_under_its_number(root):
    prune(root, "anomaly", 1)
    with pytest.raises(ModelError, match=r"anomaly@1.0.1 was pruned at .*Z; take another version \(1.0.3, 1.0.4\)"):
        open_model(root, "anomaly@1.0.1")
    make_model(root, 1)
    done = register(root, "anomaly")
    assert (done.version, done.is_new, done.is_restored, done.in_use) == ("1.0.1", False, True, "1.0.1")
    assert problems(root) == []


@pytest.mark.parametrize("keep", [0, -1])
def test_pruning_everything_is_refused(root, keep):
    with pytest.raises(ModelError, match=f"at least 1 version must stay, got {keep}"):
        prune(root, "anomaly", keep)


def test_comparing_names_every_difference(tmp_path):
    one = {"stage": "s", "code": "c", "inputs": {"a": "aa", "b": "bb"}, "parameters": {"n": 2, "same": 1}}
    two = {"stage": "s", "code": "c", "inputs": {"a": "cc", "b": "bb"}, "parameters": {"n": 3, "same": 1, "new": [1]}}
    make_model(tmp_path, 0, lineage=one, metrics={"f1": 0.5, "silhouette": 0.2})
    register(tmp_path, "anomaly")
    make_model(tmp_path, 1, lineage=two, metrics={"f1": 0.6}, features=["y", "z"], model_type="Other")
    register(tmp_path, "anomaly")
    found = compare(tmp_path, "anomaly@1.0.0", "anomaly")
    assert (found.a, found.b, found.model_types) == ("anomaly@1.0.0", "anomaly@2.0.0", ("Kind", "Other"))
    assert found.metrics == {"f1": (0.5, 0.6), "silhouette": (0.2, None)}
    assert (found.features_added, found.features_removed) == (["z"], ["x"])
    assert found.parameters == {"n": (2, 3), "new": (None, [1])}
    assert found.data == {"a": ("aa", "cc")}

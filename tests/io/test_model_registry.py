"""registry.json: read, refused when damaged, and taken over from early stores without loss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from store_kills import make_model, make_old_store, make_store, problems

from diagmod.io.model_changes import roll_back
from diagmod.io.model_files import ModelError
from diagmod.io.model_registry import Family, Registry, StoredVersion, read_registry
from diagmod.io.model_store import open_model, register, version_of
from diagmod.io.model_transactions import changing


def _put(root: Path, content: object) -> Path:
    path = root / "data/models/registry.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


ENTRY = {"version": "1.0.0", "created_at": "t", "content_hash": "c", "features": ["x"], "parameters": {}}
FAMILY = {"versions": [ENTRY], "in_use": "1.0.0", "used_before": [], "is_pinned": False}


def _with(**changes: object) -> dict[str, object]:
    return {"schema_version": 2, "families": {"anomaly": {**FAMILY, **changes}}, "history": []}


def test_a_registry_reads_back_as_it_was_stored(tmp_path):
    make_store(tmp_path)
    path = tmp_path / "data/models/registry.json"
    text = path.read_text()
    assert read_registry(tmp_path).text() == text
    assert json.loads(text)["schema_version"] == 2


def test_without_a_store_the_registry_is_empty(tmp_path):
    assert read_registry(tmp_path) == Registry()
    assert version_of(tmp_path, "anomaly", "c") == ""


def test_a_handmade_registry_is_accepted(tmp_path):
    _put(tmp_path, _with())
    assert read_registry(tmp_path).families["anomaly"].in_use == "1.0.0"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{half", "is damaged .*restore it from a backup"),
        ("[" * 100_000, "is damaged"),
        ("[]", "lists no families; restore"),
        ({"schema_version": 3, "families": {}}, "has layout 3, this diagmod reads up to 2; update diagmod"),
        ({"schema_version": 2}, "is damaged"),
        ({"schema_version": 2, "families": [], "history": []}, "is damaged"),
        ({"schema_version": 2, "families": {"../x": FAMILY}, "history": []}, "is no name of a model"),
        ({"schema_version": 2, "families": {}, "history": ["event"]}, "its history holds no events"),
        (_with(versions=[{**ENTRY, "version": "../../1.0.0"}]), "is no version"),
        (_with(versions=[{**ENTRY, "version": "v1.0.0"}]), "is damaged"),
        (_with(versions=[{**ENTRY, "features": "x"}]), "features of version 1.0.0 is str"),
        (_with(versions=[{"version": "1.0.0"}]), "is damaged"),
        (_with(versions=[ENTRY, ENTRY]), "a version of anomaly stands in it twice"),
        (_with(in_use="1.0.7"), "a version of anomaly that is in use is not there"),
        (_with(used_before=["1.0.7"]), "a version of anomaly that is in use is not there"),
        (_with(versions=[{**ENTRY, "pruned_at": "t"}]), "a version of anomaly that is in use is not there"),
        (_with(more=1), "is damaged"),
        ({"anomaly": [{"version": "1.0.0"}]}, "is damaged"),
        ({"anomaly": ["1.0.0"]}, "is damaged"),
    ],
)
def test_a_damaged_registry_is_one_sentence_and_never_overwritten(tmp_path, content, sentence):
    path = _put(tmp_path, content)
    before = path.read_bytes()
    make_model(tmp_path, 0)
    for attempt in (lambda: read_registry(tmp_path), lambda: register(tmp_path, "anomaly")):
        with pytest.raises(ModelError, match=sentence) as raised:
            attempt()
        assert "\n" not in str(raised.value)
    assert path.read_bytes() == before


def test_an_early_registry_is_taken_over_with_all_that_it_said(tmp_path):
    """Entries as they were; type and figures from the metadata; one event a registration; the newest in use."""
    make_old_store(tmp_path)
    path = tmp_path / "data/models/registry.json"
    old = json.loads(path.read_text())
    (tmp_path / "data/models/anomaly/latest").write_text("v1.0.4\n")
    own = read_registry(tmp_path).families["anomaly"]
    assert [{key: getattr(v, key) for key in old["anomaly"][0]} for v in own.versions] == old["anomaly"]
    assert {v.model_type for v in own.versions} == {"Kind"}
    assert (own.in_use, own.is_pinned, own.used_before) == ("1.0.4", False, ["1.0.0", "1.0.1", "1.0.2", "1.0.3"])
    assert [(e["serial"], e["from"], e["to"]) for e in read_registry(tmp_path).history][:2] == [
        (1, "", "1.0.0"), (2, "1.0.0", "1.0.1"),
    ]  # fmt: skip
    assert json.loads(path.read_text()) == old, "reading alone changes nothing"
    assert str(open_model(tmp_path, "anomaly").name) == "anomaly@1.0.4"
    assert roll_back(tmp_path, "anomaly").after == "1.0.3"
    assert json.loads(path.read_text())["schema_version"] == 2
    assert problems(tmp_path) == []
    assert register(tmp_path, "anomaly").version == "1.0.5"


def test_an_early_registry_keeps_the_version_that_latest_names(tmp_path):
    make_old_store(tmp_path)
    own = read_registry(tmp_path).families["anomaly"]
    assert (own.in_use, own.used_before) == ("1.0.3", ["1.0.0", "1.0.1", "1.0.2"])


def test_an_early_registry_whose_metadata_are_gone_is_still_read(tmp_path):
    _put(tmp_path, {"anomaly": [ENTRY], "faults": []})
    registry = read_registry(tmp_path)
    assert list(registry.families) == ["anomaly"]
    assert registry.families["anomaly"].versions == [StoredVersion.read(ENTRY)]


def test_what_raises_inside_a_change_stores_nothing(tmp_path):
    make_store(tmp_path)
    before = (tmp_path / "data/models/registry.json").read_bytes()

    def change_and_fail() -> None:
        with changing(tmp_path) as registry:
            registry.families["anomaly"].use("1.0.0")
            raise ModelError("no")

    with pytest.raises(ModelError, match="no"):
        change_and_fail()
    assert (tmp_path / "data/models/registry.json").read_bytes() == before


def test_going_back_skips_what_was_pruned_and_what_is_in_use():
    family = Family(in_use="1.0.3", used_before=["1.0.0", "1.0.3", "1.0.1", "1.0.3", "1.0.2"])
    family.forget({"1.0.1", "1.0.2"})
    assert family.used_before == ["1.0.0"]


def test_states_of_versions_are_told_apart():
    versions = [
        StoredVersion.read({**ENTRY, "version": f"1.0.{k}", "pruned_at": "t" if k == 0 else ""}) for k in range(5)
    ]
    family = Family(versions, in_use="1.0.3", used_before=["1.0.1", "1.0.2"])
    states = ["pruned", "kept", "roll back to", "in use", "candidate"]
    assert [family.state_of(v) for v in versions] == states

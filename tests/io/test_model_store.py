"""The model store: versions by what changed, one model once, and no state that cannot be read."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from handmade_interim import train

from diagmod.io import model_store
from diagmod.io.hashes import hash_paths
from diagmod.io.model_files import ModelError, read_model, write_no_model
from diagmod.io.model_store import NoModelError, read_registry, register, version_of
from diagmod.io.schemas import ANOMALY_SCORES, EVALUATION
from diagmod.io.stages import read_yaml
from diagmod.io.tables import empty_table, write_table

DATA = {"data/interim/recordings.parquet": "aa"}
LINEAGE = {"stage": "train_anomaly", "code": "c0de", "inputs": DATA, "parameters": {"n_trees": 2}}
SCORES = "data/processed/anomaly_scores.parquet"


def _train(root: Path, **facts: object) -> Path:
    return train(root, inputs=DATA, **facts)


def _evaluate(root: Path, scored_by: dict[str, object], seen: str | None = None) -> None:
    """Scores of a model, and the evaluation of the scores whose hash is ``seen`` (of these, if None)."""
    write_table(empty_table(ANOMALY_SCORES), ANOMALY_SCORES, root / SCORES, scored_by)
    (root / "data/processed/evaluation").mkdir(exist_ok=True)
    inputs = {SCORES: seen or hash_paths([SCORES], root)}
    path = root / "data/processed/evaluation/evaluation.parquet"
    write_table(empty_table(EVALUATION), EVALUATION, path, {"inputs": inputs})
    (root / "reports/metrics").mkdir(parents=True, exist_ok=True)
    figures = {"precision": 0.75, "recall": 0.5, "f1": 0.6, "auroc": 0.9}
    content = {"recording_label": {"all": figures, "flag_all": {"f1": 0.2}}}
    (root / "reports/metrics/evaluate.json").write_text(json.dumps(content), encoding="utf-8")


def test_registering_a_model_twice_changes_nothing(tmp_path):
    _train(tmp_path)
    first = register(tmp_path, "anomaly")
    before = hash_paths(["data/models"], tmp_path)
    second = register(tmp_path, "anomaly")
    assert (first.version, first.is_new) == ("1.0.0", True)
    assert (second.version, second.is_new) == ("1.0.0", False)
    assert hash_paths(["data/models"], tmp_path) == before


def test_versions_rise_by_what_changed(tmp_path):
    """1.0.0; other data 1.0.1; other settings 1.1.0; other data 1.1.1; other features 2.0.0."""
    steps = (
        ({}, "1.0.0"),
        ({"lineage": {**LINEAGE, "inputs": {"a": "bb"}}}, "1.0.1"),
        ({"lineage": {**LINEAGE, "parameters": {"n_trees": 9}}}, "1.1.0"),
        ({"lineage": {**LINEAGE, "parameters": {"n_trees": 9}, "inputs": {"a": "cc"}}}, "1.1.1"),
        ({"features": ["thd_R", "crest_R"], "lineage": {**LINEAGE, "parameters": {"n_trees": 8}}}, "2.0.0"),
    )
    for facts, version in steps:
        _train(tmp_path, **facts)
        assert register(tmp_path, "anomaly").version == version
    assert [v["version"] for v in read_registry(tmp_path)["anomaly"]] == [version for _, version in steps]
    assert (tmp_path / "data/models/anomaly/latest").read_text() == "v2.0.0\n"
    assert sorted(p.name for p in (tmp_path / "data/models/anomaly").iterdir()) == [
        "latest", "v1.0.0", "v1.0.1", "v1.1.0", "v1.1.1", "v2.0.0",
    ]  # fmt: skip


def test_a_model_seen_before_keeps_its_old_version(tmp_path):
    for facts in ({}, {"threshold": 0.6}):
        _train(tmp_path, **facts)
        register(tmp_path, "anomaly")
    _train(tmp_path)
    assert register(tmp_path, "anomaly").version == "1.0.0"


def test_metadata_has_every_key_and_names_the_commit(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    name = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", tmp_path, *name, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    head = subprocess.run(["git", "-C", tmp_path, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    source = _train(tmp_path)
    _evaluate(tmp_path, LINEAGE)
    register(tmp_path, "anomaly")
    folder = tmp_path / "data/models/anomaly/v1.0.0"
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    created_at = metadata.pop("created_at")
    assert created_at.endswith("Z")
    assert metadata == {
        "version": "1.0.0",
        "model_type": "IsolationForest",
        "metrics": {"precision": 0.75, "recall": 0.5, "f1": 0.6},
        "features": ["thd_R", "thd_S"],
        "training_data_hash": DATA,
        "parameters": {"n_trees": 2},
        "git_commit": head.stdout.strip(),
        "content_hash": hash_paths(["."], source),
    }
    assert read_yaml(folder / "config.yaml") == {"parameters": {"n_trees": 2}}
    card = (folder / "model_card.md").read_text(encoding="utf-8")
    assert "precision 0.75, recall 0.50, f1 0.60" in card
    assert "IsolationForest on 2 scale-free features" in card


def test_the_stored_model_scores_as_the_trained_one(tmp_path):
    trained, _ = read_model(_train(tmp_path))
    register(tmp_path, "anomaly")
    stored, facts = read_model(tmp_path / "data/models/anomaly/v1.0.0")
    rows = np.array([[1.0, 2.0], [300.0, -5.0]])
    np.testing.assert_array_equal(stored.score_samples(rows), trained.score_samples(rows))
    assert facts["threshold"] == 0.5


@pytest.mark.parametrize("case", ["never evaluated", "other model scored", "other scores evaluated"])
def test_figures_of_another_model_are_not_written_beside_this_one(tmp_path, case):
    _train(tmp_path)
    if case == "other model scored":
        _evaluate(tmp_path, {**LINEAGE, "code": "01d"})
    if case == "other scores evaluated":
        _evaluate(tmp_path, LINEAGE, seen="01d")
    register(tmp_path, "anomaly")
    folder = tmp_path / "data/models/anomaly/v1.0.0"
    assert json.loads((folder / "metadata.json").read_text(encoding="utf-8"))["metrics"] == {}
    assert "against their label: not evaluated." in (folder / "model_card.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("step", ["copytree", "write_yaml", "_replace"])
def test_a_store_killed_half_way_is_readable_and_the_next_run_completes_it(tmp_path, monkeypatch, step):
    _train(tmp_path)
    register(tmp_path, "anomaly")
    _train(tmp_path, threshold=0.6)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil if step == "copytree" else model_store, step, killed)
        with pytest.raises(KeyboardInterrupt):
            register(tmp_path, "anomaly")
    assert [v["version"] for v in read_registry(tmp_path)["anomaly"]] == ["1.0.0"]
    assert read_model(tmp_path / "data/models/anomaly/v1.0.0")[1]["threshold"] == 0.5
    assert register(tmp_path, "anomaly").version == "1.0.1"
    assert read_model(tmp_path / "data/models/anomaly/v1.0.1")[1]["threshold"] == 0.6
    assert not [p for p in (tmp_path / "data/models").rglob("*") if p.name.startswith(".")]


def test_a_store_killed_before_its_registry_is_written_takes_the_same_version_again(tmp_path, monkeypatch):
    _train(tmp_path)
    original = model_store._replace

    def killed_at_the_registry(path: Path, text: str) -> None:
        if path.name == model_store.REGISTRY:
            raise KeyboardInterrupt
        original(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(model_store, "_replace", killed_at_the_registry)
        with pytest.raises(KeyboardInterrupt):
            register(tmp_path, "anomaly")
    assert read_registry(tmp_path) == {}
    assert register(tmp_path, "anomaly").version == "1.0.0"


def test_a_pipeline_that_trained_nothing_has_no_model_to_register(tmp_path):
    write_no_model(tmp_path / "data/processed/models/anomaly", {"reason": "1 split group(s)", "lineage": {}})
    with pytest.raises(NoModelError, match=r"there is no model to register: 1 split group\(s\)"):
        register(tmp_path, "anomaly")
    assert not (tmp_path / "data/models").exists()


def test_a_model_file_that_model_json_does_not_describe_is_not_registered(tmp_path):
    folder = _train(tmp_path)
    (folder / "model.skops").write_bytes(b"something else")
    with pytest.raises(ModelError, match=r"not the file that model.json describes"):
        register(tmp_path, "anomaly")
    assert not (tmp_path / "data/models").exists()


def test_a_model_that_does_not_say_where_it_comes_from_is_not_registered(tmp_path):
    folder = _train(tmp_path)
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    del facts["lineage"]
    (folder / "model.json").write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(ModelError, match=r"model.json in anomaly lacks 'lineage'; train the model again"):
        register(tmp_path, "anomaly")


@pytest.mark.parametrize(("content", "sentence"), [("{half", "damaged .*backup"), ("[]", "lists no families")])
def test_a_damaged_registry_is_never_overwritten(tmp_path, content, sentence):
    _train(tmp_path)
    path = tmp_path / "data/models/registry.json"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=sentence):
        register(tmp_path, "anomaly")
    assert path.read_text(encoding="utf-8") == content


def test_version_of_knows_only_what_was_registered(tmp_path):
    folder = _train(tmp_path)
    content = hash_paths(["."], folder)
    assert version_of(tmp_path, "anomaly", content) == ""
    register(tmp_path, "anomaly")
    assert version_of(tmp_path, "anomaly", content) == "1.0.0"
    assert version_of(tmp_path, "forecast", content) == ""

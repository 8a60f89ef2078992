"""The model store: versions by what changed, one model once, and no state that cannot be read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from handmade_interim import train
from store_kills import make_model, problems

from diagmod.io import model_store, model_tidying, model_transactions
from diagmod.io.anomaly_files import ANOMALY_SCORES
from diagmod.io.hashes import hash_paths
from diagmod.io.model_files import ModelError, read_model, write_no_model
from diagmod.io.model_registry import read_registry
from diagmod.io.model_store import NoModelError, open_model, register, version_of
from diagmod.io.model_versions import NUMBER_RULE
from diagmod.io.schemas import EVALUATION
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
    assert [v.version for v in read_registry(tmp_path).families["anomaly"].versions] == [
        version for _, version in steps
    ]
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
        "metrics": {"precision": 0.75, "recall": 0.5, "f1": 0.6, "auroc": 0.9},
        "features": ["thd_R", "thd_S"],
        "training_data_hash": DATA,
        "parameters": {"n_trees": 2},
        "git_commit": head.stdout.strip(),
        "code_version": "c0de",
        "content_hash": hash_paths(["."], source),
    }
    assert read_yaml(folder / "config.yaml") == {"parameters": {"n_trees": 2}}
    card = (folder / "model_card.md").read_text(encoding="utf-8")
    assert "Judged on data that were held out: precision 0.75, recall 0.50, f1 0.60, auroc 0.90." in card
    assert "IsolationForest on 2 features" in card
    assert "- `data/interim/recordings.parquet` aa" in card
    assert NUMBER_RULE in card


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
    assert "Judged on data that were held out: not evaluated." in (folder / "model_card.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (shutil, "copytree"), (model_store, "write_companions"), (model_store, "put_in_place"),
        (model_tidying, "sync"), (model_transactions, "replace"),
    ],
)  # fmt: skip
def test_a_store_interrupted_half_way_is_as_before_and_the_next_run_completes_it(tmp_path, monkeypatch, module, step):
    make_model(tmp_path, 0)
    register(tmp_path, "anomaly")
    make_model(tmp_path, 1)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, step, interrupted)
        if step == "sync":
            patch.setattr(model_transactions, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            register(tmp_path, "anomaly")
    assert problems(tmp_path) == []
    assert [v.version for v in read_registry(tmp_path).families["anomaly"].versions] == ["1.0.0"]
    assert register(tmp_path, "anomaly").version == "1.0.1"
    assert problems(tmp_path) == []


def test_a_stored_model_that_was_damaged_is_restored_by_registering_it_again(tmp_path):
    make_model(tmp_path, 0)
    register(tmp_path, "anomaly")
    (tmp_path / "data/models/anomaly/v1.0.0/model.safetensors").write_bytes(b"x")
    done = register(tmp_path, "anomaly")
    assert (done.version, done.is_new, done.is_restored) == ("1.0.0", False, True)
    assert problems(tmp_path) == []


def test_a_version_that_is_named_is_opened_and_not_the_one_in_use(tmp_path):
    for variant in (0, 1):
        make_model(tmp_path, variant)
        register(tmp_path, "anomaly")
    assert open_model(tmp_path, "anomaly@1.0.0").metadata["training_data_hash"] == {"a": "0"}
    assert open_model(tmp_path, "anomaly").metadata["training_data_hash"] == {"a": "1"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("anomaly@1.0.9", "there is no anomaly@1.0.9 in the store; its versions are 1.0.0"),
        ("faults", "no model faults in the store; there are: anomaly"),
        ("anomaly/v1.0.0", "is no name of a model"),
        ("anomaly@../v1.0.0", "is no version"),
    ],
)
def test_what_is_not_in_the_store_is_a_sentence(tmp_path, name, sentence):
    make_model(tmp_path, 0)
    register(tmp_path, "anomaly")
    with pytest.raises(ModelError, match=sentence):
        open_model(tmp_path, name)


def test_an_empty_store_says_how_it_is_filled(tmp_path):
    with pytest.raises(ModelError, match=r"there are: none; `diagmod models register` fills the store"):
        open_model(tmp_path, "anomaly")


@pytest.mark.parametrize("family", ["faults", "regimes", "anomaly_segments"])
def test_models_of_every_family_state_their_own_figures_and_are_registered_without_a_saying(tmp_path, family):
    make_model(tmp_path, 0, family, metrics={"f1": 0.5, "coverage": 0.9})
    register(tmp_path, family)
    model = open_model(tmp_path, family)
    assert model.metadata["metrics"] == {"f1": 0.5, "coverage": 0.9}
    card = (model.folder / "model_card.md").read_text()
    assert ("Trained with the labelled conditions" in card) == (family == "faults")


def test_a_model_that_is_there_already_is_not_loaded_again(tmp_path):
    """Registering at the end of every `make repro` costs hashes, no learning library."""
    train(tmp_path, inputs=DATA)
    register(tmp_path, "anomaly")
    code = (
        "import sys; from pathlib import Path; from diagmod.io.model_store import open_model, register; "
        "r = register(Path(sys.argv[1]), 'anomaly'); open_model(Path(sys.argv[1]), 'anomaly'); "
        "print(r.is_new, *sorted({'torch', 'sklearn', 'skops', 'pandas', 'safetensors'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


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


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"features": "x"}, "features is no list"),
        ({"lineage": []}, "lineage is no dict"),
        ({"model_type": 3}, "is no str"),
    ],
)
def test_facts_of_another_kind_are_refused(tmp_path, facts, sentence):
    make_model(tmp_path, 0, **facts)
    with pytest.raises(ModelError, match=f"model.json in anomaly: .*{sentence}; train it again"):
        register(tmp_path, "anomaly")


def test_a_model_that_does_not_say_where_it_comes_from_is_not_registered(tmp_path):
    folder = _train(tmp_path)
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    del facts["lineage"]
    (folder / "model.json").write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(ModelError, match=r"model.json in anomaly lacks 'lineage'; train the model again"):
        register(tmp_path, "anomaly")


def test_version_of_knows_only_what_was_registered(tmp_path):
    folder = _train(tmp_path)
    content = hash_paths(["."], folder)
    assert version_of(tmp_path, "anomaly", content) == ""
    register(tmp_path, "anomaly")
    assert version_of(tmp_path, "anomaly", content) == "1.0.0"
    assert version_of(tmp_path, "forecast", content) == ""

"""Nothing of a stored model is opened unless every file is the one that was registered, and nothing can run code."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from handmade_interim import train
from safetensors.numpy import save
from store_kills import make_model

from diagmod.io.embedding_files import read_embedding
from diagmod.io.hashes import hash_paths
from diagmod.io.model_files import ModelError, read_facts, read_model, write_contents
from diagmod.io.model_registry import StoredVersion, read_registry, store_folder
from diagmod.io.model_seals import MADE_HERE, check_seal, content_hash, files_of, read_sealed
from diagmod.io.model_store import open_model, register
from diagmod.io.model_transactions import changing
from diagmod.io.model_verifying import verify
from diagmod.io.stages import StageError, read_yaml

FILES = ("model.skops", "model.safetensors", "model.json", *MADE_HERE)

#: What reads a file of a stored model, by its name.
READERS: dict[str, Callable[[Path], object]] = {
    "model.skops": read_model,
    "model.safetensors": read_embedding,
    "model.json": read_facts,
    "metadata.json": lambda folder: read_sealed(folder, "metadata.json", files_of(folder)),
    "config.yaml": lambda folder: read_yaml(folder / "config.yaml"),
}


class Malicious:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """The file that only executed code would make."""
    return tmp_path / "executed"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A project with one registered model; gives the folder of its version."""
    folder = train(tmp_path, inputs={"a": "aa"})
    about, content = read_facts(folder), (folder / "model.skops").read_bytes()
    write_contents(folder, {"model.skops": content, "model.safetensors": save({"w": np.ones(2)})}, about)
    register(tmp_path, "anomaly")
    return tmp_path / "data/models/anomaly/v1.0.0"


def reseal(root: Path, folder: Path) -> None:
    """What a thief would do who may write the registry too: state the hashes of the altered files."""
    with changing(root) as registry:
        own = registry.families["anomaly"]
        files = files_of(folder)
        own.put(replace(own.versions[0], files=files, content_hash=content_hash(files)))


def restate(folder: Path, name: str) -> None:
    """State the hash of an altered file in model.json."""
    facts = json.loads((folder / "model.json").read_text())
    facts["sha256"] = {**facts["sha256"], name: hashlib.sha256((folder / name).read_bytes()).hexdigest()}
    (folder / "model.json").write_text(json.dumps(facts))


def test_the_hash_of_a_model_is_that_of_its_trained_folder(tmp_path, store):
    trained = tmp_path / "data/processed/models/anomaly"
    assert content_hash(files_of(store)) == content_hash(files_of(trained)) == hash_paths(["."], trained)


def test_an_untouched_model_opens_with_facts_and_metadata(tmp_path, store):
    model = open_model(tmp_path, "anomaly")
    assert (str(model.name), model.folder) == ("anomaly@1.0.0", store)
    assert (model.facts["threshold"], model.metadata["model_type"]) == (0.5, "IsolationForest")


@pytest.mark.parametrize("name", FILES)
def test_a_tampered_file_is_refused_whichever_it_is(tmp_path, store, name):
    (store / name).write_bytes((store / name).read_bytes() + b" ")
    with pytest.raises(ModelError, match=f"^{name} of anomaly v1.0.0 is not the file that was registered; restore it"):
        open_model(tmp_path, "anomaly@1.0.0")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_whichever_it_is(tmp_path, store, name):
    (store / name).unlink()
    with pytest.raises(ModelError, match=f"^{name} of anomaly v1.0.0 is missing; restore it"):
        open_model(tmp_path, "anomaly")


@pytest.mark.parametrize("name", ["more.json", "more.skops", "more.safetensors"])
def test_an_added_file_is_refused(tmp_path, store, name):
    (store / name).write_bytes(b"{}")
    with pytest.raises(ModelError, match=f"^{name} was added to anomaly v1.0.0 after it was registered"):
        open_model(tmp_path, "anomaly")


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.pt", "notes.yaml", ".hidden", "model.SKOPS"])
def test_a_file_of_another_kind_is_refused(tmp_path, store, name):
    (store / name).write_bytes(b"x")
    with pytest.raises(ModelError, match=f"^{name} in anomaly v1.0.0 is of no kind that is opened"):
        open_model(tmp_path, "anomaly")


@pytest.mark.parametrize("name", FILES)
def test_a_link_is_refused_though_it_leads_to_the_same_content(tmp_path, store, name):
    (store / name).rename(tmp_path / name)
    (store / name).symlink_to(tmp_path / name)
    with pytest.raises(ModelError, match=f"^{name} in anomaly v1.0.0 is a link; a model consists of plain files alone"):
        open_model(tmp_path, "anomaly")


def test_a_linked_version_and_a_linked_family_are_refused(tmp_path, store):
    store.rename(tmp_path / "elsewhere")
    store.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match=r"^anomaly v1.0.0 is a link, not the folder of a model"):
        open_model(tmp_path, "anomaly")
    store.parent.rename(tmp_path / "family")
    store.parent.symlink_to(tmp_path / "family")
    with pytest.raises(ModelError, match=r"^data/models/anomaly is a link; put the folder itself there"):
        open_model(tmp_path, "anomaly")


def test_folders_and_pipes_inside_a_version_are_refused(tmp_path, store):
    (store / "more").mkdir()
    with pytest.raises(ModelError, match=r"^more in anomaly v1.0.0 is a folder"):
        open_model(tmp_path, "anomaly")
    (store / "more").rmdir()
    (store / "model.json").unlink()
    os.mkfifo(store / "model.json")
    with pytest.raises(ModelError, match=r"^model.json in anomaly v1.0.0 is no file"):
        open_model(tmp_path, "anomaly")


def test_a_version_that_is_gone_is_a_sentence(tmp_path, store):
    shutil.rmtree(store)
    with pytest.raises(ModelError, match=r"^anomaly v1.0.0 is missing; restore it, or register the model again"):
        open_model(tmp_path, "anomaly")


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("name", FILES)
def test_a_malicious_pickle_under_any_name_is_refused(tmp_path, store, trace, name, protocol):
    (store / name).write_bytes(pickle.dumps(Malicious(trace), protocol))
    with pytest.raises(ModelError, match=f"^{name} of anomaly v1.0.0 is not the file that was registered"):
        open_model(tmp_path, "anomaly")
    assert not trace.exists()


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("name", READERS)
def test_a_malicious_pickle_whose_hash_was_forged_too_runs_nothing(store, trace, name, protocol):
    """Who may write every hash still finds no reader that runs code; a card is only ever shown."""
    (store / name).write_bytes(pickle.dumps(Malicious(trace), protocol))
    if name in ("model.skops", "model.safetensors"):
        restate(store, name)
    with pytest.raises((ModelError, StageError), match=r"damaged|YAML|must be a mapping"):
        READERS[name](store)
    assert not trace.exists()


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("name", ["model.skops", "model.safetensors", "model.json", "other.json"])
def test_a_malicious_pickle_is_not_registered_under_any_name(tmp_path, trace, name, protocol):
    folder = make_model(tmp_path, 0)
    (folder / name).write_bytes(pickle.dumps(Malicious(trace), protocol))
    if name != "model.json":
        restate(folder, name)
    with pytest.raises(ModelError, match=r"damaged"):
        register(tmp_path, "anomaly")
    assert not trace.exists()
    assert not store_folder(tmp_path).exists()


def test_pickled_objects_inside_an_archive_are_refused(tmp_path, trace):
    """A skops archive is a zip; one whose array is a pickled object is no array."""
    folder = train(tmp_path, inputs={})
    source = zipfile.ZipFile(folder / "model.skops")
    held = {name: source.read(name) for name in source.namelist()}
    array = io.BytesIO()
    np.save(array, np.array([Malicious(trace)], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(folder / "model.skops", "w") as archive:
        for name, content in held.items():
            archive.writestr(name, array.getvalue() if name.endswith(".npy") else content)
    restate(folder, "model.skops")
    with pytest.raises(ModelError, match=r"model file is damaged|could run code"):
        register(tmp_path, "anomaly")
    assert not trace.exists()


@pytest.mark.parametrize("name", ["model.pkl", "metadata.json", "config.yaml", "model_card.md", "stray.json"])
def test_a_trained_folder_with_a_foreign_file_is_not_registered(tmp_path, name):
    folder = make_model(tmp_path, 0)
    (folder / name).write_text("{}")
    with pytest.raises(ModelError, match=f"^{name} in anomaly is (of no kind that is opened|not described by model)"):
        register(tmp_path, "anomaly")


def test_a_file_that_model_json_describes_and_nobody_made_is_not_registered(tmp_path):
    folder = make_model(tmp_path, 0)
    facts = json.loads((folder / "model.json").read_text())
    facts["sha256"]["../../outside.json"] = "0" * 64
    (folder / "model.json").write_text(json.dumps(facts))
    with pytest.raises(ModelError, match=r"outside.json in anomaly is missing; train the model again"):
        register(tmp_path, "anomaly")


def test_linked_outputs_of_the_pipeline_are_registered_as_their_content(tmp_path):
    """DVC may link outputs to its cache."""
    folder = make_model(tmp_path, 0)
    (folder / "model.safetensors").rename(tmp_path / "cached")
    (folder / "model.safetensors").symlink_to(tmp_path / "cached")
    register(tmp_path, "anomaly")
    assert not (open_model(tmp_path, "anomaly").folder / "model.safetensors").is_symlink()


def test_metadata_that_contradict_the_registry_are_refused(tmp_path, store):
    metadata = json.loads((store / "metadata.json").read_text())
    (store / "metadata.json").write_text(json.dumps({**metadata, "features": ["thd_R"]}))
    reseal(tmp_path, store)
    with pytest.raises(ModelError, match=r"metadata.json of anomaly v1.0.0 and the registry disagree about features"):
        open_model(tmp_path, "anomaly")


def test_versions_of_early_stores_are_checked_by_the_hash_of_their_content(tmp_path, store):
    """They state no hash of each file."""
    entry = replace(read_registry(tmp_path).families["anomaly"].versions[0], files={})
    assert set(check_seal(store, entry)) == set(FILES)
    (store / "more.json").write_text("{}")
    with pytest.raises(ModelError, match=r"^the files of anomaly v1.0.0 are not those that were registered"):
        check_seal(store, entry)
    (store / "more.json").unlink()
    (store / "model_card.md").unlink()
    with pytest.raises(ModelError, match=r"^model_card.md of anomaly v1.0.0 is missing"):
        check_seal(store, entry)


def test_verify_names_every_version_that_is_not_what_was_registered(tmp_path):
    for variant in range(3):
        make_model(tmp_path, variant)
        register(tmp_path, "anomaly")
    family = tmp_path / "data/models/anomaly"
    (family / "v1.0.1/model.safetensors").write_bytes(b"x")
    shutil.copytree(family / "v1.0.2", family / "v7.0.0")
    found = {finding.place: finding.problem for finding in verify(tmp_path)}
    assert (found["anomaly v1.0.0"], found["anomaly v1.0.2"]) == ("", "")
    assert found["anomaly v1.0.1"].startswith("model.safetensors of anomaly v1.0.1 is not the file that was registered")
    assert found["anomaly v7.0.0"] == "no registry lists it; move it away"
    assert "anomaly v7.0.0" not in [finding.place for finding in verify(tmp_path, "anomaly")]


def test_an_entry_that_names_no_version_is_never_made_a_path():
    with pytest.raises(ValueError, match=r"is no version"):
        StoredVersion.read({"version": "../x", "created_at": "", "content_hash": "", "features": [], "parameters": {}})

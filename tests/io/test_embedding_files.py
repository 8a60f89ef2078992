"""Networks on disk without pickle, and the table whose width is a parameter."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from diagmod.io.embedding_files import (
    EMBEDDINGS,
    WEIGHTS,
    code_names,
    embedding_schema,
    held_out,
    read_embedding,
    read_embeddings,
    write_embedding,
)
from diagmod.io.model_files import ModelError, write_no_model
from diagmod.io.model_store import NoModelError, read_registry, register
from diagmod.io.tables import TableError, write_table

FACTS = {
    "model_type": "ConvolutionalAutoencoder", "features": ["order spectrum"], "dimension": 2, "n_epochs": 3,
    "says": "the embedding says which segments look alike", "lineage": {"stage": "train_embedding", "parameters": {}},
}  # fmt: skip
TENSORS = {
    "b": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a": np.array([0.1], dtype=np.float32),
    "turned": np.arange(6, dtype=np.float32).reshape(2, 3).T,
}


def test_what_is_read_is_what_was_written_bit_by_bit(tmp_path):
    write_embedding(tmp_path, TENSORS, FACTS)
    tensors, facts = read_embedding(tmp_path)
    assert sorted(tensors) == sorted(TENSORS)
    for name, value in TENSORS.items():
        np.testing.assert_array_equal(tensors[name], value)
        assert tensors[name].dtype == np.float32
    assert {key: facts[key] for key in FACTS} == FACTS


def test_the_same_network_is_the_same_bytes_whatever_the_order_of_its_parts(tmp_path):
    write_embedding(tmp_path / "one", TENSORS, FACTS)
    write_embedding(tmp_path / "other", dict(reversed(TENSORS.items())), FACTS)
    for name in (WEIGHTS, "model.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_nothing_that_can_run_code_is_in_the_file(tmp_path):
    """A safetensors file: the length of its header in 8 bytes, the header as JSON, the numbers."""
    write_embedding(tmp_path, TENSORS, FACTS)
    content = (tmp_path / WEIGHTS).read_bytes()
    n = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + n])
    assert set(header) == set(TENSORS)
    assert len(content) == 8 + n + sum(value.nbytes for value in TENSORS.values())


def test_a_file_that_was_changed_is_refused(tmp_path):
    write_embedding(tmp_path, TENSORS, FACTS)
    content = bytearray((tmp_path / WEIGHTS).read_bytes())
    content[-1] ^= 1
    (tmp_path / WEIGHTS).write_bytes(content)
    with pytest.raises(ModelError, match=r"is not the file that model\.json describes; restore or retrain it"):
        read_embedding(tmp_path)


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff" * 40, b"\x80\x04K\x01."])
def test_garbage_with_a_right_hash_is_refused_in_words(tmp_path, content):
    import hashlib

    facts = {**FACTS, "sha256": {WEIGHTS: hashlib.sha256(content).hexdigest()}}
    (tmp_path / "model.json").write_text(json.dumps(facts))
    (tmp_path / WEIGHTS).write_bytes(content)
    with pytest.raises(ModelError, match="is damaged"):
        read_embedding(tmp_path)


def test_a_missing_network_is_said(tmp_path):
    with pytest.raises(ModelError, match=r"model\.json is missing; run `dvc repro`"):
        read_embedding(tmp_path)
    write_no_model(tmp_path, FACTS)
    with pytest.raises(ModelError, match=r"model\.safetensors is missing; run `dvc repro`"):
        read_embedding(tmp_path)


def _rows(dimension: int) -> pd.DataFrame:
    numbers = {name: [float(k), np.nan] for k, name in enumerate(code_names(dimension))}
    about = {"recording_id": ["a", "b"], "motor_id": "M", "segment": 0, "fold": 0, "is_held_out": [True, False]}
    return pd.DataFrame({**about, **numbers, "error_db": [1.0, np.nan]})


@pytest.mark.parametrize("dimension", [1, 8, 12])
def test_a_table_of_any_dimension_comes_back(tmp_path, dimension):
    write_table(_rows(dimension), embedding_schema(dimension), tmp_path / "e.parquet", {})
    pd.testing.assert_frame_equal(read_embeddings(tmp_path / "e.parquet"), _rows(dimension), check_dtype=False)


def test_held_out_rows_are_one_a_segment():
    assert held_out(_rows(2))["recording_id"].tolist() == ["a"]
    assert "is_held_out" not in held_out(_rows(2))


def test_the_default_table_has_eight_numbers():
    names = [c.name for c in EMBEDDINGS.columns]
    assert names == ["recording_id", "motor_id", "segment", "fold", "is_held_out", *code_names(8), "error_db"]
    assert code_names(8)[-1] == "e08"


@pytest.mark.parametrize("dimension", [0, -1, 100])
def test_a_dimension_without_columns_is_refused(dimension):
    with pytest.raises(ValueError, match=f"must lie between 1 and 99, got {dimension}"):
        code_names(dimension)


def test_another_table_is_refused(tmp_path):
    (tmp_path / "e.parquet").write_bytes(b"no table")
    with pytest.raises(TableError, match="no readable Parquet file"):
        read_embeddings(tmp_path / "e.parquet")


def test_the_store_takes_a_network_once_and_its_card_says_what_it_is(tmp_path):
    folder = tmp_path / "data/processed/models/embedding"
    write_embedding(folder, TENSORS, FACTS)
    assert [register(tmp_path, "embedding").is_new for _ in range(2)] == [True, False]
    assert [v.version for v in read_registry(tmp_path).families["embedding"].versions] == ["1.0.0"]
    kept = tmp_path / "data/models/embedding/v1.0.0"
    assert (kept / WEIGHTS).read_bytes() == (folder / WEIGHTS).read_bytes()
    card = (kept / "model_card.md").read_text()
    assert "ConvolutionalAutoencoder" in card
    assert "Trained without labels; the embedding says which segments look alike." in card


def test_the_store_says_why_there_is_no_network(tmp_path):
    write_no_model(tmp_path / "data/processed/models/embedding", {"reason": "2 split groups", "lineage": {}})
    with pytest.raises(NoModelError, match="no model to register: 2 split groups"):
        register(tmp_path, "embedding")

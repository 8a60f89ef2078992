"""Embeddings of a data set: a group is never on both sides, and what cannot be learned is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade_interim import recordings

from diagmod.core.order_spectra import ORDERS
from diagmod.io.embedding_files import embedding_schema, held_out, read_embedding
from diagmod.io.model_files import read_facts
from diagmod.io.tables import conform
from diagmod.models import embedding_training
from diagmod.models.embedding import Embedder, EmbeddingSettings
from diagmod.models.embedding_training import MIN_SEGMENTS, fit_fold, train_embedding
from diagmod.models.split import group_folds

SETTINGS = EmbeddingSettings(
    dimension=3, n_epochs=2, patience=2, batch_size=32, learning_rate=3e-3, max_segments=1000, seed=3
)
LINEAGE = {"stage": "train_embedding"}


def _data(per_motor: dict[str, int], seed: int = 0) -> tuple[np.ndarray, pd.DataFrame, pd.DataFrame]:
    """Noise of each motor's own level; the number of a motor stands in its pictures, 10 dB apart."""
    motors = [motor for motor, n in per_motor.items() for _ in range(n)]
    numbers = [k for n in per_motor.values() for k in range(n)]
    levels = -90.0 + 10 * np.array([sorted(per_motor).index(m) for m in motors])
    noise = np.random.default_rng(seed).normal(size=(len(motors), 3, len(ORDERS)))
    windows = pd.DataFrame({"recording_id": motors, "motor_id": motors, "segment": numbers})
    catalogue = recordings(*({"recording_id": m, "motor_id": m, "split_group": m} for m in per_motor))
    return (levels[:, None, None] + noise).astype(np.float32), windows, catalogue


FOUR = {"A": 30, "B": 30, "C": 30, "D": 30}


def test_every_segment_has_a_row_a_fold_and_is_held_out_in_one():
    pictures, windows, catalogue = _data(FOUR)
    trained = train_embedding(pictures, windows, catalogue, SETTINGS, 4)
    table = conform(trained.table, embedding_schema(3))
    assert trained.reason == ""
    assert len(table) == 4 * 120
    own = held_out(table)
    assert len(own) == 120
    assert not own.duplicated(["recording_id", "segment"]).any()
    assert own["fold"].tolist() != [0] * 120
    folds = group_folds(windows["recording_id"].tolist(), 4, SETTINGS.seed)
    expected = dict(zip(windows["recording_id"], folds, strict=True))
    assert (own["fold"] == own["recording_id"].map(expected)).all()
    assert np.isfinite(own[["e01", "e02", "e03", "error_db"]]).all(axis=None)
    assert trained.in_words().startswith(
        "We see 120 of 120 segments embedded in 3 numbers by 4 networks that never saw"
    )


def test_no_network_of_a_fold_has_seen_the_fold(monkeypatch):
    """What each network is given: neither its training nor its stopping side holds a picture of the held-out group."""
    pictures, windows, catalogue = _data(FOUR)
    seen = []

    def spy(train, validation, settings, on_epoch):
        seen.append((train, validation))
        return real(train, validation, settings, on_epoch)

    real = embedding_training.fit_embedder
    monkeypatch.setattr(embedding_training, "fit_embedder", spy)
    train_embedding(pictures, windows, catalogue, SETTINGS, 4)
    folds = group_folds(windows["recording_id"].tolist(), 4, SETTINGS.seed)

    def motors(some: np.ndarray) -> set[int]:
        return {round(level) for level in (some.mean(axis=(1, 2)) + 90) / 10}

    for fold, (train, validation) in enumerate(seen[:-1]):
        held = motors(pictures[folds == fold])
        assert len(held) == 1
        assert not held & (motors(train) | motors(validation))
        assert not motors(train) & motors(validation)
        assert motors(train) | motors(validation) | held == {0, 1, 2, 3}
    assert motors(seen[-1][0]) == {0, 1, 2, 3}
    assert seen[-1][1] is None


def test_a_torn_group_is_refused():
    pictures, windows, _ = _data(FOUR)
    train = np.arange(120) >= 15
    with pytest.raises(ValueError, match="leakage: A stands on both sides of the split"):
        fit_fold(pictures, windows["recording_id"].tolist(), train, SETTINGS)


def test_a_change_of_a_held_out_motor_changes_no_other_embedding():
    """The direct proof: the network of the fold is bit for bit the same whatever the held-out group holds."""
    pictures, windows, catalogue = _data(FOUR)
    one = train_embedding(pictures, windows, catalogue, SETTINGS, 4).table
    fold = int(held_out(one).query("recording_id == 'B'")["fold"].iloc[0])
    changed = pictures.copy()
    changed[windows["recording_id"] == "B"] += 25
    other = train_embedding(changed, windows, catalogue, SETTINGS, 4).table
    rows = (one["fold"] == fold) & (one["recording_id"] != "B")
    pd.testing.assert_frame_equal(one[rows], other[rows])
    elsewhere = (one["fold"] != fold) & (one["recording_id"] != "B")
    assert not one[elsewhere].equals(other[elsewhere])


def test_the_kept_network_is_stored_and_comes_back(tmp_path):
    pictures, windows, catalogue = _data(FOUR)
    trained = train_embedding(pictures, windows, catalogue, SETTINGS, 4)
    trained.write(tmp_path / "one", LINEAGE)
    train_embedding(pictures, windows, catalogue, SETTINGS, 4).write(tmp_path / "again", LINEAGE)
    for name in ("model.safetensors", "model.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    tensors, facts = read_embedding(tmp_path / "one")
    assert (facts["model_type"], facts["dimension"], facts["device"]) == ("ConvolutionalAutoencoder", 3, "cpu")
    np.testing.assert_array_equal(Embedder.of(tensors, facts).encode(pictures)[0], trained.model.encode(pictures)[0])


def test_progress_is_told_network_by_network():
    pictures, windows, catalogue = _data(FOUR)
    told = []
    trained = train_embedding(pictures, windows, catalogue, SETTINGS, 2, on_progress=lambda *what: told.append(what))
    assert {(network, n) for network, n, *_ in told} == {(1, 3), (2, 3), (3, 3)}
    assert [epoch for network, _, epoch, *_ in told if network == 1] == [1, 2]
    assert len(trained.losses) == len(told)
    assert trained.losses["network"].unique().tolist() == ["without fold 0", "without fold 1", "all"]


@pytest.mark.parametrize(
    ("per_motor", "n_folds", "words"),
    [
        ({}, 4, r"0 split group\(s\) have segments"),
        (
            {"A": 500, "B": 500},
            4,
            r"2 split group\(s\) have segments .* at least 3 are needed: one to judge, one to stop",
        ),
        ({"A": 100, "B": 100, "C": 100}, 2, "a training side has a single split group with order spectra"),
        (
            {"A": 25, "B": 25, "C": 24},
            3,
            f"49 segments on a training side have order spectra, {MIN_SEGMENTS} are needed",
        ),
    ],
)
def test_what_is_not_enough_is_an_empty_table_with_the_reason(tmp_path, per_motor, n_folds, words):
    trained = train_embedding(*_data(per_motor), SETTINGS, n_folds)
    assert trained.model is None
    assert trained.table.empty
    assert list(trained.table) == [c.name for c in embedding_schema(3).columns]
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(trained.in_words())
    (tmp_path / "model.safetensors").write_bytes(b"of an earlier run")
    trained.write(tmp_path, LINEAGE)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.json"]
    assert read_facts(tmp_path) == {"reason": trained.reason, "lineage": LINEAGE}


def test_fifty_segments_on_a_training_side_are_enough():
    assert train_embedding(*_data({"A": 25, "B": 25, "C": 25}), SETTINGS, 3).reason == ""


def test_a_data_set_that_is_not_ready_is_not_trained_on():
    trained = train_embedding(*_data(FOUR), SETTINGS, 4, "the data set is not ready, usable_pct fails")
    assert trained.in_words() == "No embedding was learned: the data set is not ready, usable_pct fails."


def test_a_motor_without_a_phase_has_rows_without_numbers_and_harms_no_other():
    pictures, windows, catalogue = _data({**FOUR, "E": 30})
    pictures[windows["recording_id"] == "E"] = np.nan
    trained = train_embedding(pictures, windows, catalogue, SETTINGS, 5)
    own = held_out(trained.table).set_index("recording_id")
    assert own.loc["E", ["e01", "error_db"]].isna().all(axis=None)
    assert own.loc[list(FOUR), ["e01", "error_db"]].notna().all(axis=None)
    assert "We see 120 of 150 segments embedded" in trained.in_words()

"""The autoencoder: it can learn, its axes mean what they should, and the same seed is the same network."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from diagmod.core.order_spectra import ORDERS
from diagmod.io.embedding_files import read_embedding, write_embedding
from diagmod.models.autoencoder import Autoencoder, device_of, reproducible
from diagmod.models.embedding import Embedder, EmbeddingSettings, fit_embedder

N = len(ORDERS)


def settings(**changed: object) -> EmbeddingSettings:
    """Small settings."""
    plain = {"dimension": 4, "n_epochs": 4, "patience": 2, "batch_size": 16, "learning_rate": 3e-3,
             "max_segments": 1000, "seed": 3}  # fmt: skip
    return EmbeddingSettings(**{**plain, **changed})


def pictures(n: int, seed: int = 0, noise_db: float = 0.5) -> np.ndarray:
    """Order spectra with a floor of -80 dB and two lines whose heights vary independently, one a channel."""
    rng = np.random.default_rng(seed)
    made = np.full((n, 3, N), -80.0) + rng.normal(0, noise_db, (n, 3, N))
    made[:, 0, 40:44] += rng.uniform(0, 40, (n, 1))
    made[:, 2, 100:104] += rng.uniform(0, 40, (n, 1))
    return made.astype(np.float32)


def test_one_batch_is_learned_by_heart():
    """Sixteen pictures that differ in two heights: four numbers are enough to draw them."""
    batch = pictures(16, noise_db=0.0)
    embedder = fit_embedder(batch, None, settings(n_epochs=400, learning_rate=1e-2))
    _, error_db = embedder.encode(batch)
    first, last = embedder.losses[0][0], embedder.losses[-1][0]
    assert last < 0.02 * first
    assert error_db.max() < 0.5
    assert embedder.spread_db > 1.0


def test_codes_follow_what_varies_and_not_what_does_not():
    """The heights of both lines can be read off the codes of new pictures by a plane."""
    embedder = fit_embedder(pictures(300), pictures(100, 1), settings(n_epochs=30, patience=30))
    new = pictures(200, 2)
    codes, _ = embedder.encode(new)
    heights = np.stack([new[:, 0, 40:44].mean(axis=1), new[:, 2, 100:104].mean(axis=1)], axis=1)
    design = np.column_stack([codes, np.ones(len(codes))])
    left = heights - design @ np.linalg.lstsq(design, heights, rcond=None)[0]
    assert (left.std(axis=0) < 0.35 * heights.std(axis=0)).all()


def test_the_axes_are_segments_channels_and_orders():
    """Another segment, another channel and another order each change the code of their own segment alone."""
    embedder = fit_embedder(pictures(64), None, settings())
    base = pictures(5, 9)
    codes, _ = embedder.encode(base)
    for place in ((2, 0, 41), (2, 2, 101), (2, 1, 199)):
        moved = base.copy()
        moved[place] += 30
        again, _ = embedder.encode(moved)
        changed = np.abs(again - codes).max(axis=1) > 1e-4
        assert changed.tolist() == [False, False, True, False, False]
    swapped, _ = embedder.encode(base[:, [2, 1, 0]])
    mirrored, _ = embedder.encode(np.ascontiguousarray(base[:, :, ::-1]))
    assert np.abs(swapped - codes).max() > 1e-2
    assert np.abs(mirrored - codes).max() > 1e-2


def test_the_code_of_a_segment_does_not_depend_on_its_company():
    embedder = fit_embedder(pictures(64), None, settings())
    many = pictures(40, 5)
    together, error_db = embedder.encode(many)
    for k in (0, 17, 39):
        alone, alone_db = embedder.encode(many[k : k + 1])
        np.testing.assert_allclose(alone[0], together[k], atol=1e-5)
        np.testing.assert_allclose(alone_db[0], error_db[k], atol=1e-4)


def test_the_error_is_in_db():
    """A picture whose middle lies 20 dB off in one of three channels is off by 20 / sqrt(3) dB rms in the whole."""
    embedder = fit_embedder(pictures(200), None, settings(n_epochs=20))
    plain = embedder.centre[None].copy()
    odd = plain.copy()
    odd[0, 1, ::2] += 20
    odd[0, 1, 1::2] -= 20
    (_, base_db), (_, odd_db) = embedder.encode(plain), embedder.encode(odd)
    assert base_db[0] < 2.5
    assert odd_db[0] == pytest.approx(20 / np.sqrt(3), abs=2.5)


def test_the_same_seed_is_the_same_network_and_another_is_another():
    one, same, other = (fit_embedder(pictures(64), pictures(20, 1), settings(seed=s)) for s in (3, 3, 4))
    for name, value in one.tensors().items():
        np.testing.assert_array_equal(value, same.tensors()[name])
    assert not np.array_equal(one.weights["encoder.0.weight"], other.weights["encoder.0.weight"])
    assert one.losses == same.losses


def test_another_process_makes_the_same_bytes(tmp_path):
    """Whatever the threads that were set, and whatever was drawn before."""
    code = (
        "import sys, hashlib, torch; torch.set_num_threads(int(sys.argv[1])); torch.rand(int(sys.argv[1]))\n"
        "from test_embedding import pictures, settings; from diagmod.models.embedding import fit_embedder\n"
        "t = fit_embedder(pictures(64), pictures(20, 1), settings()).tensors()\n"
        "print(hashlib.sha256(b''.join(t[k].tobytes() for k in sorted(t))).hexdigest())"
    )
    path = os.pathsep.join([os.path.dirname(__file__), *filter(None, sys.path)])  # noqa: PTH120
    found = [
        subprocess.run(
            [sys.executable, "-c", code, n], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": path},
        ).stdout
        for n in ("1", "2")
    ]  # fmt: skip
    assert found[0] == found[1] != ""


def test_training_leaves_torch_as_it_was():
    torch.manual_seed(5)
    threads, expected = torch.get_num_threads(), torch.rand(1)
    torch.manual_seed(5)
    fit_embedder(pictures(32), None, settings(n_epochs=1))
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.rand(1) == expected


def test_the_weights_are_those_of_the_best_epoch_and_patience_ends_it():
    """A validation side that is unlike the training side gets worse soon."""
    unlike = pictures(30, 1)[:, ::-1].copy()
    embedder = fit_embedder(pictures(64), unlike, settings(n_epochs=60, learning_rate=1e-2))
    validation = [v for _, v in embedder.losses]
    assert embedder.n_epochs == int(np.argmin(validation)) + 1
    assert len(validation) == embedder.n_epochs + 2 < 60
    scaled = (unlike - embedder.centre) / embedder.spread_db
    with reproducible(0), torch.no_grad():
        again = float((embedder._network()(torch.from_numpy(scaled)) - torch.from_numpy(scaled)).square().mean())
    assert again == pytest.approx(min(validation), rel=1e-5)


def test_without_a_validation_side_all_epochs_are_made():
    embedder = fit_embedder(pictures(32), None, settings(n_epochs=5))
    assert embedder.n_epochs == len(embedder.losses) == 5
    assert np.isnan([v for _, v in embedder.losses]).all()


def test_a_stored_network_says_the_same(tmp_path):
    embedder = fit_embedder(pictures(64), None, settings())
    write_embedding(tmp_path, embedder.tensors(), {"dimension": 4, "n_epochs": embedder.n_epochs})
    again = Embedder.of(*read_embedding(tmp_path))
    for one, other in zip(embedder.encode(pictures(10, 8)), again.encode(pictures(10, 8)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_undefined_picture_is_left_out_and_has_no_code():
    data = pictures(40)
    data[3, 0, 0] = np.nan
    embedder = fit_embedder(data, None, settings())
    np.testing.assert_allclose(embedder.centre, np.delete(data, 3, axis=0).mean(axis=0), rtol=1e-5)
    codes, error_db = embedder.encode(data)
    assert np.isnan(codes).any(axis=1).nonzero()[0].tolist() == [3]
    assert np.isnan(error_db).nonzero()[0].tolist() == [3]


def test_pictures_that_never_vary_are_embedded_without_a_crash():
    codes, error_db = fit_embedder(np.full((20, 3, N), -70, np.float32), None, settings()).encode(pictures(3))
    assert np.isfinite(codes).all()
    assert np.isfinite(error_db).all()


def test_no_more_than_max_segments_are_learned_from():
    """The centre tells: it is the mean of the drawn ones."""
    data = np.concatenate([np.full((50, 3, N), -90.0), np.full((50, 3, N), -50.0)]).astype(np.float32)
    few = fit_embedder(data, None, settings(max_segments=10, n_epochs=1))
    share = (few.centre[0, 0] + 90) / 40
    assert round(10 * share, 3) == round(10 * share)


@pytest.mark.parametrize("empty", [pictures(0), np.full((5, 3, N), np.nan, np.float32)])
def test_nothing_to_learn_from_is_said(empty):
    with pytest.raises(ValueError, match="no segment with three phases and a supply line"):
        fit_embedder(empty, None, settings())
    with pytest.raises(ValueError, match="no segment with three phases and a supply line"):
        fit_embedder(pictures(20), empty, settings())


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"dimension": 0}, "dimension of an embedding must lie between 1 and 99, got 0"),
        ({"n_epochs": 0}, "n_epochs must be at least 1, got 0"),
        ({"patience": 0}, "patience must be at least 1"),
        ({"batch_size": -1}, "batch_size must be at least 1"),
        ({"learning_rate": 0.0}, "learning_rate must lie between 0 and 1, got 0"),
        ({"device": "gpu"}, "device must be one of auto, cpu, cuda, got 'gpu'"),
    ],
)
def test_settings_out_of_range_are_refused(changed, words):
    with pytest.raises(ValueError, match=words):
        settings(**changed)


def test_a_gpu_is_taken_where_it_is_and_refused_where_it_is_not(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert (device_of("auto").type, device_of("cpu").type) == ("cpu", "cpu")
    with pytest.raises(ValueError, match="torch sees no GPU; set device to cpu or auto"):
        device_of("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [device_of(name).type for name in ("auto", "cpu", "cuda")] == ["cuda", "cpu", "cuda"]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_says_what_the_processor_says():
    embedder = fit_embedder(pictures(64), None, settings())
    for one, other in zip(embedder.encode(pictures(10, 8)), embedder.encode(pictures(10, 8), "cuda"), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_a_grid_that_cannot_be_halved_three_times_is_refused():
    with pytest.raises(ValueError, match="must be a multiple of 8, got 100"):
        Autoencoder(100, 4)

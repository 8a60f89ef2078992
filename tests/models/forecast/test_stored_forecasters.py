"""Stored methods are the same bytes for the same method, forecast the same, and are refused where they were changed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from handmade_fleet import fleet, trend

from diagmod.io.model_files import ModelError
from diagmod.io.tensor_files import dump_tensors, load_tensors
from diagmod.models.forecast.boosted_lags import BoostedLags, BoostingSettings
from diagmod.models.forecast.lstm import Lstm
from diagmod.models.forecast.naive_methods import Naive
from diagmod.models.forecast.network_training import NetworkSettings
from diagmod.models.forecast.stored_forecasters import (
    forecaster_content,
    forecaster_of,
    read_forecaster,
    write_forecaster,
)
from diagmod.models.forecast.tcn import Tcn
from diagmod.models.forecast.window_rows import shape_of

DAILY = shape_of(24, 30)
SMALL = NetworkSettings(n_hidden=6, n_epochs=1, max_windows=60)


def not_fitted() -> list:
    return [BoostedLags(DAILY, BoostingSettings(max_rows=1000, n_rounds=4)), Tcn(DAILY, SMALL), Lstm(DAILY, SMALL)]


@pytest.fixture(scope="module")
def methods() -> dict:
    return {method.name: method.fit(fleet(3)) for method in not_fitted()}


NAMES = pytest.mark.parametrize("name", ["boosted_lags", "tcn", "lstm"])


@NAMES
def test_forecasts_are_the_same_bytes_after_storing(name: str, methods: dict, tmp_path: Path):
    write_forecaster(methods[name], tmp_path, {"lineage": {"data": "abc"}})
    again, facts = read_forecaster(tmp_path)
    asked = [*fleet(2, seed=4), trend(np.arange(3.0))]
    assert again.forecast(asked, 30).tobytes() == methods[name].forecast(asked, 30).tobytes()
    assert again.shape == DAILY
    assert again.settings == methods[name].settings
    assert facts["lineage"] == {"data": "abc"}
    assert facts["model_type"] == name


@NAMES
def test_the_same_method_is_the_same_files(name: str, methods: dict, tmp_path: Path):
    for place in ("a", "b"):
        method = next(m for m in not_fitted() if m.name == name).fit(fleet(3))
        write_forecaster(method, tmp_path / place)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["model.json", "model.safetensors"]
    for one in names:
        assert (tmp_path / "a" / one).read_bytes() == (tmp_path / "b" / one).read_bytes()


@NAMES
def test_a_changed_byte_is_noticed(name: str, methods: dict, tmp_path: Path):
    write_forecaster(methods[name], tmp_path)
    path = tmp_path / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ModelError, match=r"is not the file that model\.json describes"):
        read_forecaster(tmp_path)
    path.unlink()
    with pytest.raises(ModelError, match=r"model.safetensors is missing"):
        read_forecaster(tmp_path)


@NAMES
def test_numbers_that_make_no_method_are_refused_though_their_hash_fits(name: str, methods: dict, tmp_path: Path):
    _, content, about = forecaster_content(methods[name])
    arrays = load_tensors(content, "x", tmp_path)
    some = next(iter(sorted(arrays)))
    for changed in (
        {n: a for n, a in arrays.items() if n != some},
        {n: a[..., :-1] for n, a in arrays.items()},
        {n: np.full_like(a, np.nan) if a.dtype.kind == "f" else a for n, a in arrays.items()},
    ):
        with pytest.raises(ModelError, match="do not make a forecaster"):
            forecaster_of(dump_tensors(changed), about, tmp_path)
    with pytest.raises(ModelError, match="is damaged"):
        forecaster_of(content[:50], about, tmp_path)


def test_a_tree_that_leads_outside_is_refused(methods: dict, tmp_path: Path):
    _, content, about = forecaster_content(methods["boosted_lags"])
    arrays = load_tensors(content, "x", tmp_path)
    with pytest.raises(ModelError, match="a node of a tree leads outside"):
        forecaster_of(dump_tensors({**arrays, "left": arrays["left"] + 100}), about, tmp_path)


@pytest.mark.parametrize(
    "forecaster",
    [None, {}, {"name": "naive"}, {"name": "tcn"}, {"name": "tcn", "shape": {"step_h": 24}}, {"name": "boosted_lags"}],
)
def test_facts_that_describe_no_method_are_refused(forecaster: object, methods: dict, tmp_path: Path):
    write_forecaster(methods["tcn"], tmp_path)
    facts = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**facts, "forecaster": forecaster}))
    with pytest.raises(ModelError, match=r"describes no forecaster|do not make a forecaster"):
        read_forecaster(tmp_path)


def test_weights_of_one_network_are_not_those_of_another(methods: dict, tmp_path: Path):
    _, content, _ = forecaster_content(methods["tcn"])
    with pytest.raises(ModelError, match="do not make a forecaster"):
        forecaster_of(content, forecaster_content(methods["lstm"])[2], tmp_path)


def test_a_method_that_had_nothing_to_learn_from_is_stored_as_that(tmp_path: Path):
    for method in not_fitted():
        write_forecaster(method.fit([]), tmp_path / method.name)
        again, _ = read_forecaster(tmp_path / method.name)
        assert not again.has_learnt
        assert np.isnan(again.forecast(fleet(1), 30)).all()


def test_a_method_that_is_not_fitted_is_not_stored(tmp_path: Path):
    for method in not_fitted():
        with pytest.raises(ValueError, match=f"{method.name} has learnt nothing yet; call fit"):
            write_forecaster(method, tmp_path)
    with pytest.raises(ValueError, match="only boosted_lags, tcn, lstm have something to store, got naive"):
        forecaster_content(Naive())

"""A model on disk is a pure function of what it learned, and never runs code when it is read."""

import functools
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import IsolationForest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, RobustScaler

from diagmod.io.model_files import ModelError, dump_estimator, load_estimator, read_facts, read_model, write_model

FACTS = {"features": ["rms_R", "rms_S", "rms_T"], "threshold": 0.5}


def rows(n=300, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 3))


@functools.cache
def forest():
    return IsolationForest(n_estimators=20, max_samples=64, random_state=7).fit(rows())


@pytest.fixture
def folder(tmp_path):
    write_model(tmp_path / "anomaly", forest(), FACTS)
    return tmp_path / "anomaly"


FIT = """
import sys, time
import numpy as np
from sklearn.ensemble import IsolationForest
from diagmod.io.model_files import dump_estimator
ballast = [object() for _ in range(int(sys.argv[1]))]
x = np.random.default_rng(0).normal(size=(300, 3))
sys.stdout.buffer.write(dump_estimator(IsolationForest(n_estimators=20, max_samples=64, random_state=7).fit(x)))
"""


def test_two_processes_write_the_same_bytes_for_the_same_forest():
    """Different ballast and hash seeds put every object elsewhere in memory."""
    contents = []
    for ballast, hash_seed in (("0", "1"), ("99991", "2")):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run([sys.executable, "-c", FIT, ballast], env=environment, stdout=subprocess.PIPE, check=True)
        contents.append(done.stdout)
    assert contents[0] == contents[1] == dump_estimator(forest())


def test_archive_holds_no_clock_time():
    dates = {member.date_time for member in zipfile.ZipFile(io.BytesIO(dump_estimator(forest()))).infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_another_seed_is_another_model():
    other = IsolationForest(n_estimators=20, max_samples=64, random_state=8).fit(rows())
    assert dump_estimator(other) != dump_estimator(forest())


def test_model_read_back_gives_the_same_scores(folder):
    model, facts = read_model(folder)
    fresh = rows(100, seed=1)
    np.testing.assert_array_equal(model.score_samples(fresh), forest().score_samples(fresh))
    assert (facts["features"], facts["threshold"]) == (FACTS["features"], 0.5)
    assert facts["sha256"]["model.skops"] == hashlib.sha256((folder / "model.skops").read_bytes()).hexdigest()


def test_model_read_back_and_written_again_is_the_same_bytes(folder):
    assert dump_estimator(read_model(folder)[0]) == (folder / "model.skops").read_bytes()


def test_scaler_and_forest_together_keep_their_scores():
    pipeline = make_pipeline(RobustScaler(), forest()).fit(rows())
    back = load_estimator(dump_estimator(pipeline))
    np.testing.assert_array_equal(back.score_samples(rows(50, 2)), pipeline.score_samples(rows(50, 2)))


def test_tampered_model_is_refused(folder):
    content = bytearray((folder / "model.skops").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "model.skops").write_bytes(content)
    with pytest.raises(ModelError, match=r"model.skops in anomaly is not the file that model.json describes; restore"):
        read_model(folder)


def test_model_swapped_for_another_good_one_is_refused(folder):
    other = IsolationForest(n_estimators=5, random_state=1).fit(rows())
    (folder / "model.skops").write_bytes(dump_estimator(other))
    with pytest.raises(ModelError, match=r"is not the file that model.json describes"):
        read_model(folder)


def test_archive_with_a_type_that_is_no_plain_data_is_refused():
    content = skops.io.dumps(FunctionTransformer(func=os.system))
    with pytest.raises(ModelError, match=r"the model holds the type .*system, which could run code; it is not loaded"):
        load_estimator(content)


def test_untrusted_type_is_refused_even_when_the_hash_fits(folder):
    content = skops.io.dumps(FunctionTransformer(func=os.system))
    (folder / "model.skops").write_bytes(content)
    facts = {**FACTS, "sha256": {"model.skops": hashlib.sha256(content).hexdigest()}}
    (folder / "model.json").write_text(json.dumps(facts))
    with pytest.raises(ModelError, match="could run code"):
        read_model(folder)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_truncated_archive_is_refused(share):
    content = dump_estimator(forest())
    with pytest.raises(
        ModelError, match=r"the model file is damaged \(.*\); train it again or take an earlier version"
    ):
        load_estimator(content[: int(len(content) * share)])


def test_archive_damaged_anywhere_is_refused_or_loads_and_nothing_else():
    """The checksums of the zip find most flips; whatever they miss must still end in a sentence."""
    content = dump_estimator(forest())
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(60):
        damaged = bytearray(content)
        for at in rng.integers(0, len(content), 3):
            damaged[at] ^= int(rng.integers(1, 256))
        try:
            load_estimator(bytes(damaged))
        except ModelError:
            refused += 1
    assert refused >= 50


def rewritten(change):
    """A whole archive whose schema was changed."""
    source, out = zipfile.ZipFile(io.BytesIO(dump_estimator(forest()))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, change(content.decode()) if name == "schema.json" else content)
    return out.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda schema: "{}",
        lambda schema: "[]",
        lambda schema: schema[:-100],
        lambda schema: schema.replace('"file": "', '"file": "no-'),
        lambda schema: schema.replace('"__loader__": "', '"__loader__": "Un'),
    ],
)
def test_whole_archive_with_a_senseless_schema_is_refused(change):
    with pytest.raises(ModelError, match="the model file is damaged"):
        load_estimator(rewritten(change))


@pytest.mark.parametrize("name", ["model.json", "model.skops"])
def test_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"no model in anomaly: {name} is missing; run `dvc repro`"):
        read_model(folder)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "model.json in anomaly is damaged"),
        ("[]", "model.json in anomaly does not describe a model"),
        ('{"sha256": "abc"}', "model.json in anomaly does not describe a model"),
        ("{}", "model.skops in anomaly is not the file that model.json describes"),
    ],
)
def test_damaged_facts_are_refused(folder, text, sentence):
    (folder / "model.json").write_text(text)
    with pytest.raises(ModelError, match=sentence):
        read_model(folder)


def test_facts_can_be_read_alone(folder):
    assert read_facts(folder)["threshold"] == 0.5

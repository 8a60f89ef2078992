"""Sources and parameters against those of the last run, by hashes that DVC would give."""

from __future__ import annotations

from hashlib import md5

import pytest
from handmade_stages import make_built_project

from diagmod.io.changed_sources import changes_since, dvc_hash
from diagmod.io.freshness import standing_in_words


@pytest.fixture
def root(tmp_path):
    return make_built_project(tmp_path)


def test_a_changed_source_is_named_for_every_stage_that_stands_on_it(root):
    (root / "diagmod/core/spectrum.py").write_text("changed = True\n")
    assert changes_since(root) == {"load": ["diagmod/core changed"], "features": ["diagmod/core changed"], "train": []}
    assert standing_in_words(root) == "", "results of older sources still belong together"


def test_byte_code_is_no_change_and_a_new_file_is(root):
    (root / "diagmod/core/__pycache__").mkdir()
    (root / "diagmod/core/__pycache__/spectrum.pyc").write_bytes(b"x")
    assert changes_since(root)["load"] == []
    (root / "diagmod/core/new.py").write_text("")
    assert changes_since(root)["load"] == ["diagmod/core changed"]


def test_changed_parameters_are_named_with_both_values(root):
    (root / "params.yaml").write_text("load: {dataset: demo, fs: 2.5}\nfeatures: {window: 2}\ntrain: {}\n")
    assert changes_since(root) == {
        "load": ["fs is 2.5, it ran with not given"], "features": ["window is 2, it ran with 1"], "train": [],
    }  # fmt: skip


def test_the_hash_of_a_folder_is_that_of_dvc(tmp_path):
    """DVC: MD5 of the JSON list of md5 and relpath of every file, and the ending .dir."""
    (tmp_path / "d/sub").mkdir(parents=True)
    (tmp_path / "d/b").write_bytes(b"2")
    (tmp_path / "d/sub/a").write_bytes(b"1")
    one, two = md5(b"1").hexdigest(), md5(b"2").hexdigest()  # noqa: S324 - what DVC uses
    listed = f'[{{"md5": "{two}", "relpath": "b"}}, {{"md5": "{one}", "relpath": "sub/a"}}]'
    assert dvc_hash(tmp_path / "d") == md5(listed.encode()).hexdigest() + ".dir"  # noqa: S324
    assert dvc_hash(tmp_path / "d/b") == two
    assert dvc_hash(tmp_path / "none") == ""


def test_a_number_written_another_way_is_no_change(root):
    """DVC writes 1e-05 where somebody wrote 0.00001; both are read as the same number."""
    lock = (root / "dvc.lock").read_text()
    (root / "dvc.lock").write_text(lock.replace("window: 1", "window: 1e-05"))
    params = (root / "params.yaml").read_text()
    (root / "params.yaml").write_text(params.replace("window: 1", "window: 0.00001"))
    assert changes_since(root)["features"] == []

"""One more recording costs one recording, and the result is that of a rebuild from nothing."""

import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.rulesets import default_rules, ruleset_from
from diagmod.io import file_hashes, file_loading
from diagmod.io.file_hashes import HashBook
from diagmod.io.interim import write_interim
from diagmod.io.loading import load_dataset
from diagmod.io.store import Store

RULES = ruleset_from(default_rules() | {"too_short": {"severity": "error", "limit": 0.2}})

#: Rules under which the audit has other limits.
WIRED = ruleset_from(default_rules() | {
    "too_short": {"severity": "error", "limit": 0.2}, "acquisition_clipped": {"severity": "warning", "limit": 0.3},
})  # fmt: skip

FS, N = 1000, 400


def content(seed, columns="current_R,current_S,current_T"):
    """0.4 s of three phases; every seed another amplitude, and every fifth a damaged line."""
    angle = 2 * np.pi * 50 * np.arange(N) / FS
    rows = (10 + seed) * np.stack([np.cos(angle - k * 2 * np.pi / 3) for k in range(3)]).T
    lines = [",".join(f"{x:.4f}" for x in row) for row in rows]
    if seed % 5 == 4:
        lines[7] = "1,x,3"
    return columns + "\n" + "\n".join(lines) + "\n"


class Plant:
    """A data set in a folder, with the store and the hash book of one project."""

    def __init__(self, root):
        self.root, self.folder = Path(root), Path(root) / "plant"
        self.folder.mkdir()
        (self.folder / "dataset.yaml").write_text("title: Hall 3\n")
        (self.folder / "motors.yaml").write_text("motors:\n  - {motor_id: M1, line_hz: 50, pole_pairs: 2}\n")
        self.files = {}

    def put(self, name, seed):
        self.files[name] = seed
        path = self.folder / name
        path.write_text(content(seed))
        # Long at rest, so that the hash book trusts it; each writing another time, as in a real folder.
        when = time.time_ns() - 3_600_000_000_000 + seed * 1_000_000
        os.utime(path, ns=(when, when))

    def remove(self, name):
        del self.files[name]
        (self.folder / name).unlink()

    def load(self, book=True, store="store", target="interim", jobs=1):
        rows = "".join(f"{name},M1,2026-01-05T08:00:00Z,{FS}\n" for name in sorted(self.files))
        (self.folder / "recordings.csv").write_text("file,motor_id,started_at,fs_hz\n" + rows)
        out = self.root / target
        shutil.rmtree(out, ignore_errors=True)
        with HashBook.open(self.root) as hashes:
            loaded = load_dataset(
                self.folder, out / "waveforms", Store(self.root / store, "v1"), RULES, jobs,
                book=hashes if book else None,
            )  # fmt: skip
        write_interim(loaded, out, {})
        return loaded

    def tree(self, target="interim"):
        out = self.root / target
        files = sorted(path for path in out.rglob("*") if path.is_file())
        return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    def rebuilt(self):
        """The bytes of a load from nothing."""
        self.load(book=False, store="fresh", target="rebuilt")
        shutil.rmtree(self.root / "fresh", ignore_errors=True)
        return self.tree("rebuilt")


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path)


ACTIONS = st.lists(
    st.tuples(st.sampled_from(("add", "change", "remove", "load")), st.integers(0, 4), st.integers(0, 9)), max_size=8
)


@settings(max_examples=10, deadline=None)
@given(ACTIONS)
def test_any_sequence_of_changes_gives_the_bytes_of_a_rebuild(actions):
    with tempfile.TemporaryDirectory() as root:
        plant = Plant(root)
        plant.put("f0.csv", 0)
        plant.load()
        for action, k, seed in actions:
            name = f"f{k}.csv"
            if action in ("add", "change"):
                plant.put(name, seed)
            elif action == "remove" and name in plant.files:
                plant.remove(name)
            elif action == "load":
                plant.load()
        plant.load()
        assert plant.tree() == plant.rebuilt()


def test_unchanged_files_are_neither_read_nor_hashed_again(plant, monkeypatch):
    monkeypatch.setattr(file_hashes, "REST_NS", -1)  # the files of this test were written just now
    for k in range(6):
        plant.put(f"f{k}.csv", k)
    first = plant.load()
    assert first.report["status"].value_counts().to_dict() == {"loaded": 5, "quarantined": 1}
    plant.put("new.csv", 7)
    read = []
    hash_of, ingest = file_loading.recording_sha256, file_loading.ingest_recording
    monkeypatch.setattr(file_loading, "recording_sha256", lambda path: read.append(path.name) or hash_of(path))
    monkeypatch.setattr(
        file_loading, "ingest_recording", lambda path, *rest: read.append(f"{path.name} read") or ingest(path, *rest)
    )
    plant.load()
    # What could not be read is kept nowhere and is tried again.
    assert sorted(read) == ["f4.csv", "f4.csv read", "new.csv", "new.csv read"]


def test_waveforms_are_links_to_the_store_and_cost_no_second_copy(plant):
    plant.put("f0.csv", 0)
    plant.load()
    (waveform,) = (plant.root / "interim" / "waveforms").iterdir()
    assert waveform.stat().st_nlink == 2


def test_same_size_and_time_with_other_content_is_noticed(plant):
    plant.put("f0.csv", 0)
    plant.load()
    path = plant.folder / "f0.csv"
    before = path.stat()
    path.write_text(content(0).replace("10.0000", "10.0001", 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    plant.load()
    assert plant.tree() == plant.rebuilt()


def test_waveforms_need_not_be_kept(plant):
    plant.put("f0.csv", 0)
    kept = plant.load().recordings
    out, store = plant.root / "none", Store(plant.root / "dropped", "v1")
    for rules in (RULES, ruleset_from(default_rules() | {"too_short": {"severity": "error", "limit": 0.1}}), WIRED):
        loaded = load_dataset(plant.folder, out, store, rules, 1, keep_waveforms=False)
        pd.testing.assert_frame_equal(loaded.recordings, kept)
    assert list(out.iterdir()) == []
    assert not list(store.folder.rglob("waveform.parquet"))

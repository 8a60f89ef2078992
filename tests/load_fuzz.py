"""Data sets of many kinds of files, good and damaged, loaded in one call and held against what was written.

A good file must give the very samples, rate and start that were written. Of a damaged text the samples must be
those of its lines, read by nothing but Python's own text functions under the dialect that the report states. Every
file is reported once, and what is refused is refused in one sentence.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from load_arrays import good_array, packed, sample_bytes
from load_oracle import unexplained
from load_texts import Written, good_text
from recording_mutations import damaged

from diagmod.core.rulesets import RuleSet, default_rules, ruleset_from
from diagmod.io.file_loading import LoadedFile
from diagmod.io.interim import write_interim
from diagmod.io.loading import LoadedDataset, load_dataset
from diagmod.io.store import Store
from diagmod.io.waveforms import read_waveform

#: Longest sentence of a refusal, in characters; those that list columns are long.
MAX_SENTENCE = 600

#: Rules of which none refuses a file, so that reading alone decides.
LENIENT: RuleSet = ruleset_from({name: {**rule, "severity": "warning"} for name, rule in default_rules().items()})

#: Start of every recording of which the file does not say it.
START = "2026-01-05T08:00:00Z"

_LETTERS = ("rec", "Messung ", "замер_", "hall-3/", "a,b;", "x'\"", "deep/er/", "-r", "№", "%20", "con.", "rec ")


@dataclass
class Part:
    """One data set: its files, and the outcome of each."""

    folder: Path
    rng: random.Random
    good: dict[str, Written] = field(default_factory=dict)
    bad: dict[str, tuple[Written, bytes]] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    strays: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)

    def fill(self, n_files: int) -> None:
        """Write that many recordings, seven of ten of them good, and the descriptions."""
        for k in range(n_files):
            written = good_text(self.rng) if self.rng.random() < 0.6 else good_array(self.rng)
            is_good = self.rng.random() < 0.7
            if is_good and self.rng.random() < 0.15:
                written = packed(written, self.rng)
            name = f"{self.rng.choice(_LETTERS)}{k}{written.suffix}"
            if is_good:
                self.good[name] = written
                self._put(name, written.content)
            else:
                content = damaged(written.content, self.rng)
                self.bad[name] = written, content
                self._put(name, content)
            for suffix, beside in written.beside.items():
                other = f"{name.removesuffix(written.suffix)}{suffix}"
                self._put(other, beside)
                self.beside |= set() if is_good else {other}
            self._list(name, written)
        self.describe()

    def _put(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def _list(self, name: str, written: Written) -> None:
        if self.rng.random() < 0.03:
            self.strays |= {name, *(f"{name.removesuffix(written.suffix)}{suffix}" for suffix in written.beside)}
            return
        is_told = written.started_at is not None and self.rng.random() < 0.7
        row = {"file": name, "motor_id": "M1", "started_at": "" if is_told else START, **written.cells}
        self.rows.append(row)

    def describe(self) -> None:
        """Write the files that describe the data set."""
        (self.folder / "dataset.yaml").write_text("title: Hall 3\n")
        (self.folder / "motors.yaml").write_text("motors:\n  - {motor_id: M1, line_hz: 50, pole_pairs: 2}\n")
        names = ["file", "motor_id", "started_at", *sorted({n for r in self.rows for n in r} - set(_KEYS))]
        with (self.folder / "recordings.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


_KEYS = ("file", "motor_id", "started_at")


def load(folder: Path, jobs: int = 1, rules: RuleSet = LENIENT) -> tuple[LoadedDataset, dict[str, LoadedFile]]:
    """Load the data set ``plant`` of a folder and write everything; gives what became of every file that was read."""
    read: dict[str, LoadedFile] = {}
    loaded = load_dataset(
        folder / "plant", folder / "interim" / "waveforms", Store(folder / "store", "v1"), rules, jobs,
        on_done=lambda _, found: read.__setitem__(found.file, found),
    )  # fmt: skip
    write_interim(loaded, folder / "interim", {})
    return loaded, read


def check_part(seed: int, folder: Path, n_files: int = 100, jobs: int = 1) -> Counter[str]:
    """Make, load and check one data set; gives how often every reader had which outcome."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "plant").mkdir(parents=True)
    part = Part(folder / "plant", random.Random(seed))
    part.fill(n_files)
    loaded, read = load(folder, jobs)
    # Where the principal file is damaged, the other is one that nothing describes.
    part.strays |= part.beside & set(loaded.report["file"])
    status = check_report(loaded, [row["file"] for row in part.rows], part.strays)
    recordings = loaded.recordings.set_index("file")
    outcomes: Counter[str] = Counter()
    for name, found in status.items():
        if name in part.strays:
            outcomes["stray"] += 1
            continue
        where = f"seed {seed}, {name!r}"
        if name in part.good:
            outcomes[_check_good(part.good[name], found, recordings, name, folder, where)] += 1
        else:
            outcomes[_check_damaged(part.bad[name], found, recordings, read, name, folder, where)] += 1
    return outcomes


def check_report(loaded: LoadedDataset, listed: list[str], strays: set[str]) -> dict[str, tuple[str, str]]:
    """Every file once, every refusal a sentence; gives status and reason by file."""
    names = loaded.report["file"].tolist()
    assert sorted(names) == sorted([*listed, *strays]), sorted(set(names) ^ {*listed, *strays})
    status = {}
    for name, what, reason in loaded.report[["file", "status", "reason"]].itertuples(index=False):
        status[name] = what, reason
        assert bool(reason) == (what != "loaded"), (name, what, reason)
        assert reason.isprintable(), repr(reason)
        assert len(reason) < MAX_SENTENCE, f"no sentence: {reason!r}"
    for message in loaded.findings["message"]:
        assert message.isprintable(), repr(message)
    return status


def _check_good(
    written: Written, found: tuple[str, str], recordings: pd.DataFrame, name: str, folder: Path, where: str
) -> str:
    status, reason = found
    if status != "loaded":
        assert written.is_ambiguous and "two ways" in reason, f"refused a good file: {where}: {reason}"
        return f"{written.reader}: ambiguous, refused"
    row = recordings.loc[name]
    samples = read_waveform(folder / "interim" / "waveforms" / f"{row['recording_id']}.parquet")
    assert samples.shape == written.samples.shape, f"{where}: {samples.shape}, written {written.samples.shape}"
    if sample_bytes(samples) != sample_bytes(written.samples):
        at = np.argwhere(~((samples == written.samples) | (np.isnan(samples) & np.isnan(written.samples))))[0]
        raise AssertionError(f"{where}: sample {at} is {samples[tuple(at)]}, written {written.samples[tuple(at)]}")
    assert abs(row["fs_hz"] / written.fs - 1) <= written.rate_error, f"{where}: {row['fs_hz']} Hz of {written.fs}"
    assert row["unit"] == "A" or written.reader in ("WAV", "NPY"), f"{where}: {row['unit']}"
    start = written.started_at
    if start is not None and row["started_at"] != pd.Timestamp(START):
        assert row["started_at"] == pd.Timestamp(start), f"{where}: {row['started_at']}, written {start}"
    return f"{written.reader}: good, exact"


def _check_damaged(
    bad: tuple[Written, bytes], found: tuple[str, str], recordings: pd.DataFrame, read: dict[str, LoadedFile],
    name: str, folder: Path, where: str,
) -> str:  # fmt: skip
    written, content = bad
    if found[0] != "loaded":
        return f"{written.reader}: damaged, refused"
    samples = read_waveform(folder / "interim" / "waveforms" / f"{recordings.loc[name, 'recording_id']}.parquet")
    ingested = read[name].ingested
    assert ingested is not None and samples.shape[1] == ingested.n_samples > 1, where
    if written.reader == "text" and (wrong := unexplained(content, samples, ingested, written.cells)):
        raise AssertionError(f"{where}: {wrong}: {content[:300]!r}")
    return f"{written.reader}: damaged, loaded"

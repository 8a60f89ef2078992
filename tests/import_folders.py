"""A project and a plant's folder, for tests that import, and what is in the data set afterwards."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from diagmod.core.rulesets import default_rules, ruleset_from
from diagmod.io.dataset_files import read_manifest
from diagmod.io.import_request import ImportRequest, ImportResult
from diagmod.io.importing import import_recordings
from diagmod.io.loading import LoadedDataset, load_dataset
from diagmod.io.store import Store

#: Sampling rate in Hz and samples of a recording.
FS, N = 1000, 2500

#: Register of one motor.
MOTORS = "motors:\n  - motor_id: M01\n    line_hz: 50\n    pole_pairs: 2\n"


#: How the names of the rig are read.
RIG = {
    "patterns": ("{torque_nm}Nm_{condition}_{severity}", "{torque_nm}Nm_{condition}"),
    "words": {"condition": {"Normal": "healthy", "BPFO": "bearing_outer", "BPFI": "bearing_inner"}},
    "has_no_times": True,
}
RULES = ruleset_from(default_rules())
ALL = {"motor_id": "M01", "fs_hz": "1000"}


def currents(seed: int) -> np.ndarray:
    """Three phases of 5 A at 50 Hz with noise of 0.05 A, shape (N, 3)."""
    t = np.arange(N) / FS
    rows = [5 * np.sin(2 * np.pi * (50 * t - k / 3)) for k in range(3)]
    return np.stack(rows, axis=1) + 0.05 * np.random.default_rng(seed).standard_normal((N, 3))


def plain_csv(seed: int, heading: str = "current_R,current_S,current_T") -> str:
    """A recording as most plants write it."""
    return "\n".join([heading, *(",".join(f"{v:.4f}" for v in row) for row in currents(seed))]) + "\n"


def quoted_csv(seed: int) -> str:
    """The dialect where every line is one quoted column."""
    return "".join(f'"{line}"\n' for line in plain_csv(seed).splitlines())


def timed_csv(seed: int) -> str:
    """A recording with semicolons, decimal commas and a time column: its rate stands in it."""
    rows = (";".join(f"{v:.4f}" for v in (k / FS, *row)) for k, row in enumerate(currents(seed)))
    return "t [s];I_R [A];I_S [A];I_T [A]\n" + "\n".join(rows).replace(".", ",") + "\n"


def make_project(folder: Path) -> Path:
    """A project without a pipeline."""
    folder.mkdir()
    (folder / "dvc.yaml").write_text("stages:\n  simulate:\n    outs:\n    - data/raw/demo:\n        persist: true\n")
    (folder / "params.yaml").write_text("{}\n")
    return folder


def make_rig(folder: Path) -> Path:
    """Five recordings of a rig in three dialects, with states and sizes in their names."""
    folder.mkdir()
    for k, name in enumerate(("0Nm_Normal", "0Nm_BPFO_03", "2Nm_BPFI_10")):
        (folder / f"{name}.csv").write_text(plain_csv(k))
    (folder / "4Nm_BPFO_03.csv").write_text(quoted_csv(3))
    (folder / "sub").mkdir()
    (folder / "sub" / "2Nm_Normal.CSV").write_text(timed_csv(4))
    return folder


def importer(root: Path, path: Path, **always: Any) -> Callable[..., ImportResult]:
    """Imports a folder into the data set ``plant`` with what is always said and what is said this time."""
    request = ImportRequest(path=path, dataset="plant", **always)

    def run(**now: Any) -> ImportResult:
        return import_recordings(replace(request, **now), root)

    return run


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, by path; a link is its target."""
    found = [p for p in sorted(folder.rglob("*")) if p.is_file() or p.is_symlink()]
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in found if p.exists()}


def by_status(result: ImportResult) -> dict[str, list[str]]:
    """Names of files by what became of them."""
    found: dict[str, list[str]] = {}
    for file in result.files:
        found.setdefault(file.status, []).append(file.file)
    return found


def plant(root: Path) -> Path:
    return root / "data/raw/plant"


def load(root: Path) -> LoadedDataset:
    return load_dataset(plant(root), root / "waveforms", Store(root / "store", "v"), RULES, 1)


def rows_of(root: Path) -> dict[str, dict[str, str]]:
    return {row["file"]: row for row in read_manifest(plant(root)).to_dict("records")}


def unresolved(root: Path) -> dict[str, dict[str, str]]:
    text = (plant(root) / "unresolved.csv").read_text()
    return {row["file"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}

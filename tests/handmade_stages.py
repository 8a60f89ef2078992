"""A project of three stages as DVC leaves it, with sources, results and ``dvc.lock`` written by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from diagmod.io.changed_sources import dvc_hash

if TYPE_CHECKING:
    from pathlib import Path

#: Stage to its inputs and outputs.
STAGES = {
    "load": (["diagmod/core", "notebooks/01_load.ipynb"], ["data/interim"]),
    "features": (["diagmod/core", "data/interim"], ["data/processed/features"]),
    "train": (
        ["diagmod/models", "data/interim/recordings.parquet", "data/processed/features"], ["data/processed/model.json"],
    ),
}  # fmt: skip

#: Sections of params.yaml.
PARAMETERS = {"load": {"dataset": "demo"}, "features": {"window": 1}, "train": {}}

#: Sources and results.
FILES = {
    "diagmod/core/spectrum.py": "x = 1\n",
    "diagmod/models/forest.py": "y = 1\n",
    "notebooks/01_load.ipynb": "{}",
    "data/interim/recordings.parquet": "recordings",
    "data/interim/trend.parquet": "trend",
    "data/processed/features/segments.parquet": "segments",
    "data/processed/model.json": "{}",
}


def make_built_project(root: Path, files: dict[str, str] | None = None) -> Path:
    """A project that DVC has just built; gives its folder."""
    for name, text in (FILES if files is None else files).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    stages = {name: {"deps": deps, "outs": outs} for name, (deps, outs) in STAGES.items()}
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}, sort_keys=False), encoding="utf-8")
    (root / "params.yaml").write_text(yaml.safe_dump(PARAMETERS), encoding="utf-8")
    (root / "dvc.lock").write_text(yaml.safe_dump(lock_of(root), sort_keys=False), encoding="utf-8")
    (root / "reports/runs").mkdir(parents=True, exist_ok=True)
    for k, name in enumerate(STAGES):
        cells = [{"cell": 2, "section": "Reading", "what": "imports", "seconds": 0.5}]
        times = {"kernel_start_s": 1.0, "imports_s": 0.5, "work_s": 3.5 + k, "report_s": 0.5}
        record = {"stage": name, "seconds": 5.5 + k, **times, "cells": cells}
        (root / "reports/runs" / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
    return root


def lock_of(root: Path) -> dict[str, Any]:
    """What ``dvc.lock`` says of the present sources and results."""
    locked = {}
    for name, (deps, outs) in STAGES.items():
        entries = {
            kind: [{"path": path, "hash": "md5", "md5": dvc_hash(root / path)} for path in paths]
            for kind, paths in (("deps", deps), ("outs", outs))
        }
        params = {"params.yaml": {name: PARAMETERS[name]}}
        locked[name] = {"cmd": "run", "deps": entries["deps"], "params": params, "outs": entries["outs"]}
    return {"schema": "2.0", "stages": locked}

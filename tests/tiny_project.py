"""A whole project of its own in a temporary folder, with parameters so small that it is built in a minute."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]

STAGES = (
    "simulate", "load", "features", "train_embedding", "train_anomaly", "train_faults", "train_regimes",
    "train_forecast", "evaluate",
)  # fmt: skip

#: Stages that train, in their order.
TRAINED = tuple(stage for stage in STAGES if stage.startswith("train_"))

#: Small enough for seconds, large enough that every kind of file and both feature sets are there.
TINY = {
    "simulate": {"n_motors": 6, "recordings_per_motor": 5, "duration_s": 2.5, "days": 60, "jobs": 1},
    "load": {"dataset": "demo", "jobs": 1},
    "features": {"jobs": 1},
    "train_embedding": {"n_epochs": 2, "n_folds": 6, "jobs": 1},
    "train_anomaly": {
        "detectors": ["robust_z", "isolation_forest", "pca_t2_q"],
        "n_folds": 6,
        "n_inner_folds": 2,
        "max_segments": 100,
        "first_recordings": 2,
    },
    "train_faults": {
        "models": ["linear", "boosted", "cnn"],
        "n_folds": 3,
        "n_inner_folds": 2,
        "n_load_bands": 2,
        "n_trees": 10,
        "n_bootstrap": 10,
        "n_epochs": 1,
        "jobs": 1,
        "first_recordings": 2,
    },
    "train_regimes": {"picture": "pca", "n_retrainings": 3, "smallest_recordings": 3, "first_recordings": 2},
    "train_forecast": {
        "methods": ["naive", "seasonal_naive", "drift", "ets", "prophet", "boosted_lags", "tcn"],
        "quantities": ["rms_R"],
        "hourly_h": 24,
        "daily_d": 7,
        "hourly_origins": 2,
        "daily_origins": 3,
        "first_origin_share": 0.7,
        "n_bootstrap": 20,
        "n_epochs": 1,
        "jobs": 1,
    },
    "evaluate": {"n_bootstrap": 20},
}


def heed_ctrl_c() -> None:
    """Let a child process be interrupted although this one may have been started in the background, deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Project:
    """A project in a folder."""

    root: Path

    def run(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run ``python -m ...`` in the project, as a user would, with this project's package."""
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(
            command, cwd=self.root, env=self.environment(), capture_output=True, text=True, check=False, **more
        )

    def environment(self) -> dict[str, str]:
        """Environment in which this project's package and this Python are found first."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return {**os.environ, "PYTHONPATH": str(self.root), "PATH": path, "DVC_NO_ANALYTICS": "1"}

    def build(self) -> None:
        """Run the whole pipeline with DVC, without git."""
        for command in (["init", "--no-scm", "-q"], ["repro"]):
            done = self.run("dvc", *command)
            if done.returncode:
                raise RuntimeError(f"dvc {command[0]} failed:\n{done.stdout}\n{done.stderr}")

    def copy(self, folder: Path) -> Project:
        """The same project, built as far as this one is, in another folder."""
        shutil.copytree(self.root, folder)
        return Project(folder)

    def repro(self) -> list[str]:
        """Run ``dvc repro`` and give the stages that it ran."""
        done = self.run("dvc", "repro")
        if done.returncode:
            raise RuntimeError(f"dvc repro failed:\n{done.stdout}\n{done.stderr}")
        return re.findall(r"Running stage '(\w+)'", done.stdout)

    def results(self) -> dict[str, str]:
        """SHA-256 of every result and of dvc.lock, by path; timings of runs are no results."""
        found = [p for name in ("data", "reports") for p in (self.root / name).rglob("*") if p.is_file()]
        files = [p for p in found if "runs" not in p.parts and "broken" not in p.parts]
        files.append(self.root / "dvc.lock")
        return {p.relative_to(self.root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    def set(self, section: str, **values: Any) -> None:
        """Change parameters in params.yaml."""
        yaml = YAML()
        path = self.root / "params.yaml"
        params = yaml.load(path.read_text(encoding="utf-8"))
        params[section].update(values)
        with path.open("w", encoding="utf-8") as stream:
            yaml.dump(params, stream)


def make_project(folder: Path) -> Project:
    """Copy what makes up a project and give it tiny parameters; nothing is built yet."""
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info", ".ipynb_checkpoints")
    for name in ("diagmod", "notebooks", ".jupyter"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    for name in ("params.yaml", "dvc.yaml", ".gitignore", ".dvcignore"):
        shutil.copyfile(ROOT / name, folder / name)
    project = Project(folder)
    for section, values in TINY.items():
        project.set(section, **values)
    return project

"""What a ``dvc repro`` with nothing to do costs, against ``dvc status``, on a built tiny project."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.rows import Row, alternate
from tiny_project import make_project


def repro_noop_ratio(workshop: Path) -> Row:
    """Seconds of a ``dvc repro`` that finds nothing to do, against ``dvc status``."""
    folder = workshop / "project"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    project = make_project(folder)
    project.build()
    ours, status = alternate(lambda: project.run("dvc", "repro"), lambda: project.run("dvc", "status"), 5)
    if "up to date" not in project.run("dvc", "repro").stdout:
        raise RuntimeError("dvc repro found something to do in a project that was just built")
    return Row("repro_noop_ratio", ours, "s", status, ours / status, 1.5)

"""The whole pipeline on the study fleet of 108 motors, built once a version of the code, taken up where it stopped."""

from __future__ import annotations

import shutil

from study_table import ROOT, code_version
from tiny_project import Project, make_project

#: Stages that the study needs, in order; each is resumed by ``dvc repro``.
STAGES = ("simulate", "load", "features", "train_anomaly", "train_faults", "evaluate")


def study_project() -> Project:
    """A project with the parameters of the pipeline and the study fleet; nothing of it is built yet."""
    folder = ROOT / ".cache" / "study_fleet" / code_version()
    if not (folder / ".dvc").is_dir():
        for other in folder.parent.glob("*"):
            shutil.rmtree(other)
        folder.mkdir(parents=True)
        project = make_project(folder)
        shutil.copyfile(ROOT / "params.yaml", folder / "params.yaml")
        project.set("simulate", fleet="study")
        done = project.run("dvc", "init", "--no-scm", "-q")
        assert done.returncode == 0, done.stderr
    return Project(folder)


def build(project: Project, stage: str) -> None:
    """Run the pipeline up to a stage; what is done already is not done again."""
    done = project.run("dvc", "repro", stage)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

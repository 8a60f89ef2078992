"""Outputs appear all together or not at all, whatever kills the process in between."""

import json
import os
import re

import pytest

from diagmod.io import staging
from diagmod.io.stages import StageError
from diagmod.io.staging import claim, commit, finish, prepare

OUTS = ("data/interim", "reports/a.html")


@pytest.fixture
def project(tmp_path):
    """A project with results of an earlier run and a stage that has made new ones."""
    write(tmp_path, "data/interim/old.txt", "old")
    write(tmp_path, "data/interim/both.txt", "old")
    write(tmp_path, "reports/a.html", "old")
    folder = prepare("load", tmp_path)
    write(folder, "data/interim/both.txt", "new")
    write(folder, "data/interim/deep/new.txt", "new")
    write(folder, "reports/a.html", "new")
    return tmp_path


def write(root, name, text):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def results(root):
    files = (p for p in root.rglob("*") if p.is_file() and ".cache" not in p.parts)
    return {p.relative_to(root).as_posix(): p.read_text() for p in files}


OLD = {"data/interim/old.txt": "old", "data/interim/both.txt": "old", "reports/a.html": "old"}
NEW = {"data/interim/both.txt": "new", "data/interim/deep/new.txt": "new", "reports/a.html": "new"}


def test_outputs_hold_exactly_what_this_run_made(project):
    commit("load", project, OUTS)
    assert results(project) == NEW
    assert not (project / ".cache/staging/load").exists()


def test_first_run_of_all_puts_outputs_in_place(tmp_path):
    write(prepare("load", tmp_path), "data/interim/a.txt", "new")
    commit("load", tmp_path, ("data/interim",))
    assert results(tmp_path) == {"data/interim/a.txt": "new"}


def test_missing_output_is_refused_and_nothing_touched(project):
    with pytest.raises(StageError, match=r"stage load did not make reports/b.html, which dvc.yaml declares"):
        commit("load", project, (*OUTS, "reports/b.html"))
    assert results(project) == OLD


def test_undeclared_output_is_refused_and_nothing_touched(project):
    write(project, ".cache/staging/load/reports/stray.txt", "new")
    with pytest.raises(
        StageError, match=r"stage load wrote reports/stray.txt, which dvc.yaml does not declare; declare"
    ):
        commit("load", project, OUTS)
    assert results(project) == OLD


def test_name_that_only_begins_like_an_output_is_undeclared(project):
    write(project, ".cache/staging/load/data/interim2/a.txt", "new")
    with pytest.raises(StageError, match=r"wrote data/interim2/a.txt"):
        commit("load", project, OUTS)


class Killed(BaseException):
    """Stands for a kill: nothing in the package catches it."""


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("next_stage", ["load", "features"])
def test_move_killed_at_any_step_is_finished_by_whoever_comes_next(project, monkeypatch, step, next_stage):
    """The old folder steps aside, folder and file move into place, staging goes: a kill before each of the four."""
    left = [step]
    journal = project / ".cache/staging/load/journal.json"

    def killable(real):
        def call(*arguments, **options):
            if journal.exists():
                if left[0] == 0:
                    raise Killed
                left[0] -= 1
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(staging.Path, "rename", killable(staging.Path.rename))
        patch.setattr(staging.Path, "replace", killable(staging.Path.replace))
        patch.setattr(staging.shutil, "rmtree", killable(staging.shutil.rmtree))
        with pytest.raises(Killed):
            commit("load", project, OUTS)
    prepare(next_stage, project)
    assert results(project) == NEW
    assert list((project / ".cache/staging").glob("load/*")) == []


def test_run_killed_before_the_journal_leaves_the_old_results(project, monkeypatch):
    def kill(descriptor):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", kill)
        with pytest.raises(Killed):
            commit("load", project, OUTS)
    prepare("load", project)
    assert results(project) == OLD


def test_finishing_without_a_journal_does_nothing(project):
    finish("load", project)
    finish("features", project)
    assert results(project) == OLD


def test_staging_begins_empty(project):
    assert list(prepare("load", project).iterdir()) == []


def test_output_may_turn_from_a_file_into_a_folder_and_back(tmp_path):
    write(tmp_path, "data/a", "old")
    write(prepare("load", tmp_path), "data/a/x.txt", "new")
    commit("load", tmp_path, ("data/a",))
    assert results(tmp_path) == {"data/a/x.txt": "new"}
    write(prepare("load", tmp_path), "data/a", "newer")
    commit("load", tmp_path, ("data/a",))
    assert results(tmp_path) == {"data/a": "newer"}


def test_output_that_is_a_link_is_replaced_and_its_target_left_alone(tmp_path):
    write(tmp_path, "elsewhere/kept.txt", "kept")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    write(prepare("load", tmp_path), "data/a/x.txt", "new")
    commit("load", tmp_path, ("data/a",))
    assert not (tmp_path / "data/a").is_symlink()
    assert results(tmp_path) == {"elsewhere/kept.txt": "kept", "data/a/x.txt": "new"}


def test_journal_names_the_outputs_and_no_path_of_this_machine(project, monkeypatch):
    monkeypatch.setattr(staging, "finish", lambda stage, root: None)
    commit("load", project, OUTS)
    text = (project / ".cache/staging/load/journal.json").read_text()
    assert json.loads(text) == list(OUTS)
    assert not re.search(str(project), text)


def test_a_second_run_of_a_stage_is_refused_while_the_first_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "PATIENCE_S", 0.2)
    with claim("load", tmp_path):
        with pytest.raises(StageError, match="stage load is being run by another process; wait for it or stop it"):
            claim("load", tmp_path)
        claim("features", tmp_path).close()
    claim("load", tmp_path).close()

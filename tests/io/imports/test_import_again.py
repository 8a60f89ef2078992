"""Importing again: nothing is overwritten or lost, and what was left unfinished is completed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from import_folders import ALL, RIG, by_status, importer, load, plain_csv, plant, rows_of, tree

from diagmod.io import import_files, import_target, importing
from diagmod.io.dataset_files import DatasetError, read_dataset, read_manifest


def test_importing_again_changes_nothing(import_rig, root):
    import_rig()
    before = tree(plant(root))
    again = import_rig()
    assert by_status(again) == {"skipped": [f.file for f in again.files]}
    assert not again.has_changed
    assert tree(plant(root)) == before


def test_a_dry_run_tells_the_same_and_writes_nothing(import_rig, root):
    before = tree(root)
    dry = import_rig(is_dry_run=True)
    assert tree(root) == before
    assert sorted(p.name for p in root.iterdir()) == ["dvc.yaml", "params.yaml"]
    assert dry.files == import_rig().files
    before = tree(root)
    import_rig(is_dry_run=True)
    assert tree(root) == before


def test_a_later_file_is_added_and_rows_edited_by_hand_stay(import_rig, root, rig):
    import_rig()
    manifest = plant(root) / "recordings.csv"
    edited = manifest.read_text().replace("bearing_outer,03", "bearing_outer,0.3 mm").rstrip("\n")
    manifest.write_text(edited)
    (rig / "4Nm_Normal.csv").write_text(plain_csv(8))
    assert by_status(import_rig())["imported"] == ["4Nm_Normal.csv"]
    assert manifest.read_text() == f"{edited}\nrecordings/4Nm_Normal.csv,M01,,1000,4,healthy,\n"
    assert len(load(root).recordings) == 6


def test_what_was_missing_may_come_with_the_next_import(root, tmp_path, register):
    (tmp_path / "x").mkdir()
    (tmp_path / "x/a.csv").write_text(plain_csv(1))
    run = importer(root, tmp_path / "x", motors=register)
    run()
    result = run(constants={**ALL, "started_at": "2026-01-31T09:00:00+01:00"})
    assert by_status(result) == {"imported": ["a.csv"]}
    assert rows_of(root)["recordings/a.csv"]["started_at"] == "2026-01-31T08:00:00Z"
    assert not (plant(root) / "unresolved.csv").exists()


def test_another_file_is_never_overwritten(import_rig, root, rig):
    import_rig()
    before = tree(plant(root) / "recordings")
    (rig / "0Nm_Normal.csv").write_text(plain_csv(77))
    by_name = {f.file: f for f in import_rig().files}
    assert by_name["0Nm_Normal.csv"].status == "quarantined"
    assert "has another content under this name; nothing was overwritten" in by_name["0Nm_Normal.csv"].reason
    assert tree(plant(root) / "recordings") == before


def test_a_listed_file_that_was_lost_comes_back(import_rig, root):
    import_rig()
    before = tree(plant(root))
    (plant(root) / "recordings/0Nm_Normal.csv").unlink()
    by_name = {f.file: f for f in import_rig().files}
    assert by_name["0Nm_Normal.csv"].status == "imported"
    assert "was listed in recordings.csv but not there" in by_name["0Nm_Normal.csv"].notes[0]
    assert tree(plant(root)) == before


def test_what_the_command_says_of_a_listed_file_is_told_and_not_done(import_rig, root):
    import_rig()
    before = tree(plant(root))
    result = import_rig(constants={**ALL, "fs_hz": "2000"})
    assert "recordings.csv has fs_hz '1000' and not '2000'; its row stays" in result.files[0].notes[0]
    assert tree(plant(root)) == before


def test_referenced_originals_stay_and_a_changed_one_is_noticed(import_rig, root, rig):
    import_rig(is_referenced=True)
    assert sorted(p.name for p in plant(root).iterdir()) == ["dataset.yaml", "motors.yaml", "recordings.csv"]
    assert read_dataset(plant(root)).originals == str(rig)
    assert {name: row["sha256"] for name, row in rows_of(root).items()} == tree(rig)
    assert len(load(root).recordings) == 5
    assert not import_rig(is_referenced=True).has_changed
    (rig / "0Nm_Normal.csv").write_text(plain_csv(78))
    by_name = {f.file: f for f in import_rig(is_referenced=True).files}
    assert by_name["0Nm_Normal.csv"].status == "quarantined"
    assert "the original changed: restore it" in by_name["0Nm_Normal.csv"].reason
    with pytest.raises(DatasetError, match=r"refers to its recordings in .*; pass --reference"):
        import_rig()


def test_only_a_folder_within_the_originals_can_be_added_to_a_data_set_that_refers_to_them(import_rig, rig, tmp_path):
    import_rig(is_referenced=True)
    assert by_status(import_rig(path=rig / "sub", is_referenced=True)) == {"skipped": ["2Nm_Normal.CSV"]}
    (tmp_path / "other").mkdir()
    with pytest.raises(DatasetError, match="lies elsewhere; choose another --dataset"):
        import_rig(path=tmp_path / "other", is_referenced=True)


def test_a_second_import_at_the_same_time_says_so(import_rig, root):
    with (
        import_target.alone(root / ".cache/import/plant.lock", "plant"),
        pytest.raises(DatasetError, match="another import into plant is going on"),
    ):
        import_rig()


def test_several_processes_do_the_same_as_one(import_rig, root):
    one, two = import_rig(dataset="one", jobs=1), import_rig(dataset="two", jobs=2)
    assert one.files == two.files
    ones, twos = (tree(root / "data/raw" / name) for name in ("one", "two"))
    assert ones.pop("dataset.yaml") != twos.pop("dataset.yaml"), "they differ in their name"
    assert ones == twos


class Killed(BaseException):
    """The process ends here."""


def test_ended_at_any_step_the_old_data_set_is_there_and_the_next_import_completes(import_rig, root, rig, monkeypatch):
    """Every write is a possible end; from then on nothing of the process is done any more."""
    import_rig(globs=("0Nm*",))
    old = tree(plant(root))
    (rig / "note.txt").write_text("ask Ivan")
    steps, left = (
        [(import_target, "_add"), (Path, "replace"), (importing, "with_rows"), (import_files, "read_through")],
        [0],
    )
    for owner, name in steps:
        original = getattr(owner, name)

        def step(*args: object, original=original) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return original(*args)

        monkeypatch.setattr(owner, name, step)
    n_ends = 0
    for n in range(60):
        left[0] = n
        try:
            import_rig()
        except Killed:
            n_ends += 1
            now = tree(plant(root))
            assert {name: now[name] for name in old if name != "recordings.csv"}.items() <= old.items()
            assert now["recordings.csv"] == old["recordings.csv"], "the manifest comes last"
            assert len(read_manifest(plant(root))) == 2
        else:
            break
    assert n_ends > 8
    undisturbed = importer(root, rig, constants=ALL, **RIG)
    left[0] = 1000
    undisturbed(dataset="second", globs=("0Nm*",), motors=plant(root) / "motors.yaml")
    undisturbed(dataset="second")
    second = {name: d for name, d in tree(root / "data/raw/second").items() if name != "dataset.yaml"}
    assert {name: d for name, d in tree(plant(root)).items() if name != "dataset.yaml"} == second


@pytest.mark.parametrize("n", [0, 2, 4, 6])
def test_killed_the_next_import_completes_and_leaves_no_draft(import_rig, root, rig, register, n):
    code = f"""
import os, signal
from pathlib import Path
from diagmod.io import import_files, import_target, importing
from diagmod.io.import_request import ImportRequest
left = [{n}]
def dying(original):
    def step(*args, **more):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **more)
    return step
import_files.read_through = dying(import_files.read_through)
importing.publish = dying(importing.publish)
request = ImportRequest(path=Path({str(rig)!r}), dataset="plant", motors=Path({str(register)!r}), constants={ALL!r},
                        patterns={RIG["patterns"]!r}, words={RIG["words"]!r}, has_no_times=True)
importing.import_recordings(request, Path({str(root)!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=root, capture_output=True, text=True)
    if n < 6:
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert not plant(root).exists()
    import_rig()
    assert len(rows_of(root)) == 5
    drafts = root / ".cache/import/drafts"
    assert list(drafts.iterdir()) == []

"""A plant's folder becomes a data set that loads; nothing is guessed of its recordings."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_folders import (
    ALL,
    MOTORS,
    RIG,
    by_status,
    importer,
    load,
    plain_csv,
    plant,
    rows_of,
    timed_csv,
    tree,
    unresolved,
)

from diagmod.io.dataset_files import DatasetError
from diagmod.io.motor_register import read_motors


def test_a_rig_in_three_dialects_loads_with_labels_from_its_names(import_rig, root, rig):
    before = tree(rig)
    result = import_rig()
    assert by_status(result) == {
        "imported": ["0Nm_BPFO_03.csv", "0Nm_Normal.csv", "2Nm_BPFI_10.csv", "4Nm_BPFO_03.csv", "sub/2Nm_Normal.CSV"]
    }
    loaded = load(root)
    assert loaded.quarantine.empty
    table = loaded.recordings.set_index("file")
    assert list(table["fs_hz"].unique()) == [1000.0]
    labels = table[["torque_nm", "condition", "severity_label"]].to_dict("index")
    assert labels["recordings/4Nm_BPFO_03.csv"] == {
        "torque_nm": 4.0, "condition": "bearing_outer", "severity_label": "03",
    }  # fmt: skip
    assert labels["recordings/sub/2Nm_Normal.CSV"]["condition"] == "healthy"
    assert tree(rig) == before, "originals are only read"
    for name, digest in before.items():
        assert tree(plant(root))[f"recordings/{name}"] == digest


def test_a_file_of_unknown_motor_rate_and_time_is_kept_with_a_line_that_cures_it(root, tmp_path, register):
    (tmp_path / "x").mkdir()
    (tmp_path / "x/a.csv").write_text(plain_csv(1))
    result = importer(root, tmp_path / "x", motors=register)()
    (file,) = result.files
    assert file.status == "quarantined"
    for words in ("motor unknown; pass --motor", "sampling rate unknown; pass --fs HZ", "start time unknown; pass"):
        assert words in file.reason
    assert file.cure == "recordings/a.csv,MOTOR,YYYY-MM-DDTHH:MM:SSZ,HZ"
    assert unresolved(root) == {
        "recordings/a.csv": {"file": "recordings/a.csv", "reason": file.reason, "cure": file.cure}
    }
    assert load(root).quarantine["file"].tolist().count("recordings/a.csv") == 1, "kept, and seen by load"
    with (plant(root) / "recordings.csv").open("a") as stream:
        filled = {"MOTOR": "M01", "YYYY-MM-DDTHH:MM:SSZ": "2026-01-31T08:00:00Z", "HZ": "1000"}
        stream.write(",".join(filled.get(cell, cell) for cell in file.cure.split(",")) + "\n")
    assert load(root).recordings["file"].tolist() == ["recordings/a.csv"]
    importer(root, tmp_path / "x", motors=register)()
    assert not (plant(root) / "unresolved.csv").exists(), "it is listed now"


def test_a_rate_and_a_time_that_the_file_states_are_not_asked_for(root, tmp_path, register):
    (tmp_path / "x").mkdir()
    (tmp_path / "x/a.csv").write_text(timed_csv(1))
    result = importer(root, tmp_path / "x", motors=register, constants={"motor_id": "M01"}, has_no_times=True)()
    assert [(f.status, f.fs_hz) for f in result.files] == [("imported", 1000.0)]
    assert rows_of(root)["recordings/a.csv"]["fs_hz"] == "", "the file says it"


def test_an_unknown_motor_is_added_only_when_asked(root, rig):
    run = importer(root, rig, constants=ALL, **RIG)
    result = run()
    assert by_status(result).keys() == {"quarantined"}
    assert "motor 'M01' is not in motors.yaml; add its nameplate by `diagmod motors add`" in result.files[0].reason
    assert result.files[0].cure.startswith("recordings/0Nm_BPFO_03.csv,M01,"), "what is known is not asked for"
    assert read_motors(plant(root)) == {}
    asked = run(new_motors={"pole_pairs": 2, "line_hz": 50.0})
    assert asked.new_motors == ("M01",)
    assert read_motors(plant(root))["M01"].pole_pairs == 2
    assert "# Nameplates of the motors" in (plant(root) / "motors.yaml").read_text()
    assert len(load(root).recordings) == 5


def test_a_register_that_is_brought_must_not_contradict_the_data_set(import_rig, root, register):
    import_rig()
    register.write_text(MOTORS.replace("pole_pairs: 2", "pole_pairs: 3"))
    with pytest.raises(DatasetError, match=r"gives motor M01 pole_pairs 3, motors.yaml of the data set gives 2"):
        import_rig()
    register.write_text(MOTORS + "  - motor_id: M02\n    line_hz: 50\n    pole_pairs: 1\n")
    assert import_rig().new_motors == ("M02",)
    assert set(read_motors(plant(root))) == {"M01", "M02"}


def test_a_manifest_goes_before_the_name_and_must_not_contradict_the_command(import_rig, root, tmp_path):
    manifest = tmp_path / "rows.csv"
    manifest.write_text("file,motor_id,condition,torque_nm\n0Nm_Normal.csv,M01,looseness,0.0\nabsent.csv,M01,,\n")
    result = import_rig(manifest=manifest)
    by_name = {f.file: f for f in result.files}
    assert rows_of(root)["recordings/0Nm_Normal.csv"]["condition"] == "looseness"
    assert by_name["0Nm_Normal.csv"].notes == ("condition 'looseness' of rows.csv counts, not 'healthy' of its name",)
    assert by_name["absent.csv"].reason == "is listed in rows.csv but not in the imported folder; copy it there"
    manifest.write_text("file,motor_id\n0Nm_Normal.csv,M02\n")
    with pytest.raises(DatasetError, match=r"--motor says 'M01', and rows.csv says 'M02' of 0Nm_Normal.csv"):
        import_rig(manifest=manifest)


def test_sizes_beside_a_share_are_all_labels(root, tmp_path, register):
    (tmp_path / "x").mkdir()
    for k, size in enumerate(("0.5", "1.5")):
        (tmp_path / f"x/{size} mm.csv").write_text(plain_csv(k))
    run = importer(root, tmp_path / "x", motors=register, constants=ALL, has_no_times=True, patterns=("{severity} mm",))
    result = run()
    assert [row["severity_label"] for row in rows_of(root).values()] == ["0.5", "1.5"]
    assert [row["severity"] for row in rows_of(root).values()] == ["", ""]
    assert "is kept as a label, because '1.5' beside it" in result.files[0].notes[0]


def test_the_same_content_is_imported_once_and_contradictions_are_told(import_rig, root, rig):
    (rig / "copy of it.csv").write_bytes((rig / "0Nm_Normal.csv").read_bytes())
    (rig / "4Nm_Normal.csv").write_bytes((rig / "0Nm_Normal.csv").read_bytes())
    by_name = {f.file: f for f in import_rig().files}
    assert (by_name["copy of it.csv"].status, by_name["copy of it.csv"].reason) == (
        "duplicate", "same content as recordings/0Nm_Normal.csv",
    )  # fmt: skip
    assert not (plant(root) / "recordings/copy of it.csv").exists()
    assert by_name["4Nm_Normal.csv"].status == "quarantined"
    assert "but with torque_nm '4' here and '0' there; correct the wrong one" in by_name["4Nm_Normal.csv"].reason
    assert {f.file: f.status for f in import_rig().files}["copy of it.csv"] == "duplicate", "also against what is there"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"dataset": "../x"}, "--dataset must be a name of letters"),
        ({"dataset": "demo"}, "--dataset demo is made by the stage simulate"),
        ({"dataset": "itsc"}, "is a published data set"),
        ({"path": Path("no such folder")}, "does not exist or cannot be reached"),
        ({"motors": Path("none.yaml")}, "none.yaml is missing"),
        ({"manifest": Path("none.csv")}, "--manifest 'none.csv' is no file"),
        ({"constants": ALL | {"condition": "Bad One"}}, "--condition 'Bad One' must be lower-case words"),
        ({"constants": ALL | {"started_at": "yesterday"}}, "started.at 'yesterday' is no time"),
        ({"constants": ALL | {"time_unit": "min"}}, "time_unit must be s"),
        ({"constants": ALL | {"fs_hz": "-5"}}, "--fs must be positive, got -5"),
        ({"constants": ALL | {"torque_nm": "1"}}, "torque.nm and {torque_nm} in --name-pattern say the same"),
        ({"words": {"load": {"a": "b"}}}, "--map load:... applies to no field"),
        ({"patterns": ("{started_at:%Y%m%d%H%M}_{condition}",)}, "have no zone; pass --timezone"),
        ({"new_motors": {"pole_pairs": 0, "line_hz": 50.0}}, "--create-motors: .*pole_pairs"),
    ],
)
def test_a_wrong_request_is_one_sentence_and_leaves_nothing(import_rig, root, change, sentence):
    before = tree(root)
    with pytest.raises(DatasetError, match=sentence):
        import_rig(**change)
    assert {name: d for name, d in tree(root).items() if not name.startswith(".cache")} == before


def test_times_in_names_become_utc_in_the_manifest(root, tmp_path, register):
    (tmp_path / "x/2026-01-31").mkdir(parents=True)
    (tmp_path / "x/2026-01-31/M01_0900.csv").write_text(plain_csv(1))
    (tmp_path / "x/2026-01-31/M01_2500.csv").write_text(plain_csv(2))
    pattern = "{started_at:%Y-%m-%d}/{motor_id}_{started_at:%H%M}"
    run = importer(root, tmp_path / "x", motors=register, constants={"fs_hz": "1000"}, patterns=(pattern,))
    with pytest.raises(DatasetError, match="have no zone; pass --timezone"):
        run()
    result = run(timezone="Europe/Berlin")
    assert by_status(result) == {"imported": ["2026-01-31/M01_0900.csv"], "quarantined": ["2026-01-31/M01_2500.csv"]}
    assert result.files[1].reason.startswith("started_at '2026-01-31 2500' is no time")
    assert result.files[1].cure == "recordings/2026-01-31/M01_2500.csv,M01,YYYY-MM-DDTHH:MM:SSZ,1000"
    assert rows_of(root)["recordings/2026-01-31/M01_0900.csv"]["started_at"] == "2026-01-31T08:00:00Z"

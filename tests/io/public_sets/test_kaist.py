"""KAIST recordings, TDMS and CSV, from a downloaded folder to loaded currents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from nptdms import ChannelObject, GroupObject, RootObject, TdmsWriter
from phase_currents import three_phases

from diagmod.io.dataset_files import DatasetError, read_dataset, read_manifest
from diagmod.io.motor_register import read_motors
from diagmod.io.waveforms import read_waveform

#: Step of the published files in s.
STEP_S = 3.905e-05

CHASSIS = "cDAQ9185-1F486B5"

#: Channel of a phase.
CHANNEL = {"U": f"{CHASSIS}Mod2/ai0", "V": f"{CHASSIS}Mod2/ai2", "W": f"{CHASSIS}Mod2/ai3"}


def write_tdms(path, currents, *, empty="", step=STEP_S, without=()):
    """A file as FlexLogger writes it: two temperatures, three currents, each with its step, unit and start."""
    n = currents.shape[1]
    about = {"wf_increment": step, "wf_start_offset": 0.0, "wf_start_time": np.datetime64("2022-03-15T02:11:09.25")}
    temperature = {**about, "unit_string": "°C"}
    channels = [
        ChannelObject("Log", f"{CHASSIS}Mod1/ai{k}", np.full(n, 25.0 + k), properties=temperature) for k in (0, 1)
    ]
    for phase, samples in zip("UVW", currents, strict=True):
        data = samples[:0] if phase in empty else samples
        if phase not in without:
            channels.append(ChannelObject("Log", CHANNEL[phase], data, properties={**about, "unit_string": "A"}))
    with TdmsWriter(path) as writer:
        writer.write_segment([RootObject({"name": path.stem}), GroupObject("Log"), *channels])


def write_csv(path, currents, heading="current_R,current_S,current_T"):
    """A file as the plant exports it: every line in one pair of quotes."""
    lines = [heading, *(",".join(f"{x:.6f}" for x in row) for row in currents.T)]
    path.write_text("".join(f'"{line}"\n' for line in lines))


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("0Nm_Normal", ("healthy", "0", "", "0")),
        ("2Nm_BPFI_03", ("bearing_inner", "", "0.3 mm", "2")),
        ("4Nm_BPFO_10", ("bearing_outer", "", "1.0 mm", "4")),
        ("4Nm_BPFO_30", ("bearing_outer", "", "3.0 mm", "4")),
        ("2Nm_Misalign_05", ("misalignment", "", "0.5 mm", "2")),
        ("4Nm_Unbalance_0583mg", ("mass_unbalance", "", "583 mg", "4")),
        ("2Nm_Unbalalnce_3318mg", ("mass_unbalance", "", "3318 mg", "2")),
    ],
)
def test_labels_and_torque_come_from_the_name(downloads, get, name, labels):
    write_tdms(downloads / f"{name}.tdms", three_phases(25608, 50, 0.01))
    row = read_manifest(get("kaist").folder).loc[0]
    assert (row["condition"], row["severity"], row["severity_label"], row["torque_nm"]) == labels
    assert (row["load_pct"], row["repetition"]) == ("", f"{labels[3]}Nm")


@pytest.mark.parametrize(
    "name",
    ["1Nm_Normal.tdms", "0Nm_Normal_03.tdms", "0Nm_BPFO.tdms", "0Nm_BPFO_3.tdms", "0Nm_BPFO_03mg.tdms",
     "0Nm_Ball_03.tdms", "0Nm_Unbalance_583mg.tdms", "0Nm_Unbalance_0583.tdms", "0nm_Normal.tdms",
     "0Nm_BPFO_٠٣.tdms", "0Nm_Normal.mat"],
)  # fmt: skip
def test_a_name_that_is_none_of_the_set_is_left_out_and_named(downloads, get, name):
    write_tdms(downloads / "0Nm_Normal.tdms", three_phases(25608, 50, 0.01))
    if not (downloads / name).exists():
        (downloads / name).write_bytes(b"x")
    fetched = get("kaist")
    assert list(read_manifest(fetched.folder)["file"]) == ["0Nm_Normal.tdms"]
    assert fetched.left_out == (f"{name}: its name is none of the set; expected are names like 0Nm_BPFO_03.tdms",)


def test_tdms_files_stay_where_they_are_and_say_rate_and_start_themselves(downloads, get):
    (downloads / "current,temp").mkdir()
    write_tdms(downloads / "current,temp/2Nm_BPFI_03.tdms", three_phases(25608, 50, 0.1))
    write_tdms(downloads / "current,temp/2Nm_BPFO_03.tdms", three_phases(25608, 50, 0.1), empty="VW")
    fetched = get("kaist")
    assert (fetched.n_files, fetched.n_published, fetched.left_out) == (2, 45, ())
    assert fetched.originals == downloads.resolve()
    assert sorted(p.name for p in fetched.folder.rglob("*")) == ["dataset.yaml", "motors.yaml", "recordings.csv"]
    assert read_dataset(fetched.folder).originals == str(downloads.resolve())
    rows = read_manifest(fetched.folder).set_index("file")
    inner, outer = rows.loc["current,temp/2Nm_BPFI_03.tdms"], rows.loc["current,temp/2Nm_BPFO_03.tdms"]
    assert (inner["fs_hz"], inner["started_at"]) == ("", "")
    assert inner["phase_columns"] == ",".join(CHANNEL.values())
    assert outer["phase_columns"] == f"{CHANNEL['U']},-,-"
    assert outer["note"] == "the file has no samples of phase S and T"
    assert set(read_motors(fetched.folder)) == {"kaist_rig"}


def test_loaded_currents_are_those_that_were_written(downloads, get, load, tmp_path):
    currents = three_phases(1 / STEP_S, 50, 1.0)
    (downloads / "current,temp").mkdir()
    write_tdms(downloads / "current,temp/2Nm_BPFI_03.tdms", currents)
    write_tdms(downloads / "current,temp/0Nm_BPFO_30.tdms", three_phases(1 / STEP_S, 50, 1.0, seed=1), empty="VW")
    write_csv(downloads / "0Nm_Normal.csv", three_phases(25600, 50, 1.0, seed=2))
    result = load(get("kaist").folder)
    assert set(result.report["status"]) == {"loaded"}
    recordings = result.recordings.set_index("file")
    inner = recordings.loc["current,temp/2Nm_BPFI_03.tdms"]
    assert inner["fs_hz"] == pytest.approx(25608.19, abs=0.01)  # 1 / 39.05 us
    assert inner["started_at"] == pd.Timestamp("2022-03-15T02:11:09.25Z")
    assert (inner["condition"], inner["phases"], inner["unit"]) == ("bearing_inner", "RST", "A")
    assert recordings.loc["current,temp/0Nm_BPFO_30.tdms", "phases"] == "R"
    assert recordings.loc["0Nm_Normal.csv", "fs_hz"] == 25600.0
    waveform = read_waveform(tmp_path / "waveforms" / f"{inner['recording_id']}.parquet")
    np.testing.assert_array_equal(waveform, currents.astype(np.float32))


def test_a_csv_file_of_vibration_is_no_recording_of_currents(downloads, get):
    write_csv(downloads / "0Nm_Normal.csv", three_phases(25600, 50, 0.01))
    write_csv(
        downloads / "2Nm_Normal.csv", three_phases(25600, 50, 0.01), heading="x_housing_A,y_housing_A,x_housing_B"
    )
    (downloads / "4Nm_Normal.csv").write_bytes(bytes(range(256)) * 4)
    fetched = get("kaist")
    assert list(read_manifest(fetched.folder)["file"]) == ["0Nm_Normal.csv"]
    assert [line.split(":")[0] for line in fetched.left_out] == ["2Nm_Normal.csv", "4Nm_Normal.csv"]
    assert fetched.left_out[0].startswith("2Nm_Normal.csv: its first line must be current_R,current_S,current_T, got")


def test_a_recording_as_tdms_and_csv_is_taken_once_as_tdms(downloads, get):
    write_tdms(downloads / "0Nm_Normal.tdms", three_phases(25608, 50, 0.01))
    write_csv(downloads / "0Nm_Normal.csv", three_phases(25600, 50, 0.01))
    fetched = get("kaist")
    assert list(read_manifest(fetched.folder)["file"]) == ["0Nm_Normal.tdms"]
    assert fetched.left_out == ("0Nm_Normal.csv: is 0Nm_Normal.tdms once more",)


def test_damaged_and_other_tdms_files_are_named_and_the_others_go_on(downloads, get):
    currents = three_phases(25608, 50, 0.05)
    write_tdms(downloads / "0Nm_Normal.tdms", currents)
    whole = (downloads / "0Nm_Normal.tdms").read_bytes()
    (downloads / "2Nm_Normal.tdms").write_bytes(b"")
    (downloads / "4Nm_Normal.tdms").write_bytes(b"no TDMS file at all" * 10)
    (downloads / "0Nm_BPFI_03.tdms").write_bytes(whole[:200])
    write_tdms(downloads / "0Nm_BPFI_10.tdms", currents, without="V")
    write_tdms(downloads / "0Nm_BPFI_30.tdms", currents, empty="UVW")
    write_tdms(downloads / "2Nm_BPFI_03.tdms", currents, step=0.0)
    fetched = get("kaist")
    assert list(read_manifest(fetched.folder)["file"]) == ["0Nm_Normal.tdms"]
    left_out = dict(line.split(": ", 1) for line in fetched.left_out)
    assert left_out["0Nm_BPFI_10.tdms"].startswith(
        "must have one channel that ends with Mod2/ai2 in its group Log, it has"
    )
    assert left_out["0Nm_BPFI_30.tdms"] == "its currents have 0, 0, 0 samples, expected one length or none"
    assert left_out["2Nm_BPFI_03.tdms"] == "must state its step wf_increment in seconds, got 0.0; its rate is not known"
    for name in ("2Nm_Normal", "4Nm_Normal", "0Nm_BPFI_03"):
        assert left_out[f"{name}.tdms"].endswith("; copy it again")


def test_without_nptdms_the_sentence_names_the_extra(downloads, get, monkeypatch):
    write_tdms(downloads / "0Nm_Normal.tdms", three_phases(25608, 50, 0.01))
    monkeypatch.setitem(__import__("sys").modules, "nptdms", None)
    with pytest.raises(DatasetError, match=r"TDMS files need npTDMS; install it with `pip install diagmod\[tdms\]`"):
        get("kaist")

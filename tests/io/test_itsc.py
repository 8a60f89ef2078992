"""Labels of the ITSC files come from their names, and from nothing else."""

from __future__ import annotations

import pytest

from diagmod.core.motor import Motor
from diagmod.io import itsc
from diagmod.io.dataset_files import MANIFEST_COLUMNS, Dataset
from diagmod.io.datasets import KNOWN


@pytest.mark.parametrize(
    ("name", "condition", "severity", "phase", "repetition"),
    [
        ("SC_HLT_001.csv", "healthy", "0", "", "001"),
        ("SC_A0_B0_C0_002.csv", "healthy", "0", "", "002"),
        ("SC_A1_B0_C0_001.csv", "stator_short", "0.1", "R", "001"),
        ("SC_A0_B2_C0_004.csv", "stator_short", "0.2", "S", "004"),
        ("SC_A0_B0_C3_005.csv", "stator_short", "0.3", "T", "005"),
        ("SC_A0_B0_C4_005.csv", "stator_short", "0.4", "T", "005"),
        ("SC_A1_B0_C2_005.csv", "stator_short", "0.2", "", "005"),
    ],
)
def test_condition_severity_phase_and_repetition_are_read_from_the_name(name, condition, severity, phase, repetition):
    """A step of the level stands for 10 % of the turns of the phase; two phases are no single one."""
    row = itsc.manifest([name]).loc[0]
    assert row[row != ""].to_dict() == {
        "file": f"recordings/{name}", "motor_id": "CM3542", "load_pct": "0", "condition": condition,
        "severity": severity, **({"fault_phase": phase} if phase else {}), "repetition": repetition,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["SC_A5_B0_C0_001.csv", "SC_A0_B0_C1_01.csv", "sc_hlt_001.csv", "SC_HLT_001.csv.bak", "../SC_HLT_001.csv", ""],
)
def test_a_name_that_does_not_fit_is_refused(name):
    with pytest.raises(ValueError, match=r"is no name of the ITSC set; expected SC_HLT_001.csv or SC_A0_B2_C0_004.csv"):
        itsc.manifest(["SC_HLT_001.csv", name])


def test_the_published_set_has_four_healthy_files_and_four_of_each_of_twelve_shorts():
    """4 + 3 phases x 4 levels x 4 repetitions = 52; repetition 003 was never published."""
    rows = itsc.manifest(list(KNOWN["itsc"].checksums()))
    assert len(rows) == 52
    assert tuple(rows.columns) == MANIFEST_COLUMNS
    assert (rows["condition"] == "healthy").sum() == 4
    assert rows.loc[rows["condition"] == "stator_short", "severity"].value_counts().to_dict() == {
        "0.1": 12, "0.2": 12, "0.3": 12, "0.4": 12,
    }  # fmt: skip
    assert rows["fault_phase"].value_counts().to_dict() == {"R": 16, "S": 16, "T": 16, "": 4}
    assert set(rows["repetition"]) == {"001", "002", "004", "005"}


def test_checksums_are_whole_sha256_and_distinct():
    digests = list(KNOWN["itsc"].checksums().values())
    assert all(len(digest) == 64 and int(digest, 16) for digest in digests)
    assert len(set(digests)) == 52


def test_description_and_nameplate_are_ones_that_the_loader_accepts():
    columns = tuple(itsc.DESCRIPTION["columns"])
    assert Dataset(**{**itsc.DESCRIPTION, "columns": columns}).unit == "unstated"
    assert [Motor.from_mapping(entry).rated_slip for entry in itsc.MOTORS] == [pytest.approx(75 / 1800)]

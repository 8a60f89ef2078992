"""The audit of labels on measured shorts: the doubtful files of the published set, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from diagmod.core.symmetrical import sequence_track
from diagmod.io.itsc import manifest
from diagmod.models.label_audit import LabelAudit, audit_labels

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.realdata

FS, LINE_HZ, WINDOW_S, CHANGE_PCT = 1000.0, 60.0, 0.1, 5.0

#: Files whose change points to another phase than the label or between two; the first test says by how much.
DOUBTFUL = ["SC_A0_B1_C0_005.csv", "SC_A0_B2_C0_005.csv", "SC_A1_B0_C0_005.csv"]


def _labels(names: list[str]) -> pd.DataFrame:
    """The labels as the data set's manifest states them, under the bare names of the files."""
    return manifest(names).assign(recording_id=names, file=names).astype({"severity": float})


def _track(file: Path) -> pd.DataFrame:
    time_s, ratio = sequence_track(np.loadtxt(file, delimiter=",").T, FS, WINDOW_S, LINE_HZ)
    return pd.DataFrame(
        {
            "recording_id": file.name, "motor_id": "CM3542", "time_s": time_s, "length_s": WINDOW_S,
            "i2_re": 100 * ratio.real, "i2_im": 100 * ratio.imag,
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def tables(realdata: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    files = sorted((realdata / "itsc").glob("SC_*.csv"))
    if not files:
        pytest.skip(f"no measured recordings in {realdata / 'itsc'}; name their folder by DIAGMOD_REALDATA")
    recordings = _labels([file.name for file in files])
    return recordings, pd.concat([_track(file) for file in files], ignore_index=True)


@pytest.fixture(scope="module")
def audit(tables: tuple[pd.DataFrame, pd.DataFrame]) -> LabelAudit:
    return audit_labels(*tables, CHANGE_PCT)


def _doubtful(audit: LabelAudit) -> list[str]:
    return sorted(audit.table.loc[audit.table["is_doubtful"], "file"])


def test_the_doubtful_files_are_listed_and_no_others(audit):
    assert len(audit.table) == 52
    assert audit.table["is_judged"].all()
    assert _doubtful(audit) == DOUBTFUL
    assert audit.in_words.endswith(f"3 of them are doubtful: {', '.join(DOUBTFUL)}.")


def test_the_limit_of_30_degrees_lies_in_a_wide_gap_between_doubtful_files_and_the_others(audit):
    """Of 45 shorts that agree none is farther than 15 degrees from its phase, of the 3 doubtful none nearer than 50."""
    doubtful = audit.table["is_doubtful"]
    assert audit.table.loc[~doubtful, "off_deg"].count() == 45
    assert audit.table.loc[~doubtful, "off_deg"].max() < 15
    assert audit.table.loc[doubtful, "off_deg"].min() > 50


def test_each_doubtful_file_looks_like_two_shorts_of_which_one_is_the_labelled_phase(audit):
    """The weaker has 0.4 to 0.8 of the stronger's change; in no other file does it reach 0.2."""
    doubtful = audit.table["is_doubtful"]
    assert audit.table.loc[doubtful, "second_share"].between(0.4, 0.8).all()
    assert audit.table.loc[~doubtful, "second_share"].max() < 0.2


@pytest.mark.parametrize("change_pct", [3.0, 4.0, 6.0, 7.0])
def test_the_list_does_not_hang_on_the_limit_of_a_change(tables, change_pct):
    assert _doubtful(audit_labels(*tables, change_pct)) == DOUBTFUL


def test_a_right_label_made_wrong_is_added_to_the_list(tables):
    """Every fault of one repetition in turn: the label moved to the next phase. The short itself is a measured one."""
    recordings, track = tables
    right = recordings[(recordings["repetition"] == "002") & (recordings["fault_phase"] != "")]
    assert len(right) == 12
    for index, row in right.iterrows():
        wrong = recordings.copy()
        wrong.loc[index, "fault_phase"] = {"R": "S", "S": "T", "T": "R"}[row["fault_phase"]]
        assert _doubtful(audit_labels(wrong, track, CHANGE_PCT)) == sorted([*DOUBTFUL, row["file"]])


def test_a_measured_healthy_file_labelled_as_the_smallest_short_is_added_to_the_list_and_the_reverse(tables):
    recordings, track = tables
    labels = recordings.set_index("file")
    columns = ["condition", "severity", "fault_phase"]
    for file, other in (("SC_HLT_002.csv", "SC_A1_B0_C0_001.csv"), ("SC_A1_B0_C0_001.csv", "SC_HLT_002.csv")):
        wrong = labels.copy()
        wrong.loc[file, columns] = labels.loc[other, columns]
        assert _doubtful(audit_labels(wrong.reset_index(), track, CHANGE_PCT)) == sorted([*DOUBTFUL, file])

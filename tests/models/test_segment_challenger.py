"""The network as a challenger: rows find their segments, groups stay on one side, and what is not known is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade_segments import fleet, settings

from diagmod.io.raw_segments import RawSegments
from diagmod.models.segment_challenger import SegmentChallenger

#: Recordings of three segments each, in the order of the rows; "r99" is of no row, "r18" has no segment.
NAMES = [f"r{k:02d}" for k in range(19)]


def challenger(**changed: object) -> tuple[SegmentChallenger, np.ndarray, np.ndarray]:
    """A challenger over 19 recordings, their classes, and their groups; segments stand in reversed order."""
    data, labels, groups = fleet(9, 6)
    about = pd.DataFrame({"recording_id": np.repeat(NAMES[:18], 3), "segment": np.tile([0, 1, 2], 18)})
    about.loc[53, "recording_id"] = "r99"
    raw = RawSegments(about.iloc[::-1].reset_index(drop=True), np.ascontiguousarray(data[::-1]))
    truth, group = np.append(labels[::3], 0), [*groups[::3], "M99"]
    return SegmentChallenger(raw, NAMES, group, settings(**changed), n_networks=2), truth, np.array(group)


def test_recordings_that_it_has_not_seen_are_named_by_their_own_segments():
    asked, truth, group = challenger(n_epochs=15, patience=15)
    teaches = np.isin(group, [f"M{k:02d}" for k in range(6)])
    said = asked(teaches, truth, ~teaches, 3)
    assert said.shape == (7, 3)
    assert said.sum(axis=1) == pytest.approx(np.ones(7))
    assert said[:6].argmax(axis=1).tolist() == truth[12:18].tolist()


def test_a_recording_without_segments_is_equally_likely_anything():
    asked, truth, group = challenger(n_epochs=1)
    teaches = np.isin(group, [f"M{k:02d}" for k in range(6)])
    assert asked(teaches, truth, ~teaches, 3)[-1] == pytest.approx([1 / 3] * 3)


def test_a_side_of_one_class_teaches_nothing():
    asked, truth, group = challenger()
    teaches = np.isin(group, ["M00", "M03"])
    np.testing.assert_allclose(asked(teaches, truth, ~teaches, 3), 1 / 3)
    assert asked.losses.empty


def test_nobody_is_asked_about_groups_that_taught():
    asked, truth, _ = challenger()
    teaches = np.arange(19) % 2 == 0
    with pytest.raises(ValueError, match="leakage: group M00"):
        asked(teaches, truth, ~teaches, 3)


def test_losses_of_every_network_are_kept_and_told():
    told = []
    asked, truth, group = challenger(n_epochs=2)
    asked._on_progress = lambda *what: told.append(what)
    for fold in range(2):
        teaches = np.isin(group, [f"M{k:02d}" for k in range(3 * fold, 3 * fold + 6)])
        asked(teaches, truth, ~teaches, 3)
    assert asked.losses["network"].tolist() == ["without fold 0"] * 2 + ["without fold 1"] * 2
    assert asked.losses["epoch"].tolist() == [1, 2, 1, 2]
    assert [what[:3] for what in told] == [(1, 2, 1), (1, 2, 2), (2, 2, 1), (2, 2, 2)]


def test_a_group_for_every_row_is_asked_for():
    with pytest.raises(ValueError, match="19 recordings and 1 groups were given"):
        SegmentChallenger(RawSegments(pd.DataFrame({"recording_id": []}), np.empty((0, 2, 1536))), NAMES, ["M"],
                          settings(), 1)  # fmt: skip

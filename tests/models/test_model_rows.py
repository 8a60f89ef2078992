"""Rows for models: owners, loads and beliefs are right, and what the acquisition spoils is not believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from handmade_interim import recordings

from diagmod.core.features import features_at
from diagmod.io.diagnosis_rows import rows_of_refusal
from diagmod.models.model_rows import (
    FEATURE_SETS,
    PipelineTables,
    columns_of_set,
    recording_rows,
    segment_rows,
    shape_features,
)
from diagmod.models.physical_figures import NAMES
from diagmod.models.reference import CHANGE, Reference

N_SEGMENTS = 3


def tables(*about, codes=None, states=None):
    """Tables of recordings r0, r1 ... that differ in what is stated; features and I2 are of chance."""
    rng = np.random.default_rng(1)
    names = [f"r{k}" for k in range(len(about))]
    rows = [{"recording_id": name, "started_at": f"2026-01-{k + 1:02d}T08:00Z", **one}
            for k, (name, one) in enumerate(zip(names, about, strict=True))]  # fmt: skip
    catalogue = recordings(*rows)
    audited = dict(zip(catalogue["recording_id"], catalogue["acquisition"], strict=True))
    keys = [{"recording_id": name, "motor_id": row["motor_id"]} for name, row in zip(names, rows, strict=True)]
    refused = rows_of_refusal("not given here")
    spoken = [
        {
            **key, **refused["states"][0], "acquisition": audited[key["recording_id"]],
            "acquisition_codes": (codes or {}).get(key["recording_id"], ""),
            "i2_re": rng.normal(), "i2_im": rng.normal(), "i2_floor_pct": 0.2,
            "load_share": np.nan, "load_low": np.nan, "load_high": np.nan,
            **(states or {}).get(key["recording_id"], {}),
        }
        for key in keys
    ]  # fmt: skip
    diagnoses = [{**key, **row} for key in keys for row in refused["diagnoses"]]
    of_segments = [{**key, "segment": s} for key in keys for s in range(N_SEGMENTS)]
    return PipelineTables(
        catalogue, features("segment", of_segments, rng), features("recording", keys, rng), pd.DataFrame(spoken),
        pd.DataFrame(diagnoses), pd.DataFrame(),
    )  # fmt: skip


def features(level, keys, rng):
    names = [feature.name for feature in features_at(level)]
    return pd.concat(
        [pd.DataFrame(keys), pd.DataFrame(rng.uniform(1, 2, (len(keys), len(names))), columns=names)], axis=1
    )


def motors(n=2, each=3, **more):
    return [{"motor_id": f"M{k}", "split_group": f"M{k}", **more} for k in range(n) for _ in range(each)]


def column(rows, name):
    return rows.values[:, rows.names.index(name)]


def test_a_recording_is_a_row_with_physical_figures_first():
    made = recording_rows(tables(*motors()), "labelled_healthy", 3)
    assert len(made.rows) == 6
    assert made.rows.names[: len(NAMES)] == NAMES
    assert made.about["segment"].tolist() == [-1] * 6
    assert len(made.phasors) == 6


def test_a_segment_is_a_row_with_features_of_shape_alone():
    made = segment_rows(tables(*motors()), "labelled_healthy", 3)
    assert len(made.rows) == 6 * N_SEGMENTS
    assert made.about["segment"].tolist() == [0, 1, 2] * 6
    assert made.rows.names == tuple(feature.name for feature in shape_features("segment"))
    assert made.phasors == ()


def test_where_motors_are_split_a_recording_leaves_itself_out_and_where_not_its_whole_group():
    of_motors = recording_rows(tables(*motors()), "labelled_healthy", 3).rows
    assert of_motors.unit.tolist() == [f"r{k}" for k in range(6)]
    repetitions = [{"motor_id": "M", "split_group": f"rep{k % 2}"} for k in range(4)]
    made = recording_rows(tables(*repetitions), "labelled_healthy", 3)
    assert made.rows.unit.tolist() == made.groups == ["rep0", "rep1", "rep0", "rep1"]
    assert made.rows.motor.tolist() == ["M"] * 4


def test_segments_of_the_judged_recording_are_left_out_with_it():
    made = segment_rows(tables(*motors()), "labelled_healthy", 3)
    assert made.rows.unit.tolist() == made.about["recording_id"].tolist()


def test_load_is_as_stated_else_as_the_slip_says_else_the_middle_of_its_bounds():
    given = [{**one, "load_pct": load} for one, load in zip(motors(1, 4), (80.0, np.nan, np.nan, np.nan), strict=True)]
    states = {"r0": {"load_share": 0.1}, "r1": {"load_share": 0.6}, "r2": {"load_low": 0.2, "load_high": 0.6}}
    found = recording_rows(tables(*given, states=states), "labelled_healthy", 3).rows.load
    np.testing.assert_allclose(found, [0.8, 0.6, 0.4, np.nan])


def test_labels_say_who_is_believed_healthy_and_first_recordings_where_nobody_looked():
    about = [*motors(1, 2), *({**one, "condition": ""} for one in motors(2, 3)[3:])]
    about[1]["condition"] = "broken_bar"
    made = recording_rows(tables(*about), "labelled_or_first", 2)
    assert made.rows.is_reference.tolist() == [True, False, True, True, False]
    of_segments = segment_rows(tables(*about), "labelled_or_first", 2).rows.is_reference
    assert of_segments.tolist() == np.repeat(made.rows.is_reference, N_SEGMENTS).tolist()


def test_nothing_is_believed_of_an_unusable_recording_and_it_is_no_reference():
    about = motors(1, 3)
    about[1]["acquisition"] = "unusable"
    made = recording_rows(tables(*about), "labelled_healthy", 3)
    assert np.isnan(made.rows.values[1]).all()
    assert made.rows.is_reference.tolist() == [True, False, True]
    assert np.isfinite(column(made.rows, "i2_log")).tolist() == [True, False, True]


def test_what_phases_say_together_is_not_believed_where_they_are_exchanged():
    made = recording_rows(tables(*motors(1, 3), codes={"r1": "wiring,jitter"}), "labelled_healthy", 3)
    for name in ("i2_log", CHANGE, "i0_over_i1_log", "angle_RS", "park_2f_log"):
        assert np.isnan(column(made.rows, name)).tolist() == [False, True, False], name
    assert np.isfinite(column(made.rows, "crest_R")).all()
    assert made.rows.is_reference.tolist() == [True, False, True]


def test_a_motor_with_one_healthy_recording_has_no_change_of_its_own():
    made = recording_rows(tables(*motors(1, 1), *motors(2, 3)[3:]), "labelled_healthy", 3)
    assert np.isnan(column(made.rows, CHANGE)).tolist() == [True, False, False, False]


def test_new_recordings_are_compared_with_what_a_model_keeps_and_none_is_believed_healthy():
    old = recording_rows(tables(*motors(1, 3)), "labelled_healthy", 3)
    kept = Reference(replace(old.rows, unit=np.array(["a", "b", "c"])), old.phasors)
    made = recording_rows(tables(*motors(2, 1)), "labelled_healthy", 3, reference=kept)
    assert not made.rows.is_reference.any()
    assert np.isfinite(column(made.rows, CHANGE)).tolist() == [True, False]
    assert not segment_rows(tables(*motors(2, 1)), "labelled_healthy", 3, is_new=True).rows.is_reference.any()


def test_the_set_without_i2_holds_nothing_that_rests_on_it():
    for made in (recording_rows(tables(*motors()), "all", 3), segment_rows(tables(*motors()), "all", 3)):
        every, without = (set(made.of_set(name).names) for name in FEATURE_SETS)
        gone = every - without
        assert without < every
        assert not [name for name in without if "i2" in name or name.startswith(("unbalance", "park_2f"))]
        assert {"i2_over_i1", "i2_re", "i2_im"} <= gone


def test_a_column_that_is_defined_nowhere_is_in_no_set():
    given = tables(*motors())
    given.recordings["h13_R"] = np.nan
    made = recording_rows(given, "all", 3)
    assert "h13_R" in made.rows.names
    assert "h13_R" not in made.of_set("all").names


def test_a_set_without_any_value_is_refused():
    made = recording_rows(tables(*motors()), "all", 3)
    empty = replace(made, rows=replace(made.rows, values=np.full_like(made.rows.values, np.nan)))
    with pytest.raises(ValueError, match="no figure of set 'all' is defined in this table; are all phases absent"):
        empty.of_set("all")


def test_an_unknown_set_is_refused():
    made = recording_rows(tables(*motors()), "all", 3)
    with pytest.raises(ValueError, match="feature set must be all or without_i2, got 'some'"):
        columns_of_set(made.rows, "some")


def test_ratios_are_logarithms_and_angles_are_as_they_are():
    given = tables(*motors(1, 2))
    made = recording_rows(given, "all", 3)
    np.testing.assert_allclose(column(made.rows, "thd_S"), np.log10(given.recordings["thd_S"]))
    np.testing.assert_allclose(column(made.rows, "i2_re"), given.recordings["i2_re"])
    np.testing.assert_allclose(column(made.rows, "angle_RS"), given.recordings["angle_RS"])


def test_groups_of_features_are_chosen():
    names = [feature.name for feature in shape_features("recording", ("time",))]
    assert names
    assert all(name.startswith(("crest", "shape", "skewness", "kurtosis")) for name in names)


def test_rows_are_counted_in_one_sentence():
    about = motors()
    about[0]["condition"] = "broken_bar"
    made = recording_rows(tables(*about), "labelled_healthy", 3)
    assert made.in_words() == (
        f"6 recordings of 2 motors in 2 split groups, {len(made.rows.names)} figures each; 5 are believed healthy."
    )

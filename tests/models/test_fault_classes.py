"""A linear classifier of faults on hand-made recordings: what it finds, what it must not see, what stands beside it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from diagmod.core.features import features_at
from diagmod.models import fault_classes
from diagmod.models.fault_class_accuracy import accuracies, fault_classes_of_dataset, recalls, wilson_interval
from diagmod.models.fault_classes import choose_windows, class_names, classify_held_out, features_of
from diagmod.models.states import derive_states

CHANGE_PCT = 5.0

#: Change of I2 / I1 (percent) by a fault, by class.
CHANGES = {"healthy": 0, "R": 12, "S": 12 * np.exp(2j * np.pi / 3), "T": 12 * np.exp(-2j * np.pi / 3)}

#: Seconds of a recording, and those in which the fault is there.
SECONDS, FAULTY = 6, (2, 4)


def _plant(repetitions: str = "abcd", *, noise: float = 0.5, seed: int = 0) -> tuple[pd.DataFrame, ...]:
    """Segments of 1 s, catalogue and track: each repetition has one recording a class, with its own supply."""
    rng = np.random.default_rng(seed)
    segments, catalogue, track = [], [], []
    for repetition in repetitions:
        supply = rng.normal(0, 0.5) + 1j * rng.normal(0, 0.5)
        for name, change in CHANGES.items():
            key = f"{repetition}{name}"
            is_short = name != "healthy"
            catalogue.append(
                {
                    "recording_id": key, "file": f"{key}.csv", "motor_id": "M", "split_group": repetition,
                    "condition": "stator_short" if is_short else "healthy", "fault_phase": name if is_short else "",
                    "severity": 0.1 * is_short,
                }
            )  # fmt: skip
            time_s = 0.05 * np.arange(20 * SECONDS - 1)
            inside = (time_s >= FAULTY[0]) & (time_s < FAULTY[1])
            ratio = supply + change * inside + rng.normal(0, noise / 5, len(time_s))
            about = {"recording_id": key, "motor_id": "M", "length_s": 0.1}
            track.append(pd.DataFrame({**about, "time_s": time_s, "i2_re": ratio.real, "i2_im": ratio.imag}))
            for k in range(SECONDS):
                value = (
                    supply + change * (FAULTY[0] <= k < FAULTY[1]) + rng.normal(0, noise) + 1j * rng.normal(0, noise)
                )
                segments.append(
                    {
                        "recording_id": key, "motor_id": "M", "segment": k, "start_s": float(k), "length_s": 1.0,
                        "i2_re": value.real, "i2_im": value.imag, "i2_over_i1": abs(value), "i1": 10.0,
                        "angle_RS": 120 + value.real, "angle_RT": 240.0 + value.imag,
                    }
                )  # fmt: skip
    return pd.DataFrame(segments), pd.DataFrame(catalogue), pd.concat(track, ignore_index=True)


def _audit(*doubtful: str) -> SimpleNamespace:
    keys = [f"{r}{name}" for r in "abcd" for name in CHANGES]
    return SimpleNamespace(table=pd.DataFrame({"recording_id": keys, "is_doubtful": [k in doubtful for k in keys]}))


def _linear(found: pd.DataFrame, feature_set: str = "negative_sequence") -> pd.DataFrame:
    return found[(found["model"] == "linear") & (found["feature_set"] == feature_set)].set_index("recording_id")


def test_four_classes_in_four_directions_are_told_apart_and_shuffled_labels_are_not():
    found = classify_held_out(*_plant(), CHANGE_PCT, 0)
    for feature_set in fault_classes.NAMED_SETS:
        rows = _linear(found, feature_set)
        assert len(rows) == 16
        assert (rows["predicted_class"] == rows["true_class"]).all()
    shuffled = found[found["model"].isin(["shuffled_labels", "chance", "majority"])]
    assert (shuffled["predicted_class"] == shuffled["true_class"]).mean() < 0.5


def test_noise_without_a_fault_is_told_apart_by_chance_alone():
    """The other direction: labels of classes that do not differ in the current."""
    segments, catalogue, track = _plant()
    healthy = segments["recording_id"].str.endswith("healthy")
    rng = np.random.default_rng(1)
    for name in ("i2_re", "i2_im", "i2_over_i1", "angle_RS", "angle_RT"):
        segments[name] = rng.normal(size=len(segments))
    track[["i2_re", "i2_im"]] = rng.normal(0, 0.01, (len(track), 2))
    rows = _linear(classify_held_out(segments, catalogue, track, CHANGE_PCT, 0))
    assert healthy.any()
    assert (rows["predicted_class"] == rows["true_class"]).mean() < 0.6


def test_windows_are_those_in_which_the_fault_is_there_or_all_of_a_recording_without_one():
    segments, _, track = _plant()
    chosen = choose_windows(track, segments, CHANGE_PCT, set(segments["recording_id"]))
    counts = segments[chosen].groupby("recording_id")["segment"].agg(list)
    assert counts["ahealthy"] == list(range(SECONDS))
    assert counts["bR"] == list(range(*FAULTY))


def test_windows_do_not_depend_on_a_label():
    """Other labels, the same windows: their number is part of the result, class by class."""
    segments, catalogue, track = _plant()
    wrong = catalogue.assign(fault_phase=catalogue["fault_phase"].replace({"R": "S", "S": "T", "T": "R"}))
    one, other = (_linear(classify_held_out(segments, c, track, CHANGE_PCT, 0)) for c in (catalogue, wrong))
    pd.testing.assert_series_equal(one["n_windows"], other["n_windows"])
    assert (one["true_class"] != other["true_class"]).sum() == 12


def test_what_is_normal_is_said_by_the_training_side_alone():
    """With every judged recording changed throughout, the normal value still is the training side's."""
    segments, _, track = _plant("ab")
    own = {key for key in segments["recording_id"] if key[0] == "a"}
    track.loc[~track["recording_id"].isin(own), "i2_re"] += 100
    states = derive_states(track, segments, CHANGE_PCT, own)
    judged = states[~states["recording_id"].isin(own)]
    assert set(judged["state"]) == {"changed"}
    assert set(derive_states(track, segments, CHANGE_PCT, set())["state"]) == {"unknown"}


def test_the_label_of_a_judged_recording_changes_no_prediction():
    segments, catalogue, track = _plant()
    wrong = catalogue.copy()
    wrong.loc[wrong["recording_id"] == "cR", "fault_phase"] = "T"
    one, other = (_linear(classify_held_out(segments, c, track, CHANGE_PCT, 0)) for c in (catalogue, wrong))
    assert one.loc["cR", "predicted_class"] == other.loc["cR", "predicted_class"] == "stator_short R 10 %"
    group_c = [key for key in one.index if key[0] == "c"]
    pd.testing.assert_series_equal(one.loc[group_c, "predicted_class"], other.loc[group_c, "predicted_class"])


def test_every_split_is_checked_for_leakage(monkeypatch):
    segments, catalogue, track = _plant("ab")
    asked = []
    monkeypatch.setattr(fault_classes, "refuse_leakage", lambda groups, train: asked.append((set(groups), train.sum())))
    classify_held_out(segments, catalogue, track, CHANGE_PCT, 0)
    assert [n for _, n in asked] == [len(segments) / 2] * 2


def test_a_class_that_only_the_judged_group_has_is_missed_and_counted():
    segments, catalogue, track = _plant()
    catalogue.loc[catalogue["recording_id"] == "dT", "severity"] = 0.4
    rows = _linear(classify_held_out(segments, catalogue, track, CHANGE_PCT, 0))
    assert rows.loc["dT", "true_class"] == "stator_short T 40 %"
    assert rows.loc["dT", "n_right"] == 0


def test_recordings_without_a_label_or_without_a_phase_are_not_judged():
    segments, catalogue, track = _plant()
    catalogue.loc[catalogue["recording_id"] == "aR", "condition"] = ""
    lost = segments["recording_id"] == "bS"
    segments.loc[lost, ["i2_re", "i2_im", "i2_over_i1", "angle_RS", "angle_RT"]] = np.nan
    training = classify_held_out(segments[~lost | (segments["segment"] < 99)], catalogue, track, CHANGE_PCT, 0)
    assert "aR" not in set(training["recording_id"])
    assert "bS" not in _linear(training).index


def test_only_features_that_are_there_and_vary_are_used():
    segments, _, _ = _plant()
    train = segments.assign(thd_R=np.nan, unbalance_pct=3.0)
    assert features_of("phasors", train) == ("i2_re", "i2_im", "i2_over_i1", "angle_RS", "angle_RT")
    names = {f.name for f in features_at("segment") if f.is_scale_free}
    assert set(features_of("all", train)) == {"i2_re", "i2_im", "i2_over_i1", "angle_RS", "angle_RT"} & names


def test_the_same_seed_gives_the_same_table():
    one, other = (classify_held_out(*_plant(), CHANGE_PCT, 5) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_classes_are_named_by_what_the_label_has():
    labels = pd.DataFrame(
        {
            "condition": ["healthy", "stator_short", "broken_bar", "", "stator_short"],
            "fault_phase": ["", "R", "", "S", ""],
            "severity": [0.0, 0.25, np.nan, 0.1, 0.1],
        }
    )
    assert class_names(labels).tolist() == ["healthy", "stator_short R 25 %", "broken_bar", "", "stator_short 10 %"]


def _table() -> pd.DataFrame:
    """Four recordings of two classes: of x one of two right, of y two of two; one of x is doubted."""
    return pd.DataFrame(
        {
            "feature_set": "all", "model": "linear", "recording_id": list("abcd"), "file": list("abcd"),
            "split_group": ["1", "2", "1", "2"], "true_class": ["x", "x", "y", "y"],
            "predicted_class": ["x", "y", "y", "y"], "n_windows": [4, 4, 2, 2], "n_right": [3, 1, 2, 2],
            "is_doubtful": [False, True, False, False],
        }
    )  # fmt: skip


def test_accuracies_by_hand():
    found = accuracies(_table()).set_index(["recordings", "level"])
    assert found.loc[("all", "recording"), ["n", "n_right", "accuracy"]].tolist() == [4, 3, 0.75]
    assert found.loc[("all", "window"), ["n", "n_right"]].tolist() == [12, 8]
    assert found.loc[("without_doubtful", "recording"), ["n", "n_right", "accuracy"]].tolist() == [3, 3, 1.0]
    assert found.loc[("without_doubtful", "window"), ["n", "n_right"]].tolist() == [8, 7]


def test_an_interval_counts_recordings_not_windows():
    """Wilson's interval as scipy has it; for 12 windows of 4 recordings it is that of 4 cases."""
    for right, n in ((3, 4), (0, 10), (49, 49), (41, 52)):
        other = binomtest(right, n).proportion_ci(method="wilson")
        assert wilson_interval(right / n, n) == pytest.approx((other.low, other.high), abs=1e-6)
    found = accuracies(_table()).set_index(["recordings", "level"])
    assert found.loc[("all", "window"), "low"] == pytest.approx(wilson_interval(8 / 12, 4)[0])


def test_the_table_of_classes_by_hand():
    found = recalls(_table()).set_index("true_class")
    assert found.loc["x", ["n", "n_right", "n_doubtful", "n_predicted", "taken_for"]].tolist() == [2, 1, 1, 1, "y (1)"]
    assert found.loc["y", ["n", "n_right", "n_doubtful", "n_predicted", "taken_for"]].tolist() == [2, 2, 0, 3, ""]


def test_a_data_set_is_judged_with_and_without_its_doubted_labels(tmp_path):
    segments, catalogue, track = _plant()
    catalogue.loc[catalogue["recording_id"] == "aR", "fault_phase"] = "S"
    found = fault_classes_of_dataset("negative_sequence", (segments, catalogue, track), _audit("aR"), CHANGE_PCT, 0)
    rows = found.accuracy.query("model == 'linear' and feature_set == 'negative_sequence' and level == 'recording'")
    assert rows.set_index("recordings")["n_right"].to_dict() == {"all": 15, "without_doubtful": 15}
    assert "16 recordings of 4 classes, 1 labels doubted" in found.in_words()
    assert "negative sequence 1.000 (0.796 to 1.000), with the doubted 0.938" in found.in_words()
    assert found.shown_recall()["n"].tolist() == [4, 3, 5, 4]
    found.write(tmp_path, {})
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "class_accuracy.parquet", "class_recall.parquet", "fault_classes.parquet",
    ]  # fmt: skip


@pytest.mark.parametrize("case", ["none", "one group", "one condition", "no label"])
def test_a_data_set_without_the_labels_says_so_in_valid_tables(tmp_path, case):
    segments, catalogue, track = _plant("a" if case == "one group" else "ab")
    if case in ("one condition", "no label"):
        catalogue["condition"] = "healthy" if case == "one condition" else ""
    state = "none" if case == "none" else "negative_sequence"
    found = fault_classes_of_dataset(state, (segments, catalogue, track), _audit(), CHANGE_PCT, 0)
    assert found.recordings.empty
    assert found.shown_recall().empty
    assert found.in_words().startswith("Fault classes ")
    found.write(tmp_path, {})
    assert len(list(tmp_path.iterdir())) == 3

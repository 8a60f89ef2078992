"""A data set is held against thresholds by numbers that can be counted by hand, and what fails is not trained on."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from diagmod.io.readiness import CHECKS, READINESS, assess_readiness, check_thresholds, is_ready, training_refusal
from diagmod.io.readiness_figures import count_windows
from diagmod.io.tables import conform

#: Warn and fail of every check, as in params.yaml.
LIMITS = {
    "motors": (5, 1), "split_groups": (5, 2), "recordings": (30, 4), "recordings_per_motor": (5, None),
    "windows": (500, 50), "healthy_recordings": (10, None), "conditions": (2, None), "recency_days": (30, None),
    "label_coverage_pct": (50, None), "usable_pct": (90, 50), "homogeneous_pct": (95, None), "trend_hours": (336, None),
}  # fmt: skip
THRESHOLDS = {name: {"warn": warn, "fail": fail} for name, (warn, fail) in LIMITS.items()}


def recordings(*rows, **same):
    """Recordings of what matters; 6 s at 5 kHz, labelled healthy, their motor the split group."""
    plain = {"fs_hz": 5000.0, "n_samples": 30_000, "phases": "RST", "unit": "A", "condition": "healthy",
             "acquisition": "good", "started_at": "2026-01-05T08:00:00Z"}  # fmt: skip
    full = [
        {**plain, "recording_id": f"r{k}", "split_group": row["motor_id"], **same, **row} for k, row in enumerate(rows)
    ]
    names = [*plain, "recording_id", "split_group", "motor_id"]
    frame = pd.DataFrame(full, columns=names)
    return frame.assign(started_at=pd.to_datetime(frame["started_at"], utc=True))


def motors(*names, **status):
    return pd.DataFrame({"motor_id": names, "status": [status.get(name, "in service") for name in names]}, dtype="str")


def trend(**hours):
    """Hourly means of two phases and a temperature for a number of hours a motor."""
    rows = [
        {"motor_id": name, "quantity": quantity, "hour": pd.Timestamp("2026-01-05", tz="UTC") + pd.Timedelta(hours=k)}
        for name, n in hours.items() for quantity in ("rms_R", "rms_S", "temperature") for k in range(n)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["motor_id", "quantity", "hour"])


def assess(table, register, log=None, thresholds=THRESHOLDS, as_of=None):
    log = trend() if log is None else log
    result = assess_readiness(table, register, log, count_windows(table, 1.0, 0.5), thresholds, as_of)
    assert list(conform(result, READINESS)["check"]) == list(CHECKS)
    return result.set_index("check")


def fleet(n_motors, per_motor):
    names = [f"M{k}" for k in range(n_motors)]
    return recordings(*({"motor_id": name} for name in names for _ in range(per_motor))), motors(*names)


def test_a_recording_of_six_seconds_has_eleven_windows_of_one_second_that_overlap_by_half():
    """Starts at 0, 0.5, ..., 5.0 s; 2.5 s give 0, 0.5, 1.0, 1.5; a rate of 3 Hz gives no window of a second."""
    table = recordings({"motor_id": "A"}, {"motor_id": "A", "n_samples": 12_500}, {"motor_id": "A", "fs_hz": 3.0})
    assert count_windows(table, 1.0, 0.5) == {"r0": 11, "r1": 4, "r2": 0}
    assert count_windows(recordings(), 1.0, 0.5) == {}


def test_a_fleet_like_the_demo_passes_all_but_what_it_lacks():
    """12 motors x 18 recordings x 11 windows."""
    table, register = fleet(12, 18)
    table.loc[table.index % 3 > 0, "condition"] = "broken_bar"
    result = assess(table, register, trend(M0=400, M1=336))
    expected = {"motors": 12, "split_groups": 12, "recordings": 216, "recordings_per_motor": 18, "windows": 2376,
                "healthy_recordings": 72, "conditions": 2, "recency_days": 0, "label_coverage_pct": 100,
                "usable_pct": 100, "homogeneous_pct": 100, "trend_hours": 336}  # fmt: skip
    assert result["value"].to_dict() == expected
    assert set(result["status"]) == {"pass"}
    assert is_ready(result.reset_index()) == (True, "the data set is ready: all 12 checks pass")
    assert training_refusal(result.reset_index()) == ""


def test_a_set_like_itsc_is_warned_of_and_not_refused():
    """One motor of 52 recordings in 4 repetitions of 5 s (9 windows each: 468), without times, 4 of them healthy."""
    rows = [{"motor_id": "A", "split_group": f"{k % 4}", "condition": "healthy" if k < 4 else "stator_short"}
            for k in range(52)]  # fmt: skip
    table = recordings(*rows, started_at=None, n_samples=5000, fs_hz=1000.0)
    result = assess(table, motors("A"))
    assert result["status"].to_dict() == {
        "motors": "warn", "split_groups": "warn", "recordings": "pass", "recordings_per_motor": "pass",
        "windows": "warn", "healthy_recordings": "warn", "conditions": "pass", "recency_days": "warn",
        "label_coverage_pct": "pass", "usable_pct": "pass", "homogeneous_pct": "pass", "trend_hours": "warn",
    }  # fmt: skip
    assert result.loc["windows", "value"] == 468
    assert result.loc["recency_days", "reason"].startswith("the start times of the recordings are not known; give")
    ready, words = is_ready(result.reset_index())
    assert ready and words.startswith("the data set is ready with reservations: 6 of 12 checks warn (motors, split_gr")


def test_a_set_like_the_tiny_project_is_warned_of_and_not_refused():
    """6 motors x 4 recordings of 2.5 s: 24 recordings, 96 windows."""
    table, register = fleet(6, 4)
    result = assess(table.assign(n_samples=12_500), register, trend(M0=1440))
    assert result.loc["windows", "value"] == 96
    warned = result.index[result["status"] == "warn"].tolist()
    assert warned == ["recordings", "recordings_per_motor", "windows", "conditions"]
    assert "fail" not in set(result["status"])


def test_a_value_on_a_threshold_passes_it_and_one_beyond_does_not():
    for n, status in ((5, "pass"), (4, "warn"), (1, "warn")):
        assert assess(*fleet(n, 10)).loc["motors", "status"] == status
    for days, status in ((30, "pass"), (31, "warn")):
        table = recordings({"motor_id": "A"}, {"motor_id": "B", "started_at": f"2026-0{1 + (days + 4) // 31}-"
                           f"{(days + 4) % 31 + 1:02d}T08:00:00Z"})  # fmt: skip
        result = assess(table, motors("A", "B"))
        assert (result.loc["recency_days", "value"], result.loc["recency_days", "status"]) == (days, status)


def test_what_fails_is_refused_with_its_numbers_and_remedies():
    result = assess(*fleet(1, 3)).reset_index()
    refusal = training_refusal(result)
    assert refusal == (
        "the data set is not ready, split_groups, recordings, windows fail: 1 split group (motors or repetitions) that "
        "can be held out, at least 2 are needed; record more motors or repetitions, so that some can be held out; "
        "3 recordings, at least 4 are needed; record more, at several loads; "
        "33 windows, at least 50 are needed; make longer or more recordings, or shorten the window"
    )
    assert is_ready(result) == (False, refusal)
    only = assess(*fleet(4, 1), thresholds=THRESHOLDS | {"windows": {"warn": 500, "fail": 45}}).reset_index()
    assert training_refusal(only).startswith("the data set is not ready, windows fails: 44 windows, at least 45 are")


def test_an_empty_data_set_fails_and_what_cannot_be_told_says_so():
    result = assess(recordings(), motors())
    assert result.index[result["status"] == "fail"].tolist() == ["motors", "split_groups", "recordings", "windows"]
    assert result["value"].isna().sum() == 5
    assert result.loc["usable_pct", "reason"] == "there are no recordings; `diagmod import` brings some in"
    assert result.loc["recordings_per_motor", "reason"].startswith("no motor of the register is in service; correct")


def test_a_motor_without_recordings_counts_unless_it_is_out_of_service():
    table, _ = fleet(2, 6)
    result = assess(table, motors("M0", "M1", "M2"))
    assert result.loc["recordings_per_motor", ["value", "status"]].tolist() == [0.0, "warn"]
    assert result.loc["recordings_per_motor", "reason"].startswith("motor M2 has 0 recordings, the fewest, at least 5")
    assert assess(table, motors("M0", "M1", "M2", M2="out of service")).loc["recordings_per_motor", "value"] == 6


def test_recency_is_told_against_the_newest_recording_or_a_stated_time_and_never_a_clock():
    table = recordings({"motor_id": "A", "started_at": "2026-01-01T00:00:00Z"},
                       {"motor_id": "A", "started_at": "2026-01-03T00:00:00Z"},
                       {"motor_id": "B", "started_at": "2026-01-13T12:00:00Z"},
                       {"motor_id": "C", "started_at": "2020-01-01T00:00:00Z"})  # fmt: skip
    register = motors("A", "B", "C", C="out of service")
    result = assess(table, register)
    assert result.loc["recency_days", "value"] == 10.5
    assert (
        result.loc["recency_days", "reason"] == "motor A was last recorded 10.5 days before the newest of the data set"
    )
    later = assess(table, register, as_of=datetime(2026, 2, 3, tzinfo=UTC))
    assert later.loc["recency_days", ["value", "status"]].tolist() == [31.0, "warn"]
    assert (
        "31.0 days before 2026-02-03, at most 30 d are wanted; record this motor" in later.loc["recency_days", "reason"]
    )
    assert assess(table, register, as_of=datetime(2025, 1, 1, tzinfo=UTC)).loc["recency_days", "value"] == 0
    with pytest.raises(ValueError, match=r"as_of must have a time zone, got 2026-02-03T00:00:00; add \+00:00 for UTC"):
        assess(table, register, as_of=datetime(2026, 2, 3))


def test_a_condition_counts_where_two_split_groups_show_it():
    table = recordings(*({"motor_id": m, "condition": c} for m, c in (
        ("A", "healthy"), ("B", "healthy"), ("A", "broken_bar"), ("A", "broken_bar"), ("B", ""))))  # fmt: skip
    result = assess(table, motors("A", "B"))
    assert result.loc["conditions", "value"] == 1
    assert result.loc["conditions", "reason"].startswith(
        "1 condition seen on 2 split groups or more (healthy), broken_bar on fewer, at least 2 are wanted"
    )
    assert result.loc["label_coverage_pct", "value"] == 80.0
    assert result.loc["healthy_recordings", "value"] == 2


def test_unusable_and_unlike_recordings_are_shares():
    table = recordings(*({"motor_id": "A"} for _ in range(6)), {"motor_id": "A", "fs_hz": 1000.0},
                       {"motor_id": "A", "phases": "R", "acquisition": "unusable"})  # fmt: skip
    result = assess(table, motors("A"))
    assert result.loc["usable_pct", ["value", "status"]].tolist() == [87.5, "warn"]
    assert result.loc["homogeneous_pct", "value"] == 75.0
    assert (
        "6 of 8 recordings with phases RST at 5000 Hz in A, 2 other kinds beside"
        in result.loc["homogeneous_pct", "reason"]
    )
    assert "at least 95 % are wanted" in result.loc["homogeneous_pct", "reason"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"moters": {"warn": 1, "fail": 1}}, "readiness has no check 'moters'; there are motors, split_groups"),
        ({"motors": None}, r"readiness.motors must hold warn and fail, null for none, got None"),
        ({"motors": {"warn": 1}}, r"readiness.motors must hold warn and fail, null for none, got \{'warn': 1\}"),
        ({"motors": {"warn": "5", "fail": 1}}, "readiness.motors.warn must be a number or null, got '5'"),
        ({"motors": {"warn": True, "fail": 1}}, "readiness.motors.warn must be a number or null, got True"),
        ({"motors": {"warn": 5, "fail": float("nan")}}, "readiness.motors.fail must be a number or null, got nan"),
        ({"motors": {"warn": 2, "fail": 5}}, "readiness.motors: fail 5 must not lie above warn 2; exchange them"),
        ({"recency_days": {"warn": 9, "fail": 5}}, "readiness.recency_days: fail 5 must not lie below warn 9"),
    ],
)
def test_thresholds_that_cannot_be_meant_are_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_thresholds(THRESHOLDS | change)


def test_thresholds_are_complete_or_refused():
    with pytest.raises(ValueError, match="readiness lacks motors; give its warn and fail, null for none"):
        check_thresholds({name: pair for name, pair in THRESHOLDS.items() if name != "motors"})
    with pytest.raises(ValueError, match="readiness must map checks to warn and fail, got 3"):
        check_thresholds(3)
    check_thresholds({name: {"warn": None, "fail": None} for name in CHECKS})

"""Trend logs and maintenance end with the period, the truth goes on, and what reads them finds nothing to refuse."""

import functools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diagmod.io.maintenance_events import read_maintenance
from diagmod.io.motor_register import read_motors
from diagmod.io.plain_text import write_yaml
from diagmod.io.plant_trends import (
    crossings_in_words,
    maintenance,
    most_served,
    service_table,
    trend_crossings,
    trend_truth,
    write_service,
)
from diagmod.io.trend_logs import read_trend
from diagmod.io.trend_tables import RMS, wide_rms
from diagmod.sim.fleet import plan_fleet
from diagmod.sim.fleet_trends import trend_of

SIZE = {"recordings_per_motor": 3, "start": "2026-01-05", "fs_hz": 2000.0, "duration_s": 0.25}


@functools.cache
def plan():
    """One motor of each kind of history, over six weeks."""
    return plan_fleet(seed=3, n_motors=12, days=42, **SIZE)


def written(folder, of):
    write_service(of, folder)
    motors = [{"motor_id": m.motor.motor_id, "line_hz": m.motor.line_hz, "pole_pairs": 2} for m in of.motors]
    write_yaml({"motors": motors}, folder / "motors.yaml")
    return folder


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    return written(tmp_path_factory.mktemp("raw"), plan())


def test_trend_read_back_is_the_rounded_hourly_trend(fleet):
    trend, reason = read_trend(fleet, read_motors(fleet))
    assert reason == ""
    for index, motor_plan in enumerate(plan().motors):
        hours, rms = trend_of(plan(), index)
        rows = wide_rms(trend[trend["motor_id"] == motor_plan.motor.motor_id])
        np.testing.assert_array_equal(rows[["rms_R", "rms_S", "rms_T"]].to_numpy(), rms.round(4))
        assert rows["hour"].tolist() == [plan().start + pd.Timedelta(hours=int(h)) for h in hours]


def test_what_is_logged_beside_the_currents_is_read_with_its_unit(fleet):
    trend, _ = read_trend(fleet, read_motors(fleet))
    found = trend.groupby("quantity").agg(motors=("motor_id", "nunique"), unit=("unit", "unique"))
    assert found["motors"].to_dict() == {"ambient_c": 6, "load_pct": 10} | dict.fromkeys(RMS, 12)
    assert {name: list(unit) for name, unit in found["unit"].items()} == {
        "ambient_c": ["°C"], "load_pct": ["%"], "rms_R": ["A"], "rms_S": ["A"], "rms_T": ["A"],
    }  # fmt: skip


def test_maintenance_is_read_without_a_refusal_and_says_what_the_plan_says(fleet):
    log = read_maintenance(fleet, read_motors(fleet), set())
    assert len(log.refused) == 0 and log.reason == ""
    assert log.events["kind"].value_counts().to_dict() == {"repair": 4, "planned": 1}
    visits = [(m.motor.motor_id, v) for m in plan().motors for v in m.service.visits]
    for (motor_id, visit), row in zip(visits, log.events.itertuples(), strict=True):
        assert (row.motor_id, row.action, row.downtime_h) == (motor_id, visit.action, visit.out_h)
        assert row.start == plan().start + pd.Timedelta(hours=visit.start_h)
        assert row.end - row.start == pd.Timedelta(hours=visit.out_h)


def test_plant_files_hold_nothing_of_the_future_and_the_truth_sixty_days_of_it(fleet):
    end = pd.Timestamp("2026-02-16", tz="UTC")
    trend, _ = read_trend(fleet, read_motors(fleet))
    assert trend["hour"].max() < end
    assert read_maintenance(fleet, read_motors(fleet), set()).events["end"].max() < end
    truth = pd.read_csv(fleet / "trend_truth.csv")
    assert len(truth) == 12 * (42 + 60) and truth["day"].max() == "2026-04-16"


def test_logged_days_scatter_around_the_truth_by_recorder_and_hour_alone(fleet):
    """Gain of the recorder 0.3 %, unbalance of the hour; only the drifting phases stray farther."""
    truth = pd.read_csv(fleet / "trend_truth.csv").set_index(["motor_id", "day"])
    trend, _ = read_trend(fleet, read_motors(fleet))
    rms = wide_rms(trend)
    logged = rms.assign(day=rms["hour"].dt.strftime("%Y-%m-%d")).groupby(["motor_id", "day"])[list(RMS)].mean()
    error = (logged / truth.loc[logged.index, list(RMS)] - 1).abs().groupby("motor_id").max()
    for k, motor in enumerate(plan().motors):
        drift = motor.service.drift
        steady = [phase for phase in RMS if not drift or phase[-1] != drift.phase]
        assert (error.iloc[k][steady] < 0.015).all()
        assert drift is None or error.iloc[k][f"rms_{drift.phase}"] > 0.01


def test_crossings_agree_with_a_walk_through_the_truth_file(fleet):
    truth = pd.read_csv(fleet / "trend_truth.csv")
    crossings = pd.read_csv(fleet / "trend_crossings.csv", keep_default_na=False)
    assert len(crossings) == 12 * 3 * 2
    rated = {m.motor.motor_id: m.motor.rated_current_a for m in plan().motors}
    for row in crossings.itertuples():
        days = truth[truth["motor_id"] == row.motor_id].set_index("day")[row.quantity]
        limit = rated[row.motor_id] if row.limit_kind == "nameplate" else 1.1 * days.iloc[:28].mean()
        assert row.limit_a == pytest.approx(limit, abs=1e-4)
        above = [day for day in days.dropna().index if days[day] > limit]
        running = list(days.dropna().index)
        expected = next((d for d in above if set(running[running.index(d) :][:2]) <= set(above)
                         and len(running[running.index(d) :]) >= 2), "")  # fmt: skip
        assert row.crossed_at == expected


def test_wear_of_the_truth_is_nothing_before_its_begin_and_again_after_the_repair(fleet):
    truth = pd.read_csv(fleet / "trend_truth.csv").set_index(["motor_id", "day"])
    motor = plan().motors[0]
    wear = truth.loc[motor.motor.motor_id, "wear"].to_numpy()
    begin, repair = motor.service.wear[0].begin_h // 24, motor.service.visits[0].start_h // 24
    assert (wear[:begin] == 0).all()
    assert wear[repair - 1] > 0.1 > wear[repair + 1]


def test_same_seed_gives_the_same_bytes(fleet, tmp_path):
    again = written(tmp_path, plan_fleet(seed=3, n_motors=12, days=42, **SIZE))
    files = sorted(p.relative_to(fleet) for p in fleet.rglob("*") if p.is_file())
    assert len(files) == 12 + 4
    for file in files:
        assert (again / file).read_bytes() == (fleet / file).read_bytes()


def test_one_motor_and_five_days_have_logs_and_truth_and_no_maintenance(tmp_path):
    small = plan_fleet(seed=1, n_motors=1, days=5, **SIZE)
    written(tmp_path, small)
    assert maintenance(small) == [] and not (tmp_path / "maintenance.yaml").exists()
    trend, reason = read_trend(tmp_path, read_motors(tmp_path))
    assert reason == "" and set(trend["quantity"]) == {*RMS, "load_pct"}
    assert len(trend_truth(small)) == 65
    assert service_table(small)["service"].tolist() == ["nothing"]


def test_a_study_has_its_currents_alone(tmp_path):
    """Also where another fleet stood before."""
    study = plan_fleet(seed=1, n_motors=1, days=5, fleet="study", **SIZE)
    for name in ("maintenance.yaml", "trend_truth.csv", "trend_crossings.csv"):
        (tmp_path / name).write_text("old")
    write_service(study, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["trend"]
    headings = {p.read_text().split("\n", 1)[0] for p in (tmp_path / "trend").iterdir()}
    assert headings == {"hour,rms_R,rms_S,rms_T"}


def test_table_of_service_says_what_happens_when_and_how_far():
    table = service_table(plan()).set_index("motor_id")
    worn, drifting = plan().motors[0], plan().motors[11]
    row = table.loc["M01"]
    assert (row["service"], row["what"], row["logged"]) == ("wear, repaired", "clogged impeller", "rms, load_pct")
    assert row["begins"] == worn.service.wear[0].begin_h // 24
    assert row["visits"] == str(worn.service.visits[0].start_h // 24)
    assert row["largest"] == pytest.approx(100 * worn.service.wear_at(np.arange(42 * 24)).max())
    assert table.loc["M12", "what"] == f"transducer {drifting.service.drift.phase}"
    assert table.loc["M02", ["what", "begins", "largest"]].isna().all()


def test_words_count_motors_in_the_period_and_after_it():
    table = trend_crossings(plan())
    days = table[(table["limit_kind"] == "start_110pct") & (table["crossed_at"] != "")]
    first = days.groupby("motor_id")["crossed_at"].min()
    within, after = (first <= "2026-02-15").sum(), (first > "2026-02-15").sum()
    words = crossings_in_words(plan())
    assert f"of 12 motors {within} cross a tenth above their start in the period and {after} in the days after" in words


def test_most_served_is_the_motor_that_is_repaired_twice():
    assert most_served(plan()) == "M08"


def test_no_model_and_no_core_module_knows_the_truth_about_trends():
    package = Path(__file__).parents[2] / "diagmod"
    for path in [*(package / "models").rglob("*.py"), *(package / "core").rglob("*.py")]:
        source = path.read_text(encoding="utf-8")
        assert "trend_truth" not in source and "trend_crossings" not in source, f"{path.name} must not read the truth"

"""What a plant's historian and its maintenance hand over, and the truth beside it.

``trend/MOTOR.csv`` and ``maintenance.yaml`` end with the period. ``trend_truth.csv`` and ``trend_crossings.csv`` go on
beyond it: a forecast made on the last day can be told right or wrong. No stage reads those two.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from diagmod.io.maintenance_events import EVENTS_FILE
from diagmod.io.plain_text import write_yaml
from diagmod.io.trend_tables import RMS
from diagmod.sim.fleet import FleetPlan
from diagmod.sim.fleet_service import WORN
from diagmod.sim.fleet_trends import logged_beside, trend_of
from diagmod.sim.fleet_truth import crossing, daily_truth, limits_a

#: Names of the truth about trends.
TRUTH_FILE, CROSSINGS_FILE = "trend_truth.csv", "trend_crossings.csv"

#: Decimals of an ampere, and of what is logged beside the currents.
CURRENT_DECIMALS, BESIDE_DECIMALS = 4, 1

#: Headings of what is logged beside the currents.
_HEADINGS = {"load_pct": "load_pct [%]", "ambient_c": "ambient_c [°C]"}


def write_service(plan: FleetPlan, folder: Path) -> None:
    """Write trend logs and, of a fleet to which something happens, maintenance and truth.

    Parameters
    ----------
    plan : FleetPlan
    folder : Path
        Folder of the data set.
    """
    (folder / "trend").mkdir(parents=True, exist_ok=True)
    for index, motor in enumerate(plan.motors):
        write_csv(trend_log(plan, index), folder / "trend" / f"{motor.motor.motor_id}.csv")
    for name in (EVENTS_FILE, TRUTH_FILE, CROSSINGS_FILE):  # of another fleet that stood here
        (folder / name).unlink(missing_ok=True)
    if events := maintenance(plan):
        write_yaml({"events": events}, folder / EVENTS_FILE)
    if not plan.size.spreads_loads:
        write_csv(trend_truth(plan), folder / TRUTH_FILE)
        write_csv(trend_crossings(plan), folder / CROSSINGS_FILE)


def trend_log(plan: FleetPlan, motor_index: int) -> pd.DataFrame:
    """Trend log of one motor: ``hour``, ``rms_R``, ``rms_S``, ``rms_T`` in ampere, and what is logged beside them."""
    hours, rms = trend_of(plan, motor_index)
    times = pd.Timestamp(plan.start) + pd.to_timedelta(hours, unit="h")
    frame = pd.DataFrame(np.round(rms, CURRENT_DECIMALS), columns=list(RMS))
    frame.insert(0, "hour", times.strftime("%Y-%m-%dT%H:%M:%SZ"))
    beside = logged_beside(plan, motor_index, hours)
    return frame.assign(**{_HEADINGS[name]: values.round(BESIDE_DECIMALS) for name, values in beside.items()})


def maintenance(plan: FleetPlan) -> list[dict[str, object]]:
    """Events of ``maintenance.yaml``, by motor and time."""
    return [
        {
            "motor_id": motor.motor.motor_id,
            "start": f"{plan.start + timedelta(hours=visit.start_h):%Y-%m-%dT%H:%M:%SZ}",
            "end": f"{plan.start + timedelta(hours=visit.start_h + visit.out_h):%Y-%m-%dT%H:%M:%SZ}",
            "kind": visit.kind,
            "action": visit.action,
            "note": visit.note,
            "downtime_h": visit.out_h,
        }
        for motor in plan.motors
        for visit in motor.service.visits
    ]


def trend_truth(plan: FleetPlan) -> pd.DataFrame:
    """True daily means, over the period and beyond.

    Returns
    -------
    DataFrame
        A row a motor and day (UTC): ``motor_id``, ``day``, ``rms_R``, ``rms_S``, ``rms_T`` in ampere, missing on a day
        without a running hour, and ``wear``: rise of the torque at the same duty, as a share.
    """
    frames = []
    for index, motor in enumerate(plan.motors):
        truth = daily_truth(plan, index)
        frame = pd.DataFrame(truth.rms.round(CURRENT_DECIMALS), columns=list(RMS))
        frame.insert(0, "motor_id", motor.motor.motor_id)
        frame.insert(1, "day", truth.days.astype(str))
        frames.append(frame.assign(wear=truth.wear.round(5)))
    return pd.concat(frames, ignore_index=True)


def trend_crossings(plan: FleetPlan) -> pd.DataFrame:
    """When the truth crosses a limit, over the period and beyond.

    Returns
    -------
    DataFrame
        A row a motor, phase and limit: ``motor_id``, ``quantity``, ``limit_kind``, ``limit_a`` in ampere and
        ``crossed_at``, the first day as of :func:`diagmod.sim.fleet_truth.crossing`; empty where there is none.
    """
    rows = []
    for index, motor in enumerate(plan.motors):
        truth, rated_a = daily_truth(plan, index), motor.motor.rated_current_a or float("nan")
        for phase, quantity in enumerate(RMS):
            for kind, limit_a in limits_a(truth, rated_a, phase).items():
                day = crossing(truth.days, truth.rms[:, phase], limit_a)
                row = (
                    motor.motor.motor_id,
                    quantity,
                    kind,
                    round(limit_a, CURRENT_DECIMALS),
                    "" if day is None else day,
                )
                rows.append(row)
    return pd.DataFrame(rows, columns=["motor_id", "quantity", "limit_kind", "limit_a", "crossed_at"]).astype(
        {"crossed_at": "str"}
    )


def service_table(plan: FleetPlan) -> pd.DataFrame:
    """A row a motor: what it drives, what happens in service, when in days after the start, how far, what is logged."""
    rows = []
    for index, motor in enumerate(plan.motors):
        service, drift = motor.service, motor.service.drift
        row: dict[str, object] = {"motor_id": motor.motor.motor_id, "name": motor.motor.name, "service": service.kind}
        if service.wear:
            row |= {"what": WORN[motor.driven][0], "begins": service.wear[0].begin_h // 24}
            row["largest"] = 100 * float(service.wear_at(np.arange(motor.n_hours)).max())
        elif service.steps:
            row |= {
                "what": "production",
                "begins": service.steps[0][0] // 24,
                "largest": 100 * (service.steps[-1][1] - 1),
            }
        elif drift:
            row |= {"what": f"transducer {drift.phase}", "begins": drift.begin_h // 24, "largest": 100 * drift.error}
        row["visits"] = ", ".join(str(visit.start_h // 24) for visit in service.visits)
        row["logged"] = ", ".join(["rms", *logged_beside(plan, index, np.arange(0))])
        rows.append(row)
    columns = ["motor_id", "name", "service", "what", "begins", "largest", "visits", "logged"]
    return pd.DataFrame(rows, columns=columns).convert_dtypes()


def most_served(plan: FleetPlan) -> str:
    """The motor with the most work done to it, the first of equals."""
    return max(plan.motors, key=lambda motor: len(motor.service.visits)).motor.motor_id


def crossings_in_words(plan: FleetPlan) -> str:
    """How many motors cross a limit within the period and beyond it, in one sentence."""
    table = trend_crossings(plan)
    last = f"{plan.start + timedelta(days=plan.size.days - 1):%Y-%m-%d}"
    first = table[table["crossed_at"] != ""].groupby(["limit_kind", "motor_id"])["crossed_at"].min()
    parts = []
    for kind, words in (("start_110pct", "a tenth above their start"), ("nameplate", "the current of their nameplate")):
        days = first[kind] if kind in first.index.get_level_values(0) else first.iloc[:0]
        within, after = int((days <= last).sum()), int((days > last).sum())
        parts.append(f"{within} cross {words} in the period and {after} in the days after it")
    return f"We see what is true of the trends: of {len(plan.motors)} motors {'; '.join(parts)}."


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as a plant's CSV; the same table gives the same bytes."""
    table.to_csv(path, index=False, lineterminator="\n")

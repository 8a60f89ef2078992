"""What was done to the motors: ``maintenance.yaml`` of a data set, shown beside trends.

An event that cannot be placed (no zone, an unknown motor, an end before its start) is set aside with all its
reasons and what was written, so that it can be mended; the others are read. A data set without the file has
an empty table and says so.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from diagmod.io.dataset_files import DatasetError
from diagmod.io.manifest_rows import start_time
from diagmod.io.schemas import TIME, Column, TableSchema
from diagmod.io.site_files import Entry, entries_of, is_plain_number, mistakes_of, read_site_yaml, shown
from diagmod.io.tables import conform, empty_table

#: Name of the file in the folder of a data set.
EVENTS_FILE = "maintenance.yaml"

#: What an event may be.
KINDS = ("planned", "emergency", "inspection", "repair")

#: Longest downtime of one event (h): ten years.
MAX_DOWNTIME_H = 87_600.0

_EVENT = (
    Entry("motor_id", required=True, hint="name a motor of motors.yaml"),
    Entry("date"),
    Entry("start"),
    Entry("end"),
    Entry("kind", required=True, allowed=KINDS, hint=f"one of {', '.join(KINDS)}"),
    Entry("defect"),
    Entry("action"),
    Entry("note"),
    Entry("downtime_h", "number"),
)

MAINTENANCE = TableSchema(
    "maintenance",
    1,
    (
        Column("motor_id", "str", "", "motor of the register"),
        Column("start", TIME, "", "time of the event, or its begin"),
        Column("end", TIME, "", "its end; missing where only one time is stated", True),
        Column("kind", "str", "", "planned, emergency, inspection or repair"),
        Column("defect", "str", "", "defect of the catalogue that was found; empty where none is stated"),
        Column("action", "str", "", "what was done; may be empty"),
        Column("note", "str", "", "remark; may be empty"),
        Column("downtime_h", "float64", "h", "time out of service; missing where not stated", True),
    ),
)

REFUSED_EVENTS = TableSchema(
    "refused_events",
    1,
    (
        Column("event", "int64", "", "number of the event in maintenance.yaml, from 1; 0 for the whole file"),
        Column("motor_id", "str", "", "motor it names; empty where none is readable"),
        Column("reason", "str", "", "everything that is wrong with it, and what to do"),
        Column("written", "str", "", "the event as it was written, as JSON"),
    ),
)


@dataclass(frozen=True)
class MaintenanceLog:
    """Tables ``maintenance`` and ``refused_events``; ``reason`` says why there are no events, or is empty."""

    events: pd.DataFrame
    refused: pd.DataFrame
    reason: str = ""

    def in_words(self) -> str:
        """What was read, in one sentence."""
        if self.reason:
            return f"No maintenance events: {self.reason}."
        kinds = self.events["kind"].value_counts()
        listed = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS if kind in kinds)
        set_aside = f"; {len(self.refused)} set aside with the reason" if len(self.refused) else ""
        named = f" ({listed})" if listed else ""
        return f"We see {len(self.events)} maintenance events{named}{set_aside}."


def read_maintenance(folder: Path, motors: Container[str], defects: Container[str]) -> MaintenanceLog:
    """Read ``maintenance.yaml``: a list ``events``, each with motor_id, kind and date, or start and end.

    Parameters
    ----------
    folder : Path
        Folder of the data set.
    motors : container of str
        Motors of the register.
    defects : container of str
        Defects of the catalogue.

    Returns
    -------
    MaintenanceLog
        Events sorted by motor and time. A file that is damaged as a whole is one refused event, number 0: the
        recordings do not need it.
    """
    path = folder / EVENTS_FILE
    if not path.exists():
        return MaintenanceLog(*_tables([], []), f"the data set has no {EVENTS_FILE}")
    try:
        entries = entries_of(read_site_yaml(path), "events", EVENTS_FILE, "events")
    except DatasetError as exc:
        refused = [{"event": 0, "motor_id": "", "reason": str(exc), "written": ""}]
        return MaintenanceLog(*_tables([], refused), str(exc))
    events, refused, seen = [], [], dict[str, int]()
    for number, entry in enumerate(entries, start=1):
        written = _written(entry)
        wrong = event_mistakes(entry, motors, defects)
        if (first := seen.setdefault(written, number)) != number and not wrong:
            wrong = [f"the same as event {first}; an event is counted once"]
        if wrong:
            motor_id = entry.get("motor_id")
            named = motor_id if isinstance(motor_id, str) else ""
            refused.append({"event": number, "motor_id": named, "reason": "; ".join(wrong), "written": written})
        else:
            events.append(_event(entry))
    return MaintenanceLog(*_tables(events, refused), "" if entries else f"{EVENTS_FILE} lists no event")


def event_mistakes(entry: Mapping[Any, Any], motors: Container[str], defects: Container[str]) -> list[str]:
    """Everything that is wrong with one event, every mistake a sentence; empty where all is well."""
    found = mistakes_of(entry, _EVENT)
    given = {key: value for key, value in entry.items() if isinstance(value, str) and value}
    if "motor_id" in given and given["motor_id"] not in motors:
        found.append(f"motor {shown(given['motor_id'])} is not in motors.yaml; add its nameplate or correct the event")
    if "defect" in given and given["defect"] not in defects:
        found.append(
            f"defect {shown(given['defect'])} is not in the catalogue; `diagmod defects list` shows it, "
            "defects.yaml of the data set adds to it"
        )
    downtime: Any = entry.get("downtime_h")
    if is_plain_number(downtime) and not 0 <= downtime <= MAX_DOWNTIME_H:
        found.append(f"downtime_h must be 0 to {MAX_DOWNTIME_H:g} h, got {shown(downtime)}")
    return found + _time_mistakes(entry)


def _time_mistakes(entry: Mapping[Any, Any]) -> list[str]:
    """Why an event cannot be placed in time."""
    given = [key for key in ("date", "start", "end") if entry.get(key) not in (None, "")]
    if given not in (["date"], ["start"], ["start", "end"]):
        got = " and ".join(given) or "none of them"
        return [f"give date, or start, or start and end, each as 2026-01-31T08:00:00+02:00; got {got}"]
    if not all(isinstance(entry[key], str) for key in given):
        return []  # told already: it must be text
    found = [text for key in given if (text := _no_time(key, entry[key]))]
    if not found and "end" in given and _time(entry["end"]) < _time(entry["start"]):
        found.append(f"end {entry['end']} is before start {entry['start']}; correct one of them")
    return found


def _no_time(key: str, value: str) -> str:
    try:
        stamp = start_time(value)
    except (ValueError, OverflowError):
        return f"{key} {shown(value)} is no time; write 2026-01-31T08:00:00+02:00"
    return "" if stamp else f"{key} {shown(value)} has no time zone; write 2026-01-31T08:00:00+02:00, or Z for UTC"


def _time(value: str) -> datetime:
    stamp = start_time(value)
    if stamp is None:
        raise ValueError(f"{value!r} has no time zone")
    return stamp


def _event(entry: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: " ".join((entry.get(key) or "").split()) for key in ("motor_id", "kind", "defect", "action", "note")}
    end = entry.get("end")
    downtime = entry.get("downtime_h")
    return {
        **texts,
        "motor_id": entry["motor_id"],
        "start": _time(entry.get("date") or entry["start"]),
        "end": _time(end) if end else None,
        "downtime_h": None if downtime is None else float(downtime),
    }


def _written(entry: Mapping[Any, Any]) -> str:
    """An event as JSON, so that nothing of it is lost; what JSON has no form for is shown."""
    plain = {str(key): value for key, value in entry.items()}
    try:
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, default=shown)
    except (ValueError, TypeError, RecursionError):
        return shown(entry)


def _tables(events: list[dict[str, Any]], refused: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = empty_table(MAINTENANCE)
    if events:
        frame = pd.DataFrame(events)
        times = {key: pd.to_datetime(frame[key], utc=True).dt.as_unit("us") for key in ("start", "end")}
        frame = frame.assign(**times, downtime_h=frame["downtime_h"].astype("float64"))
        table = conform(frame, MAINTENANCE)
        table = table.sort_values([c.name for c in MAINTENANCE.columns], ignore_index=True)
    return table, conform(pd.DataFrame(refused), REFUSED_EVENTS) if refused else empty_table(REFUSED_EVENTS)

"""Every event is either in the table or set aside with all its reasons; none is lost, none stops the others."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.io.maintenance_events import KINDS, MAINTENANCE, REFUSED_EVENTS, event_mistakes, read_maintenance
from diagmod.io.plain_text import write_yaml
from diagmod.io.tables import conform

MOTORS, DEFECTS = {"M1", "M2"}, {"bearing_outer"}
GOOD = "  - {motor_id: M1, date: 2026-03-01T08:00:00+02:00, kind: inspection}\n"


def log(tmp_path, events):
    (tmp_path / "maintenance.yaml").write_text(events if events.startswith("#") else "events:\n" + events)
    return read_maintenance(tmp_path, MOTORS, DEFECTS)


def test_events_are_read_in_utc_and_sorted_by_motor_and_time(tmp_path):
    read = log(
        tmp_path,
        """
  - {motor_id: M2, date: 2026-01-31T08:00:00Z, kind: planned}
  - motor_id: M1
    start: 2026-03-01T08:00:00+02:00
    end: 2026-03-02 09:30:00+02:00
    kind: repair
    defect: bearing_outer
    action: Both bearings
      changed
    note: насос
    downtime_h: 25.5
  - {motor_id: M1, start: '2026-02-28T23:00:00-05:00', kind: emergency, downtime_h: 0}
""",
    )
    assert (read.reason, len(read.refused)) == ("", 0)
    table = conform(read.events, MAINTENANCE)
    assert table["motor_id"].tolist() == ["M1", "M1", "M2"]
    utc = ["2026-03-01T04:00Z", "2026-03-01T06:00Z", "2026-01-31T08:00Z"]
    assert table["start"].tolist() == [pd.Timestamp(text) for text in utc]
    assert table["end"].tolist()[1] == pd.Timestamp("2026-03-02T07:30Z")
    assert table["end"].isna().tolist() == [True, False, True]
    assert table.loc[1, ["kind", "defect", "action", "note"]].tolist() == [
        "repair", "bearing_outer", "Both bearings changed", "насос"
    ]  # fmt: skip
    assert table["downtime_h"].tolist()[:2] == [0.0, 25.5] and pd.isna(table["downtime_h"][2])
    assert read.in_words() == "We see 3 maintenance events (1 planned, 1 emergency, 1 repair)."


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("{motor_id: M9, date: 2026-03-01T08:00:00Z, kind: repair}", "motor 'M9' is not in motors.yaml; add"),
        ("{date: 2026-03-01T08:00:00Z, kind: repair}", "motor_id is missing; name a motor of motors.yaml"),
        ("{motor_id: 1, date: 2026-03-01T08:00:00Z, kind: repair}", "motor_id must be text (put it in quotes), got 1"),
        ("{motor_id: M1, date: 2026-03-01T08:00:00, kind: repair}", "'2026-03-01T08:00:00' has no time zone; write"),
        ("{motor_id: M1, date: 2026-03-01, kind: repair}", "date '2026-03-01' has no time zone; write 2026-01"),
        ("{motor_id: M1, date: 2026-13-01T08:00:00Z, kind: repair}", "date '2026-13-01T08:00:00Z' is no time; write"),
        ("{motor_id: M1, date: 01.03.2026, kind: repair}", "date '01.03.2026' is no time"),
        ("{motor_id: M1, date: 20260301, kind: repair}", "date must be text (put it in quotes), got 20260301"),
        ("{motor_id: M1, date: '0001-01-01T00:00:00+05:00', kind: repair}", "is no time"),
        ("{motor_id: M1, kind: repair}", "start and end, each as 2026-01-31T08:00:00+02:00; got none"),
        ("{motor_id: M1, end: 2026-03-01T08:00:00Z, kind: repair}", "give date, or start, or start and end"),
        (
            "{motor_id: M1, date: 2026-03-01T08:00:00Z, start: 2026-03-01T08:00:00Z, kind: repair}",
            "got date and start",
        ),
        (
            "{motor_id: M1, start: 2026-03-01T08:00:00Z, end: 2026-03-01T08:00:00+01:00, kind: repair}",
            "end 2026-03-01T08:00:00+01:00 is before start 2026-03-01T08:00:00Z; correct one of them",
        ),
        ("{motor_id: M1, date: 2026-03-01T08:00:00Z, kind: party}", "kind must be one of planned, emergency, insp"),
        ("{motor_id: M1, date: 2026-03-01T08:00:00Z}", "kind is missing; one of planned, emergency, inspection"),
        (
            "{motor_id: M1, date: 2026-03-01T08:00:00Z, kind: repair, defect: worn}",
            "defect 'worn' is not in the catalogue; `diagmod defects list` shows it",
        ),
        ("{motor_id: M1, date: 2026-03-01T08:00:00Z, kind: repair, downtime_h: -1}", "downtime_h must be 0 to 87600 h"),
        ("{motor_id: M1, date: 2026-03-01T08:00:00Z, kind: repair, downtime_h: .nan}", "downtime_h must be a number"),
        ("{motor_id: M1, date: 2026-03-01T08:00:00Z, kind: repair, downtime_h: '3'}", "downtime_h must be a number"),
        ("{motor_id: M1, date: 2026-03-01T08:00:00Z, kind: repair, hours: 3}", "unknown key 'hours'; allowed are"),
        ("{motor_id: M1, date: 2026-03-01T08:00:00Z, kind: repair, 3: 4}", "unknown key 3"),
        ("{motor_id: M1, date: 2026-03-01T08:00:00Z, kind: repair, note: [a, {b: c}]}", "note must be text"),
        ("{motor_id: [M1], date: {a: b}, kind: [repair]}", "kind must be text"),
        (GOOD.strip(" -\n"), "the same as event 1; an event is counted once"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_placed_is_set_aside_and_the_others_stay(tmp_path, event, reason):
    read = log(tmp_path, GOOD + f"  - {event}\n")
    assert read.events["motor_id"].tolist() == ["M1"]
    refused = conform(read.refused, REFUSED_EVENTS)
    assert refused["event"].tolist() == [2]
    assert reason in refused["reason"][0]
    assert json.loads(refused["written"][0])
    assert read.in_words() == "We see 1 maintenance events (1 inspection); 1 set aside with the reason."


def test_all_that_is_wrong_with_an_event_is_told_and_what_was_written_is_kept(tmp_path):
    read = log(tmp_path, "  - {motor_id: M9, start: 2026-03-01T08:00:00, kind: party, defect: worn, downtime_h: -2}\n")
    reason = read.refused["reason"][0]
    for part in ("kind must be", "motor 'M9'", "defect 'worn'", "downtime_h must be", "has no time zone"):
        assert part in reason
    assert read.refused["motor_id"][0] == "M9"
    assert json.loads(read.refused["written"][0])["start"] == "2026-03-01T08:00:00"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# nothing\n", "maintenance.yaml must be a mapping of names to values, got NoneType"),
        ("#\nlist: []\n", "maintenance.yaml must hold a list `events` of events"),
        ("#\nevents: [1]\n", "maintenance.yaml must hold a list `events` of events, got [1]"),
        ("#\nevents: !!python/object/apply:os.system [ls]\n", "maintenance.yaml is not valid YAML"),
        ("#\nevents: [&a {motor_id: *a}]\n", "maintenance.yaml unfolds to more than"),
    ],
)
def test_a_damaged_file_is_one_refused_event_and_stops_nothing(tmp_path, text, reason):
    read = log(tmp_path, text)
    assert len(conform(read.events, MAINTENANCE)) == 0
    assert read.refused["event"].tolist() == [0]
    assert reason in read.refused["reason"][0] and reason in read.reason


def test_without_a_file_or_an_event_the_table_is_empty_with_the_reason(tmp_path):
    read = read_maintenance(tmp_path, MOTORS, DEFECTS)
    assert (len(read.events), len(read.refused), read.reason) == (0, 0, "the data set has no maintenance.yaml")
    assert log(tmp_path, "").in_words() == "No maintenance events: maintenance.yaml lists no event."


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from([*KINDS, "M1", "M2"]),
    st.datetimes().map(lambda t: t.isoformat() + "Z"), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)  # fmt: skip
_KEYS = st.sampled_from(["motor_id", "date", "start", "end", "kind", "defect", "action", "note", "downtime_h", "other"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(_KEYS, _VALUES, max_size=9), max_size=4))
def test_whatever_is_written_every_event_is_either_read_or_set_aside(tmp_path_factory, events):
    folder = tmp_path_factory.mktemp("site")
    write_yaml({"events": events}, folder / "maintenance.yaml")
    read = read_maintenance(folder, MOTORS, DEFECTS)
    if not read.refused["event"].eq(0).any():
        assert len(read.events) + len(read.refused) == len(events)
        assert read.events["motor_id"].isin(list(MOTORS)).all()
    for event in events:
        assert all(isinstance(text, str) for text in event_mistakes(event, MOTORS, DEFECTS))

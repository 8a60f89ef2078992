"""A diagnosis depends on its recording, nameplate and parameters, is made once, and never stops a stage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from handmade_currents import FS_HZ, MOTOR, handmade_currents

from diagmod.io import diagnosis_tables
from diagmod.io.diagnosis_tables import compute_diagnoses, write_diagnoses
from diagmod.io.schemas import DIAGNOSES, EVIDENCE, RECORDING_STATES
from diagmod.io.store import Store
from diagmod.io.tables import describe_table, read_table
from diagmod.io.waveforms import WAVEFORM_COLUMNS


class Plant:
    """Waveforms with their catalogue, of one motor."""

    def __init__(self, folder):
        self.folder, self.rows, self.motors = folder, [], {"M1": MOTOR}
        (folder / "waveforms").mkdir()

    def add(self, recording_id, currents, load_pct=100.0, unit="A"):
        table = pa.table(
            [pa.array(np.asarray(row, dtype=np.float32)) for row in currents], names=list(WAVEFORM_COLUMNS)
        )
        pq.write_table(table, self.folder / "waveforms" / f"{recording_id}.parquet")
        facts = {"fs_hz": FS_HZ, "load_pct": load_pct, "unit": unit}
        self.rows.append(
            {"recording_id": recording_id, "motor_id": "M1", "file": f"{recording_id}.csv", **facts}
        )  # fmt: skip
        return self

    @property
    def catalogue(self):
        columns = ["recording_id", "motor_id", "file", "fs_hz", "load_pct", "unit"]
        return pd.DataFrame(self.rows, columns=columns)

    def compute(self, jobs=1, band=(20.0, 120.0)):
        store = Store(self.folder / "store", "v1")
        return compute_diagnoses(self.catalogue, self.motors, self.folder / "waveforms", band, store, jobs)

    def entries(self):
        return {p.parent for p in (self.folder / "store").rglob("rows.json")}


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path).add("sick", handmade_currents()).add("calm", handmade_currents(bars_dbc=-90, shaft_dbc=-90))


def verdicts(tables, recording_id):
    own = tables.of(recording_id).diagnoses
    return dict(zip(own["fault"], own["verdict"], strict=True))


def test_every_recording_has_a_row_a_fault_and_condition_and_one_state(plant):
    tables = plant.compute()
    assert tables.diagnoses.groupby("recording_id").size().tolist() == [10, 10]
    assert tables.states["recording_id"].tolist() == ["sick", "calm"]
    assert set(tables.states["motor_id"]) == {"M1"}
    assert verdicts(tables, "sick")["broken_bar"] == "supported"
    assert verdicts(tables, "calm")["broken_bar"] == "not_supported"
    lines = tables.of("sick").evidence.set_index("line")
    assert lines.loc["f(1-2s)", ["at_hz", "height"]].tolist() == pytest.approx([47.0, -40.0], abs=0.1)


def test_counts_and_words_follow_from_the_rows(plant):
    tables = plant.compute()
    counts = tables.counts().set_index("fault")
    assert counts.loc["broken_bar"].tolist() == ["fault", 1, 1, 0]
    assert tables.in_words().startswith("We see 2 recordings: 1 speak for at least one fault of the machine")
    assert tables.example() == "sick"
    account = tables.of("sick").account(plant.catalogue)
    assert account.startswith("sick.csv: ")
    assert "supply 50.000 Hz, slip 0.0300" in account


def test_second_run_diagnoses_nothing(plant, monkeypatch):
    first = plant.compute()
    monkeypatch.setattr(diagnosis_tables, "diagnose", lambda *a, **k: pytest.fail("it was diagnosed again"))
    second = plant.compute()
    for part in ("diagnoses", "evidence", "states"):
        pd.testing.assert_frame_equal(getattr(first, part), getattr(second, part))


def test_one_recording_more_costs_one_entry_and_changes_no_other(plant):
    before, entries = plant.compute(), plant.entries()
    after = plant.add("other", handmade_currents(seed=1)).compute()
    assert len(plant.entries() - entries) == 1
    pd.testing.assert_frame_equal(after.of("sick").diagnoses, before.of("sick").diagnoses)


@pytest.mark.parametrize(
    ("changes", "n_new"),
    [
        ({"rotor_bars": 44}, 2),
        ({"rated_current_a": 20.0}, 2),
        ({"name": "pump 7"}, 0),
        ({"status": "standby"}, 0),
    ],
)
def test_nameplate_makes_a_new_diagnosis_but_not_the_name_of_the_machine(plant, changes, n_new):
    plant.compute()
    before = plant.entries()
    plant.motors["M1"] = replace(MOTOR, **changes)
    plant.compute()
    assert len(plant.entries() - before) == n_new


def test_declared_load_and_search_band_are_part_of_the_diagnosis(plant):
    plant.compute()
    before = plant.entries()
    plant.compute(band=(30.0, 120.0))
    plant.rows[0]["load_pct"] = float("nan")
    plant.compute()
    assert len(plant.entries() - before) == 3


def test_unknown_unit_says_nothing_of_the_size_of_the_current(tmp_path):
    states = Plant(tmp_path).add("a", handmade_currents(), unit="mV").compute().states
    assert np.isnan(states["rms_over_rated"]).all()


def _with_gap():
    x = handmade_currents()
    x[1, 3000:3400] = np.nan
    return x


def _without_phase():
    x = handmade_currents()
    x[2] = np.nan
    return x


@pytest.mark.parametrize(
    ("currents", "acquisition"),
    [
        (_with_gap(), "limited"),
        (_without_phase(), "limited"),
        (handmade_currents()[:, :40], "unusable"),
        (np.full((3, 4000), np.nan), "unusable"),
        (np.zeros((3, 4000)), "unusable"),
        (np.random.default_rng(0).normal(size=(3, 4000)), "unusable"),
    ],
    ids=["gap", "absent phase", "a single period", "nothing", "silence", "noise"],
)
def test_no_recording_stops_the_stage(tmp_path, currents, acquisition):
    tables = Plant(tmp_path).add("a", currents).compute()
    assert tables.states["acquisition"].tolist() == [acquisition]
    assert len(tables.diagnoses) == 10
    assert tables.diagnoses["reasons"].str.len().min() > 5


def test_load_that_cannot_be_is_a_row_with_the_reason(tmp_path):
    tables = Plant(tmp_path).add("a", handmade_currents(), load_pct=300.0).compute()
    assert set(tables.diagnoses["reason_code"]) == {"not_diagnosed"}
    assert tables.states["acquisition_reasons"].item().startswith("load_share must be 0 to 2 times rated, got 3.0")


def test_two_processes_give_the_tables_of_one(plant, tmp_path):
    one = plant.compute(jobs=1)
    (tmp_path / "other").mkdir()
    other = Plant(tmp_path / "other").add("sick", handmade_currents())
    two = other.add("calm", handmade_currents(bars_dbc=-90, shaft_dbc=-90)).compute(jobs=2)
    for part in ("diagnoses", "evidence", "states"):
        pd.testing.assert_frame_equal(getattr(one, part), getattr(two, part))


def test_written_tables_carry_lineage_and_units_and_come_back(plant, tmp_path):
    tables, lineage = plant.compute(), {"stage": "features"}
    write_diagnoses(tables, tmp_path / "features", lineage)
    for schema, frame in (
        (DIAGNOSES, tables.diagnoses),
        (EVIDENCE, tables.evidence),
        (RECORDING_STATES, tables.states),
    ):
        path = tmp_path / "features" / f"{schema.name}.parquet"
        pd.testing.assert_frame_equal(read_table(path, schema), frame)
        assert describe_table(path)["lineage"] == lineage
    assert describe_table(tmp_path / "features/recording_states.parquet")["units"]["supply_hz"] == "Hz"


def test_empty_catalogue_gives_valid_empty_tables_with_the_reason(tmp_path):
    tables = Plant(tmp_path).compute()
    write_diagnoses(tables, tmp_path / "features", {})
    assert describe_table(tmp_path / "features/diagnoses.parquet")["reason"] == "there is no recording to diagnose"
    assert tables.counts().empty
    assert tables.example() == ""
    assert tables.of("").account(pd.DataFrame()) == "There is no recording to show."

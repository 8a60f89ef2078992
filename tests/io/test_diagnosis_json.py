"""The JSON of a diagnosis: strict, documented, and the same bytes for the same input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from handmade_diagnosis import BAR, FOUND, REFUSED, lineage

from diagmod.core.verdicts import Interval, Verdict
from diagmod.io.diagnosis_json import SCHEMA_VERSION, diagnosis_json, diagnosis_mapping, diagnosis_schema
from diagmod.io.diagnosis_lineage import code_sha256

README = Path(__file__).parents[2] / "data" / "README.md"


def parse(text: str) -> dict[str, Any]:
    """Strict JSON: Python's own NaN and Infinity are refused."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    content: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return content


def objects_of(schema: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema that lists properties."""
    if isinstance(schema, dict):
        if "properties" in schema and isinstance(schema["properties"], dict):
            yield schema
        for part in schema.values():
            yield from objects_of(part)
    if isinstance(schema, list):
        for part in schema:
            yield from objects_of(part)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = diagnosis_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("diagnosis", [FOUND, REFUSED], ids=["found", "refused"])
def test_a_diagnosis_has_the_documented_form(diagnosis, tmp_path, validator):
    validator.validate(parse(diagnosis_json(diagnosis, lineage(tmp_path))))


def test_the_form_is_closed_and_says_what_every_key_means():
    parts = list(objects_of(diagnosis_schema()))
    assert len(parts) > 10
    for part in parts:
        assert part["additionalProperties"] is False
        assert set(part["required"]) == set(part["properties"])
        for name, entry in part["properties"].items():
            assert {"description", "$ref"} & set(entry), f"{name} is not described"


def test_another_verdict_word_or_a_missing_key_is_not_the_form(tmp_path, validator):
    content = diagnosis_mapping(FOUND, lineage(tmp_path))
    content["faults"]["broken_bar"]["verdict"] = "maybe"
    assert not validator.is_valid(content)
    content = diagnosis_mapping(FOUND, lineage(tmp_path))
    del content["slip_reason"]
    assert not validator.is_valid(content)


def test_the_version_is_that_of_the_form():
    assert diagnosis_schema()["properties"]["schema_version"]["const"] == SCHEMA_VERSION


def test_the_data_card_explains_every_key_of_the_first_level():
    section = README.read_text(encoding="utf-8").split("## JSON of a diagnosis")[1].split("\n## ")[0]
    assert f"version {SCHEMA_VERSION}" in section
    for key in diagnosis_schema()["properties"]:
        assert f"`{key}`" in section, f"data/README.md, section 'JSON of a diagnosis', does not explain {key}"


def test_verdict_evidence_and_severity_are_found_under_the_name_of_the_fault(tmp_path):
    bar = parse(diagnosis_json(FOUND, lineage(tmp_path)))["faults"]["broken_bar"]
    assert bar["verdict"] == "supported"
    assert bar["sentence"] == BAR.sentence
    assert bar["evidence"][0] == {
        "name": "f(1-2s)", "hz": 47.604, "level": -38.12, "floor": -85.6, "unit": "dBc", "prominence_db": 47.48,
        "is_resolved": True, "is_present": True, "note": "",
    }  # fmt: skip
    assert bar["competing"][0]["verdict"] == "not_supported"
    assert bar["reasons"] == [{"code": "rotor_modulation", "text": BAR.reasons[0].text}]
    assert bar["severity"] == {
        "value": None, "low": 0.8, "high": 1.6, "unit": "broken bars",
        "normalised_by": "rotor current at 60 to 80 % load, 28 bars",
        "chart": {"name": "chart A", "source": "service practice", "band": "broken bar (-38.1 dBc)"},
    }  # fmt: skip
    assert bar["smallest_visible"] == {"value": 0.02, "low": 0.01, "high": 0.04, "unit": "broken bars"}


def test_what_is_not_known_is_null_with_its_reason_beside_it(tmp_path):
    content = parse(diagnosis_json(REFUSED, lineage(tmp_path)))
    assert (content["line_hz"], content["slip"], content["load"], content["slip_estimates"]) == (None, None, None, [])
    assert content["slip_reason"] == REFUSED.slip.reason
    assert content["quality"]["verdict"] == "unusable"
    assert {one["verdict"] for one in content["faults"].values()} == {"cannot_decide"}


def test_a_witness_that_says_nothing_is_null_and_one_that_speaks_has_bounds(tmp_path):
    slots, shaft = parse(diagnosis_json(FOUND, lineage(tmp_path)))["slip_estimates"]
    assert slots["slip"] == {"value": 0.024, "low": 0.0239, "high": 0.0241}
    assert shaft["slip"] is None and shaft["reason"].startswith("no pair of lines")


def test_numbers_that_are_not_finite_become_null_and_numpy_ones_plain(tmp_path):
    figures = parse(diagnosis_json(FOUND, lineage(tmp_path)))["quality"]["figures"]
    assert figures == {"floor_dbc": -60.0, "switching_hz": None, "range_bits": None, "phase_steps": 3.0}


def test_a_chart_is_null_where_none_graded(tmp_path):
    severity = replace(BAR.severity, chart="", chart_source="", chart_band="")
    content = diagnosis_mapping(replace(FOUND, faults=(replace(BAR, severity=severity),)), lineage(tmp_path))
    assert content["faults"]["broken_bar"]["severity"]["chart"] is None


def test_the_last_digits_of_a_sum_do_not_change_the_bytes(tmp_path):
    nudged = replace(FOUND, line_hz=Interval(*(np.nextafter(x, np.inf) for x in (49.98123, 49.98083, 49.98163))))
    assert diagnosis_json(nudged, lineage(tmp_path)) == diagnosis_json(FOUND, lineage(tmp_path))
    moved = replace(FOUND, line_hz=Interval(49.98124, 49.98083, 49.98163))
    assert diagnosis_json(moved, lineage(tmp_path)) != diagnosis_json(FOUND, lineage(tmp_path))


def test_keys_keep_the_order_of_the_form(tmp_path):
    assert list(parse(diagnosis_json(FOUND, lineage(tmp_path)))) == list(diagnosis_schema()["properties"])
    assert list(parse(diagnosis_json(FOUND, lineage(tmp_path)))["faults"]) == [v.name for v in FOUND.faults]


def test_text_in_any_alphabet_is_ascii_on_the_way(tmp_path):
    text = diagnosis_json(FOUND, lineage(tmp_path, columns=("Ток R", "", "")))
    assert text.isascii()
    assert parse(text)["lineage"]["recording"]["columns"] == {"R": "Ток R", "S": None, "T": None}


def test_a_value_that_json_does_not_have_is_refused(tmp_path):
    odd = replace(FOUND, quality=replace(FOUND.quality, figures={"floor_dbc": 1j}))
    with pytest.raises(TypeError, match="holds numbers, text, booleans, lists and mappings, got complex"):
        diagnosis_mapping(odd, lineage(tmp_path))


def test_lineage_names_file_nameplate_reading_parameters_and_code(tmp_path):
    content = parse(diagnosis_json(FOUND, lineage(tmp_path, notes=("taken as seconds",), load_pct=75.0)))["lineage"]
    assert content["file"]["name"] == "pump.csv"
    assert content["file"]["sha256"] == "db434bc2a51b9ce9e86aff303c5f5f1271f792c52d57b33941e5bad141530a62"
    assert content["recording"]["fs_hz"] == 5000.0 and content["recording"]["n_samples"] == 50000
    assert content["recording"]["notes"] == ["taken as seconds"]
    assert content["nameplate"]["source"] == "motors.yaml:M1" and content["nameplate"]["rotor_bars"] == 28
    assert content["nameplate"]["rated_current_a"] is None
    assert content["parameters"]["load_pct"] == 75.0
    assert content["parameters"]["charts"][0]["bands"][0] == [0.0, 30.0, "severe"]
    assert content["code"] == {"package": "diagmod", "version": "0.1.0", "sha256": code_sha256()}


def test_lineage_is_the_same_in_another_folder(tmp_path):
    """No place and no clock time is in it: two copies of a file give the same bytes."""
    folders = [tmp_path / name for name in ("here", "there")]
    for folder in folders:
        folder.mkdir()
    here, there = (diagnosis_json(FOUND, lineage(folder)) for folder in folders)
    assert here == there
    assert str(tmp_path) not in here


def test_every_word_of_a_verdict_is_in_the_form():
    assert diagnosis_schema()["$defs"]["verdict"]["enum"] == [str(one) for one in Verdict]

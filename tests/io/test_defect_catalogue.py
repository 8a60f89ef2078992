"""The catalogue is complete, a site may change it, and whatever is wrong in a site's file is told in full."""

import re
from collections import Counter

import pytest

from diagmod.core.charts import DEFAULT_CHARTS
from diagmod.core.diagnosis import CONDITIONS, FAULTS
from diagmod.io.dataset_files import DatasetError
from diagmod.io.defect_catalogue import (
    CATEGORIES,
    DEFECTS,
    GRADES,
    URGENCIES,
    defects_table,
    read_defects,
    unknown_conditions,
)
from diagmod.io.tables import conform

WORN = """schema_version: 1
defects:
  - id: coupling_wear
    category: mechanical
    name: Worn coupling
    signature: >-
      Lines at the shaft
      frequency.
    by_current: "no"
    severities:
      - {grade: moderate, criterion: play above 1 mm, urgency: plan, action: Change it.}
    sources: [practice of the plant]
"""


def site(tmp_path, text):
    (tmp_path / "defects.yaml").write_text(text)
    return read_defects(tmp_path)


def test_there_are_26_types_in_seven_categories():
    defects = read_defects()
    assert Counter(d.category for d in defects.values()) == {
        "bearing": 6, "rotor": 3, "stator": 4, "electrical": 5, "mechanical": 4, "cooling": 2, "other": 2
    }  # fmt: skip
    assert len(defects) == 6 + 3 + 4 + 5 + 4 + 2 + 2 == 26
    assert [c for c in CATEGORIES if c in {d.category for d in defects.values()}] == list(CATEGORIES)


def test_everything_that_a_diagnosis_names_is_in_the_catalogue():
    assert set(FAULTS) | set(CONDITIONS) <= set(read_defects())


@pytest.mark.parametrize("defect", read_defects().values(), ids=lambda d: d.id)
def test_every_defect_says_what_it_shows_who_else_does_and_what_to_do(defect):
    assert re.search("[а-яё]", defect.name_ru), "name_ru must be Russian"
    assert defect.other_causes and defect.sources
    grades = [step.grade for step in defect.severities]
    assert grades == [grade for grade in GRADES if grade in grades]
    urgencies = [URGENCIES.index(step.urgency) for step in defect.severities]
    assert urgencies == sorted(urgencies), "a worse grade is never less urgent"
    assert all(step.action.endswith(".") and len(step.criterion) > 15 for step in defect.severities)
    assert all(re.search(r"IEC|ISO|IEEE|NEMA|NETA|DOI", source) for source in defect.sources)


def test_a_defect_whose_picture_others_share_names_them_by_the_collision_of_their_lines():
    """f +- fr belongs to eccentricity, unbalance, misalignment and one line of a short; 2sf to a pulsating load."""
    defects = read_defects()
    for name, sharer in (
        ("eccentricity", "misalignment"), ("eccentricity", "inter-turn short"), ("mass_unbalance", "eccentricity"),
        ("misalignment", "eccentricity"), ("broken_bar", "load torque that pulsates"),
        ("load_oscillation", "broken bars"),
        ("stator_short", "unbalanced supply"), ("unbalance", "inter-turn short"), ("end_ring", "bars"),
    ):  # fmt: skip
        assert any(sharer in cause for cause in defects[name].other_causes), (name, sharer)


def test_broken_bars_are_graded_in_bars_and_not_in_decibels_for_charts_disagree():
    bands = [len(chart.bands) for chart in DEFAULT_CHARTS]
    assert bands[0] != bands[1]
    criteria = " ".join(step.criterion for step in read_defects()["broken_bar"].severities)
    assert "bar" in criteria and "dB" not in criteria


def test_derating_by_unbalance_is_that_of_nema():
    """NEMA MG 1 figure 14-1: 0.95 at 2 %, 0.82 at 4 %, no operation above 5 %."""
    moderate, severe = read_defects()["unbalance"].at("moderate"), read_defects()["unbalance"].at("severe")
    assert "0.95 at 2 %, 0.82 at 4 %" in moderate.action
    assert severe.criterion == "voltage unbalance above 5 %" and severe.urgency == "at_once"


def test_a_grade_that_is_left_out_is_answered_by_the_next_worse():
    cage = read_defects()["bearing_cage"]
    assert [cage.at(grade).grade for grade in GRADES] == ["moderate", "moderate", "severe"]
    with pytest.raises(ValueError, match="grade must be one of low, moderate, severe, got 'bad'"):
        cage.at("bad")


def test_the_table_has_a_row_a_grade():
    defects = read_defects()
    table = defects_table(defects)
    assert len(table) == sum(len(d.severities) for d in defects.values())
    assert table["defect"].drop_duplicates().tolist() == list(defects)
    row = table[(table["defect"] == "broken_bar") & (table["grade"] == "severe")].iloc[0]
    assert row["urgency"] == "soon" and row["action"] == defects["broken_bar"].at("severe").action
    assert len(conform(table, DEFECTS)) == len(table)
    assert len(defects_table({})) == 0


def test_a_site_adds_a_defect_and_changes_parts_of_another(tmp_path):
    defects = site(tmp_path, WORN + "  - id: overload\n    name: Too much\n")
    assert len(defects) == 27 and list(defects)[-1] == "coupling_wear"
    worn = defects["coupling_wear"]
    assert worn.signature == "Lines at the shaft frequency."
    assert (worn.formula, worn.name_ru, worn.other_causes) == ("", "", ())
    plain = read_defects()["overload"]
    assert defects["overload"].name == "Too much"
    assert defects["overload"].severities == plain.severities
    assert read_defects(tmp_path / "elsewhere")["overload"] == plain == read_defects()["overload"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "defects.yaml must be a mapping of names to values"),
        ("defects: []\n", "defects.yaml: schema_version must be 1, got None"),
        ("schema_version: 2\ndefects: []\n", "defects.yaml: schema_version must be 1, got 2"),
        ("schema_version: 1\ndefect: []\n", "defects.yaml: unknown entry 'defect'; allowed are schema_version"),
        ("schema_version: 1\ndefects: {a: b}\n", "defects.yaml must hold a list `defects` of defects"),
        (WORN.replace("id: coupling_wear", "id: 5"), "defects.yaml: defect number 1 has no id"),
        (WORN.replace("coupling_wear", "Worn-Coupling"), "id must be lower-case words joined by underscores"),
        (WORN + "  - id: coupling_wear\n", "defects.yaml: defect 'coupling_wear' is there twice; keep one"),
        (WORN.replace("mechanical", "gear"), "defect 'coupling_wear': category must be one of bearing, .*'gear'"),
        (WORN.replace('"no"', "no way"), "by_current must be one of yes, limited, no, got 'no way'"),
        (WORN.replace('"no"', "false"), r"by_current must be text \(put it in quotes\), got False"),
        (WORN.replace("moderate", "grave"), "severity number 1: grade must be one of low, moderate, .*'grave'"),
        (WORN.replace("urgency: plan", "urgency: 3"), "severity number 1: urgency must be text"),
        (WORN.replace(", action: Change it.", ""), "severity number 1: action is missing; say what to do"),
        (WORN.replace("[practice of the plant]", "[]"), "sources is missing; name a standard, a publication"),
        (WORN.replace("sources:", "colour: red\n    sources:"), "unknown key 'colour'; allowed are id, category"),
        (
            WORN.replace("    sources", "      - {grade: low, criterion: c, urgency: plan, action: a}\n    sources"),
            "severities must go from low to severe, each once, got moderate, low",
        ),
        (
            WORN.replace("mechanical", "gear").replace("    name: Worn coupling\n", ""),
            r"defects.yaml has 2 mistakes: \(1\) defect 'coupling_wear': category .* \(2\) .*name is missing",
        ),
        ("schema_version: 1\ndefects:\n  - &a\n    id: x\n    severities: [*a]\n", "unfolds to more than"),
        ("schema_version: !!python/object:os.system 1\n", "defects.yaml is not valid YAML"),
    ],
)  # fmt: skip
def test_a_wrong_catalogue_of_a_site_is_refused(tmp_path, text, sentence):
    with pytest.raises(DatasetError, match=sentence):
        site(tmp_path, text)


def test_labels_of_the_catalogue_are_known_and_others_are_named_without_being_refused():
    defects = read_defects()
    assert unknown_conditions(["healthy", "", "broken_bar", "overload"], defects) == ""
    assert unknown_conditions([], defects) == ""
    assert unknown_conditions(["worn"], defects) == (
        "the defect catalogue does not know condition 'worn'; kept as written, without a recommended action: add it to "
        "defects.yaml of the data set or correct recordings.csv"
    )
    several = unknown_conditions(["zz", "broken_bars", "zz", *(f"x{k}" for k in range(9))], defects)
    assert "conditions 'broken_bars' (did you mean broken_bar?), 'x0', 'x1', 'x2', 'x3' and 6 more; kept" in several

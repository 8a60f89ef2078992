"""The reviewed file: read strictly, changed without touching anything else."""

import json

import pytest

from diagmod.io.dataset_files import DatasetError
from diagmod.io.regime_edits import add_regimes, label_regime
from diagmod.io.regime_files import (
    REGIMES_FILE,
    ReviewedRegime,
    kind_of,
    read_regimes,
    read_regimes_of_loaded,
)
from diagmod.io.regime_tables import REGIME_TABLES
from diagmod.io.table_registry import TABLES

DEFECTS = {"broken_bar", "eccentricity"}

GOOD = """\
# kept as it is
schema_version: 1
regimes:
  - id: S1   # the usual one
    label: healthy
    kind: healthy
    note: |
      looked at
      twice
    reviewed_by: "O'Neill"
    reviewed_on: 2026-01-31
    centroid: {crest: 1.41, h5_log: 0.3}
    usual: {crest: 1.4, h5_log: 0.2}
    spread: {crest: 0.1, h5_log: 0.05}
  - centroid: {load_share: 0.5}
    usual: {load_share: 0.7}
    spread: {load_share: 0.1}
    id: O2
    label:
# the end
"""

SAID = {"label": "broken_bar", "kind": "defect", "note": "", "reviewed_by": "A. B", "reviewed_on": "2026-02-01"}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / REGIMES_FILE).write_text(GOOD)
    return tmp_path


def test_a_good_file_is_read_whole(folder):
    first, second = read_regimes(folder, DEFECTS)
    assert (first.id, first.view, first.label, first.kind) == ("S1", "shape", "healthy", "healthy")
    assert first.note == "looked at\ntwice\n" and first.reviewed_on == "2026-01-31"
    assert first.centroid == {"crest": 1.41, "h5_log": 0.3} and first.scale["crest"] == 0.1
    assert (second.id, second.view, second.label) == ("O2", "operation", "")


def test_a_data_set_without_the_file_has_nothing_reviewed(tmp_path):
    assert read_regimes(tmp_path, DEFECTS) == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("schema_version: 1", "schema_version: 2", "schema_version must be 1, got 2"),
        ("schema_version: 1", "schema_version: 1\nmore: 1", "unknown entry 'more'"),
        ("id: O2", "id: S1", "regime 'S1' is there twice"),
        ("id: O2", "id: X2", "id must be O or S and a number, as O1, got 'X2'"),
        ("id: O2", "other: O2", "id is missing"),
        ("kind: healthy", "kind: fault", "kind must be one of defect, operation, healthy, got 'fault'"),
        ("kind: healthy", "kind: defect", "defect 'healthy' is not in the catalogue"),
        ("kind: healthy", "kind: operation", "'healthy' is no way of running"),
        ("label: healthy", "label: fine", "a regime of kind healthy is labelled 'healthy', got 'fine'"),
        ("    label: healthy\n", "", "kind is given without a label"),
        ("reviewed_on: 2026-01-31", "reviewed_on: 31.1.2026", "reviewed_on must be a day as 2026-01-31"),
        ("""    reviewed_by: "O'Neill"\n""", "", "reviewed_by is missing beside the label 'healthy'"),
        ("{load_share: 0.1}", "{load_share: 0}", "spread of load_share must be positive, got 0"),
        ("{load_share: 0.5}", "{load_share: much}", "centroid of 'load_share' must be a number, got 'much'"),
        ("{load_share: 0.5}", "{current: 0.5}", "must name the same figures"),
        ("{load_share: 0.5}", "", "centroid must map figures to numbers, got None"),
        ("label: healthy", "label: 7", "label must be text"),
        ("regimes:", "others:", "unknown entry 'others'"),
    ],
)
def test_every_mistake_is_told(folder, old, new, sentence):
    (folder / REGIMES_FILE).write_text(GOOD.replace(old, new, 1))
    with pytest.raises(DatasetError, match=sentence):
        read_regimes(folder, DEFECTS)


def test_all_mistakes_are_told_at_once(folder):
    (folder / REGIMES_FILE).write_text(GOOD.replace("kind: healthy", "kind: fault").replace("id: O2", "id: X2"))
    with pytest.raises(DatasetError, match=r"has 2 mistakes: \(1\) regime 'S1'.*\(2\) regime 'X2'"):
        read_regimes(folder, DEFECTS)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_label_changes_its_own_lines_alone(folder, ends):
    before = GOOD.replace("\n", ends)
    (folder / REGIMES_FILE).write_bytes(before.encode())
    now = label_regime(folder, "O2", SAID, DEFECTS)
    assert now.label == "broken_bar" and read_regimes(folder, DEFECTS)[1] == now
    after = (folder / REGIMES_FILE).read_bytes().decode()
    added = [line for line in after.split(ends) if line not in before.split(ends)]
    assert added == [
        "    kind: 'defect'", "    reviewed_by: 'A. B'", "    reviewed_on: '2026-02-01'", "    label: 'broken_bar'",
    ]  # fmt: skip
    assert [line for line in after.split(ends) if line not in added] == [
        line for line in before.split(ends) if line != "    label:"
    ]


def test_a_new_label_replaces_the_old_one_and_its_note(folder):
    label_regime(folder, "S1", {**SAID, "note": "it's the bars"}, DEFECTS)
    found = read_regimes(folder, DEFECTS)[0]
    assert (found.label, found.kind, found.note) == ("broken_bar", "defect", "it's the bars")
    text = (folder / REGIMES_FILE).read_text()
    assert text.startswith("# kept as it is\n") and text.endswith("# the end\n") and "# the usual one" in text


@pytest.mark.parametrize(
    ("regime", "said", "sentence"),
    [
        ("S9", SAID, "holds no regime 'S9', it has S1, O2"),
        ("O2", {**SAID, "label": "worn"}, "was not changed: defect 'worn' is not in the catalogue"),
        ("O2", {**SAID, "reviewed_by": ""}, "reviewed_by is missing"),
        ("O2", {**SAID, "label": "Part Load", "kind": "operation"}, "lower-case words joined by underscores"),
    ],
)
def test_a_wrong_label_leaves_the_file_as_it_was(folder, regime, said, sentence):
    with pytest.raises(DatasetError, match=sentence):
        label_regime(folder, regime, said, DEFECTS)
    assert (folder / REGIMES_FILE).read_text() == GOOD and len(list(folder.iterdir())) == 1


def test_a_draft_is_made_and_later_extended_by_what_is_new(tmp_path):
    place = {"crest": 1.4}
    first = ReviewedRegime(id="S1", view="shape", centroid=place, usual=place, scale=place)
    second = ReviewedRegime(id="S2", view="shape", centroid=place, usual=place, scale=place)
    assert add_regimes(tmp_path, [first], {"S1": "close to usual"}, DEFECTS) == ["S1"]
    label_regime(tmp_path, "S1", SAID, DEFECTS)
    before = (tmp_path / REGIMES_FILE).read_text()
    assert "# close to usual\n  - id: S1" in before
    assert add_regimes(tmp_path, [first, second], {}, DEFECTS) == ["S2"]
    assert (tmp_path / REGIMES_FILE).read_text().startswith(before)
    assert [one.label for one in read_regimes(tmp_path, DEFECTS)] == ["broken_bar", ""]
    assert add_regimes(tmp_path, [first, second], {}, DEFECTS) == []


def test_a_file_that_cannot_be_extended_is_left_alone(tmp_path):
    (tmp_path / REGIMES_FILE).write_text("regimes: []\nschema_version: 1\n")
    place = {"crest": 1.4}
    with pytest.raises(DatasetError, match=r"cannot be changed in its present form.*edit it by hand"):
        add_regimes(
            tmp_path, [ReviewedRegime(id="S1", view="shape", centroid=place, usual=place, scale=place)], {}, DEFECTS
        )
    assert (tmp_path / REGIMES_FILE).read_text() == "regimes: []\nschema_version: 1\n"


def test_a_byte_order_mark_stays(folder):
    (folder / REGIMES_FILE).write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    label_regime(folder, "O2", SAID, DEFECTS)
    assert (folder / REGIMES_FILE).read_bytes().startswith(b"\xef\xbb\xbf# kept")


def test_the_file_of_the_loaded_data_set_is_read(folder, tmp_path):
    interim = tmp_path / "interim"
    interim.mkdir()
    about = {
        "name": "x", "title": "", "citation": "", "licence": "", "fs_hz": None, "unit": "A", "split_group": "motor",
        "times": "known", "header": True, "columns": ["R", "S", "T"], "reading": {}, "originals": "",
        "derived_state": "none", "trend_reason": "", "folder": folder.name,
    }  # fmt: skip
    (interim / "dataset.json").write_text(json.dumps(about))
    assert [one.id for one in read_regimes_of_loaded(interim, folder.parent)] == ["S1", "O2"]


def test_kinds_follow_from_the_catalogue():
    assert [kind_of(word, DEFECTS) for word in ("broken_bar", "healthy", "part_load")] == [
        "defect", "healthy", "operation",
    ]  # fmt: skip


def test_the_tables_are_registered():
    assert all(TABLES[schema.name] is schema for schema in REGIME_TABLES)

"""The table of features is the same in code, CSV, data card and schema."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagmod.core.feature_definitions import GROUPS
from diagmod.core.features import FEATURES, features_at
from diagmod.io.feature_list import BEGIN, END, feature_list, feature_markdown, feature_summary, with_block
from diagmod.io.feature_schemas import RECORDING_FEATURES, SEGMENTS

CARD = Path(__file__).parents[2] / "data" / "README.md"


def test_data_card_holds_the_block_that_the_code_makes():
    page = CARD.read_text(encoding="utf-8")
    assert with_block(page, feature_markdown()) == page, (
        "the table of features in data/README.md is old; run "
        "`python -m diagmod.io.feature_list data/README.md` to write it anew"
    )


def test_list_schema_and_code_name_the_same_features_with_the_same_units():
    units = dict(zip(feature_list()["name"], feature_list()["unit"], strict=True))
    assert list(units) == [f.name for f in FEATURES]
    for schema, level in ((SEGMENTS, "segment"), (RECORDING_FEATURES, "recording")):
        columns = {c.name: c.unit for c in schema.columns if c.name in units}
        assert columns == {f.name: units[f.name] for f in features_at(level)}


def test_every_feature_says_all_of_itself():
    assert set(FEATURES) == {f for f in FEATURES if f.group in GROUPS and f.level in ("both", "segment", "recording")}
    for feature in FEATURES:
        for what in ("unit", "meaning", "formula", "source", "changes"):
            assert getattr(feature, what), f"{feature.name} does not state its {what}"
    assert len({f.name for f in FEATURES}) == len(FEATURES)


def test_ampere_is_the_unit_of_the_data_set():
    assert set(feature_list("V")["unit"]) - set(feature_list()["unit"]) == {"V"}


def test_summary_names_a_feature_of_every_phase_once_and_leaves_no_other_out():
    names = set(feature_summary()["name"])
    assert {"rms_R", "i2_over_i1", "LINE_dbc"} <= names
    assert not {"rms_S", "rms_T", "bar_2s_lower_dbc"} & names
    covered = {f.name for f in FEATURES if f.name in names or f"{f.name[:-1]}R" in names}
    assert {f.name for f in FEATURES} - covered <= {f.name for f in FEATURES if f.group == "signatures"}
    assert set(feature_summary(groups=("time",))["group"]) == {"time"}


@pytest.mark.parametrize("page", ["# Card\n", f"# Card\n\n{BEGIN}\nold\n{END}\n\nWhat follows.\n"])
def test_a_page_gets_the_block_once_and_writing_it_again_changes_nothing(page):
    once = with_block(page, feature_markdown())
    assert once.count(BEGIN) == once.count(END) == 1
    assert with_block(once, feature_markdown()) == once
    assert ("What follows." in once) == ("What follows." in page)


def test_every_row_of_the_block_has_the_cells_of_its_head():
    rows = [line for line in feature_markdown().splitlines() if line.startswith("|")]
    for line in rows:
        assert line.replace("\\|", "").count("|") in (4, 8), line

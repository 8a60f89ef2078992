"""Tables of the evaluation are registered under names of their own and take their empty selves."""

from __future__ import annotations

import pytest

from diagmod.io.evaluation_schemas import EVALUATION_TABLES
from diagmod.io.table_registry import TABLES
from diagmod.io.tables import conform, empty_table


@pytest.mark.parametrize("schema", EVALUATION_TABLES, ids=lambda schema: schema.name)
def test_each_is_registered_and_valid_without_rows(schema):
    assert TABLES[schema.name] is schema
    assert conform(empty_table(schema), schema).empty


@pytest.mark.parametrize("schema", EVALUATION_TABLES, ids=lambda schema: schema.name)
def test_each_says_which_split_made_it_and_means_something(schema):
    names = [column.name for column in schema.columns]
    assert "split" in names
    assert len(set(names)) == len(names)
    assert all(column.meaning for column in schema.columns)

"""A table is what its schema says, or it is not written; and it says itself where it comes from."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from diagmod.io.schemas import RECORDINGS, TIME, Column, TableSchema
from diagmod.io.table_registry import TABLES
from diagmod.io.tables import (
    TableError,
    conform,
    describe_table,
    empty_table,
    read_table,
    write_table,
)

SCHEMA = TableSchema(
    "things",
    3,
    (
        Column("name", "str", "", "a name"),
        Column("n", "int64", "", "a count"),
        Column("level", "float64", "A", "a level", True),
        Column("at", TIME, "", "a time", True),
        Column("is_good", "bool", "", "a claim"),
    ),
)
LINEAGE = {"stage": "load", "parameters": {"jobs": 0}, "code": "c0de", "inputs": {"data/raw/demo": "ha5h"}}


def things(**columns):
    good = {
        "name": ["a", "b"],
        "n": [1, 2],
        "level": [1.5, np.nan],
        "at": pd.to_datetime(["2026-01-05T08:00:00Z", None], utc=True),
        "is_good": [True, False],
    }
    return pd.DataFrame({**good, **columns})


def test_good_table_comes_back_as_it_was_written(tmp_path):
    write_table(things(), SCHEMA, tmp_path / "a.parquet", LINEAGE)
    back = read_table(tmp_path / "a.parquet", SCHEMA)
    pd.testing.assert_frame_equal(back, conform(things(), SCHEMA))
    assert back.dtypes.astype(str).to_dict() == {c.name: c.dtype for c in SCHEMA.columns}


def test_columns_take_the_order_of_the_schema():
    assert list(conform(things()[["n", "at", "level", "is_good", "name"]], SCHEMA)) == [c.name for c in SCHEMA.columns]


def test_rows_are_numbered_anew():
    assert conform(things().iloc[1:], SCHEMA).index.tolist() == [0]


def test_lossless_conversions_are_made():
    """Whole numbers as levels, absent levels as objects, and times of another zone lose nothing."""
    at = pd.to_datetime(["2026-01-05T10:00:00+02:00"] * 2)
    table = conform(things(level=[2, 3], at=at), SCHEMA)
    assert table["level"].tolist() == [2.0, 3.0]
    assert table["at"].tolist() == [pd.Timestamp("2026-01-05T08:00Z")] * 2
    assert conform(things(level=[None, None], at=[None, None]), SCHEMA)[["level", "at"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"n": [1.5, 2.0]}, r"table things, column n must be int64, got float64 with .*1.5"),
        ({"n": ["1", "2"]}, r"column n must be int64, got str with '1'"),
        ({"n": [True, False]}, "column n must be int64, got bool"),
        ({"level": ["1.5", "x"]}, "column level must be float64, got str with '1.5'"),
        ({"name": [1, 2]}, "column name must be str, got int64"),
        ({"name": ["a", 2]}, "column name must be str, got object with 'a'"),
        ({"is_good": ["True", "False"]}, "column is_good must be bool, got str with 'True'"),
        ({"is_good": [1, 0]}, "column is_good must be bool, got int64"),
        ({"at": ["2026-01-05", "2026-01-06"]}, r"column at must be datetime64.us, UTC., got str"),
        ({"at": pd.to_datetime(["2026-01-05"] * 2)}, r"column at must be datetime64.us, UTC., got datetime64"),
        ({"name": ["a", None]}, "table things, column name has no value in some row"),
        ({"n": [1.0, np.nan]}, "column n must be int64, got float64"),
        ({"extra": [1, 2]}, "table things has no column 'extra'; add it to the schema or drop it"),
    ],
)
def test_table_that_breaks_its_schema_is_refused(tmp_path, columns, sentence):
    with pytest.raises(TableError, match=sentence):
        write_table(things(**columns), SCHEMA, tmp_path / "a.parquet", LINEAGE)
    assert not (tmp_path / "a.parquet").exists()


def test_table_without_a_column_is_refused():
    with pytest.raises(TableError, match="table things lacks column 'level'; compute it"):
        conform(things().drop(columns="level"), SCHEMA)


def test_lineage_units_version_and_reason_travel_in_the_file(tmp_path):
    write_table(empty_table(SCHEMA), SCHEMA, tmp_path / "a.parquet", LINEAGE, reason="no trend log")
    assert describe_table(tmp_path / "a.parquet") == {
        "table": "things", "schema_version": 3, "units": {"level": "A"}, "lineage": LINEAGE, "reason": "no trend log",
    }  # fmt: skip
    assert len(read_table(tmp_path / "a.parquet", SCHEMA)) == 0


def test_same_table_is_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_table(things(), SCHEMA, tmp_path / f"{name}.parquet", LINEAGE)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_csv_for_people_has_the_same_rows(tmp_path):
    write_table(things(), SCHEMA, tmp_path / "a.csv", LINEAGE)
    assert (tmp_path / "a.csv").read_text() == (
        "name,n,level,at,is_good\na,1,1.5,2026-01-05 08:00:00+00:00,True\nb,2,,,False\n"
    )


def test_some_columns_may_be_read_alone(tmp_path):
    write_table(things(), SCHEMA, tmp_path / "a.parquet", LINEAGE)
    assert list(read_table(tmp_path / "a.parquet", SCHEMA, ["n", "name"])) == ["n", "name"]
    with pytest.raises(TableError, match="table things has no column 'm'; ask for one"):
        read_table(tmp_path / "a.parquet", SCHEMA, ["n", "m"])


@pytest.mark.parametrize("other", [TableSchema("others", 3, SCHEMA.columns), TableSchema("things", 4, SCHEMA.columns)])
def test_another_table_or_version_is_refused(tmp_path, other):
    write_table(things(), SCHEMA, tmp_path / "a.parquet", LINEAGE)
    expected = f"a.parquet holds table things version 3, expected {other.name} version {other.version}; rebuild"
    with pytest.raises(TableError, match=expected):
        read_table(tmp_path / "a.parquet", other)


def test_missing_foreign_and_damaged_files_are_refused(tmp_path):
    path = tmp_path / "a.parquet"
    with pytest.raises(TableError, match=r"a.parquet does not exist; run `dvc repro`"):
        read_table(path, SCHEMA)
    path.write_bytes(b"no parquet at all")
    with pytest.raises(TableError, match=r"a.parquet is no readable Parquet file; rebuild"):
        read_table(path, SCHEMA)
    things().to_parquet(path)
    with pytest.raises(TableError, match=r"a.parquet was not written by diagmod"):
        read_table(path, SCHEMA)


def test_truncated_file_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    write_table(things(), SCHEMA, path, LINEAGE)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(TableError, match=r"a.parquet is no readable Parquet file"):
        read_table(path, SCHEMA)


def test_file_damaged_inside_is_refused(tmp_path):
    """Footer and metadata are whole; the pages of the first column are zeros."""
    path = tmp_path / "a.parquet"
    write_table(things(), SCHEMA, path, LINEAGE)
    chunk = pq.read_metadata(path).row_group(0).column(1)
    content = bytearray(path.read_bytes())
    begin = min(x for x in (chunk.dictionary_page_offset, chunk.data_page_offset) if x)
    content[begin : begin + chunk.total_compressed_size] = bytes(chunk.total_compressed_size)
    path.write_bytes(content)
    with pytest.raises(TableError, match=r"a.parquet is damaged .*; rebuild it"):
        read_table(path, SCHEMA)


def test_the_file_names_the_unit_of_its_data_set(tmp_path):
    path = tmp_path / "a.parquet"
    write_table(empty_table(RECORDINGS), RECORDINGS, path, {}, current_unit="unstated")
    units = describe_table(path)["units"]
    assert (units["rms_R"], units["fs_hz"]) == ("unstated", "Hz")


@pytest.mark.parametrize("schema", TABLES.values(), ids=lambda s: s.name)
def test_every_empty_table_is_valid_and_readable(tmp_path, schema):
    write_table(empty_table(schema), schema, tmp_path / "a.parquet", LINEAGE)
    assert list(read_table(tmp_path / "a.parquet", schema)) == [c.name for c in schema.columns]


@pytest.mark.parametrize("schema", TABLES.values(), ids=lambda s: s.name)
def test_every_column_has_a_meaning_a_known_type_and_a_name_of_its_own(schema):
    names = [c.name for c in schema.columns]
    assert len(set(names)) == len(names)
    assert {c.dtype for c in schema.columns} <= {"str", "int64", "float64", "bool", TIME}
    assert all(c.meaning for c in schema.columns)


def test_recordings_lead_back_to_a_file():
    assert {"file", "sha256", "recording_id", "fs_hz", "started_at"} <= {c.name for c in RECORDINGS.columns}


RANGED = TableSchema(
    "ranged",
    1,
    (
        Column("colour", "str", "", "a colour", allowed=("red", "green")),
        Column("fs_hz", "float64", "Hz", "a rate", True, above=0.0),
        Column("rows", "int64", "", "a count", minimum=0),
    ),
)


def ranged(**columns):
    return pd.DataFrame({"colour": ["red", "green"], "fs_hz": [1000.0, np.nan], "rows": [0, 7], **columns})


def test_values_in_their_range_and_absent_ones_are_accepted():
    assert conform(ranged(), RANGED).equals(ranged())
    assert conform(ranged().iloc[:0], RANGED).empty


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"colour": ["red", "blue"]}, "table ranged, column colour must be one of red, green; got 'blue'"),
        ({"fs_hz": [0.0, np.nan]}, "table ranged, column fs_hz must be above 0; got 0.0"),
        ({"rows": [3, -1]}, "table ranged, column rows must be at least 0; got -1"),
    ],
)
def test_a_value_that_may_not_stand_in_its_column_is_refused_in_words(columns, sentence):
    with pytest.raises(TableError) as caught:
        conform(ranged(**columns), RANGED)
    assert str(caught.value) == sentence


def test_many_allowed_values_are_not_listed_all():
    schema = TableSchema("letters", 1, (Column("letter", "str", "", "a letter", allowed=tuple("abcdefghijklmnop")),))
    with pytest.raises(TableError, match=r"must be one of a, b, c, d, e, f, g, h, i, j, k, l, \.\.\.; got 'z'"):
        conform(pd.DataFrame({"letter": ["z"]}), schema)

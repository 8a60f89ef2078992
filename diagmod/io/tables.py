"""Tables that say what they are: Parquet with schema, units and lineage inside.

A table is checked against its schema when it is written, not when somebody trips over it. The
lineage travels in the file's own metadata, so that a copied file still says where it comes from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from diagmod.io.schemas import Column, TableSchema

if TYPE_CHECKING:
    import pandera.pandas as pandera

#: Key of the Parquet metadata that holds schema version, units, reason and lineage.
METADATA_KEY = b"diagmod"

#: Rows that are read together: a page that asks for one motor of a large fleet skips the rest.
ROWS_OF_A_GROUP = 100_000

#: Allowed values that a message lists before it breaks off.
MOST_LISTED = 12


class TableError(ValueError):
    """A table does not fit its schema; the message is one sentence."""


def empty_table(schema: TableSchema) -> pd.DataFrame:
    """A valid table without rows."""
    return pd.DataFrame({c.name: pd.Series(dtype=c.dtype) for c in schema.columns})


def joined(parts: Iterable[pd.DataFrame], schema: TableSchema) -> pd.DataFrame:
    """Parts of a table one below the other; the empty table where no part has a row.

    Raises
    ------
    TableError
        See :func:`conform`.
    """
    kept = [part for part in parts if len(part)]
    return conform(pd.concat(kept, ignore_index=True), schema) if kept else empty_table(schema)


def conform(frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """The table with exactly the columns and types of its schema.

    Raises
    ------
    TableError
        A column is missing or unknown, has the wrong type or a value that it may not have, or lacks one where none may
        be missing.
    """
    import pandera.pandas as pandera
    from pandera.errors import SchemaErrors

    names = [c.name for c in schema.columns]
    if unknown := sorted(set(frame.columns) - set(names)):
        raise TableError(f"table {schema.name} has no column {unknown[0]!r}; add it to the schema or drop it")
    if missing := [n for n in names if n not in frame]:
        raise TableError(f"table {schema.name} lacks column {missing[0]!r}; compute it or correct the schema")
    for column in schema.columns:
        if not _fits(frame[column.name], column.dtype):
            raise TableError(
                f"table {schema.name}, column {column.name} must be {column.dtype}, "
                f"got {frame[column.name].dtype} with {_first(frame[column.name])!r}"
            )
    contract = pandera.DataFrameSchema(
        {c.name: pandera.Column(c.dtype, _checks(c), nullable=c.nullable, coerce=True) for c in schema.columns},
        strict=True,
    )
    try:
        return contract.validate(frame.reset_index(drop=True), lazy=True)[names]
    except SchemaErrors as exc:
        case = exc.failure_cases.iloc[0]
        what = "has no value in some row" if case["check"] == "not_nullable" else case["check"]
        got = case["failure_case"]
        got = got.item() if isinstance(got, np.generic) else got
        raise TableError(f"table {schema.name}, column {case['column']} {what}; got {got!r}") from exc


def write_table(
    frame: pd.DataFrame,
    schema: TableSchema,
    path: Path,
    lineage: dict[str, Any],
    *,
    reason: str = "",
    current_unit: str = "A",
) -> None:
    """Check a table and write it.

    Parameters
    ----------
    frame : DataFrame
    schema : TableSchema
    path : Path
        Parquet file to write; ``.csv`` writes text for people instead, without metadata.
    lineage : dict
        From ``Workspace.lineage()``; holds no clock time, host or path.
    reason : str
        Why the table is empty, where it is.
    current_unit : str
        Unit of the data set's currents; stands in the file for the schema's ampere.
    """
    frame = conform(frame, schema)
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, lineterminator="\n")
        return
    about = {
        "table": schema.name,
        "schema_version": schema.version,
        "units": {c.name: current_unit if c.unit == "A" else c.unit for c in schema.columns if c.unit},
        "lineage": lineage,
        "reason": reason,
    }
    table = pa.Table.from_pandas(frame, preserve_index=False)
    metadata = {**(table.schema.metadata or {}), METADATA_KEY: json.dumps(about, sort_keys=True).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path, compression="zstd", row_group_size=ROWS_OF_A_GROUP)


def read_table(path: Path, schema: TableSchema, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table that one of our stages wrote.

    Raises
    ------
    TableError
        The file is missing, is no Parquet file, or is another table or another version.
    """
    check_table(path, schema, columns)
    try:
        return pq.read_table(path, columns=list(columns) if columns else None).to_pandas()
    except (OSError, pa.ArrowInvalid) as exc:
        raise TableError(f"{path.name} is damaged ({str(exc).splitlines()[0]}); rebuild it with `dvc repro`") from exc


def check_table(path: Path, schema: TableSchema, columns: Sequence[str] | None = None) -> None:
    """Refuse a file that does not hold this table, without reading its rows.

    Raises
    ------
    TableError
        As :func:`read_table`.
    """
    about = describe_table(path)
    if (about["table"], about["schema_version"]) != (schema.name, schema.version):
        raise TableError(
            f"{path.name} holds table {about['table']} version {about['schema_version']}, expected {schema.name} "
            f"version {schema.version}; rebuild it with `dvc repro`"
        )
    if unknown := sorted(set(columns or ()) - {c.name for c in schema.columns}):
        raise TableError(f"table {schema.name} has no column {unknown[0]!r}; ask for one of its schema")


def describe_table(path: Path) -> dict[str, Any]:
    """What a table says of itself: name, schema version, units, reason, lineage."""
    try:
        metadata = pq.read_schema(path).metadata or {}
    except FileNotFoundError:
        raise TableError(f"{path} does not exist; run `dvc repro` to make it") from None
    except pa.ArrowInvalid as exc:
        raise TableError(f"{path.name} is no readable Parquet file; rebuild it with `dvc repro`") from exc
    if METADATA_KEY not in metadata:
        raise TableError(f"{path.name} was not written by diagmod; pass a table of a stage")
    return json.loads(metadata[METADATA_KEY])


def _checks(column: Column) -> list[pandera.Check]:
    """What the values of a column must be, with the words of the refusal."""
    import pandera.pandas as pandera

    found = []
    if column.allowed:
        shown = ", ".join(column.allowed[:MOST_LISTED]) + (", ..." if len(column.allowed) > MOST_LISTED else "")
        found.append(pandera.Check.isin(column.allowed, error=f"must be one of {shown}"))
    if column.above is not None:
        found.append(pandera.Check.gt(column.above, error=f"must be above {column.above:g}"))
    if column.minimum is not None:
        found.append(pandera.Check.ge(column.minimum, error=f"must be at least {column.minimum:g}"))
    return found


def _fits(values: pd.Series, dtype: str) -> bool:
    """Whether a column can take its type without a change of any value; pandas would truncate 1.5 to 1."""
    present = values.dropna()
    if present.empty:
        return True
    api = pd.api.types
    if dtype == "str":
        return api.infer_dtype(present) == "string"
    if dtype == "bool":
        return api.infer_dtype(present) == "boolean"
    if dtype == "int64":
        return api.infer_dtype(present) == "integer"
    if dtype == "float64":
        return api.infer_dtype(present) in ("floating", "integer", "mixed-integer-float")
    return isinstance(values.dtype, pd.DatetimeTZDtype)


def _first(values: pd.Series) -> object:
    present = values.dropna()
    return present.iloc[0] if len(present) else None

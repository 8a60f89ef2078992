"""Learned embeddings on disk: the table ``embeddings``, and the network as safetensors beside a JSON of facts.

safetensors holds numbers and their names, nothing that can run code; the same network is the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from diagmod.io.model_files import write_content
from diagmod.io.schemas import Column, TableSchema
from diagmod.io.tables import describe_table, read_table
from diagmod.io.tensor_files import dump_tensors, read_tensors

WEIGHTS = "model.safetensors"

#: Numbers of an embedding unless told otherwise.
DIMENSION = 8

#: Most numbers of an embedding: the columns are e01 to e99.
MOST = 99


def code_names(dimension: int) -> list[str]:
    """Columns of an embedding: e01, e02, ...

    Raises
    ------
    ValueError
        The dimension is not between 1 and 99.
    """
    if not 1 <= dimension <= MOST:
        raise ValueError(f"the dimension of an embedding must lie between 1 and {MOST}, got {dimension}")
    return [f"e{k:02d}" for k in range(1, dimension + 1)]


def code_names_of(columns: Iterable[str]) -> list[str]:
    """Those of some columns that are numbers of an embedding."""
    return [name for name in columns if re.fullmatch(r"e\d\d", name)]


def embedding_schema(dimension: int) -> TableSchema:
    """The table ``embeddings`` with so many numbers a row."""
    meaning = "number {} of the embedding by this fold's network; missing where a phase or the supply line is"
    return TableSchema(
        "embeddings",
        1,
        (
            Column("recording_id", "str", "", "first 16 digits of the SHA-256 of the recording's file"),
            Column("motor_id", "str", "", "motor of the register"),
            Column("segment", "int64", "", "number of the segment in its recording"),
            Column("fold", "int64", "", "fold whose network made the row; numbers of other folds do not compare"),
            Column("is_held_out", "bool", "", "whether that network never saw this row's split group"),
            *(Column(name, "float64", "", meaning.format(int(name[1:])), True) for name in code_names(dimension)),
            Column("error_db", "float64", "dB", "rms difference of the order spectra from their reconstruction", True),
        ),
    )


#: The table with the default dimension.
EMBEDDINGS = embedding_schema(DIMENSION)


def read_embeddings(path: Path) -> pd.DataFrame:
    """Table ``embeddings`` of whatever dimension.

    Raises
    ------
    TableError
        See :func:`diagmod.io.tables.read_table`.
    """
    describe_table(path)
    return read_table(path, embedding_schema(len(code_names_of(pq.read_schema(path).names)) or DIMENSION))


def held_out(embeddings: pd.DataFrame) -> pd.DataFrame:
    """One row a segment, by the network that never saw its split group."""
    return embeddings[embeddings["is_held_out"]].drop(columns="is_held_out").reset_index(drop=True)


def write_embedding(folder: Path, weights: Mapping[str, NDArray[Any]], facts: dict[str, Any]) -> None:
    """Write ``model.safetensors`` and ``model.json`` (everything beside the numbers, and their hash)."""
    write_content(folder, WEIGHTS, dump_tensors(weights), facts)


def read_embedding(folder: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Numbers and facts of a model folder, hash checked first.

    Raises
    ------
    ModelError
        A file is missing or damaged, or the content is not what ``model.json`` says.
    """
    return read_tensors(folder, WEIGHTS)

"""A slow reading of damaged texts: the samples that were loaded must be the rows of the text, in their order.

It trusts the dialect that the load states and nothing else, uses no parser of the package, and is right for
damage of any kind: a row may be missing from the samples only if it was reported as left out.
"""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from itertools import product

import numpy as np
from ingest_mutations import nearest_float32
from numpy.typing import NDArray

from diagmod.io.ingested import Ingested

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MARKS = {"semicolons": ";", "commas": ",", "tabs": "\t", "bars": "|", "blanks": " "}
_FACTORS = (1.0, 1e-3, 1e3, 1e-6)

#: Lines of numbers that may stand above the rows: channel numbers, a scale.
_HEADING = 3


def unexplained(content: bytes, samples: NDArray[np.float32], ingested: Ingested, cells: dict[str, str]) -> str:
    """What of the samples does not come from the rows of the text; empty where all do.

    Parameters
    ----------
    content : bytes
    samples : ndarray of float32, shape (3, n)
    ingested : Ingested
        What the load said of its reading.
    cells : dict of str
        What the manifest says of the file.
    """
    words = re.match(
        r"(?:text of numbers, )?(?:one column|(\d+) columns separated by (\w+)) with decimal (\w+)", ingested.dialect
    )
    if words is None:
        return f"the dialect is {ingested.dialect!r}"
    delimiter, n = _MARKS[words[2]] if words[2] else "", int(words[1] or 1)
    rows = _rows(_text(content, cells), delimiter, "," if words[3] == "comma" else ".", n)
    if not rows:
        return "no line is a row"
    taken = [row for row in samples if not np.isnan(row).all()]
    for factor in _FACTORS:
        table = np.array([[_single(text, factor) for text in row] for row in rows], dtype=np.float32)
        for columns in product(*[_candidates(table, row) for row in taken]):
            if len(set(columns)) == len(columns) and _is_in_order(
                table[:, columns], np.array(taken).T, ingested.n_left_out
            ):
                return ""
    return f"{samples[:, :3].tolist()}... are not the rows of the text, read as {ingested.dialect}"


def _text(content: bytes, cells: dict[str, str]) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if cells.get("encoding") == "utf-16":
        return content.decode("utf-16", "replace")
    return content.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _rows(text: str, delimiter: str, decimal: str, n: int) -> list[list[str]]:
    """Every line of as many cells as a row has, with decimal points and empty for what is no number."""
    rows = []
    for line in re.split(r"\r\r\n|\r\n|\r|\n", text):
        readings = [
            [_number(cell, decimal) for cell in cells] for cells in _readings(line, delimiter) if len(cells) == n
        ]
        if readings:
            rows.append(max(readings, key=lambda numbers: sum(map(bool, numbers))))
    return rows


def _readings(line: str, delimiter: str) -> list[list[str]]:
    """A line cut as it is, and without the quotes around it."""
    if not delimiter:
        return [[line.strip().strip('"').strip()]]
    if delimiter == " ":
        return [line.split()]
    found = [line.split(delimiter), line.replace('"', "").split(delimiter)]
    with suppress(csv.Error):
        found.insert(1, next(csv.reader(io.StringIO(line), delimiter=delimiter), []))
    return found


def _number(cell: str, decimal: str) -> str:
    text = cell.strip().strip('"').strip().replace(decimal, ".", 1)
    return text if _NUMBER.fullmatch(text) else ""


def _single(text: str, factor: float) -> np.float32:
    """A number as it is stored, in ampere."""
    if not text:
        return np.float32(np.nan)
    with np.errstate(over="ignore", under="ignore"):
        return nearest_float32(text) if factor == 1.0 else np.float32(float(text) * factor)


def _candidates(table: NDArray[np.floating], row: NDArray[np.float32]) -> list[int]:
    """Columns in which every finite sample stands."""
    finite = row[np.isfinite(row)]
    return [k for k in range(table.shape[1]) if np.isin(finite, table[:, k].astype(np.float32)).all()]


def _is_in_order(rows: NDArray[np.floating], samples: NDArray[np.float32], n_left_out: int) -> bool:
    """Whether the samples are the rows, but for a heading, what was left out, and rows without currents."""
    rows, at, skipped = np.where(np.isfinite(rows), rows, np.nan).astype(np.float32), 0, []
    for sample in np.where(np.isfinite(samples), samples, np.nan):
        if np.isnan(sample).all() and (at == len(rows) or not np.isnan(rows[at]).all()):
            continue  # a line of blanks is a gap
        while at < len(rows) and not np.array_equal(rows[at], sample, equal_nan=True):
            skipped.append(at)
            at += 1
        if at == len(rows):
            return False
        at += 1
    skipped += range(at, len(rows))
    full = [k for k in skipped if np.isfinite(rows[k]).any()]
    return len(full) <= n_left_out + _HEADING

"""The lines above a table of numbers: names and units of its columns.

The names stand right above the first row, a row of units may stand between, and comments anywhere. A line
that should be names and does not fit the rows is refused: columns without the right names are guesses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from diagmod.io.refusals import UnreadableRecording, shorten
from diagmod.io.text_dialects import MISSING, Dialect, is_comment

#: Longest name that is kept.
MAX_NAME = 100

#: Largest whole number that can be the name of a channel; a larger one is a sample of a damaged row.
MAX_CHANNEL = 64

_UNIT = re.compile(
    r"[(\[]?\s*((?:[munkµμ]?(?:s|sec|a|v|hz|w|amp|amps|amper|volt|volts|g|nm))|seconds?|rpm|%|counts?|-|°?c|"
    r"[мк]?[асв]|мкс|сек)\s*[)\]]?",
    re.IGNORECASE,
)
#: Names of phases that could be units.
_LETTERS = (set("rst"), set("abc"), set("uvw"), set("авс"))

_COMMENT_MARK = re.compile(r"^\s*[#%!/]+[ \t]?")
#: What stands above no column at the end of a line of names; LabVIEW names a comment that its rows do not have.
_NO_COLUMN = ("", "comment")

_PAIR = re.compile(r"[:=]")
_SEVERAL_BLANKS = re.compile(r"\s{2,}|\t")


@dataclass(frozen=True)
class Heading:
    """Names and units of the columns, as many as there are columns, empty where not given."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_heading(lines: list[str], dialect: Dialect, source: str, has_names: bool | None = None) -> Heading:
    """Names and units from the lines above the table; lines that are neither are noted.

    Parameters
    ----------
    lines : list of str
        All lines above the first row, so that their numbers count from 1.
    dialect : Dialect
        Of the rows.
    source : str
        Name of the file for messages.
    has_names : bool, optional
        Whether the line right above the rows names the columns, where it was declared.

    Raises
    ------
    UnreadableRecording
        The line above the rows is a damaged row, or names another number of columns.

    Examples
    --------
    >>> from diagmod.io.text_dialects import find_dialect
    >>> rows = ["0.0;1.5", "0.1;-1.5"]
    >>> read_heading(["t;I_R", "s;mA"], find_dialect(rows, "x.csv"), "x.csv")
    Heading(names=('t', 'I_R'), units=('s', 'mA'), notes=())
    """
    above = [(number, line) for number, line in enumerate(lines, start=1) if any(map(str.isalnum, line))]
    plain = [numbered for numbered in reversed(above) if not is_comment(numbered[1])]
    _refuse_broken_rows(plain, dialect, source)
    commented = [(number, _COMMENT_MARK.sub("", line)) for number, line in reversed(above) if is_comment(line)]
    if has_names is False:
        return Heading(*(("",) * len(dialect.kinds),) * 2, _left_out([line for _, line in above]))
    units_at, units = _units(plain[:1], dialect)
    if has_names is True and plain and (cells := _as_names(plain[0][1], dialect)) and not units_at:
        names_at, names = plain[0][0], cells
    else:
        names_at, names = _names(plain[1 if units_at else 0 :], commented[:1], dialect, source)
    if units_at and not names_at:  # a row of units alone names its columns too; of one column it is the name
        names, units = units, units if len(units) > 1 else ("",)
    left = [line for number, line in above if number not in (names_at, units_at)]
    plain_units = tuple(_UNIT.sub(r"\1", unit) for unit in units)
    return Heading(tuple(name[:MAX_NAME] for name in names), plain_units, _left_out(left))


def _left_out(lines: list[str]) -> tuple[str, ...]:
    return (f"{len(lines)} line(s) above the table were left out, the first {shorten(lines[0])}",) if lines else ()


def _refuse_broken_rows(plain: list[tuple[int, str]], dialect: Dialect, source: str) -> None:
    """A line that begins with a number and opens a quote is a row whose text goes on in the next line."""
    for number, line in plain:
        first = line.split(dialect.delimiter if dialect.delimiter != " " else None, 1)[0].strip()
        if line.count('"') % 2 and dialect.number.fullmatch(first):
            raise UnreadableRecording(
                f"line {number} of {source} opens a quote and does not close it: {shorten(line)}; write a text in "
                "one line"
            )


def _units(nearest: list[tuple[int, str]], dialect: Dialect) -> tuple[int, tuple[str, ...]]:
    """Line number and cells of a row of units; 0 and empty cells where the nearest line is none."""
    for number, line in nearest:
        cells = _as_names(line, dialect)
        if cells and any(cells) and all(not cell or _UNIT.fullmatch(cell) for cell in cells):
            return number, cells
    return 0, ("",) * len(dialect.kinds)


def _names(
    plain: list[tuple[int, str]], commented: list[tuple[int, str]], dialect: Dialect, source: str
) -> tuple[int, tuple[str, ...]]:
    """Line number and cells of the nearest line that can be names, a comment only where no other line can."""
    for nearness, (number, line) in enumerate(plain):
        cells = _as_names(line, dialect)
        if cells and nearness == 0:
            _refuse_damaged_row(number, cells, dialect, source)
            _refuse_cut_names(number, cells, dialect, source)
        elif nearness == 0:
            _refuse_other_length(number, line, dialect, source)
        if cells and (nearness == 0 or not any(map(dialect.number.fullmatch, cells))):
            return number, cells
    for number, line in commented:
        if cells := _as_names(line, dialect):
            return number, cells
    return 0, ("",) * len(dialect.kinds)


def _as_names(line: str, dialect: Dialect) -> tuple[str, ...] | None:
    """Cells of a line, as many as the table has columns; None if they cannot be its names."""
    n = len(dialect.kinds)
    n_sparse = next((k for k, kind in enumerate(reversed(dialect.kinds)) if kind != "sparse"), 0)
    cells = dialect.cells(line)
    if dialect.delimiter == " " and len(cells) != n:
        cells = _SEVERAL_BLANKS.split(line.strip())
    while len(cells) > n and cells[-1].casefold() in _NO_COLUMN:
        cells.pop()
    return (*cells, *[""] * (n - len(cells))) if n - n_sparse <= len(cells) <= n else None


def _refuse_damaged_row(at: int, names: tuple[str, ...], dialect: Dialect, source: str) -> None:
    """Names may be channel numbers, but a line with measured numbers is a damaged row."""
    numbers = [cell for cell in names if cell and dialect.number.fullmatch(cell)]
    are_channels = all(len(c) < 4 and c.isdigit() and int(c) <= MAX_CHANNEL for c in numbers)
    if numbers and not (are_channels and len(set(numbers)) == len(numbers)):
        bad = next((c for c in names if c not in MISSING and not dialect.number.fullmatch(c)), names[0])
        raise UnreadableRecording(
            f"line {at} of {source} holds {shorten(bad)} where a number is expected; correct or remove it"
        )


def _refuse_cut_names(at: int, names: tuple[str, ...], dialect: Dialect, source: str) -> None:
    """``time, s,I_R,I_S`` above rows with an empty last column: a comma inside a name moved all names by one."""
    spoken = {name.casefold() for name in names}
    units = [name for name in names[1:] if _UNIT.fullmatch(name) and name not in ("S", "-")]
    is_moved = any(name and kind == "sparse" for name, kind in zip(names, dialect.kinds, strict=True))
    if dialect.delimiter == "," and units and is_moved and not any(letters <= spoken for letters in _LETTERS):
        raise UnreadableRecording(
            f"line {at} of {source} may name its columns in two ways, for {shorten(units[0])} is a column or the unit "
            "of the name before it; put quotes around names with a comma"
        )


def _refuse_other_length(at: int, line: str, dialect: Dialect, source: str) -> None:
    """A line above the rows that is a broken row or names too few columns; "rate: 5 kHz" and the like are neither."""
    n, cells = len(dialect.kinds), dialect.cells(line)
    if n > 1 and all(map(_UNIT.fullmatch, cells)):
        raise UnreadableRecording(
            f"line {at} of {source} gives {len(cells)} units for {n} columns, so it is not known whose they are; put - "
            "for a column without a unit"
        )
    if len(cells) > 1 and dialect.number.fullmatch(cells[0]):
        raise UnreadableRecording(
            f"line {at} of {source} has {len(cells)} cells, expected {n}: {shorten(line)}; correct or remove it"
        )
    if dialect.delimiter == " " or len(cells) < 2 or any(map(dialect.number.fullmatch, cells)) or _PAIR.search(line):
        return
    is_comma = dialect.delimiter == "," and n > len(cells)
    comma = "the comma seems to be decimal mark and separator at once: " if is_comma else ""
    raise UnreadableRecording(
        f"line {at} of {source} names {len(cells)} columns, but the rows have {n} cells; {comma}export it with a name "
        "for every column, semicolons between them and decimal points"
    )

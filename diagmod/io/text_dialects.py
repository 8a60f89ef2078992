"""How a text of numbers is written: where its lines are cut, its decimal mark, and what each column holds.

Every separator and decimal mark is tried on some lines; the reading is taken under which most lines are
rows of one length and most of their cells are numbers. Where a comma can be read in two ways and nothing
in the text decides, the text is refused with both readings: a guess would be wrong by a factor of a thousand.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from diagmod.io.refusals import UnreadableRecording, shorten

#: Lines by which a dialect is judged, and the share of them that must be rows of the table.
SAMPLE_LINES, MIN_SHARE = 200, 0.6

#: Separators that are tried, of equal ones the first; the blank stands for any run of blanks and tabs.
DELIMITERS = ";\t|, "

#: Cells that mean "no sample".
MISSING = (
    "", "nan", "NaN", "NAN", "-nan", "null", "NULL", "NA", "N/A", "#N/A", "None", "-", "--", "1.#QNAN", "-1.#IND",
    "#DIV/0!", "#NUM!", "#VALUE!", "#REF!",
)  # fmt: skip

#: Wall-clock times, with or without a date before and a zone behind.
STAMP = re.compile(
    r"(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}[T ] *)?\d{1,2}:\d\d:\d\d(?:[.,]\d+|:\d{3})?"
    r" *(?:[AP]M)? *(?:Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE | re.ASCII,
)

_EXPONENT = r"(?:e[+-]?\d+)?"
_NUMBERS = {
    ".": re.compile(rf"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+){_EXPONENT}|inf|infinity)", re.IGNORECASE | re.ASCII),
    ",": re.compile(rf"[+-]?(?:(?:\d+(?:,\d*)?|,\d+){_EXPONENT}|inf|infinity)", re.IGNORECASE | re.ASCII),
}
_WORDS = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "bars", " ": "blanks"}
_BLANKS = re.compile(r"[ \t]+")
_COMMENT = ("#", "%", "//", "!")
_WHOLE_SECONDS = re.compile(r"\d:\d\d:\d\d$", re.ASCII)
_THREE_DIGITS = re.compile(r"\d{3}", re.ASCII)
_MARKED = re.compile(r"[+-]?\d{1,3}(?:([., '])\d{3}(?:\1\d{3})*)?(?:[.,]\d+)?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_FRACTION = re.compile(rb"(?<![\d,:])0+,\d|,\d{1,2}(?!\d)|,\d{4}|\d{4},\d")


@dataclass(frozen=True)
class Dialect:
    """One way to read lines.

    Attributes
    ----------
    delimiter, decimal : str
        One character each; a blank as delimiter stands for any run of blanks and tabs.
    kinds : tuple of str
        What each column holds: "number", "stamp" (clock times), "text", or "sparse" (mostly missing: anything).
    share : float
        Share of the judged lines that are rows, 0..1.
    """

    delimiter: str
    decimal: str
    kinds: tuple[str, ...]
    share: float = 0.0

    @cached_property
    def number(self) -> re.Pattern[str]:
        """Numbers of this dialect."""
        return _NUMBERS[self.decimal]

    @property
    def score(self) -> float:
        """How well it fits: share of rows times share of columns that are no text."""
        return self.share * (sum(kind != "text" for kind in self.kinds) / len(self.kinds))

    @property
    def words(self) -> str:
        """The dialect for a message."""
        mark = "comma" if self.decimal == "," else "point"
        if len(self.kinds) == 1:
            return f"one column with decimal {mark}"
        return f"{len(self.kinds)} columns separated by {_WORDS[self.delimiter]} with decimal {mark}"

    def cells(self, line: str) -> list[str]:
        """Cells of a line without the blanks around them."""
        return split_line(line, self.delimiter)

    def is_row(self, cells: list[str]) -> bool:
        """Whether the cells are a row of this table with at least one number."""
        return self.may_stand_inside(cells) and any(
            kind == "number" and cell not in MISSING for cell, kind in zip(cells, self.kinds, strict=True)
        )

    def may_stand_inside(self, cells: list[str]) -> bool:
        """As :meth:`is_row`, and rows in which every number is missing."""
        return len(cells) == len(self.kinds) and all(map(self.fits, cells, self.kinds))

    def fits(self, cell: str, kind: str) -> bool:
        """Whether a cell can stand in a column of that kind."""
        if kind in ("text", "sparse") or cell in MISSING:
            return True
        return (self.number if kind == "number" else STAMP).fullmatch(cell) is not None


def find_dialect(lines: list[str], name: str, delimiters: str = DELIMITERS, decimals: str = ".,") -> Dialect:
    """The reading under which most lines are rows of numbers.

    Parameters
    ----------
    lines : list of str
        Lines from the beginning of the text, empty ones left out.
    name : str
        Name for messages.
    delimiters, decimals : str
        Separators and decimal marks to try, one character each.

    Raises
    ------
    UnreadableRecording
        No reading fits, or two fit equally well.

    Examples
    --------
    >>> find_dialect(["t;I", "0,0;1,5", "0,1;-1,25"], "x.csv").words
    '2 columns separated by semicolons with decimal comma'
    """
    sample = lines[:: max(1, len(lines) // SAMPLE_LINES)]
    has_quotes = any('"' in line for line in sample)  # only in quotes may a comma be separator and decimal mark
    tried = [_judge(sample, mark, point) for mark in delimiters for point in decimals if mark != point or has_quotes]
    found = [dialect for dialect in tried if dialect is not None and dialect.share >= MIN_SHARE]
    if not found:
        raise UnreadableRecording(
            f"{name} holds no table of numbers (it begins with {shorten(next(iter(lines), ''))}); export the currents "
            "as columns of numbers, a row a sample"
        )
    best = _with_decimal_commas(max(found, key=lambda dialect: dialect.score), found, sample)
    _refuse_words_and_pairs(best, found, sample, name)
    pairs = next((d for d in found if (d.delimiter, d.decimal, d.kinds) == (",", ".", ("number", "number"))), None)
    if best.decimal == "," and len(best.kinds) == 1 and pairs is not None and pairs.share >= best.share:
        return _settle_pairs(best, pairs, lines, name)
    _refuse_cut_numbers(best, sample, name)
    return best


def _with_decimal_commas(best: Dialect, found: list[Dialect], lines: list[str]) -> Dialect:
    """Of ``on;yes;0,737`` the reading between semicolons: all commas stand inside its numbers.

    Cut at the comma, ``on;yes;0`` would be one text and 737 a number, which leaves fewer columns of text.
    """
    if best.delimiter != ",":
        return best
    others = [
        d for d in found
        if d.delimiter in ";\t|" and d.decimal == "," and len(d.kinds) > 1 and d.share >= best.share
        and all(_has_commas_in_numbers_alone(d, line) for line in lines if d.is_row(d.cells(line)))
    ]  # fmt: skip
    return max(others, key=lambda dialect: dialect.score, default=best)


def _has_commas_in_numbers_alone(dialect: Dialect, line: str) -> bool:
    cells = zip(dialect.cells(line), dialect.kinds, strict=True)
    return all(kind == "number" or "," not in cell for cell, kind in cells)


def _refuse_words_and_pairs(best: Dialect, found: list[Dialect], lines: list[str], name: str) -> None:
    """Refuse ``ok 1,5``: a word and a number with decimal comma, or the text ``ok 1`` and a 5."""
    other = next((d for d in found if d.delimiter == " " and d.decimal == "," and d.share >= best.share), None)
    if best.delimiter == "," and "text" in best.kinds and other and not any(", " in line for line in lines):
        raise UnreadableRecording(
            f"{name} can be read in two ways, as {best.words} or as {other.words}; give the separator by --delimiter"
        )


def refuse_grouped_thousands(content: bytes, dialect: Dialect, lines: list[str], name: str) -> None:
    """Refuse commas that may be decimal marks or marks between thousands.

    Every one stands before exactly three digits and no number begins with a zero, in the sampled lines and
    then in the whole content.

    Raises
    ------
    UnreadableRecording
        Both readings are possible.
    """
    if dialect.decimal != ",":
        return
    rows = [cells for line in lines[:SAMPLE_LINES] if dialect.is_row(cells := dialect.cells(line))]
    with_comma = [
        cell for row in rows for cell, kind in zip(row, dialect.kinds, strict=True) if kind == "number" and "," in cell
    ]
    if with_comma and all(map(_GROUPED.fullmatch, with_comma)) and not _FRACTION.search(content):
        raise UnreadableRecording(
            f"{name} can be read in two ways: {shorten(with_comma[0])} is {with_comma[0].replace(',', '.')} with a "
            f"decimal comma, or {with_comma[0].replace(',', '')} with a comma between thousands; export it with "
            "decimal points and nothing between thousands, or declare its decimal mark (decimal)"
        )


def refuse_cut_clock_times(dialect: Dialect, lines: list[str], name: str) -> None:
    """Refuse ``08:00:00,001,1.5`` without names: the comma behind the seconds may be a decimal mark or a separator.

    Raises
    ------
    UnreadableRecording
        A column of whole seconds stands before one of three digits.
    """
    for k, pair in enumerate(zip(dialect.kinds, dialect.kinds[1:], strict=False)):
        if dialect.delimiter != "," or pair != ("stamp", "number"):
            continue
        rows = [cells for line in lines[:SAMPLE_LINES] if dialect.is_row(cells := dialect.cells(line))]
        if all(_WHOLE_SECONDS.search(row[k]) and _THREE_DIGITS.fullmatch(row[k + 1]) for row in rows):
            raise UnreadableRecording(
                f"{name} can be read in two ways: {rows[0][k + 1]} behind {rows[0][k]} is a column or a fraction of "
                "the second; give it a heading line with the names of its columns"
            )


def is_comment(line: str) -> bool:
    """Whether a line is marked as a comment."""
    return line.lstrip().startswith(_COMMENT)


def split_line(line: str, delimiter: str) -> list[str]:
    """Cells of a line without the blanks around them; quotes are respected, a cell may hold the delimiter in them."""
    if delimiter == " ":
        return _BLANKS.split(line.strip(" \t"))
    if '"' not in line:
        return [cell.strip(" \t") for cell in line.split(delimiter)]
    try:
        return [cell.strip(" \t") for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]
    except csv.Error:
        return []


def _judge(sample: list[str], delimiter: str, decimal: str) -> Dialect | None:
    """How well a delimiter and a decimal mark fit the sampled lines; None where no line holds a number."""
    number = _NUMBERS[decimal]
    rows = [cells for line in sample if any(map(number.fullmatch, cells := split_line(line, delimiter)))]
    if not rows:
        return None
    n = Counter(map(len, rows)).most_common(1)[0][0]
    rows = [cells for cells in rows if len(cells) == n]
    dialect = Dialect(delimiter, decimal, tuple(_kind(cells, number) for cells in zip(*rows, strict=True)))
    return Dialect(delimiter, decimal, dialect.kinds, sum(map(dialect.is_row, rows)) / len(sample))


def _kind(cells: tuple[str, ...], number: re.Pattern[str]) -> str:
    filled = [cell for cell in cells if cell not in MISSING]
    if 2 * len(filled) < len(cells):
        return "sparse"
    if 2 * sum(number.fullmatch(cell) is not None for cell in filled) > len(filled):
        return "number"
    return "stamp" if 2 * sum(STAMP.fullmatch(cell) is not None for cell in filled) > len(filled) else "text"


def _refuse_cut_numbers(dialect: Dialect, sample: list[str], name: str) -> None:
    """Refuse ``1.234,50;1.100,25`` cut at its commas or blanks into columns that are pieces of numbers."""
    if "text" not in dialect.kinds:
        return
    rows = [line for line in sample if dialect.is_row(dialect.cells(line))]
    for mark in set(";\t|") - {dialect.delimiter}:
        numbers = [[_MARKED.fullmatch(cell) for cell in split_line(line, mark)] for line in rows if mark in line]
        marked = [found for found in numbers if all(found)]
        if 2 * len(marked) > len(rows) and any(number and number[1] for found in marked for number in found):
            raise UnreadableRecording(
                f"{name} cannot be cut into numbers, for example {shorten(rows[0])}: there seem to be marks between "
                "thousands; export it with nothing between thousands"
            )


def _settle_pairs(single: Dialect, pairs: Dialect, lines: list[str], name: str) -> Dialect:
    """Lines such as ``1,5``: two columns of whole numbers or one with a decimal comma?"""
    rows = [cells for line in lines if len(cells := pairs.cells(line)) == 2 and pairs.is_row(cells)]
    if any(second.startswith(("-", "+")) for _, second in rows):
        return pairs
    if any(first == "-0" or (len(second) > 1 and second.startswith("0")) for first, second in rows):
        return single
    above = list(takewhile(lambda line: not pairs.is_row(pairs.cells(line)), lines))
    if names := next((line for line in reversed(above) if not is_comment(line)), None):
        return pairs if len(pairs.cells(names)) == 2 else single
    raise UnreadableRecording(
        f"{name} can be read in two ways, as {pairs.words} or as {single.words} ({shorten(lines[-1])}); give it a "
        "heading line with the names of its columns"
    )

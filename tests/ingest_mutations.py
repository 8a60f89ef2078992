"""Good and damaged texts of currents, and a slow reader to hold the streaming one against.

The slow reader follows the written rules of a current file with nothing but text, regular expressions
and Python's own numbers. Whatever the damage, the fast reader must refuse what the slow one refuses,
and read the very same samples otherwise.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np

from diagmod.io.declarations import Declared
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.text_plan import TextPlan
from diagmod.io.text_stream import stream_text
from diagmod.io.waveforms import read_waveform

COLUMNS = ("current_R", "current_S", "current_T")
MISSING = (
    "", "nan", "NaN", "NAN", "-nan", "NULL", "null", "NA", "N/A", "#N/A", "None", "-", "--", "1.#QNAN", "-1.#IND",
    "#DIV/0!", "#NUM!", "#VALUE!", "#REF!",
)  # fmt: skip
MAX_MAGNITUDE = 1e12
NUMBER = re.compile(r"[ \t]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[ \t]*")
INFINITE = re.compile(r"[ \t]*([+-]?)inf(inity)?[ \t]*", re.IGNORECASE)
UNDEFINED = re.compile(r"[ \t]*[+-]?nan(\([0-9a-z_]*\))?[ \t]*", re.IGNORECASE)
BOM = b"\xef\xbb\xbf"

#: Block sizes the fast reader is tried with; the result must not depend on them.
BLOCKS = (50, 101, 1000, 8 << 20)


def read_slowly(content: bytes, names: list[str], *, quoted: bool) -> np.ndarray | None:
    """Currents of a text, float32, shape (3, n_samples), or None where it must be refused.

    The first line is skipped whatever it holds; the others must have a cell for every name, and one pair of quotes
    around them where the text is quoted.
    """
    _, *lines = content.removeprefix(BOM).decode("latin-1").split("\n")
    rows = []
    for line in _sample_lines(lines, empty_means_gap=len(names) == 1 and not quoted):
        text = line.removesuffix("\r")
        if "\0" in text or (quoted and not re.fullmatch(r'"[^"]*"', text)):
            return None
        cells = [_sample(cell) for cell in (text[1:-1] if quoted else text).split(",")]
        is_blank = not text and len(names) > 1
        if "\r" in text or is_blank or len(cells) != len(names) or None in cells:
            return None
        rows.append(cells)
    samples = dict(zip(names, np.array(rows, dtype=np.float32).T, strict=True)) if len(rows) > 1 else {}
    if not samples or not all(_is_current(row) for row in samples.values()):
        return None
    absent = np.full(len(rows), np.nan, dtype=np.float32)
    return np.stack([samples.get(name, absent) for name in COLUMNS])


def _is_current(row: np.ndarray) -> bool:
    finite = row[np.isfinite(row)]
    return finite.size > 0 and float(np.abs(finite).max()) <= MAX_MAGNITUDE


def _sample_lines(lines: list[str], *, empty_means_gap: bool) -> list[str]:
    """Lines that hold samples: what follows the last line end is one only if it says something."""
    if not lines:
        return []
    *whole, last = lines
    kept = [*whole, last] if last.strip("\r") else whole
    while kept and not empty_means_gap and not kept[-1].strip("\r"):
        kept.pop()
    return kept


def _sample(cell: str) -> np.float32 | None:
    if cell in MISSING or UNDEFINED.fullmatch(cell):
        return np.float32(np.nan)
    if match := INFINITE.fullmatch(cell):
        return np.float32(f"{match[1]}inf")
    match = NUMBER.fullmatch(cell)
    return nearest_float32(match[1]) if match else None


def nearest_float32(text: str) -> np.float32:
    """The float32 nearest to a decimal number, ties to even; rounding by way of a double can miss it."""
    double = float(text)
    with np.errstate(over="ignore", under="ignore"):
        single = np.float32(double)
    if not np.isfinite(single) or float(single) == double:
        return single
    with np.errstate(over="ignore", under="ignore"):
        other = np.nextafter(single, np.float32(np.inf if double > float(single) else -np.inf))
    if np.isfinite(other) and float(single) + float(other) == 2 * double:
        exact = Decimal(text)
        if exact != Decimal(double):
            return max(single, other) if exact > Decimal(double) else min(single, other)
    return single


def good_csv(rng: random.Random) -> bytes:
    """A file without fault, of random length, columns, line ends, dialect and gaps."""
    names = rng.sample(COLUMNS, rng.choice((1, 2, 3, 3, 3)))
    digits = rng.choice((0, 2, 4, 9))
    rows = [",".join(_cell(rng, digits) for _ in names) for _ in range(rng.randint(1, 120))]
    lines = [",".join(names), ",".join("1.5" for _ in names), *rows]
    if rng.random() < 0.3:
        lines = [f'"{line}"' for line in lines]
    end = rng.choice(("\n", "\n", "\r\n"))
    last = rng.choice((end, end, end, ""))
    bom = BOM if rng.random() < 0.15 else b""
    return bom + (end.join(lines) + last).encode()


def _cell(rng: random.Random, digits: int) -> str:
    if rng.random() < 0.03:
        return rng.choice(("", "NaN", "nan", "NULL"))
    return f"{rng.gauss(0, 30):.{digits}f}"


def mutate(content: bytes, rng: random.Random) -> bytes:
    """The content after none to three kinds of damage."""
    for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 3))):
        content = rng.choice(DAMAGES)(content, rng)
    return content


def _insert(content: bytes, rng: random.Random, piece: bytes) -> bytes:
    at = rng.randint(0, len(content))
    return content[:at] + piece + content[at:]


def _insert_line(content: bytes, rng: random.Random, line: bytes) -> bytes:
    lines = content.split(b"\n")
    lines.insert(rng.randint(0, len(lines)), line)
    return b"\n".join(lines)


def _replace_cell(content: bytes, rng: random.Random, cell: bytes) -> bytes:
    lines = content.split(b"\n")
    k = rng.randrange(len(lines))
    cells = lines[k].split(b",")
    cells[rng.randrange(len(cells))] = cell
    return b"\n".join([*lines[:k], b",".join(cells), *lines[k + 1 :]])


def _slice(content: bytes, rng: random.Random) -> bytes:
    begin = rng.randint(0, len(content))
    return content[begin : begin + rng.randint(0, 200)]


def _cut_out(content: bytes, rng: random.Random) -> bytes:
    begin = rng.randint(0, len(content))
    return content[:begin] + content[begin + rng.randint(1, 200) :]


def _flip(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _drop_last_column(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    k = rng.randrange(len(lines))
    return b"\n".join([*lines[:k], *(line.rpartition(b",")[0] for line in lines[k:])])


CELLS = (
    b"inf", b"-inf", b"Infinity", b"nan", b"-NaN", b"nan(1)", b"1e39", b"1e400", b"1e-60", b"+1.5", b"1.", b".5", b"-",
    b"1_000", b"0x1F", b" ", b" 7 ", b"\t7", b"7\xa0", b"1,5", b"1;5", b"NA", b" NA", b"N/A", b"x", b'"7"', b'"', b"1e",
    b"12:30:00", b"TRUE", b"\xff\xfe", b"1" * 400, b"0." + b"3" * 5000, b"16777217",
    b"1.000000059604644775390625000001",
)  # fmt: skip

PIECES = (
    b'"',
    b'""',
    b"\0",
    b"\n",
    b"\n\n",
    b"\r",
    b"\r\n",
    b",",
    b";",
    b" ",
    BOM,
    b"\x1a",
    b"\xe2\x80\xa8",
    b"e",
    b"-",
)

DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    lambda content, rng: content[: rng.randint(0, len(content))],
    _cut_out,
    _flip,
    _drop_last_column,
    lambda content, rng: _insert(content, rng, _slice(content, rng)),
    lambda content, rng: _insert(content, rng, rng.randbytes(rng.randint(1, 40))),
    lambda content, rng: _insert(content, rng, rng.choice(PIECES)),
    lambda content, rng: _insert(content, rng, rng.choice(PIECES)),
    lambda content, rng: _insert_line(content, rng, b""),
    lambda content, rng: _insert_line(content, rng, b"1" * rng.choice((100, 5000, 70_000))),
    lambda content, rng: _insert_line(content, rng, rng.choice(content.split(b"\n"))),
    lambda content, rng: _replace_cell(content, rng, rng.choice(CELLS)),
    lambda content, rng: _replace_cell(content, rng, rng.choice(CELLS)),
    lambda content, rng: content.replace(b".", b","),
    lambda content, rng: content.replace(b",", b";"),
    lambda content, rng: content.replace(b"current_", rng.choice((b"Current_", b"I", b"current_S", b" current_"))),
    lambda content, rng: content + rng.choice((b"\n", b"\r\n", b" ")) * rng.randint(1, 40),
    lambda content, rng: content + content,
    lambda content, rng: content.replace(b"\n", b"\r\n"),
    lambda content, rng: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r"),
    lambda content, rng: content.replace(b'"', b"", rng.randint(1, 3)),
    lambda content, rng: content.decode("latin-1").encode("utf-16"),
)


def check_seed(seed: int, folder: Path) -> str:
    """Stream one damaged file and hold the result against the slow reader; returns "ingested" or "refused"."""
    rng = random.Random(seed)
    good = good_csv(rng)
    content = mutate(good, rng)
    source, target = folder / f"{seed}.csv", folder / f"{seed}.parquet"
    source.write_bytes(content)
    plan = _plan_of(good)
    names = [plan.labels[phase] for phase in sorted(plan.phases, key=lambda phase: plan.phases[phase])]
    expected = read_slowly(content, names, quoted=plan.is_quoted)
    block_bytes = rng.choice(BLOCKS)
    where = f"seed {seed}, blocks of {block_bytes} bytes: {content[:300]!r}"
    try:
        ingested = stream_text(source, target, plan, Declared(), block_bytes=block_bytes)
    except UnreadableRecording as exc:
        assert expected is None, f"refused a good file ({exc}): {where}"
        assert [p.name for p in folder.iterdir()] == [source.name], f"something was left behind: {where}"
        sentence = str(exc)
        assert source.name in sentence and "\n" not in sentence and len(sentence) < 400, f"no sentence: {sentence!r}"
        outcome = "refused"
    else:
        assert expected is not None, f"read a file that the rules refuse: {where}"
        np.testing.assert_array_equal(read_waveform(target), expected, err_msg=where)
        assert (ingested.sha256, ingested.n_samples) == (hashlib.sha256(content).hexdigest(), expected.shape[1]), where
        assert sorted(p.name for p in folder.iterdir()) == [source.name, target.name], (
            f"something was left behind: {where}"
        )
        target.unlink()
        outcome = "ingested"
    source.unlink()
    return outcome


def _plan_of(good: bytes) -> TextPlan:
    """How a file of :func:`good_csv` is laid out."""
    heading = good.removeprefix(BOM).split(b"\n")[0].strip().decode()
    names = heading.strip('"').split(",")
    labels = {phase: f"current_{phase}" for phase in "RST" if f"current_{phase}" in names}
    phases = {phase: names.index(name) for phase, name in labels.items()}
    return TextPlan(n_columns=len(names), skip_lines=1, is_quoted=heading.startswith('"'), phases=phases, labels=labels)

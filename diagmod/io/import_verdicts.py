"""What becomes of each file of an import, and why: imported, a duplicate, skipped or in quarantine.

All that is missing of a file is told at once, and asked for in one line of ``recordings.csv``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from diagmod.io.dataset_files import Dataset, DatasetError
from diagmod.io.import_files import Taken, Wanted
from diagmod.io.import_motors import Register
from diagmod.io.import_rows import MOTOR_UNKNOWN, Row, asked_columns, cell_problem, option_of
from diagmod.io.import_sources import Source
from diagmod.io.import_target import Target
from diagmod.io.manifest_rows import cure_line, missing_cells, row_problem
from diagmod.io.name_words import same_cell, time_in_utc
from diagmod.io.reading_settings import READING_COLUMNS, ReadingError, settings_of
from diagmod.io.refusals import UnreadableRecording, printable

#: What neither the command nor the file says.
RATE_UNKNOWN = "sampling rate unknown; pass --fs HZ, or give fs_hz in recordings.csv"
TIME_UNKNOWN = (
    "start time unknown; pass --started-at, {started_at:...} in --name-pattern, or --no-times where times were not kept"
)

#: What recordings of the same content may not say differently.
_AGREEING = ("motor_id", "started_at", "fs_hz", "load_pct", "torque_nm", "condition", "severity", "severity_label")

#: What is shown where the data set has a file already that the command says something else of.
_COMPARED = tuple(name for name in (*_AGREEING, *READING_COLUMNS))


@dataclass(frozen=True, kw_only=True)
class ImportedFile:
    """What became of one file.

    Attributes
    ----------
    file : str
        Its name in the imported folder, as it can be printed.
    status : str
        "imported", "duplicate", "quarantined" or "skipped".
    reason, cure : str
        Why it is not imported, and a line of ``recordings.csv`` that would cure it.
    name : str
        Its name in the data set; empty where it has none.
    n_bytes : int
    fs_hz : float or None
        Sampling rate in Hz, declared or as the file tells.
    columns : tuple of str
        Columns of R, S, T; empty text for an absent phase.
    unit, dialect, started_at : str
        As the file was understood; the time as declared, or as the file tells.
    notes : tuple of str
        What was concluded, left out or converted.
    """

    file: str
    status: str
    reason: str = ""
    cure: str = ""
    name: str = ""
    n_bytes: int = 0
    fs_hz: float | None = None
    columns: tuple[str, ...] = ()
    unit: str = ""
    dialect: str = ""
    started_at: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class Candidate:
    """A file on its way into a data set.

    Attributes
    ----------
    source, row, wanted, taken
        What it is, what is known of it, what was done with it, and what was found out.
    status : str
        As in :class:`ImportedFile`.
    reasons, notes : list of str
    """

    source: Source
    row: Row
    wanted: Wanted
    taken: Taken
    status: str = "imported"
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def cells(self) -> Mapping[str, str]:
        """Its row of the manifest."""
        return self.wanted.cells

    @property
    def is_curable(self) -> bool:
        """Whether a row of the manifest could make it a recording."""
        return self.status == "quarantined" and self.taken.is_kept


def judge(
    candidates: Sequence[Candidate], target: Target, register: Register, sha256_of: Callable[[Path], str]
) -> None:
    """Decide on every candidate.

    Parameters
    ----------
    candidates : sequence of Candidate
        By name.
    target : Target
    register : Register
        Gets the motors that are to be added.
    sha256_of : callable
        Hash of a file of the data set.
    """
    for candidate in candidates:
        if candidate.wanted.is_listed:
            _judge_listed(candidate, target)
        else:
            candidate.reasons += _problems(candidate, target.dataset, register)
            candidate.status = "quarantined" if candidate.reasons else "imported"
    known = _known_contents(candidates, target, sha256_of)
    new = [c for c in candidates if not c.wanted.is_listed and c.taken.is_kept]
    for candidate in sorted(new, key=lambda c: c.status != "imported"):
        _judge_content(candidate, known)
    for candidate in candidates:
        if candidate.status == "imported" and not candidate.wanted.is_listed:
            register.ask_for(candidate.cells["motor_id"])


def imported_file(candidate: Candidate, name: str, columns: Sequence[str]) -> ImportedFile:
    """What is told of a candidate.

    Parameters
    ----------
    candidate : Candidate
    name : str
        Its name in the data set.
    columns : sequence of str
        Of the manifest.
    """
    seen, source = candidate.taken.seen, candidate.source
    found = ImportedFile(
        file=source.name,
        status=candidate.status,
        reason="; ".join(candidate.reasons),
        cure=cure_of(candidate, columns) if candidate.is_curable else "",
        name=name if candidate.taken.is_kept and candidate.status != "duplicate" else "",
        n_bytes=source.n_bytes,
        notes=(*candidate.row.notes, *candidate.notes),
    )
    if seen is None:
        return found
    return replace(
        found, fs_hz=seen.fs, columns=tuple(map(printable, seen.columns)), unit=printable(seen.unit),
        dialect=seen.dialect, started_at=candidate.cells["started_at"] or seen.started_at,
        notes=(*found.notes, *map(printable, seen.notes)),
    )  # fmt: skip


def missing_of(candidate: Candidate) -> tuple[str, ...]:
    """Columns that must be filled in before a quarantined candidate can be used."""
    reason = "; ".join(candidate.reasons)
    asked = [*missing_cells(candidate.cells, reason), *asked_columns(reason)]
    asked += ["repetition"] if "repetition unknown" in reason else []
    return tuple(dict.fromkeys(c for c in asked if c != "motor_id" or not candidate.cells["motor_id"]))


def cure_of(candidate: Candidate, columns: Sequence[str]) -> str:
    """A line of the manifest that would cure a candidate; what has no column is put behind, with its name."""
    missing = missing_of(candidate)
    cells = dict(candidate.cells)
    more = [name for name, cell in cells.items() if cell and name not in columns and name not in missing]
    return cure_line(cells | {name: f"{name}={cells[name]}" for name in more}, [*columns, *more], missing)


def checked_constants(constants: Mapping[str, str], timezone: str | None) -> dict[str, str]:
    """Cells that the command gives to all files, times in UTC.

    Raises
    ------
    DatasetError
        One of them cannot be.
    """
    cells = dict(constants)
    try:
        if "started_at" in cells:
            cells["started_at"], problem = time_in_utc(cells["started_at"], "", timezone)
            if problem:
                raise DatasetError(f"--{problem.replace('_', '-', 1)}")
        settings_of({name: cell for name, cell in cells.items() if name in READING_COLUMNS})
    except (UnreadableRecording, ReadingError) as exc:
        raise DatasetError(str(exc)) from exc
    empty = dict.fromkeys(_COMPARED, "") | {"duration_s": "", "fault_phase": "", "repetition": ""}
    if problem := row_problem(empty | cells, Dataset(name=""), {cells.get("motor_id", "")}) or cell_problem(cells):
        name = next((c for c in cells if c in problem), "")
        raise DatasetError(problem.replace(f"recordings.csv: {name}", option_of(name)))
    return cells


def _judge_listed(candidate: Candidate, target: Target) -> None:
    listed = target.rows[candidate.wanted.name]
    if candidate.taken.reason or not candidate.taken.is_kept:
        candidate.status, candidate.reasons = "quarantined", [_reading_problem(candidate)]
        return
    if candidate.wanted.copy is not None:
        candidate.notes.append("was listed in recordings.csv but not there; its row stays as it is")
        return
    candidate.status, candidate.reasons = "skipped", ["is in the data set already"]
    for column in _COMPARED:
        cell = candidate.row.cells[column]
        if cell and not same_cell(column, cell, listed[column]):
            candidate.notes.append(
                f"recordings.csv has {column} {listed[column]!r} and not {cell!r}; its row stays: edit it there"
            )


def _problems(candidate: Candidate, dataset: Dataset, register: Register) -> list[str]:
    """Everything that keeps a file from being a recording."""
    cells, taken = candidate.cells, candidate.taken
    if not taken.is_kept:
        return [_reading_problem(candidate)]
    found = [*candidate.row.problems, cell_problem(cells)]
    found.append(register.problem(cells["motor_id"]) if cells["motor_id"] else MOTOR_UNKNOWN)
    found.append(row_problem(dict(cells), dataset, {cells["motor_id"]}))
    found.append(_reading_problem(candidate))
    if taken.seen is not None:
        is_timed = cells["started_at"] or taken.seen.started_at or dataset.times == "none"
        has_said_so = any("started_at" in text for text in found)
        found += ["" if taken.seen.fs else RATE_UNKNOWN, "" if is_timed or has_said_so else TIME_UNKNOWN]
    return list(dict.fromkeys(text for text in found if text))


def _reading_problem(candidate: Candidate) -> str:
    """Why a file cannot be read, without its name, which stands before it."""
    return printable(candidate.taken.reason.removeprefix(f"{candidate.wanted.path.name} "))


def _known_contents(
    candidates: Iterable[Candidate], target: Target, sha256_of: Callable[[Path], str]
) -> dict[str, tuple[str, Mapping[str, str]]]:
    """Name and row by content of what the data set lists, as far as it can be the content of a candidate."""
    sizes = {c.source.n_bytes for c in candidates if not c.wanted.is_listed and c.taken.is_kept}
    known: dict[str, tuple[str, Mapping[str, str]]] = {}
    for name, row in target.rows.items():
        place = target.place_of(name)
        try:
            is_possible = bool(sizes) and place.is_file() and place.stat().st_size in sizes
            sha256 = sha256_of(place) if is_possible else ""
        except (OSError, ValueError):
            continue
        if sha256:
            known.setdefault(sha256, (name, row))
    return known


def _judge_content(candidate: Candidate, known: dict[str, tuple[str, Mapping[str, str]]]) -> None:
    """Whether a content is there already; good candidates come first."""
    name, row = known.setdefault(candidate.taken.sha256, (candidate.wanted.name, candidate.cells))
    if row is candidate.cells:
        return
    own = candidate.cells
    differing = next((c for c in _AGREEING if own[c] and row[c] and not same_cell(c, own[c], row[c])), "")
    if candidate.status == "imported" and differing:
        candidate.status = "quarantined"
        said = f"with {differing} {own[differing]!r} here and {row[differing]!r} there"
        candidate.reasons = [f"same content as {name}, but {said}; correct the wrong one"]
    else:
        candidate.status, candidate.reasons = "duplicate", [f"same content as {name}"]

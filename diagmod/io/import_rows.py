"""What is known of each imported file, as a row of the manifest.

The command goes before a manifest that was brought, that before the names of the files, and these before what a file
says itself. The command and the manifest may not contradict each other; where a manifest corrects a name, it is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from diagmod.io.dataset_files import MANIFEST_COLUMNS, DatasetError, read_manifest_file
from diagmod.io.export_times import time_zone
from diagmod.io.import_sources import Source
from diagmod.io.manifest_rows import plain_name
from diagmod.io.name_patterns import NUMBER_FIELDS, AmbiguousName, NamePattern
from diagmod.io.name_words import Meaning, Vocabulary, is_share, same_cell
from diagmod.io.reading_settings import READING_COLUMNS
from diagmod.io.refusals import UnreadableRecording

#: Signs with which a spreadsheet begins a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: Columns whose cells may begin with such a sign: numbers, marks, and "-" for an absent phase.
_SIGNED = (*NUMBER_FIELDS, "severity", "scale", "delimiter", "decimal")

#: Largest manifest that is read, in bytes; a row a recording.
MAX_MANIFEST_BYTES = 64 << 20

#: What nobody says of a file whose motor is not known.
MOTOR_UNKNOWN = "motor unknown; pass --motor ID, {motor_id} in --name-pattern, or --manifest"


@dataclass(frozen=True)
class Knowledge:
    """Where rows come from.

    Attributes
    ----------
    constants : mapping of str
        Cells that the command gives to all files.
    manifest : mapping of mapping
        Rows that were brought, by the name of the file in the imported folder.
    manifest_name : str
        Name of their file, for messages.
    patterns : tuple of NamePattern
        The first that fits a name counts.
    vocabulary : Vocabulary
        What words in names mean.
    """

    constants: Mapping[str, str] = field(default_factory=dict)
    manifest: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    manifest_name: str = ""
    patterns: tuple[NamePattern, ...] = ()
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    def __post_init__(self) -> None:
        if self.vocabulary.timezone is not None:
            try:
                time_zone(self.vocabulary.timezone)
            except UnreadableRecording as exc:
                raise DatasetError(str(exc)) from exc
        fields = {name: pattern for pattern in self.patterns for name in pattern.fields}
        if both := [name for name in self.constants if name in fields]:
            raise DatasetError(
                f"{option_of(both[0])} and {{{both[0]}}} in --name-pattern say the same of a file; leave out one"
            )
        if unused := [name for name in self.vocabulary.words if name not in fields]:
            raise DatasetError(f"--map {unused[0]}:... applies to no field of a --name-pattern; correct one of the two")
        if self.vocabulary.timezone is None and any(
            "started_at" in p.fields and not p.names_zone for p in self.patterns
        ):
            raise DatasetError(
                "times in the names of the files have no zone; pass --timezone, for example Europe/Berlin or UTC, or "
                "write %z or Z into the pattern where the names have it"
            )

    def rows(self, sources: Sequence[Source]) -> list[Row]:
        """What is known of each source.

        Raises
        ------
        DatasetError
            The command contradicts the manifest.
        """
        rows = [self._row(source.name) for source in sources]
        return _labelled_alike(rows, self.constants)

    def _row(self, name: str) -> Row:
        brought = self.manifest.get(name)
        meaning = self._from_name(name) if self.patterns else Meaning()
        cells = dict.fromkeys(MANIFEST_COLUMNS, "")
        cells.update(meaning.cells)
        notes, problems = [], list(meaning.problems)
        if brought is not None:
            notes, problems = [f"its name: {text}" for text in problems], []
            for column, cell in brought.items():
                if cell and cells[column] and not same_cell(column, cell, cells[column]):
                    notes.append(f"{column} {cell!r} of {self.manifest_name} counts, not {cells[column]!r} of its name")
                cells[column] = cell or cells[column]
        for column, cell in self.constants.items():
            if brought and brought.get(column) and not same_cell(column, cell, brought[column]):
                raise DatasetError(
                    f"{option_of(column)} says {cell!r}, and {self.manifest_name} says {brought[column]!r} of {name}; "
                    "leave out one of the two"
                )
            cells[column] = cell
        shares = meaning.cells.get("severity", "") if not (brought and brought.get("severity")) else ""
        return Row(cells | {"file": ""}, tuple(problems), tuple(notes), shares)

    def _from_name(self, name: str) -> Meaning:
        for pattern in self.patterns:
            try:
                texts = pattern.read(name)
            except AmbiguousName as exc:
                return Meaning(problems=[str(exc)])
            if texts is not None:
                return self.vocabulary.meaning(pattern, texts)
        shown = " or ".join(repr(pattern.text) for pattern in self.patterns)
        return Meaning(problems=[f"its name does not fit {shown}; pass one more --name-pattern, or --manifest"])


@dataclass(frozen=True)
class Row:
    """What is known of one file.

    Attributes
    ----------
    cells : dict of str
        By column of the manifest, all of them.
    problems : tuple of str
        Why it cannot be used.
    notes : tuple of str
    share : str
        Severity from 0 to 1 that its name says.
    """

    cells: dict[str, str]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    share: str = ""


def read_brought_manifest(path: Path) -> dict[str, dict[str, str]]:
    """Rows of a manifest that lies anywhere, by file.

    Raises
    ------
    DatasetError
        It is missing, too large or wrong, or lists a file twice.
    """
    if not path.is_file():
        raise DatasetError(f"--manifest {str(path)!r} is no file; give a table with the columns file and motor_id")
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise DatasetError(f"--manifest {path.name} has more than {MAX_MANIFEST_BYTES >> 20} MiB; it is no manifest")
    manifest = read_manifest_file(path)
    rows: dict[str, dict[str, str]] = {}
    for record in manifest.to_dict("records"):
        row = {str(column): str(cell).strip() for column, cell in record.items()}
        name = plain_name(row.pop("file"))
        if name in rows:
            raise DatasetError(f"--manifest {path.name} lists {name!r} twice; one file is one recording")
        rows[name] = row
    return rows


def cell_problem(cells: Mapping[str, str]) -> str:
    """Why cells must not be written into a table that a spreadsheet may open, or ""."""
    for column, cell in cells.items():
        if not cell.isprintable():
            return f"{column} {cell!a} has characters that cannot be seen; correct it"
        is_absent_phase = column == "phase_columns" and cell.startswith("-")
        if cell.startswith(_FORMULA) and column not in _SIGNED and not is_absent_phase:
            return f"{column} {cell!r} begins like a formula of a spreadsheet; map it with --map, or correct it"
    return ""


def safe_cell(name: str) -> str:
    """A name of a file as a cell of a table: not the beginning of a formula.

    Examples
    --------
    >>> safe_cell("=a.csv"), safe_cell("a.csv")
    ('./=a.csv', 'a.csv')
    """
    return f"./{name}" if name.startswith(_FORMULA) else name


def option_of(column: str) -> str:
    """Option of the command that gives a column to all files.

    Examples
    --------
    >>> option_of("fs_hz"), option_of("phase_columns")
    ('--fs', '--phase-columns')
    """
    return {"fs_hz": "--fs", "motor_id": "--motor"}.get(column, "--" + column.replace("_", "-"))


def asked_columns(reason: str) -> tuple[str, ...]:
    """Columns of the manifest that the refusal of a reader asks for, by the options that it names."""
    return tuple(column for column in (*READING_COLUMNS, "fs_hz") if option_of(column) in reason)


def _labelled_alike(rows: Iterable[Row], constants: Mapping[str, str]) -> list[Row]:
    """Severities of names as labels where not all of them are shares: 0.5 beside 1.5 is no share but a size."""
    found = list(rows)
    labels = [row.cells["severity_label"] for row in found if row.cells["severity_label"] and not row.share]
    if not labels or "severity_label" in constants or not any(row.share for row in found):
        return found
    why = f"severity of its name is kept as a label, because {labels[0]!r} beside it is no share from 0 to 1"
    return [
        replace(row, cells=row.cells | {"severity": "", "severity_label": row.share}, notes=(*row.notes, why))
        if is_share(row.share)
        else row
        for row in found
    ]

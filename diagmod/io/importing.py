"""``diagmod import``: files as a plant has them become a data set, with what is known of each.

Originals are only read. Motor, rate and time are never guessed: what is not known of a file is asked for, with a line
of ``recordings.csv`` that would cure it, while the file itself is kept. Importing again changes nothing and completes
what was left unfinished.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from diagmod.io.comtrade_files import companions_of
from diagmod.io.dataset_files import MANIFEST_COLUMNS, Dataset, DatasetError
from diagmod.io.declarations import Declared
from diagmod.io.defect_catalogue import read_defects
from diagmod.io.drafts import draft_folder, remove_left_drafts
from diagmod.io.executor import run_all
from diagmod.io.file_hashes import HashBook
from diagmod.io.hashes import file_sha256
from diagmod.io.import_files import Taken, Wanted, take_file
from diagmod.io.import_motors import bring_register
from diagmod.io.import_request import ImportRequest, ImportResult
from diagmod.io.import_rows import Knowledge, Row, read_brought_manifest, safe_cell
from diagmod.io.import_sources import Source, find_sources
from diagmod.io.import_target import Target, alone, open_target, publish, target_folder, unresolved_text
from diagmod.io.import_verdicts import (
    Candidate,
    ImportedFile,
    checked_constants,
    cure_of,
    imported_file,
    judge,
    missing_of,
)
from diagmod.io.ingest import recording_sha256
from diagmod.io.manifest_rows import UNRESOLVED, plain_name
from diagmod.io.manifest_text import columns_for, with_rows
from diagmod.io.name_patterns import NamePattern
from diagmod.io.name_words import Vocabulary
from diagmod.io.plain_text import write_yaml
from diagmod.io.refusals import shown_name

#: Files, and bytes, from which several processes are faster than one: they take a second or two to start.
_MANY, _MUCH = 150, 100 << 20


def import_recordings(
    request: ImportRequest,
    root: Path,
    *,
    on_start: Callable[[int, int], None] | None = None,
    on_done: Callable[[int], None] | None = None,
) -> ImportResult:
    """Import files into ``data/raw/NAME``.

    Parameters
    ----------
    request : ImportRequest
    root : Path
        The project.
    on_start : callable, optional
        Gets the number of files to be read and their bytes.
    on_done : callable, optional
        Gets the bytes of a file that was read.

    Raises
    ------
    DatasetError
        Something of the request cannot be used, or contradicts what is there; nothing was changed.
    """
    folder = target_folder(request.dataset, root)
    if request.is_dry_run:
        return _Course(request, root, folder, None).run(on_start, on_done)
    workshop = root / ".cache" / "import"
    with alone(workshop / f"{request.dataset}.lock", request.dataset):
        remove_left_drafts(workshop / "drafts")
        with draft_folder(workshop / "drafts") as draft:
            return _Course(request, root, folder, draft).run(on_start, on_done)


class _Course:
    """One import, step by step."""

    def __init__(self, request: ImportRequest, root: Path, folder: Path, draft: Path | None) -> None:
        self.request, self.root, self.draft = request, root, draft
        path = _imported_path(request.path, folder)
        self.base = path if path.is_dir() else path.parent
        constants = checked_constants(request.constants, request.timezone)
        self.target = open_target(
            folder,
            referenced=self.base if request.is_referenced else None,
            has_no_times=request.has_no_times,
            unit=_unit_of(constants),
        )
        self.register = bring_register(self.target, request.motors, request.new_motors)
        self.manifest = {} if request.manifest is None else read_brought_manifest(request.manifest)
        self.knowledge = Knowledge(
            constants,
            self.manifest,
            "" if request.manifest is None else request.manifest.name,
            tuple(NamePattern.parse(text) for text in request.patterns),
            Vocabulary(
                request.words, {"healthy", *read_defects(None if self.target.is_new else folder)}, request.timezone
            ),
        )

    def run(self, on_start: Callable[[int, int], None] | None, on_done: Callable[[int], None] | None) -> ImportResult:
        """Do it."""
        request, brought = self.request, (self.request.manifest, self.request.motors)
        found = find_sources(
            request.path, request.globs, recursive=request.recursive, limit=request.limit,
            descriptions=[path.resolve() for path in brought if path is not None],
        )  # fmt: skip
        if not found.sources:
            raise DatasetError(f"there is nothing to import in {str(request.path)!r}{_left_out(found.n_left_out)}")
        sources = [source for source in found.sources if not source.status]
        rows = self.knowledge.rows(sources)
        wanted = [self._wanted(source, row) for source, row in zip(sources, rows, strict=True)]
        candidates = [
            Candidate(*each)
            for each in zip(sources, rows, wanted, self._take(sources, wanted, on_start, on_done), strict=True)
        ]
        with HashBook.open(self.root) as book:
            judge(candidates, self.target, self.register, partial(_sha256, book, is_noted=self.draft is not None))
        columns, new = self._manifest(candidates)
        others = [ImportedFile(file=s.name, status=s.status, reason=s.reason) for s in found.sources if s.status]
        others += self._listed_in_vain({source.name for source in found.sources})
        has_changed = self._put_in_place(candidates, others, columns, new)
        files = [*(imported_file(c, c.wanted.name, columns) for c in candidates), *others]
        return ImportResult(
            request.dataset, self.target.folder, tuple(sorted(files, key=lambda f: f.file)), found.n_left_out,
            tuple(sorted(self.register.added)), has_changed, request.is_dry_run,
        )  # fmt: skip

    def _wanted(self, source: Source, row: Row) -> Wanted:
        """What is to be done with a source."""
        name = self.target.name_of(source.path, self.base)
        cells = row.cells | {"file": safe_cell(name)}
        listed = self.target.rows.get(name)
        if self.target.originals is not None:
            sha256 = listed["sha256"] if listed else cells["sha256"]
            return Wanted(source.path, name, cells, sha256=sha256, is_listed=listed is not None)
        present = self.target.in_the_way_of(name)
        copy = None if present or self.draft is None else self.draft / name
        return Wanted(source.path, name, cells, copy, present, cells["sha256"], is_listed=listed is not None)

    def _take(
        self,
        sources: Sequence[Source],
        wanted: Sequence[Wanted],
        on_start: Callable[[int, int], None] | None,
        on_done: Callable[[int], None] | None,
    ) -> list[Taken]:
        """Read all files, in this process or in several."""
        n_bytes = sum(source.n_bytes for source in sources)
        if self.target.originals is None:
            self._check_space(sum(s.n_bytes for s, w in zip(sources, wanted, strict=True) if w.present is None))
        if on_start:
            on_start(len(sources), n_bytes)
        jobs = self.request.jobs or (0 if len(sources) >= _MANY or n_bytes >= _MUCH else 1)
        report = None if on_done is None else lambda index, _: on_done(sources[index].n_bytes)
        return run_all(partial(take_file, self.target.dataset), wanted, jobs, cluster="", on_done=report)

    def _check_space(self, n_bytes: int) -> None:
        there = next(folder for folder in (self.target.folder, *self.target.folder.parents) if folder.is_dir())
        free = shutil.disk_usage(there).free
        if n_bytes > free:
            raise DatasetError(
                f"the copies need {n_bytes / 1e6:.0f} MB, {free / 1e6:.0f} MB are free; make room, or pass --reference"
            )

    def _manifest(self, candidates: Sequence[Candidate]) -> tuple[tuple[str, ...], list[dict[str, str]]]:
        """Columns of the manifest, and rows to add."""
        new = [_listed(c, self.target) for c in candidates if c.status == "imported" and not c.wanted.is_listed]
        open_rows = [c for c in candidates if c.is_curable]
        if self.target.columns:
            used = {name for row in new for name, cell in row.items() if cell}
            added = (name for name in MANIFEST_COLUMNS if name in used and name not in self.target.columns)
            return (*self.target.columns, *added), new
        asked = [name for c in open_rows for name in missing_of(c)]
        return columns_for([*new, *(c.cells for c in open_rows)], asked), new

    def _put_in_place(
        self,
        candidates: Sequence[Candidate],
        others: Sequence[ImportedFile],
        columns: Sequence[str],
        new: Sequence[Mapping[str, str]],
    ) -> bool:
        """Write the new data set, or what is new of it; whether anything is."""
        for candidate in candidates:
            if candidate.status == "duplicate" or not candidate.taken.is_kept:
                _drop_copies(candidate)
        copies = [c for c in candidates if c.taken.is_kept and c.status != "duplicate" and c.wanted.present is None]
        entries = self._unresolved(candidates, others, columns)
        has_new_files = self.target.originals is None and bool(copies)
        is_something = bool(new or has_new_files or self.register.added or entries != self.target.unresolved)
        if (
            self.draft is None
            or not (is_something or self.target.is_new)
            or not any(c.taken.is_kept for c in candidates)
        ):
            return False
        if self.target.is_new:
            write_yaml(_description(self.target.dataset), self.draft / "dataset.yaml")
        self.register.write(self.target, self.draft)
        if new or not self.target.text:
            text = with_rows(self.target.text, self.target.columns or columns, new)
            (self.draft / "recordings.csv").write_bytes(text.encode())
        if entries:
            (self.draft / UNRESOLVED).write_text(unresolved_text(entries), encoding="utf-8", newline="\n")
        publish(self.draft, self.target, removed=() if entries else (UNRESOLVED,))
        return True

    def _unresolved(
        self, candidates: Sequence[Candidate], others: Sequence[ImportedFile], columns: Sequence[str]
    ) -> dict[str, tuple[str, str]]:
        """Files that need a row by hand: those of this import, and those of earlier ones that are still open."""
        listed = set(self.target.rows) | {c.wanted.name for c in candidates}
        entries = {
            name: entry
            for name, entry in self.target.unresolved.items()
            if plain_name(name) not in listed and self.target.place_of(name).is_file()
        }
        for candidate in candidates:
            if candidate.status == "quarantined":
                cure = cure_of(candidate, columns) if candidate.is_curable else ""
                entries[safe_cell(candidate.wanted.name)] = ("; ".join(candidate.reasons), cure)
        entries |= {safe_cell(f.file): (f.reason, "") for f in others if f.status == "quarantined"}
        return entries

    def _listed_in_vain(self, found: set[str]) -> list[ImportedFile]:
        """Files that the manifest which was brought lists, and that are not in the folder."""
        reason = f"is listed in {self.knowledge.manifest_name} but not in the imported folder; copy it there"
        absent = (name for name in self.manifest if name not in found and not (self.base / name).is_file())
        return [ImportedFile(file=shown_name(name), status="quarantined", reason=reason) for name in absent]


def _imported_path(path: Path, folder: Path) -> Path:
    """Where the files are.

    Raises
    ------
    DatasetError
        Nothing is there, or the data set itself is.
    """
    try:
        found = path.resolve(strict=True)
    except (OSError, RuntimeError):
        raise DatasetError(f"{str(path)!r} does not exist or cannot be reached; give a file or a folder") from None
    home = folder.resolve()
    if found.is_relative_to(home) or home.is_relative_to(found):
        raise DatasetError(
            f"{str(path)!r} and the data set data/raw/{folder.name} lie in each other; give another folder"
        )
    return found


def _unit_of(constants: Mapping[str, str]) -> str:
    """Unit of a new data set as the command declares it; empty where its currents are ampere."""
    unit = constants.get("unit", "")
    is_ampere = "scale" in constants or not unit or Declared(unit=unit).ampere_per_unit is not None
    return "" if is_ampere else unit


def _left_out(n: int) -> str:
    return f": {n} files were left out by --glob or --limit; correct them" if n else "; give a folder with recordings"


def _description(dataset: Dataset) -> dict[str, object]:
    """Content of a new dataset.yaml."""
    stated = {"unit": dataset.unit} if dataset.unit != "A" else {}
    where = {"originals": dataset.originals} if dataset.originals else {}
    return {"name": dataset.name, "times": dataset.times, **stated, **where}


def _listed(candidate: Candidate, target: Target) -> dict[str, str]:
    """A new row of the manifest; with the hash of a file that stays where it is."""
    return {**candidate.cells} | ({"sha256": candidate.taken.sha256} if target.originals is not None else {})


def _sha256(book: HashBook, path: Path, *, is_noted: bool) -> str:
    """Hash of a file of the data set, remembered only where something may be written."""
    if companions_of(path):
        return recording_sha256(path)
    return book.sha256(path) if is_noted else book.known(path, book.sight(path)) or file_sha256(path)


def _drop_copies(candidate: Candidate) -> None:
    copy = candidate.wanted.copy
    if copy is not None and copy.exists():
        for part in (copy, *companions_of(copy)):
            part.unlink(missing_ok=True)

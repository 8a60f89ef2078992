"""What an import did, as a summary for people and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict

from diagmod.io.import_request import ImportResult
from diagmod.io.import_target import UNRESOLVED
from diagmod.io.import_verdicts import ImportedFile
from diagmod.io.plain_text import json_text

#: Version of the JSON; a key that vanishes or changes its meaning raises it.
SCHEMA_VERSION = 1

#: Statuses in the order of the summary.
STATUSES = ("imported", "duplicate", "skipped", "quarantined")

#: Files of one status, and ways of writing, that are listed; JSON has all.
MAX_LISTED = 20


def import_summary(result: ImportResult) -> str:
    """The summary of an import for a terminal."""
    place = f"data/raw/{result.dataset}"
    lines = [f"{'Dry run, nothing was written: ' if result.is_dry_run else ''}import into {place}", ""]
    lines += [f"  {'status':12} {'files':>6} {'MB':>9}"]
    for status in STATUSES:
        files = [f for f in result.files if f.status == status]
        if files:
            megabytes = sum(f.n_bytes for f in files) / 1e6
            lines.append(f"  {status_of(status, result):12} {len(files):6d} {megabytes:9.1f}")
    if result.n_left_out:
        lines.append(f"  {'not chosen':12} {result.n_left_out:6d}")
    lines += _ways_of_writing(result.files)
    lines += [line for status in ("duplicate", "skipped", "quarantined") for line in _reasons(result, status)]
    lines += _notes(result)
    return "\n".join([*lines, "", *next_steps(result)]) + "\n"


def import_json(result: ImportResult) -> str:
    """An import as one JSON object, strict and in ASCII; its keys are in the data card."""
    counts = Counter(status_of(f.status, result) for f in result.files)
    names = ("imported", "would_import", "duplicate", "skipped", "quarantined")
    return json_text(
        {
            "schema_version": SCHEMA_VERSION,
            "dataset": result.dataset,
            "is_dry_run": result.is_dry_run,
            "has_changed": result.has_changed,
            "counts": {**{name: counts[name] for name in names}, "not_chosen": result.n_left_out},
            "n_bytes": sum(f.n_bytes for f in result.files if f.status == "imported"),
            "new_motors": list(result.new_motors),
            "files": [_as_json(f, result) for f in result.files],
            "next": list(next_steps(result)),
        }
    )


def next_steps(result: ImportResult) -> tuple[str, ...]:
    """What to do next, a sentence each."""
    n_open = sum(f.status == "quarantined" for f in result.files)
    has_recordings = any(f.status != "quarantined" for f in result.files)
    steps: list[str] = []
    if result.new_motors:
        added = "would be added" if result.is_dry_run else "were added"
        n_more = len(result.new_motors) - MAX_LISTED
        shown = ", ".join(result.new_motors[:MAX_LISTED]) + (f" and {n_more} more" if n_more > 0 else "")
        steps.append(f"Motors {added} to motors.yaml: {shown}; complete their nameplates.")
    if n_open:
        where = "" if result.is_dry_run else f", or put the lines of data/raw/{result.dataset}/{UNRESOLVED} into "
        steps.append(
            f"{n_open} file{'s need' if n_open > 1 else ' needs'} your attention: import again with what is missing"
            f"{where + 'recordings.csv' if where else ''}."
        )
    if result.is_dry_run:
        steps.append("Run it without --dry-run to import.")
    elif has_recordings:
        steps.append(f"Next: dvc exp run -S load.dataset={result.dataset}")
    return tuple(steps)


def status_of(status: str, result: ImportResult) -> str:
    """Status of a file as it is told: a dry run imports nothing.

    Parameters
    ----------
    status : str
        As in :class:`~diagmod.io.import_verdicts.ImportedFile`.
    result : ImportResult
    """
    return "would_import" if status == "imported" and result.is_dry_run else status


def _as_json(file: ImportedFile, result: ImportResult) -> dict[str, object]:
    return {**asdict(file), "status": status_of(file.status, result)}


def _ways_of_writing(files: Iterable[ImportedFile]) -> list[str]:
    """How the imported files were understood, the most frequent way first."""
    ways = Counter(
        (f.dialect, ", ".join(c or "-" for c in f.columns), f.unit, f.fs_hz)
        for f in files
        if f.status == "imported" and f.dialect
    )
    lines = [
        f"  {n:6d} {'file ' if n == 1 else 'files'}: {dialect}; R, S, T = {columns} in {unit}, "
        + ("rate unknown" if fs is None else f"{fs:.6g} Hz")
        for (dialect, columns, unit, fs), n in ways.most_common(MAX_LISTED)
    ]
    return ["", "Read as", *lines, *_more(len(ways))] if lines else []


def _reasons(result: ImportResult, status: str) -> list[str]:
    """Files of one status with the reason; what has the same reason and needs nothing is counted."""
    files = [f for f in result.files if f.status == status]
    if not files:
        return []
    if status == "skipped":
        counted = Counter(f.reason for f in files)
        lines = [
            f"  {n:6d} {'file ' if n == 1 else 'files'}: {reason}" for reason, n in counted.most_common(MAX_LISTED)
        ]
        return ["", "Skipped", *lines, *_more(len(counted))]
    lines = []
    for file in files[:MAX_LISTED]:
        lines.append(f"  {file.file}: {file.reason}")
        lines += [f"      {file.cure}"] if file.cure else []
    return ["", f"{status.capitalize()}", *lines, *_more(len(files))]


def _notes(result: ImportResult) -> list[str]:
    """What was concluded, each note once with its first file."""
    first: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for file in result.files:
        for note in file.notes:
            first.setdefault(note, file.file)
            counted[note] += 1
    lines = [
        f"  {first[note]}{f' and {n - 1} more' if n > 1 else ''}: {note}" for note, n in counted.most_common(MAX_LISTED)
    ]
    return ["", "Notes", *lines, *_more(len(counted))] if lines else []


def _more(n: int) -> list[str]:
    return [f"  and {n - MAX_LISTED} more; --json lists all"] if n > MAX_LISTED else []

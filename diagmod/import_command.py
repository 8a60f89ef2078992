"""The command ``diagmod import``: files as a plant has them become a data set in ``data/raw``.

The exit code says what became of it: 0 everything is in the data set, 3 some files need attention (the summary says
which and why), 2 the command itself is wrong (one sentence on the error stream, nothing written).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diagmod.diagnose_command import InputError
from diagmod.reading_options import (
    Decimal,
    Delimiter,
    Encoding,
    Fs,
    PhaseColumns,
    Scale,
    Sheet,
    TimeColumn,
    TimeUnit,
    Unit,
)

if TYPE_CHECKING:
    from diagmod.io.import_request import ImportRequest

#: Exit code where some files need attention.
SOME_QUARANTINED = 3

#: What ``diagmod import --help`` says first.
IMPORT_HELP = """Bring recordings into a data set: a file or a folder, with what is known of each file.

What the command says goes before --manifest, that before --name-pattern, these before the file itself. Nothing is
guessed: a file whose motor, rate or time is not known is kept and listed with the reason. Originals are never changed.

Exit code: 0 all imported, 3 some files need attention, 2 wrong input.

Example: diagmod import stick/ --dataset plant --name-pattern '{motor_id}_{started_at:%Y%m%d_%H%M%S}' --timezone
Europe/Berlin --motors motors.yaml --fs 25600"""

_WHICH, _KNOWN = "Which files", "What is known of them"


def import_command(
    path: Annotated[Path, typer.Argument(help="file or folder")],
    dataset: Annotated[str, typer.Option(metavar="NAME", help="data set, a folder of data/raw; made if absent")],
    glob: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", rich_help_panel=_WHICH, help="names to take, as '*.csv'; repeat it for more"),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive/--no-recursive", rich_help_panel=_WHICH, help="look into folders")
    ] = True,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, rich_help_panel=_WHICH, help="take the first N by name")
    ] = None,
    name_pattern: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            rich_help_panel=_KNOWN,
            help="what the parts of a name are, as '{torque_nm}Nm_{condition}_{severity}': columns of recordings.csv, "
            "{_} for anything, {started_at:%Y%m%d_%H%M%S} for a time; repeat it: the first that fits counts",
        ),
    ] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD:WORD=VALUE",
            rich_help_panel=_KNOWN,
            help="what a word of a name means, as condition:BPFO=bearing_outer; repeat it",
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", rich_help_panel=_KNOWN, help="zone of times that name none: Europe/Berlin, UTC"),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(metavar="FILE", rich_help_panel=_KNOWN, help="rows as in recordings.csv, for all files or some"),
    ] = None,
    motor: Annotated[str | None, typer.Option(metavar="ID", rich_help_panel=_KNOWN, help="motor of all files")] = None,
    started_at: Annotated[
        str | None, typer.Option(metavar="TIME", rich_help_panel=_KNOWN, help="start, as 2026-01-31T08:00:00Z")
    ] = None,
    no_times: Annotated[
        bool, typer.Option("--no-times", rich_help_panel=_KNOWN, help="start times were not kept")
    ] = False,
    load_pct: Annotated[
        float | None, typer.Option(metavar="PCT", rich_help_panel=_KNOWN, help="load, % of rated")
    ] = None,
    condition: Annotated[
        str | None, typer.Option(metavar="WORD", rich_help_panel=_KNOWN, help="healthy, or the name of a fault")
    ] = None,
    motors: Annotated[
        Path | None, typer.Option(metavar="FILE", rich_help_panel=_KNOWN, help="register of motors to bring along")
    ] = None,
    create_motors: Annotated[
        bool, typer.Option("--create-motors", rich_help_panel=_KNOWN, help="add motors that the register lacks")
    ] = False,
    pole_pairs: Annotated[
        int | None, typer.Option(metavar="N", rich_help_panel=_KNOWN, help="of the motors that are added")
    ] = None,
    line_hz: Annotated[
        float | None, typer.Option(metavar="HZ", rich_help_panel=_KNOWN, help="of the motors that are added")
    ] = None,
    fs: Fs = None,
    phase_columns: PhaseColumns = None,
    time_column: TimeColumn = None,
    time_unit: TimeUnit = None,
    unit: Unit = None,
    scale: Scale = None,
    sheet: Sheet = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    reference: Annotated[
        bool, typer.Option("--reference/--copy", help="leave the files where they are, or copy them")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check everything and write nothing")] = False,
    no_dvc: Annotated[bool, typer.Option("--no-dvc", help="do not put the data set under DVC")] = False,
    jobs: Annotated[int, typer.Option(metavar="N", min=0, help="processes; 0 chooses")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON (its form: data/README.md)")] = False,
) -> None:
    """Import recordings; see :data:`IMPORT_HELP`."""
    from diagmod.io.import_request import ImportRequest

    constants = {
        "motor_id": motor, "started_at": started_at, "load_pct": load_pct, "condition": condition, "fs_hz": fs,
        "phase_columns": phase_columns, "time_column": time_column, "time_unit": time_unit, "unit": unit,
        "scale": scale, "sheet": sheet, "decimal": decimal, "encoding": encoding,
        "delimiter": {"\t": "tab", " ": "blank"}.get(delimiter or "", delimiter),
    }  # fmt: skip
    request = ImportRequest(
        path=path, dataset=dataset, globs=tuple(glob or ()), recursive=recursive, limit=limit,
        patterns=tuple(name_pattern or ()), words=words_of(mapped or []), timezone=timezone,
        constants={name: cell_of(value) for name, value in constants.items() if value not in (None, "")},
        manifest=manifest, motors=motors, has_no_times=no_times, is_referenced=reference, is_dry_run=dry_run, jobs=jobs,
        new_motors=_new_motors(pole_pairs, line_hz, is_asked=create_motors),
    )  # fmt: skip
    _run(request, as_json=as_json, under_dvc=not (no_dvc or dry_run))


def words_of(texts: list[str]) -> dict[str, dict[str, str]]:
    """Meanings of words by field, from ``FIELD:WORD=VALUE``.

    Raises
    ------
    InputError
        One is not of that form, or a word has two meanings.

    Examples
    --------
    >>> words_of(["condition:BPFO=bearing_outer"])
    {'condition': {'BPFO': 'bearing_outer'}}
    """
    words: dict[str, dict[str, str]] = {}
    for text in texts:
        field, has_field, rest = text.partition(":")
        word, has_value, value = rest.rpartition("=")
        if not (has_field and has_value and field and word):
            raise InputError(f"--map must be FIELD:WORD=VALUE, got {text!r}; for example condition:BPFO=bearing_outer")
        if words.setdefault(field, {}).setdefault(word, value) != value:
            raise InputError(f"--map gives {field}:{word} the meanings {words[field][word]!r} and {value!r}; keep one")
    return words


def cell_of(value: str | float) -> str:
    """A value of an option as a cell of the manifest.

    Examples
    --------
    >>> cell_of(25600.0), cell_of(0.001), cell_of(" M01 ")
    ('25600', '0.001', 'M01')
    """
    if isinstance(value, str):
        return value.strip() or value
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def _new_motors(pole_pairs: int | None, line_hz: float | None, *, is_asked: bool) -> dict[str, float] | None:
    given = {"pole_pairs": pole_pairs, "line_hz": line_hz}
    known = {name: value for name, value in given.items() if value is not None}
    if is_asked and len(known) < len(given):
        raise InputError("--create-motors needs --pole-pairs and --line-hz; a motor is nothing without them")
    if known and not is_asked:
        raise InputError("--pole-pairs and --line-hz are for --create-motors; add it, or leave them out")
    return known if is_asked else None


def _run(request: ImportRequest, *, as_json: bool, under_dvc: bool) -> None:
    from diagmod.io.datasets import track_with_dvc
    from diagmod.io.import_report import import_json, import_summary
    from diagmod.io.importing import import_recordings
    from diagmod.io.paths import project_root

    root = project_root()
    with _progress(is_shown=not as_json and sys.stderr.isatty()) as (on_start, on_done):
        result = import_recordings(request, root, on_start=on_start, on_done=on_done)
    text = import_json(result) if as_json else import_summary(result)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    typer.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)
    pointer = result.folder.with_name(f"{result.folder.name}.dvc")
    if under_dvc and result.folder.is_dir() and (result.has_changed or not pointer.exists()):
        track_with_dvc(result.folder, root)
    if any(file.status == "quarantined" for file in result.files):
        raise typer.Exit(SOME_QUARANTINED)


@contextmanager
def _progress(*, is_shown: bool) -> Iterator[tuple[Callable[[int, int], None], Callable[[int], None]]]:
    """A bar on the error stream with files and megabytes a second and the time that is left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("import"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), disable=not is_shown, transient=True) as bar:
        task = bar.add_task("import", total=None, speed="")
        done = [0]

        def on_start(n_files: int, _: int) -> None:
            bar.update(task, total=n_files)

        def on_done(n_bytes: int) -> None:
            done[0] += n_bytes
            elapsed_s = max(bar.tasks[0].elapsed or 0.0, 1e-3)
            speed = f"{(bar.tasks[0].completed + 1) / elapsed_s:.0f} files/s, {done[0] / 1e6 / elapsed_s:.0f} MB/s"
            bar.update(task, advance=1, speed=speed)

        yield on_start, on_done

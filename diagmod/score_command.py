"""The command ``diagmod score``: new recordings through load, features and the stored models.

The exit code says what became of it: 0 every file was scored, 3 some files could not be read or judged (the report says
which and why), 2 the input is wrong (one sentence on the error stream, nothing on the output).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diagmod.diagnose_command import InputError
from diagmod.import_command import cell_of
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

#: Exit code where some files could not be scored.
SOME_NOT_SCORED = 3

#: What ``diagmod score --help`` says first.
SCORE_HELP = """Score new recordings by stored models: how unusual each is for its motor, which fault it may be, why.

Nothing is added to a data set. The motor's nameplate comes from the register of the project's data set or --motors; a
motor that the model knows is compared with its own healthy recordings, another one with the fleet.

Exit code: 0 all scored, 3 some could not be read or judged, 2 wrong input.

Example: diagmod score new/ --name-pattern '{motor_id}_{_}' --fs 5000 --model anomaly@1.0.0 --json"""

_KNOWN = "What is known of them"


def score_command(
    path: Annotated[Path, typer.Argument(help="file or folder")],
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[@VERSION]", help="model to ask, as anomaly or faults@1.0.0; repeat it; all by default"
        ),
    ] = None,
    motor: Annotated[str | None, typer.Option(metavar="ID", rich_help_panel=_KNOWN, help="motor of all files")] = None,
    motors: Annotated[
        Path | None, typer.Option(metavar="FILE", rich_help_panel=_KNOWN, help="register of motors (motors.yaml)")
    ] = None,
    name_pattern: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", rich_help_panel=_KNOWN, help="what the parts of a name are; see import"),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", rich_help_panel=_KNOWN, help="zone of times that name none")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(metavar="FILE", rich_help_panel=_KNOWN, help="rows as in recordings.csv")
    ] = None,
    load_pct: Annotated[
        float | None, typer.Option(metavar="PCT", rich_help_panel=_KNOWN, help="load, % of rated")
    ] = None,
    glob: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="names to take, as '*.csv'; repeat it for more")
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
    jobs: Annotated[int, typer.Option(metavar="N", min=0, help="processes; 0 chooses")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON (its form: data/README.md)")] = False,
) -> None:
    """Score recordings; see :data:`SCORE_HELP`."""
    from diagmod.io.import_request import ImportRequest

    constants = {
        "motor_id": motor, "load_pct": load_pct, "fs_hz": fs, "phase_columns": phase_columns,
        "time_column": time_column, "time_unit": time_unit, "unit": unit, "scale": scale, "sheet": sheet,
        "decimal": decimal, "encoding": encoding,
        "delimiter": {"\t": "tab", " ": "blank"}.get(delimiter or "", delimiter),
    }  # fmt: skip
    request = ImportRequest(
        path=path, dataset="new", globs=tuple(glob or ()), patterns=tuple(name_pattern or ()), timezone=timezone,
        constants={name: cell_of(value) for name, value in constants.items() if value not in (None, "")},
        manifest=manifest, motors=motors, has_no_times=not _states_times(name_pattern, manifest), jobs=jobs,
    )  # fmt: skip
    _run(request, tuple(model or ()), as_json=as_json)


def _states_times(patterns: list[str] | None, manifest: Path | None) -> bool:
    """Whether names or a manifest give start times; without, none are asked for: a score does not need them."""
    return manifest is not None or any("{started_at" in pattern for pattern in patterns or ())


def _run(request: ImportRequest, asked: tuple[str, ...], *, as_json: bool) -> None:
    from diagmod.io.paths import project_root
    from diagmod.io.stages import read_yaml
    from diagmod.models.new_recordings import read_new
    from diagmod.models.score_report import score_json, score_report
    from diagmod.models.scoring import score

    root = project_root()
    models = _models(root, asked)
    new = read_new(request, root, read_yaml(root / "params.yaml"))
    try:
        scores = score(new, {name: model.folder for name, model in models.items()})
    except ValueError as exc:
        raise InputError(str(exc)) from exc
    versions = {name: model.name.version for name, model in models.items()}
    text = score_json(new, scores, versions) if as_json else score_report(new, scores, versions)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    typer.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)
    if len(new.refused) or (new.tables.catalogue["acquisition"] == "unusable").any():
        raise typer.Exit(SOME_NOT_SCORED)


def _models(root: Path, asked: tuple[str, ...]) -> dict[str, Any]:
    """Checked models by family: those asked for, or the one in use of every family that scores."""
    from diagmod.io.model_registry import read_registry
    from diagmod.io.model_store import open_model
    from diagmod.models.scoring import FAMILIES

    names = asked or tuple(name for name in FAMILIES if name in read_registry(root).families)
    if not names:
        raise InputError("the model store holds no model that scores; run `make repro`, which registers what it trains")
    models: dict[str, Any] = {}
    for name in names:
        model = open_model(root, name)
        if model.name.family not in FAMILIES:
            raise InputError(f"{name} does not score recordings; take one of {', '.join(FAMILIES)}")
        if model.name.family in models:
            raise InputError(f"--model names {model.name.family} twice; ask one version of a family")
        models[model.name.family] = model
    return models

"""The commands ``diagmod trend import`` and ``diagmod trend show``: hourly logs in, hourly values out.

An import writes ``data/raw/NAME/trend/MOTOR.csv``, hour by hour into what is there, and the rows it refused
beside it; nothing is written where something is not clear. ``show`` reads what the pipeline made of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diagmod.diagnose_command import InputError

if TYPE_CHECKING:
    import pandas as pd

    from diagmod.io.historian_exports import TrendImport
    from diagmod.io.tag_rules import TagRules

trend = typer.Typer(no_args_is_help=True, help="Hourly logs of a plant's historian.")

#: Refused rows that are printed; all of them stand in the file beside the log.
MAX_SHOWN = 10

_FILE, _MEANING = "How to read the files (only what they do not say themselves)", "What the tags are"

IMPORT_HELP = """Bring exports of a historian into the trend logs of a data set.

Wide (a column a tag) or long (a row a sample), CSV, TSV, XLSX or Parquet; finer than hourly is averaged.

Example: diagmod trend import may.csv --dataset plant --motor M01 --timezone Europe/Berlin --unit mA"""


@trend.command("import", help=IMPORT_HELP)
def import_trend(
    files: Annotated[list[Path], typer.Argument(help="exports that belong together")],
    dataset: Annotated[str, typer.Option(metavar="NAME", help="data set, a folder of data/raw")],
    motor: Annotated[
        str | None, typer.Option(metavar="ID", rich_help_panel=_MEANING, help="motor of tags that name none")
    ] = None,
    phases: Annotated[
        str | None,
        typer.Option(metavar="R,S,T", rich_help_panel=_MEANING, help="tags of R, S, T; - for an absent phase"),
    ] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="TAG=MOTOR:QUANTITY",
            rich_help_panel=_MEANING,
            help="what a tag is, for example TI107=M01:temperature; R, S, T stand for rms_R, rms_S, rms_T; repeat it",
        ),
    ] = None,
    quantity: Annotated[
        str | None,
        typer.Option(metavar="WORD", rich_help_panel=_MEANING, help="what tags are whose names say no phase"),
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="UNIT", rich_help_panel=_MEANING, help="unit of the currents, or QUANTITY=UNIT; repeat it"
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", rich_help_panel=_FILE, help="zone of times that name none: Europe/Berlin, UTC"),
    ] = None,
    time_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", rich_help_panel=_FILE, help="name or number, or DATE+TIME")
    ] = None,
    date_order: Annotated[
        str | None, typer.Option(metavar="ORDER", rich_help_panel=_FILE, help="of 05/01/2026: dmy or mdy")
    ] = None,
    tag_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", rich_help_panel=_FILE, help="column that names the tags")
    ] = None,
    value_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", rich_help_panel=_FILE, help="column of the values")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(metavar="NAME", rich_help_panel=_FILE, help="sheet of a workbook")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="let the export win where a log says otherwise")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be done and write nothing")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Import exports; see :data:`IMPORT_HELP`."""
    from diagmod.io.export_layouts import LayoutRules
    from diagmod.io.historian_exports import read_exports
    from diagmod.io.refusals import UnreadableRecording
    from diagmod.io.trend_files import put_in_place

    folder = _dataset_folder(dataset)
    try:
        rules = _tag_rules(folder, motor, phases, mapped or [], quantity, unit or [])
        layout = LayoutRules(
            time_column=time_column, tag_column=tag_column, value_column=value_column, timezone=timezone,
            date_order=date_order,
        )  # fmt: skip
        found = read_exports(files, rules, layout, sheet)
    except UnreadableRecording as exc:
        raise InputError(str(exc)) from exc
    names = put_in_place(found, folder, rules.current_unit, replace=replace, dry_run=dry_run)
    written = [f"data/raw/{dataset}/{name}" for name in names]
    _echo(_import_json(found, written, dry_run=dry_run) if as_json else _import_text(found, written, dry_run=dry_run))


@trend.command("show")
def show_trend(
    motor: Annotated[str | None, typer.Option(metavar="ID", help="motor; all of them without it")] = None,
    phase: Annotated[str | None, typer.Option(metavar="PHASE", help="R, S or T")] = None,
    quantity: Annotated[str | None, typer.Option(metavar="WORD", help="another quantity, as temperature")] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help="first hour, with its zone")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="hours before this one")] = None,
    last: Annotated[int | None, typer.Option(metavar="N", help="only the last N hours of these")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Show hours of the loaded data set by motor, phase and range."""
    from diagmod.io.paths import project_root
    from diagmod.io.tables import TableError, read_table
    from diagmod.io.trend_tables import TREND, coverage, query

    try:
        table = read_table(project_root() / "data" / "interim" / "trend.parquet", TREND)
        if motor is not None and motor not in set(table["motor_id"]):
            has = ", ".join(sorted(set(table["motor_id"]))) or "none"
            raise InputError(f"there is no hour of motor {motor!r}; the table has {has}")
        found = query(
            table, motor_id=motor, quantity=quantity, phase=phase, start=start, end=end, last_hours=last
        )  # fmt: skip
    except TableError as exc:
        raise InputError(str(exc)) from exc
    covered = coverage(found)
    if as_json:
        _echo(json.dumps({"hours": _records(found), "coverage": _records(covered)}, indent=1, sort_keys=True) + "\n")
    else:
        _echo(f"{_table_text(found)}\n\n{_table_text(covered)}\n" if len(found) else "There is no such hour.\n")


def _dataset_folder(name: str) -> Path:
    from diagmod.io.paths import project_root

    if Path(name).name != name or name in ("", ".", "..") or "\\" in name:
        raise InputError(f"--dataset must be the name of a folder in data/raw, got {name!r}")
    return project_root() / "data" / "raw" / name


def _tag_rules(
    folder: Path, motor: str | None, phases: str | None, mapped: list[str], quantity: str | None, units: list[str]
) -> TagRules:
    from diagmod.io.dataset_files import read_dataset
    from diagmod.io.motor_register import read_motors
    from diagmod.io.tag_rules import TagRules

    dataset = read_dataset(folder)
    return TagRules(
        motors=sorted(read_motors(folder)),
        motor_id=motor,
        phases=() if phases is None else tuple(tag.strip() for tag in phases.split(",")),
        mapping=dict(_mapped(text, motor) for text in mapped),
        quantity=None if quantity is None else _spelt_out(quantity),
        units={_spelt_out(name): unit for text in units for name, _, unit in [_unit_parts(text)]},
        current_unit=dataset.unit,
    )


def _mapped(text: str, motor: str | None) -> tuple[str, tuple[str, str]]:
    """``TAG=MOTOR:QUANTITY``, or ``TAG=QUANTITY`` of the motor given."""
    tag, is_given, target = text.rpartition("=")
    owner, has_owner, quantity = target.rpartition(":")
    if not (is_given and tag and quantity) or not (has_owner or motor):
        raise InputError(f"--map must be TAG=MOTOR:QUANTITY, got {text!r}; for example TI107=M01:temperature")
    return tag, (owner or str(motor), _spelt_out(quantity))


def _unit_parts(text: str) -> tuple[str, str, str]:
    return text.partition("=") if "=" in text else ("", "", text)


def _spelt_out(quantity: str) -> str:
    return f"rms_{quantity}" if quantity in ("R", "S", "T") else quantity


def _import_json(found: TrendImport, written: list[str], *, dry_run: bool) -> str:
    content = {
        "summary": found.in_words(),
        "series": _records(found.series),
        "refused": _records(found.refused),
        "notes": list(found.notes),
        "dry_run": dry_run,
        "written": written,
    }
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def _import_text(found: TrendImport, written: list[str], *, dry_run: bool) -> str:
    shown = ["motor_id", "quantity", "unit", "tags", "step_s", "samples", "hours", "first", "last", "gaps",
             "longest_gap_h", "empty", "merged", "refused", "out_of_order"]  # fmt: skip
    lines = [found.in_words(), "", _table_text(found.series[shown]), ""]
    lines += [f"note: {note}" for note in [*found.notes, *_series_notes(found)]]
    if len(found.refused):
        lines += ["", f"refused rows (the first {min(MAX_SHOWN, len(found.refused))} of {len(found.refused)}):"]
        lines += [_table_text(found.refused.head(MAX_SHOWN))]
    verb = "would write" if dry_run else "wrote"
    return "\n".join([*lines, *(f"{verb} {path}" for path in written)]) + "\n"


def _series_notes(found: TrendImport) -> Iterable[str]:
    rows = found.series[found.series["note"] != ""]
    return (f"{r.quantity} of {r.motor_id}: {r.note}" for r in rows.itertuples())


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return list(json.loads(table.to_json(orient="records", date_format="iso", double_precision=15)))


def _table_text(table: pd.DataFrame) -> str:
    plain = table.copy()
    for name in plain.columns[plain.dtypes.astype(str).str.startswith("datetime")]:
        plain[name] = plain[name].dt.strftime("%Y-%m-%dT%H:%MZ")
    return str(plain.to_string(index=False, na_rep="", max_colwidth=60, float_format=lambda v: f"{v:.6g}"))


def _echo(text: str) -> None:
    # A tag may be named in letters that this terminal does not have.
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    typer.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)

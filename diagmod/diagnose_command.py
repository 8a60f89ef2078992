"""The command ``diagmod diagnose``: one file and one nameplate in, a report or JSON out.

The exit code says what became of it, so that a script needs no parsing: 0 a diagnosis was made, 3 the
recording cannot support one (the report says why), 2 the input is wrong (one sentence on the error
stream, nothing on the output).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    from diagmod.core.charts import SeverityChart
    from diagmod.core.verdicts import Diagnosis

#: Exit code where the quality of the recording supports no diagnosis.
NO_DIAGNOSIS = 3

#: Largest load that can be declared, % of rated.
MAX_LOAD_PCT = 200.0

#: What ``diagmod diagnose --help`` says first.
HELP = """Say what one recording shows about a motor, what else could explain it, and what it cannot show.

At least --pole-pairs and --line-hz, or --motor, must be given; every further value lets it say more.

Exit code: 0 a diagnosis was made, 3 the recording cannot support one, 2 wrong input.

Example: diagmod diagnose pump.csv --fs 5000 --pole-pairs 2 --line-hz 50 --rated-rpm 1455 --rotor-bars 28"""

_MOTOR = "The motor (its nameplate)"


class InputError(ValueError):
    """File, nameplate or an option cannot be used; the message is one sentence for a person."""


def diagnose_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="recording: text, XLSX, Parquet, NPY, NPZ, MAT, HDF5, TDMS, WAV, COMTRADE, UFF, also in .gz or .zip"
        ),
    ],
    motor: Annotated[
        str | None,
        typer.Option(
            metavar="FILE:ID",
            rich_help_panel=_MOTOR,
            help="motor of a register, for example data/raw/demo/motors.yaml:M01; the options below fill what the "
            "register leaves open and must not contradict it",
        ),
    ] = None,
    pole_pairs: Annotated[
        int | None, typer.Option(metavar="N", rich_help_panel=_MOTOR, help="pole pairs, half the number of poles")
    ] = None,
    line_hz: Annotated[
        float | None, typer.Option(metavar="HZ", rich_help_panel=_MOTOR, help="rated supply frequency")
    ] = None,
    rotor_bars: Annotated[
        int | None, typer.Option(metavar="N", rich_help_panel=_MOTOR, help="rotor bars: slip from slot harmonics")
    ] = None,
    rated_rpm: Annotated[
        float | None, typer.Option(metavar="RPM", rich_help_panel=_MOTOR, help="rated speed: which slip is plausible")
    ] = None,
    rated_current: Annotated[
        float | None, typer.Option(metavar="A", rich_help_panel=_MOTOR, help="rated current (rms): load from current")
    ] = None,
    bearing: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", rich_help_panel=_MOTOR, help="drive-end bearing: 6206, or 9 balls, or 9 x 7.94 / 39.04 (mm)"
        ),
    ] = None,
    load_pct: Annotated[
        float | None,
        typer.Option(metavar="PCT", rich_help_panel=_MOTOR, help="load while recording, % of rated, where it is known"),
    ] = None,
    fs: Fs = None,
    time_column: TimeColumn = None,
    time_unit: TimeUnit = None,
    phase_columns: PhaseColumns = None,
    sheet: Sheet = None,
    unit: Unit = None,
    scale: Scale = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    charts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="your own severity charts (YAML, see data/README.md) in place of the built-in"
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="print JSON (its form: data/README.md) in place of the report")
    ] = False,
) -> None:
    """Diagnose one recording; see :data:`HELP`."""
    declared = {
        "fs": fs,
        "phase_columns": () if phase_columns is None else tuple(c.strip() for c in phase_columns.split(",")),
        "time_column": time_column,
        "time_unit": time_unit,
        "sheet": sheet,
        "unit": unit,
        "scale": scale,
        "delimiter": delimiter,
        "decimal": decimal,
        "encoding": encoding,
    }
    nameplate = {
        "pole_pairs": pole_pairs,
        "line_hz": line_hz,
        "rotor_bars": rotor_bars,
        "rated_rpm": rated_rpm,
        "rated_current_a": rated_current,
        "bearing": bearing or None,
    }
    found, lineage = _diagnose(file, motor, nameplate, declared, load_pct, charts)
    _print(found, lineage, as_json=as_json)
    if not found.is_possible:
        raise typer.Exit(NO_DIAGNOSIS)


def _diagnose(
    file: Path,
    reference: str | None,
    nameplate: dict[str, Any],
    declared: dict[str, Any],
    load_pct: float | None,
    charts_file: Path | None,
) -> tuple[Diagnosis, dict[str, Any]]:
    # These take half a second to load, which no other command needs.
    from diagmod.core.charts import DEFAULT_CHARTS
    from diagmod.core.diagnosis import LINE_BAND_HZ, diagnose
    from diagmod.io.diagnosis_lineage import lineage_of
    from diagmod.io.nameplates import NameplateError, choose_motor
    from diagmod.io.recording_files import Declared, read_recording_file
    from diagmod.io.refusals import UnreadableRecording

    if load_pct is not None and not 0.0 <= load_pct <= MAX_LOAD_PCT:
        raise InputError(f"--load-pct must be 0 to {MAX_LOAD_PCT:g} % of rated load, got {load_pct:g}")
    try:
        motor, source = choose_motor(reference, nameplate)
        recording = read_recording_file(file, Declared(**declared))
    except (NameplateError, UnreadableRecording) as exc:
        raise InputError(str(exc)) from exc
    charts = DEFAULT_CHARTS if charts_file is None else _own_charts(charts_file)
    found = diagnose(
        recording.currents,
        recording.fs,
        motor,
        stamps_s=recording.stamps_s,
        load_share=None if load_pct is None else load_pct / 100.0,
        unit_is_ampere=recording.is_ampere,
        charts=charts,
    )
    parameters = {"load_pct": load_pct, "line_band_hz": list(LINE_BAND_HZ)}
    return found, lineage_of(file, recording, motor, nameplate_source=source, charts=charts, parameters=parameters)


def _own_charts(path: Path) -> tuple[SeverityChart, ...]:
    from diagmod.io.chart_files import read_charts

    return read_charts(path)


def _print(found: Diagnosis, lineage: dict[str, Any], *, as_json: bool) -> None:
    from diagmod.io.diagnosis_json import diagnosis_json
    from diagmod.io.diagnosis_report import diagnosis_report

    text = diagnosis_json(found, lineage) if as_json else diagnosis_report(found, lineage)
    # A column may be named in letters that this terminal does not have.
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    typer.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)

"""``diagmod motors`` and ``diagmod defects``: the register of a data set and the defect catalogue, for people.

`diagmod motors check` tells every mistake of a hand-written file at once, before a run stumbles over it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from diagmod.core.motor import Motor
from diagmod.io.dataset_files import DatasetError
from diagmod.io.defect_catalogue import CATEGORIES, Defect, read_defects
from diagmod.io.maintenance_events import read_maintenance
from diagmod.io.motor_register import REGISTER, add_motor, examine_register, read_register
from diagmod.io.paths import project_root

motors = typer.Typer(no_args_is_help=True, help="The motor register of a data set.")
defects = typer.Typer(no_args_is_help=True, help="The defect catalogue and its recommended actions.")

_Where = Annotated[Path, typer.Argument(help="motors.yaml, or the folder or name of a data set")]
_Dataset = Annotated[str | None, typer.Option("--dataset", help="data set whose defects.yaml counts as well")]


@motors.command("list")
def list_motors(where: _Where) -> None:
    """Show every motor of a register."""
    register = read_register(_register(where))
    for motor in register.values():
        typer.echo(_line(motor))
    if not register:
        typer.echo("The register is empty; `diagmod motors add` adds a motor.")


@motors.command("check")
def check_motors(where: _Where) -> None:
    """Tell every mistake of a register, defects.yaml and maintenance.yaml of a data set; exit code 1 for any."""
    path = _register(where)
    register, mistakes = examine_register(path)
    told = [f"{path.name}: {text}" for text in mistakes]
    try:
        log = read_maintenance(path.parent, register, read_defects(path.parent))
    except DatasetError as exc:
        told.append(str(exc))
    else:
        told += [f"maintenance.yaml, event {row.event}: {row.reason}" for row in log.refused.itertuples()]
    for line in told:
        typer.echo(line)
    if told:
        raise typer.Exit(1)
    typer.echo(f"{len(register)} motors, no mistake. {log.in_words()}")


@motors.command("add")
def add_one(
    where: Annotated[Path, typer.Argument(help="folder or name of the data set")],
    motor_id: Annotated[str, typer.Argument(help="name of the motor")],
    pole_pairs: Annotated[int, typer.Option(help="half the number of poles")],
    line_hz: Annotated[float, typer.Option(help="rated frequency, Hz")],
    name: Annotated[str | None, typer.Option(help="where it stands or what it drives")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="kind of motor, as squirrel cage")] = None,
    rated_power_kw: Annotated[float | None, typer.Option(help="kW")] = None,
    rated_voltage_v: Annotated[float | None, typer.Option(help="V, line to line")] = None,
    rated_current_a: Annotated[float | None, typer.Option(help="A")] = None,
    rated_rpm: Annotated[float | None, typer.Option(help="rpm")] = None,
    rotor_bars: Annotated[int | None, typer.Option(help="number of rotor bars")] = None,
    bearing: Annotated[str | None, typer.Option(help='"6206", "9 balls" or "9 x 7.94 / 39.04"')] = None,
    status: Annotated[str | None, typer.Option(help="in service, standby or out of service")] = None,
) -> None:
    """Append a motor to the register of a data set; what stands in it stays as it is."""
    known = {
        "name": name, "type": kind, "rated_power_kw": rated_power_kw, "rated_voltage_v": rated_voltage_v,
        "rated_current_a": rated_current_a, "rated_rpm": rated_rpm, "rotor_bars": rotor_bars, "bearing": bearing,
        "status": status,
    }  # fmt: skip
    plate = {key: value for key, value in known.items() if value is not None}
    motor = add_motor(_folder(where), motor_id, pole_pairs=pole_pairs, line_hz=line_hz, **plate)
    typer.echo(f"Added to {REGISTER}: {_line(motor)}")


@defects.command("list")
def list_defects(dataset: _Dataset = None) -> None:
    """Show every type of defect, by category, and whether the current alone can show it."""
    catalogue = _catalogue(dataset)
    for category in CATEGORIES:
        for defect in (d for d in catalogue.values() if d.category == category):
            typer.echo(f"{category:11} {defect.id:22} by current: {defect.by_current:8} {defect.name}")


@defects.command("show")
def show_defect(
    name: Annotated[str, typer.Argument(help="id of the defect")],
    dataset: _Dataset = None,
    russian: Annotated[bool, typer.Option("--ru", help="give the name in Russian")] = False,
) -> None:
    """Show one defect: what it looks like, what else does, and what to do at each grade."""
    catalogue = _catalogue(dataset)
    if name not in catalogue:
        raise DatasetError(f"there is no defect {name!r} in the catalogue; there are {', '.join(catalogue)}")
    defect = catalogue[name]
    typer.echo(f"{defect.id} ({defect.category}): {(russian and defect.name_ru) or defect.name}")
    for title, text in _parts(defect):
        typer.echo(f"{title + ':':16} {text}")
    for step in defect.severities:
        typer.echo(f"\n{step.grade} ({step.urgency.replace('_', ' ')}): {step.criterion}\n  {step.action}")


def _parts(defect: Defect) -> list[tuple[str, str]]:
    parts = [
        ("signature", defect.signature),
        ("where", defect.formula),
        ("by current", defect.by_current),
        ("same picture", "; ".join(defect.other_causes)),
        ("sources", "; ".join(defect.sources)),
    ]
    return [(title, text) for title, text in parts if text]


def _line(motor: Motor) -> str:
    figures = (
        (motor.rated_power_kw, "kW"), (motor.rated_voltage_v, "V"), (motor.rated_current_a, "A"),
        (motor.rated_rpm, "rpm"), (motor.rotor_bars, "bars"),
    )  # fmt: skip
    known = [f"{value:g} {unit}" for value, unit in figures if value is not None]
    pairs = f"{motor.pole_pairs} pole pair{'s' if motor.pole_pairs > 1 else ''}"
    bearing = [f"bearing {motor.bearing}"] if motor.bearing else []
    text = ", ".join([f"{motor.line_hz:g} Hz", pairs, *known, *bearing, motor.status])
    return f"{motor.motor_id:10} {motor.name or '-':20} {text}"


def _catalogue(dataset: str | None) -> dict[str, Defect]:
    return read_defects(_folder(Path(dataset)) if dataset else None)


def _register(where: Path) -> Path:
    return where if where.is_file() else _folder(where) / REGISTER


def _folder(where: Path) -> Path:
    """Folder of a data set, given as a folder or by its name in ``data/raw``."""
    if where.is_dir():
        return where
    folder = project_root() / "data" / "raw" / where
    if not folder.is_dir():
        raise DatasetError(f"there is no data set {str(where)!r}; give its folder or its name in data/raw")
    return folder

"""``diagmod report``: the page "Motor status" as a file to print, to keep and to mail.

The document is the one that the button of the page gives: one HTML file that needs nothing else, or the same as PDF,
printed by Chromium.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import typer

from diagmod.io.paths import project_root
from diagmod.io.stages import StageError
from diagmod.print_reports import find_browser, print_report

if TYPE_CHECKING:
    from diagmod.views.pages.motor import MotorPage

REPORT_HELP = "Write the status of a motor, or of the fleet, as one HTML or PDF file."


class ReportError(StageError):
    """A report cannot be written; the message is one sentence."""


def report_command(
    out: Annotated[Path, typer.Option("--out", help="file to write")],
    motor: Annotated[str, typer.Option("--motor", help="number of the motor, as M03")] = "",
    fleet: Annotated[bool, typer.Option("--fleet", help="all motors together")] = False,
    lang: Annotated[str, typer.Option("--lang", help="en or ru")] = "en",
    pdf: Annotated[bool, typer.Option("--pdf", help="print it to PDF with Chromium")] = False,
) -> None:
    """Write the document and say where it is."""
    if bool(motor) == fleet:
        raise ReportError("say what the report is about: --motor M, or --fleet for all motors")
    from diagmod.views.language import LANGUAGES

    if lang not in LANGUAGES:
        raise ReportError(f"--lang must be one of {', '.join(LANGUAGES)}, got {lang!r}")
    if not out.parent.is_dir():
        raise ReportError(f"the folder {out.parent} is not there; make it, or write elsewhere")
    text = document(project_root(), motor, lang)
    if pdf:
        _print(text, out)
    else:
        out.write_text(text, encoding="utf-8")
    typer.echo(f"{out}: {f'motor {motor}' if motor else 'the fleet'}, {out.stat().st_size / 1e6:.1f} MB")


def document(root: Path, motor: str = "", lang: str = "en") -> str:
    """The report of a motor, or of the fleet where none is named, as HTML.

    Raises
    ------
    ReportError
        There are no results, or they do not know the motor.
    """
    from diagmod.views.pages.motor import MotorPage  # here: plotly and widgets take a second

    page = MotorPage(urlencode({"motor": motor, "lang": lang}), root)
    page.headline()
    _check(page, motor)
    return page.report()


def _check(page: MotorPage, motor: str) -> None:
    if page.problem:
        raise ReportError(page.problem)
    if motor and page.value("motor") != motor:
        known = ", ".join(list(page.ranked["motor_id"].sort_values())[:12])
        raise ReportError(f"there is no motor {motor!r} in the results; known are {known}")


def _print(text: str, out: Path) -> None:
    browser = find_browser()
    if browser is None:
        raise ReportError("no Chromium found; install it, name it by DIAGMOD_CHROMIUM, or leave --pdf out")
    with tempfile.TemporaryDirectory() as folder:
        html = Path(folder) / "report.html"
        html.write_text(text, encoding="utf-8")
        try:
            print_report(browser, html, out.resolve())
        except RuntimeError as exc:
            raise ReportError(str(exc)) from exc

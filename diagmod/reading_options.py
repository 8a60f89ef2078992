"""Options of the command line that say how a file is read; every command that reads recordings has the same."""

from __future__ import annotations

from typing import Annotated

import typer

#: Heading of these options in the help.
FILE_PANEL = "How to read the file (only what it does not say itself)"

Fs = Annotated[float | None, typer.Option(metavar="HZ", rich_help_panel=FILE_PANEL, help="sampling rate")]
PhaseColumns = Annotated[
    str | None,
    typer.Option(
        metavar="R,S,T", rich_help_panel=FILE_PANEL, help="columns of R, S, T by name or number; - for an absent phase"
    ),
]
TimeColumn = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", rich_help_panel=FILE_PANEL, help="time stamps, by name or number from 1"),
]
TimeUnit = Annotated[
    str | None,
    typer.Option(metavar="UNIT", rich_help_panel=FILE_PANEL, help="unit of the time stamps: s, ms, us or ns"),
]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", rich_help_panel=FILE_PANEL, help="sheet of a workbook")]
Unit = Annotated[
    str | None,
    typer.Option(
        metavar="UNIT", rich_help_panel=FILE_PANEL, help="unit of the samples: A, mA, or counts where unknown"
    ),
]
Scale = Annotated[
    float | None, typer.Option(metavar="A", rich_help_panel=FILE_PANEL, help="ampere per unit of the file")
]
Delimiter = Annotated[
    str | None, typer.Option(metavar="MARK", rich_help_panel=FILE_PANEL, help="comma, semicolon, tab, bar or blank")
]
Decimal = Annotated[str | None, typer.Option(metavar="MARK", rich_help_panel=FILE_PANEL, help="decimal mark, . or ,")]
Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", rich_help_panel=FILE_PANEL, help="of a text, as utf-8 or cp1251")
]

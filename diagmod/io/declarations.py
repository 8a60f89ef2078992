"""What a user says of a recording file; it goes before anything that the file itself says."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

import numpy as np

from diagmod.core.recording import PHASES
from diagmod.io.column_names import CURRENT_UNITS, TIME_UNITS
from diagmod.io.refusals import UnreadableRecording

#: Highest sampling rate in Hz that can be declared.
MAX_FS = 1e9

#: Stands for an absent phase among declared columns.
ABSENT = "-"

#: Separators that can be declared, by the words that may stand for them.
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|", "blank": " ", "space": " "}


@dataclass(frozen=True, kw_only=True)
class TextSettings:
    """How a text of numbers is written, as far as it was declared; None where the text is to tell.

    Parameters
    ----------
    delimiter : str or None
        Separator of the columns: one of ``, ; | tab blank`` or the character itself.
    decimal : str or None
        Decimal mark, "." or ",".
    encoding : str or None
        Name of a text encoding that Python knows, for example "cp1251".
    has_header : bool or None
        Whether the line above the rows names the columns.

    Raises
    ------
    UnreadableRecording
        A value is not allowed.
    """

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    has_header: bool | None = None

    def __post_init__(self) -> None:
        if self.delimiter is not None and self.separator not in SEPARATORS.values():
            raise UnreadableRecording(
                f"--delimiter must be one of {', '.join(SEPARATORS)} or the character, got {self.delimiter!r}; pass one"
            )
        if self.decimal is not None and self.decimal not in (".", ","):
            raise UnreadableRecording(f"--decimal must be . or ,, got {self.decimal!r}; pass the decimal mark")
        if self.decimal is not None and self.decimal == self.separator == ",":
            raise UnreadableRecording("--decimal and --delimiter cannot both be the comma; correct one of the two")
        if self.encoding is not None and not _is_text_encoding(self.encoding):
            raise UnreadableRecording(
                f"--encoding must be a text encoding such as utf-8, cp1251 or latin-1, got {self.encoding!r}; pass one"
            )

    @property
    def separator(self) -> str | None:
        """The declared separator as a character."""
        return None if self.delimiter is None else SEPARATORS.get(self.delimiter.casefold(), self.delimiter)


#: Where nothing was declared.
TEXT_TELLS = TextSettings()


@dataclass(frozen=True, kw_only=True)
class Declared:
    """Settings of one reading; None or empty where the file is to tell.

    Parameters
    ----------
    fs : float or None
        Sampling rate in Hz.
    phase_columns : tuple of str
        Names or numbers from 1 of the columns of R, S, T; "-" for an absent phase. One to three.
    time_column : str or None
        Name or number of the column of time stamps.
    time_unit : str or None
        One of :data:`~diagmod.io.column_names.TIME_UNITS`.
    sheet : str or None
        Sheet of a workbook.
    unit : str or None
        Unit of the samples: "A", "mA", "kA" (converted to ampere), or another word where ampere is not known.
    scale : float or None
        Ampere per unit of the file; the result is ampere then.
    delimiter, decimal, encoding, has_header
        Of a text, see :class:`TextSettings`.
    may_lack : bool
        Whether a named phase that the file does not have counts as absent.
    takes_order : bool
        Whether three columns without the names of phases may be taken as R, S, T in their order.

    Raises
    ------
    UnreadableRecording
        A value is not allowed.
    """

    fs: float | None = None
    phase_columns: tuple[str, ...] = ()
    time_column: str | None = None
    time_unit: str | None = None
    sheet: str | None = None
    unit: str | None = None
    scale: float | None = None
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    has_header: bool | None = None
    may_lack: bool = False
    takes_order: bool = True

    def __post_init__(self) -> None:
        _ = self.text
        if self.fs is not None and not 0.0 < self.fs <= MAX_FS:
            raise UnreadableRecording(
                f"--fs must be positive and at most {MAX_FS:g}, got {self.fs:g}; pass the sampling rate in Hz"
            )
        if self.scale is not None and (self.scale == 0.0 or not np.isfinite(self.scale)):
            raise UnreadableRecording(f"--scale must be finite and not zero, got {self.scale:g}; pass ampere per count")
        if self.time_unit is not None and self.time_unit not in TIME_UNITS:
            raise UnreadableRecording(f"--time-unit must be {', '.join(TIME_UNITS)}, got {self.time_unit!r}; pass one")
        named = [column for column in self.phase_columns if column != ABSENT]
        if self.phase_columns and (len(self.phase_columns) > len(PHASES) or not named or len(set(named)) < len(named)):
            raise UnreadableRecording(
                "--phase-columns must name one to three different columns in the order R,S,T "
                f"({ABSENT} for an absent phase), got {','.join(self.phase_columns)!r}"
            )
        if self.unit is not None and not self.unit.strip():
            raise UnreadableRecording("--unit must not be empty; pass A, or counts where ampere is not known")
        if self.scale is not None and self.unit is not None and self.ampere_per_unit is None:
            raise UnreadableRecording(f"--scale makes ampere, but --unit says {self.unit!r}; leave out one of the two")

    @property
    def ampere_per_unit(self) -> float | None:
        """Ampere in the declared unit; None where it is not declared or no unit of current."""
        return None if self.unit is None else CURRENT_UNITS.get(self.unit.strip().casefold())

    @property
    def text(self) -> TextSettings:
        """What is declared of a text."""
        return TextSettings(
            delimiter=self.delimiter, decimal=self.decimal, encoding=self.encoding, has_header=self.has_header
        )

    @property
    def wanted(self) -> tuple[str, ...]:
        """Columns that were named, so that a reader of many arrays knows which to take."""
        named = (*self.phase_columns, *(() if self.time_column is None else (self.time_column,)))
        return tuple(name for name in named if name != ABSENT)


def _is_text_encoding(name: str) -> bool:
    try:
        "1".encode(name).decode(name)
        return codecs.lookup(name).name not in ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
    except (LookupError, ValueError, UnicodeError):
        return False

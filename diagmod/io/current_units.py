"""In what unit the samples of a file are, and what makes ampere of them.

A declared scale or unit goes before what the headings say, and these before a conclusion from all samples: whole
numbers of some size are levels of a converter, and are not taken for ampere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diagmod.io.column_names import COUNT_UNITS, CURRENT_UNITS, OTHER_UNITS
from diagmod.io.column_tables import Column
from diagmod.io.declarations import Declared
from diagmod.io.refusals import UnreadableRecording

#: Whole numbers at least this large are taken as counts of a converter unless the unit is known.
MIN_COUNTS = 100.0

#: Ampere in each unit that a column may state; counts have none.
_AMPERE_PER = CURRENT_UNITS | dict.fromkeys(COUNT_UNITS, 0.0)


def unit_of(columns: Sequence[Column], source: str, declared: Declared, notes: list[str]) -> tuple[float, str]:
    """Factor to apply to the samples, and the unit of the result; empty where nobody says it.

    Parameters
    ----------
    columns : sequence of Column
        Columns of the phases.
    source : str
        Name of the file for messages.
    declared : Declared
    notes : list of str
        Gets a sentence for every conclusion.

    Raises
    ------
    UnreadableRecording
        The columns state different units, or one that is no current.
    """
    if declared.scale is not None:
        notes.append(f"samples were multiplied by {declared.scale:g} to ampere, as declared")
        return declared.scale, "A"
    if declared.unit is not None:
        factor = declared.ampere_per_unit
        return (1.0, declared.unit.strip()) if factor is None else (factor, "A")
    stated = [unit for column in columns if (unit := column.stated_unit)]
    factors = {_AMPERE_PER.get(column.stated_unit.casefold(), 1.0) for column in columns}
    if len(factors) > 1 or any(unit.casefold() in OTHER_UNITS for unit in stated):
        raise UnreadableRecording(
            f"{source} says its columns are in {', '.join(dict.fromkeys(stated))}, expected A, mA or kA for all; "
            "pass --scale (ampere per unit), or --unit where ampere is not known"
        )
    factor = factors.pop()
    if factor == 0.0:
        notes.append(f"columns are in {stated[0]} by their own heading; pass --scale (ampere per count) for ampere")
        return 1.0, "counts"
    if factor != 1.0:
        notes.append(f"columns are in {stated[0]} by their own heading; samples were multiplied by {factor:g}")
    return factor, "A" if any(unit.casefold() in CURRENT_UNITS for unit in stated) else ""


def concluded_unit(peak: float, notes: list[str], *, is_whole: bool) -> str:
    """Unit of samples of which nobody says it.

    Parameters
    ----------
    peak : float
        Largest magnitude among all of them.
    notes : list of str
        Gets a sentence where they are counts.
    is_whole : bool
        Whether all of them are whole numbers.

    Examples
    --------
    >>> [concluded_unit(2047.0, [], is_whole=True), concluded_unit(8.0, [], is_whole=True)]
    ['counts', 'A']
    """
    if not is_whole or peak < MIN_COUNTS:
        return "A"
    notes.append(
        f"all samples are whole numbers up to {peak:g}, so they were taken as counts and not as ampere; pass "
        "--scale (ampere per count), or --unit A if they are"
    )
    return "counts"


def unit_conflict(columns: Sequence[Column], declared: Declared) -> str:
    """What a declared unit contradicts in the headings of the columns, in words; empty where nothing."""
    stated = {column.stated_unit for column in columns if column.stated_unit}
    if declared.unit is None or declared.scale is not None:
        return ""
    others = sorted(unit for unit in stated if _AMPERE_PER.get(unit.casefold(), 0.0) != declared.ampere_per_unit)
    return f"the columns state {', '.join(others)} and {declared.unit} is declared" if others else ""


def are_whole(samples: NDArray[np.floating]) -> bool:
    """Whether all samples, shape (n,), are whole numbers or missing; measured ones are told by the first."""
    return all(np.all((part == np.rint(part)) | np.isnan(part)) for part in (samples[:1000], samples[1000:]))

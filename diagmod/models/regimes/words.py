"""What is typical of a regime, in words with units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.regimes.view_rows import VIEWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

#: Figures that are named at most, and distance from usual (spreads) below which one is not worth a word.
_MOST_NAMED, _WORTH_A_WORD = 3, 1.0


def typical_words(view: str, names: Sequence[str], spreads: NDArray[np.float64], operating: Mapping[str, float]) -> str:
    """How a regime is run and by what it differs from usual.

    Parameters
    ----------
    view : str
    names : sequence of str, length k
    spreads : ndarray, shape (k,)
        Middle of the regime.
    operating : mapping
        Medians of current_share, load_share, slip_of_rated; NaN where not known.

    Examples
    --------
    >>> typical_words("operation", ["ripple_log"], np.array([2.0]), {"current_share": 0.8, "load_share": 0.75})
    'current 0.80 of rated, load 75 % of rated; slow ripple of the current 2.0 spreads above the fleet'
    """
    parts = [
        text.format(value)
        for key, text in (
            ("current_share", "current {:.2f} of rated"),
            ("load_share", "load {:.0%} of rated"),
            ("slip_of_rated", "slip {:.0%} of rated slip"),
        )
        if np.isfinite(value := operating.get(key, np.nan))
    ]
    run = ", ".join(parts).replace("%", " %") or "operating point not known"
    return f"{run}; {_unusual(view, names, spreads)}"


def _unusual(view: str, names: Sequence[str], spreads: NDArray[np.float64]) -> str:
    meaning = {figure.name: figure.meaning for figure in VIEWS[view]}
    against = "the fleet" if view == "operation" else "usual for the motor at that load"
    order = [k for k in np.argsort(-np.abs(spreads), kind="stable") if abs(spreads[k]) >= _WORTH_A_WORD][:_MOST_NAMED]
    if not order:
        return f"every figure close to {'the middle of the fleet' if view == 'operation' else against}"
    named = [
        f"{meaning[names[k]]} {abs(spreads[k]):.1f} spreads {'above' if spreads[k] > 0 else 'below'}" for k in order
    ]
    return f"{', '.join(named)} {against}"

"""Slot harmonics: which of them a winding sees, decided by the order of the flux wave.

The rotor slots give the air gap a permeance wave cos(kN(x - theta)); on the MMF of order p it makes flux
waves of orders kN - p and kN + p at k N fr - f and k N fr + f. Static eccentricity (factor cos x) shifts the
order by one and keeps the frequency, dynamic eccentricity (factor cos(x - theta)) shifts the order by one and
the frequency by fr (nd = 1). A symmetric integral-slot winding links only the orders p(6m +- 1), of positive
sequence for 6m + 1 and negative for 6m - 1; all else cancels or is of zero sequence. So a 28-bar four-pole
motor shows its principal slot harmonics and a 34-bar one does not (Nandi, Toliyat & Li 2005).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Second permeance harmonic over the first; a plausible value without a source.
SECOND_SHARE = 0.25


def sequence_of_order(order: int, pole_pairs: int) -> int:
    """+1 or -1 for the sequence in which a winding links a flux wave of this order, 0 where it does not.

    Examples
    --------
    >>> sequence_of_order(26, 2), sequence_of_order(30, 2), sequence_of_order(22, 2)
    (1, 0, -1)
    """
    if order % pole_pairs:
        return 0
    return {1: 1, 5: -1}.get((order // pole_pairs) % 6, 0)


def slot_terms(
    rotor_bars: int, pole_pairs: int, slot_share: float, static_gap: float, dynamic_gap: float
) -> NDArray[np.float64]:
    """Terms of the slot layer as the kernel reads them.

    Parameters
    ----------
    rotor_bars, pole_pairs : int
    slot_share : float
        Slot-harmonic flux linkage over the fundamental air-gap flux, about 1e-4..1e-3.
    static_gap, dynamic_gap : float
        Eccentricities as shares of the air gap.

    Returns
    -------
    ndarray, shape (n_terms, 4)
        Share of the air-gap flux, multiple of the shaft angle, 1 where the flux enters conjugated (the line at
        k N fr - f), 1 where the term is of negative sequence.
    """
    rows = []
    for k, strength in ((1, slot_share), (2, slot_share * SECOND_SHARE)):
        for sign in (-1, 1):
            for shift, moving, share in (
                (0, 0, 1.0),
                (1, 0, static_gap),
                (-1, 0, static_gap),
                (1, 1, dynamic_gap),
                (-1, -1, dynamic_gap),
            ):
                sequence = sequence_of_order(k * rotor_bars + sign * pole_pairs + shift, pole_pairs)
                if sequence and strength * share:
                    rows.append((strength * share, k * rotor_bars + moving, sign < 0, sequence < 0))
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def slot_line_hz(term: NDArray[np.float64], rotor_hz: float, line_hz: float) -> float:
    """Frequency in Hz of one term of ``slot_terms``."""
    return float(abs(term[1] * rotor_hz + (-line_hz if term[2] else line_hz)))

"""The shaft side: what the machine drives and how its torque varies.

Torque swings are shares of RATED torque, so that the same swing weighs the same at every load. Those given in
Hz follow the clock (a piston, a belt); those given in shaft orders follow the simulated angle (imbalance,
misalignment, a gear).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Load curves: shares of the torque that are constant, linear and quadratic in speed.
CURVES = {"constant": (1.0, 0.0, 0.0), "linear": (0.0, 1.0, 0.0), "quadratic": (0.0, 0.0, 1.0)}


@dataclass(frozen=True, kw_only=True)
class Swing:
    """One sinusoidal torque oscillation.

    Attributes
    ----------
    share : float
        Amplitude over rated torque.
    hz, shaft_order : float or None
        Frequency in Hz, or its multiple of shaft frequency; exactly one of them.
    phase_rad : float

    Raises
    ------
    ValueError
        Both or neither of ``hz`` and ``shaft_order`` is given.
    """

    share: float
    hz: float | None = None
    shaft_order: float | None = None
    phase_rad: float = 0.0

    def __post_init__(self) -> None:
        if (self.hz is None) == (self.shaft_order is None):
            raise ValueError(f"give either hz or shaft_order, got hz {self.hz!r}, shaft_order {self.shaft_order!r}")


@dataclass(frozen=True, kw_only=True)
class BearingFault:
    """A damaged bearing: a short pulse each time a rolling element meets the defect.

    Attributes
    ----------
    shaft_order : float
        Characteristic frequency over shaft frequency; BPFO is about 0.4 and BPFI 0.6 times the number of balls.
    torque_share : float
        Peak of the friction pulse over rated torque.
    gap_share : float
        Peak of the rise of the magnetising inductance while the rotor is displaced (Bloedt et al. 2008).
    sharpness : float
        kappa of the pulse exp(kappa (cos x - 1)); 20 makes it about a tenth of a period wide.
    """

    shaft_order: float
    torque_share: float = 0.01
    gap_share: float = 0.0
    sharpness: float = 20.0

    def __post_init__(self) -> None:
        if not self.shaft_order > 0:
            raise ValueError(f"shaft_order must be positive, got {self.shaft_order!r}; BPFO is about 0.4 x balls")


@dataclass(frozen=True, kw_only=True)
class Mechanics:
    """Load and shaft.

    Attributes
    ----------
    curve : str
        "constant", "linear" or "quadratic" in speed.
    inertia_factor : float
        Inertia over the machine's own.
    swings : tuple of Swing
    drift_share_per_s : float
        Rise of the load per second from time 0, as a share of rated torque.
    step_share, step_at_s : float
        Step of the load at an instant, as a share of rated torque.
    begins_at_rest : bool
        The recording starts with the rotor at rest and the supply switched on at ``switch_on_s``.
    switch_on_s : float
        Only with ``begins_at_rest``.

    Raises
    ------
    ValueError
        The curve is unknown or the inertia factor not positive.
    """

    curve: str = "constant"
    inertia_factor: float = 1.0
    swings: tuple[Swing, ...] = ()
    drift_share_per_s: float = 0.0
    step_share: float = 0.0
    step_at_s: float = 0.0
    begins_at_rest: bool = False
    switch_on_s: float = 0.0

    def __post_init__(self) -> None:
        if self.curve not in CURVES:
            raise ValueError(f"curve must be one of {', '.join(CURVES)}, got {self.curve!r}")
        if not self.inertia_factor > 0:
            raise ValueError(f"inertia_factor must be positive, got {self.inertia_factor!r}")

    def load_nm(self, times_s: NDArray[np.float64], begin_nm: float, rated_nm: float) -> NDArray[np.float64]:
        """Load torque at reference speed on a time grid, without the swings that follow the shaft."""
        torque = np.full(times_s.shape, begin_nm)
        if self.drift_share_per_s:
            torque += rated_nm * self.drift_share_per_s * np.maximum(times_s, 0.0)
        if self.step_share:
            torque += rated_nm * self.step_share * (times_s >= self.step_at_s)
        for swing in self.swings:
            if swing.hz is not None:
                torque += rated_nm * swing.share * np.cos(2 * np.pi * swing.hz * times_s + swing.phase_rad)
        return torque

    def shaft_swings(self, rated_nm: float) -> NDArray[np.float64]:
        """Swings that follow the shaft angle: rows of amplitude (N m), order, phase (rad)."""
        rows = [(rated_nm * s.share, s.shaft_order, s.phase_rad) for s in self.swings if s.shaft_order is not None]
        return np.array(rows, dtype=np.float64).reshape(-1, 3)

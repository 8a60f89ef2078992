"""The supply as a function of time: grid or converter, stiff, three wires.

One phase angle carries the wandering frequency; negative sequence, harmonics and ripple ride on it. No
neutral is connected, so zero-sequence voltages drive nothing and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Spacing (s) of the nodes of a wandering frequency and the time (s) after which it has forgotten its value.
NODE_S, MEMORY_S = 0.1, 20.0


@dataclass(frozen=True, kw_only=True)
class Supply:
    """Voltages at the terminals.

    Attributes
    ----------
    line_hz : float or None
        Mean frequency in Hz; None for the machine's rated one.
    voltage_share : float or None
        Positive-sequence voltage over rated; None for 1 on the rated frequency and V/f = constant elsewhere.
    v2_over_v1 : complex
        Negative over positive sequence, as a phasor against phase R.
    harmonics_pct : mapping of int to float
        Order (5, 7, 11 ...) to amplitude in percent; order mod 3 gives the sequence, phases are drawn.
    wander_hz : float
        Standard deviation of the frequency's random walk about its mean.
    flicker_share, flicker_hz : float
        Amplitude modulation of the voltage: depth and frequency in Hz.
    sag_share, sag_begin_s, sag_length_s : float
        Share by which the voltage falls, from when and for how long; time 0 is the first sample.
    switching_hz, switching_share : float
        Converter: carrier frequency in Hz and amplitude of its ripple over the fundamental. Lines at
        fc +- 2f and 2 fc +- f, the strongest pairs of sine-triangle modulation; 0 for none.
    control_share, control_hz : float
        Converter: a speed or torque controller sways the output frequency (share) at this frequency in
        Hz, the voltage with it (V/f), as one that acts on the measured current does near 2 s f.

    Raises
    ------
    ValueError
        A frequency or share is negative or a harmonic order below 2.
    """

    line_hz: float | None = None
    voltage_share: float | None = None
    v2_over_v1: complex = 0.0
    harmonics_pct: Mapping[int, float] = field(default_factory=dict)
    wander_hz: float = 0.0
    flicker_share: float = 0.0
    flicker_hz: float = 8.8
    sag_share: float = 0.0
    sag_begin_s: float = 0.0
    sag_length_s: float = 0.1
    switching_hz: float = 0.0
    switching_share: float = 0.1
    control_share: float = 0.0
    control_hz: float = 1.0

    def __post_init__(self) -> None:
        if self.line_hz is not None and not self.line_hz > 0:
            raise ValueError(f"line_hz must be positive, got {self.line_hz!r}; None takes the machine's")
        for name in (
            "wander_hz", "flicker_share", "flicker_hz", "sag_share", "sag_length_s",
            "switching_hz", "switching_share", "control_share", "control_hz",
        ):  # fmt: skip
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be zero or more, got {getattr(self, name)!r}")
        if bad := [order for order in self.harmonics_pct if order < 2]:
            raise ValueError(f"harmonic orders start at 2, got {bad[0]}; the fundamental is voltage_share")


class SupplyPath:
    """One realisation of a supply: the same seed gives the same voltages at the same instants.

    Parameters
    ----------
    supply : Supply
    peak_v : float
        Rated peak phase voltage.
    rated_hz : float
    end_s : float
        Last instant that will be asked for; before time 0 the frequency stands still.
    rng : numpy.random.Generator
    """

    def __init__(self, supply: Supply, peak_v: float, rated_hz: float, end_s: float, rng: np.random.Generator) -> None:
        self.supply = supply
        self.line_hz = supply.line_hz or rated_hz
        share = supply.voltage_share
        self.voltage_share = min(self.line_hz / rated_hz, 1.0) if share is None else share
        if share is None and abs(self.line_hz / rated_hz - 1.0) <= 0.02:
            self.voltage_share = 1.0
        self.peak_v = peak_v * self.voltage_share
        self.begin_rad = float(rng.uniform(0, 2 * np.pi))
        self.harmonic_rad = {order: float(rng.uniform(0, 2 * np.pi)) for order in sorted(supply.harmonics_pct)}
        n_nodes = int(np.ceil(max(end_s, 0.0) / NODE_S)) + 2
        pull, draws = np.exp(-NODE_S / MEMORY_S), rng.standard_normal(n_nodes)
        self.offset_hz = np.zeros(n_nodes)
        for k in range(1, n_nodes):
            self.offset_hz[k] = pull * self.offset_hz[k - 1] + np.sqrt(1 - pull**2) * supply.wander_hz * draws[k]
        self.turns = np.concatenate([[0.0], np.cumsum((self.offset_hz[1:] + self.offset_hz[:-1]) / 2 * NODE_S)])

    def hz(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Instantaneous frequency in Hz."""
        given = self.supply
        wander = np.interp(times_s, NODE_S * np.arange(len(self.offset_hz)), self.offset_hz)
        sway = self.line_hz * given.control_share * np.cos(2 * np.pi * given.control_hz * times_s)
        return self.line_hz + wander + sway

    def angle_rad(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Phase angle of the positive sequence: the exact integral of the frequency."""
        given = self.supply
        angle = self.begin_rad + 2 * np.pi * self.line_hz * times_s
        if given.wander_hz:
            k = np.clip((times_s / NODE_S).astype(int), 0, len(self.turns) - 2)
            after_s = np.maximum(times_s, 0.0) - k * NODE_S
            slope = (self.offset_hz[k + 1] - self.offset_hz[k]) / NODE_S
            angle += 2 * np.pi * (self.turns[k] + self.offset_hz[k] * after_s + slope * after_s**2 / 2)
        if given.control_share and given.control_hz:
            swing_rad = given.control_share * self.line_hz / given.control_hz
            angle += swing_rad * np.sin(2 * np.pi * given.control_hz * times_s)
        return angle

    def voltages(self, times_s: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Space vector of the phase voltages in volt, peak."""
        given, angle = self.supply, self.angle_rad(times_s)
        u = _turned(angle)
        if given.v2_over_v1:
            u += given.v2_over_v1 * u.conj()
        for order, rad in self.harmonic_rad.items():
            wave = given.harmonics_pct[order] / 100 * _turned(order * angle + rad)
            u += {1: wave, 2: wave.conj()}.get(order % 3, 0.0)
        if given.switching_hz and given.switching_share:
            carrier = 2 * np.pi * given.switching_hz * times_s
            for multiple, side, weight in ((1, -2, 0.5), (1, 2, 0.5), (2, -1, 1.0), (2, 1, 1.0)):
                wave = weight * given.switching_share * _turned(multiple * carrier + side * angle)
                u += wave if side % 3 == 1 else wave.conj()
        amplitude = np.full(times_s.shape, self.peak_v)
        if given.flicker_share:
            amplitude = amplitude * (1 + given.flicker_share * np.cos(2 * np.pi * given.flicker_hz * times_s))
        if given.control_share:
            amplitude = amplitude * self.hz(times_s) / self.line_hz
        if given.sag_share:
            in_sag = (times_s >= given.sag_begin_s) & (times_s < given.sag_begin_s + given.sag_length_s)
            amplitude = amplitude * (1 - given.sag_share * in_sag)
        return amplitude * u


def _turned(angle: NDArray[np.float64]) -> NDArray[np.complex128]:
    turned = np.empty(angle.shape, dtype=np.complex128)
    turned.real, turned.imag = np.cos(angle), np.sin(angle)
    return turned

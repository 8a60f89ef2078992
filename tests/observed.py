"""A recording as the fault rules see it: an observation made from exactly known lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from diagmod.core.carrier import Carrier
from diagmod.core.modulation import ModulationSpectrum
from diagmod.core.motor import Motor
from diagmod.core.observation import Observation
from diagmod.core.order_tracking import track_orders
from diagmod.core.prepared import prepare
from diagmod.sim.signal import Line, SignalSpec, synthesise

#: Sampling rate (Hz) and length (s) of a recording unless a test says otherwise.
FS, SECONDS = 5000.0, 10.0

#: Rated peak current 10 A, rated slip 0.03, 28 bars.
PLATE = Motor(
    motor_id="M1", line_hz=50.0, pole_pairs=2, rotor_bars=28, rated_rpm=1455.0, rated_current_a=10 / np.sqrt(2)
)


def pair_lines(
    offset_hz: float, lower_dbc: float, upper_dbc: float, angle_deg: float = 225.0, *, line_hz: float = 50.0
) -> list[Line]:
    """A line below and one above the supply whose product with both relative to it has a stated angle."""
    return [Line(line_hz - offset_hz, lower_dbc, np.radians(angle_deg)), Line(line_hz + offset_hz, upper_dbc)]


def currents_of(
    lines: Sequence[Line] = (), *, seconds: float = SECONDS, fs: float = FS, seed: int = 0, **content: Any
) -> np.ndarray:
    """Three phase currents of 10 A peak at 50 Hz with these lines, noise at -75 dBc; shape (3, n)."""
    given = {"line_hz": 50.0, "amplitude_a": 10.0, "noise_dbc": -75.0, **content}
    return synthesise(SignalSpec(lines=lines, **given), fs, round(seconds * fs), np.random.default_rng(seed))


def observe(currents: np.ndarray, motor: Motor = PLATE, *, fs: float = FS, **changed: Any) -> Observation:
    """What the fault rules see of three currents."""
    prepared = prepare(currents, fs)
    carrier = prepared.carrier
    assert isinstance(carrier, Carrier)
    rated_a = motor.rated_current_a
    given = {
        "motor": motor,
        "line_hz": carrier.line_hz,
        "carrier": carrier,
        "modulation": ModulationSpectrum(carrier),
        "spectrum": track_orders(prepared.spectrum, carrier),
        "rms_share": carrier.amplitude / np.sqrt(2) / rated_a if rated_a else float("nan"),
        "declared_load": None,
    }
    return Observation(**{**given, **changed})


def seen_with(
    lines: Sequence[Line] = (), motor: Motor = PLATE, *, load: float | None = None, **content: Any
) -> Observation:
    """Observation of a current with these lines; ``load`` is declared."""
    fs = content.get("fs", FS)
    return observe(currents_of(lines, **content), motor, fs=fs, declared_load=load)

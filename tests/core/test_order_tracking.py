"""A wandering grid smears no line after order tracking, on either side; a steady one is left alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from observed import FS

from diagmod.core.carrier import track_carrier
from diagmod.core.order_tracking import track_orders
from diagmod.core.prepared import prepare
from diagmod.core.wideband import WidebandSpectrum, wideband_spectrum

SECONDS = 10.0

WANDERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "swing of 47 mHz": lambda t: 0.05 * np.sin(2 * np.pi * 0.15 * t),
    "swing that begins elsewhere": lambda t: 0.05 * np.sin(2 * np.pi * 0.15 * t + 1.0),
    "rise of 40 mHz": lambda t: 0.002 * t**2,
}


def peak_near(side: np.ndarray, hz: float, bin_hz: float) -> tuple[float, float]:
    """Height and frequency of the strongest bin within 2 Hz of a frequency."""
    at = round((hz - 2) / bin_hz)
    band = np.abs(side[at : round((hz + 2) / bin_hz)])
    return float(band.max()), float((at + int(np.argmax(band))) * bin_hz)


def line_of_order(order: float, turns: np.ndarray, *, forward: bool) -> tuple[np.ndarray, WidebandSpectrum]:
    """Carrier of 1 A with a line of 0.01 A locked to it, and its plain spectrum."""
    angle = 2 * np.pi * (50 * np.arange(round(SECONDS * FS)) / FS + turns)
    x = np.exp(1j * angle) + 0.01 * np.exp((1j if forward else -1j) * order * angle)
    return x, wideband_spectrum(x, FS)


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("order", [9.43, 13.5, 26.57])
@pytest.mark.parametrize("wander", WANDERS)
def test_a_wandering_grid_smears_no_line_that_is_locked_to_it(wander, order, forward):
    """Forwards or backwards, the line stands again within 15 % of its height (a bin's scalloping) at its order."""
    turns = WANDERS[wander](np.arange(round(SECONDS * FS)) / FS)
    x, plain = line_of_order(order, turns, forward=forward)
    carrier = track_carrier(x, FS, 50.0)
    tracked = track_orders(plain, carrier)
    side, smeared = (s.forward if forward else s.backward for s in (tracked, plain))
    height, hz = peak_near(side, order * carrier.line_hz, plain.bin_hz)
    assert height > 0.0085 * (1 - 0.01 * order / 13.5)
    assert hz == pytest.approx(order * carrier.line_hz, abs=1.5 * plain.bin_hz)
    assert height > 1.1 * peak_near(smeared, order * carrier.line_hz, plain.bin_hz)[0]


def test_a_steady_grid_leaves_the_spectrum_as_it_is():
    x, plain = line_of_order(13.5, np.zeros(round(SECONDS * FS)), forward=True)
    assert track_orders(plain, track_carrier(x, FS, 50.0)) is plain


def test_the_power_of_the_spectrum_is_kept():
    turns = WANDERS["swing of 47 mHz"](np.arange(round(SECONDS * FS)) / FS)
    x, plain = line_of_order(13.5, turns, forward=False)
    tracked = track_orders(plain, track_carrier(x, FS, 50.0))
    assert tracked.power.sum() == pytest.approx(plain.power.sum(), rel=1e-3)
    assert tracked.bin_hz == plain.bin_hz


def test_a_single_phase_stays_single():
    turns = WANDERS["swing of 47 mHz"](np.arange(round(SECONDS * FS)) / FS)
    x, _ = line_of_order(13.5, turns, forward=True)
    prepared = prepare(np.stack([x.real, np.full(len(x), np.nan), np.full(len(x), np.nan)]), FS)
    assert prepared.carrier is not None
    tracked = track_orders(prepared.spectrum, prepared.carrier)
    height, hz = peak_near(tracked.forward, 675.0, tracked.bin_hz)
    assert height > 0.0085
    assert hz == pytest.approx(13.5 * prepared.line_hz, abs=1.5 * tracked.bin_hz)
    assert not tracked.backward.any()

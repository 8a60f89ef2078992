"""The machine in motion: fixed-step RK4 of the space-vector model, compiled, free of the GIL.

Peak-value space vectors; stator flux in the stator frame, rotor flux in the ROTOR frame, so that an
asymmetric cage is a constant matrix. With v = mechanical speed, theta = shaft angle, p pole pairs::

    d psi_s/dt = u - R_s i - S conj(i)          d psi_r/dt = -(R_r i_r + D conj(i_r))
    J dv/dt = T_e - T_load - B v                d theta/dt = v

A symmetric 2 x 2 matrix on a vector is ``m v + d conj(v)`` in complex form. A resistance dR added to the
phase along the unit vector e gives m = dR/3, d = e^2 dR/3; S and D hold these for stator and cage. n broken
bars of N give dR = 3n/(N - 3n) R_r, hence m = d = n/(N - 3n) R_r.

Inter-turn short (Tallam, Habetler & Harley 2002): a share mu of the turns of the phase along e carries
i - i_f. With i' = i - 2/3 mu i_f e, their equations become the healthy ones in i' (same flux, same torque),
and the flux of the shorted turns is mu (psi_s . e - L_ls (1 - 2/3 mu) i_f). Its voltage equation reduces to
``mu k L_ls di_f/dt = mu u.e - (r_f + mu k R_s) i_f`` with k = 1 - 2/3 mu: at a stiff supply the short is a
branch of its own, and the line current is i' + 2/3 mu i_f e.

Eccentricity: an air gap 1 - e_s cos(x) - e_d cos(x - theta) has a mean permeance around the circumference of
1/sqrt(1 - e^2), e^2 = e_s^2 + e_d^2 + 2 e_s e_d cos(theta). It moves with the shaft only where static (e_s) and
dynamic (e_d) eccentricity meet: 1 + e_s e_d cos(theta) in second order. The magnetising inductance follows it,
its angular derivative adds torque, and f +- m fr appear. A bearing pulse may shorten the gap in the same way.

The cage is NOT bar-resolved: it is one equivalent three-phase winding. Slot harmonics are added to the current
as an algebraic layer driven by the simulated angle and air-gap flux (see ``slots``), so they follow the true
speed but do not act back on flux or torque; where broken bars sit, and inter-bar currents, are out of reach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Plant(NamedTuple):
    """Constants of one run, as the kernel reads them.

    Complex entries are the conjugate parts of asymmetric resistances (ohm) and the axis of the shorted phase.
    ``gap_mean`` normalises the permeance so that eccentricity leaves the mean inductance as it is. Load: torque
    of the time path times (constant + linear x + square x^2), x = speed over ``reference_rad_s``. ``pulse_order``
    is the bearing tone over shaft frequency, ``pulse_nm`` and ``pulse_gap`` torque and gap share at its peak.
    """

    pole_pairs: float
    stator_ohm: float
    stator_conj_ohm: complex
    rotor_ohm: float
    rotor_conj_ohm: complex
    stator_leakage_h: float
    rotor_leakage_h: float
    magnetising_h: float
    inertia_kgm2: float
    friction_nms: float
    static_gap: float
    dynamic_gap: float
    gap_mean: float
    load_constant: float
    load_linear: float
    load_square: float
    reference_rad_s: float
    pulse_order: float
    pulse_sharpness: float
    pulse_nm: float
    pulse_gap: float
    short_share: float
    short_axis: complex
    short_ohm: float
    short_h: float


class State(NamedTuple):
    """What a run carries from step to step: fluxes (Vs), speed (rad/s), shaft angle (rad), short current (A)."""

    psi_s: complex
    psi_r: complex
    speed: float
    angle: float
    short_a: float


@njit(cache=True, nogil=True)
def _solve(psi_s, psi_r, angle, c):  # type: ignore[no-untyped-def]
    """Currents i', i_r and air-gap flux in the stator frame, torque, bearing pulse."""
    turn = c.pole_pairs * angle
    psi_r = psi_r * complex(np.cos(turn), np.sin(turn))
    magnetising, slope, pulse = c.magnetising_h, 0.0, 0.0
    if c.static_gap != 0.0 and c.dynamic_gap != 0.0:
        both = c.static_gap * c.dynamic_gap
        rest = 1.0 - c.static_gap**2 - c.dynamic_gap**2 - 2.0 * both * np.cos(angle)
        permeance = 1.0 / (np.sqrt(rest) * c.gap_mean)
        magnetising *= permeance
        slope = -magnetising * both * np.sin(angle) / rest
    if c.pulse_order != 0.0:
        pulse = np.exp(c.pulse_sharpness * (np.cos(c.pulse_order * angle) - 1.0))
        rise = -c.pulse_sharpness * c.pulse_order * np.sin(c.pulse_order * angle) * pulse
        slope = slope * (1.0 + c.pulse_gap * pulse) + magnetising * c.pulse_gap * rise
        magnetising *= 1.0 + c.pulse_gap * pulse
    inverse_s, inverse_r = 1.0 / c.stator_leakage_h, 1.0 / c.rotor_leakage_h
    psi_m = (psi_s * inverse_s + psi_r * inverse_r) / (1.0 / magnetising + inverse_s + inverse_r)
    i_s = (psi_s - psi_m) * inverse_s
    i_r = (psi_r - psi_m) * inverse_r
    torque = 1.5 * c.pole_pairs * (psi_s.real * i_s.imag - psi_s.imag * i_s.real)
    if slope != 0.0:
        torque += 0.75 * slope * (psi_m.real**2 + psi_m.imag**2) / magnetising**2
    return i_s, i_r, psi_m, torque, pulse


@njit(cache=True, nogil=True)
def _slopes(psi_s, psi_r, speed, angle, short_a, u, load_nm, swings, c):  # type: ignore[no-untyped-def]
    """Time derivatives of the state."""
    i_s, i_r, _, torque, pulse = _solve(psi_s, psi_r, angle, c)
    turn = c.pole_pairs * angle
    i_r = i_r * complex(np.cos(turn), -np.sin(turn))
    d_psi_s = u - c.stator_ohm * i_s - c.stator_conj_ohm * i_s.conjugate()
    d_psi_r = -c.rotor_ohm * i_r - c.rotor_conj_ohm * i_r.conjugate()
    x = speed / c.reference_rad_s
    # A constant load cannot drive a standing shaft: below 2 % of speed it falls to zero with it.
    against = c.load_constant * min(max(x / 0.02, -1.0), 1.0) + c.load_linear * x + c.load_square * x * abs(x)
    load = load_nm * against + c.friction_nms * speed + c.pulse_nm * pulse
    for k in range(swings.shape[0]):
        load += swings[k, 0] * np.cos(swings[k, 1] * angle + swings[k, 2])
    d_short = 0.0
    if c.short_share > 0.0:
        along = u.real * c.short_axis.real + u.imag * c.short_axis.imag
        d_short = (c.short_share * along - c.short_ohm * short_a) / c.short_h
    return d_psi_s, d_psi_r, (torque - load) / c.inertia_kgm2, speed, d_short


@njit(cache=True, nogil=True)
def advance(  # type: ignore[no-untyped-def]
    state, voltages, load_nm, swings, slots, c, step_s, every, currents, speeds, torques
):
    """Integrate one block; writes every ``every``-th state, the first one included, and returns the last state.

    Parameters
    ----------
    state : State
    voltages : ndarray, shape (2 * n_steps + 1,)
        Complex phase voltage (V, peak) on the half-step grid.
    load_nm : ndarray, shape (2 * n_steps + 1,)
        Load torque at reference speed on the half-step grid, in N m.
    swings : ndarray, shape (n, 3)
        Torque oscillations locked to the shaft: amplitude (N m), order, phase (rad).
    slots : ndarray, shape (n, 4)
        Slot-harmonic terms: share of the air-gap flux, multiple of the shaft angle, 1 where the flux enters
        conjugated, 1 where the term is of negative sequence.
    c : Plant
    step_s : float
    every : int
        Steps from one written state to the next.
    currents, speeds, torques : ndarray, shape (n_out, 3), (n_out,), (n_out,)
        Filled here: phase currents (A), mechanical speed (rad/s), air-gap torque (N m).
    """
    y0, y1, y2, y3, y4 = state
    half, sixth = step_s / 2.0, step_s / 6.0
    n_steps = (voltages.shape[0] - 1) // 2
    stiff_h = c.stator_leakage_h + c.rotor_leakage_h * c.magnetising_h / (c.rotor_leakage_h + c.magnetising_h)
    for k in range(n_steps):
        if k % every == 0:
            i_s, _, psi_m, torque, _ = _solve(y0, y1, y3, c)
            for n in range(slots.shape[0]):
                flux = psi_m.conjugate() if slots[n, 2] > 0 else psi_m
                wave = slots[n, 0] * complex(np.cos(slots[n, 1] * y3), np.sin(slots[n, 1] * y3)) * flux
                i_s -= (wave.conjugate() if slots[n, 3] > 0 else wave) / stiff_h
            i_s += c.short_axis * (2.0 / 3.0 * c.short_share * y4)
            out = k // every
            currents[out, 0] = i_s.real
            currents[out, 1] = -0.5 * i_s.real + 0.8660254037844386 * i_s.imag
            currents[out, 2] = -0.5 * i_s.real - 0.8660254037844386 * i_s.imag
            speeds[out], torques[out] = y2, torque
        u0, u1, u2 = voltages[2 * k], voltages[2 * k + 1], voltages[2 * k + 2]
        l0, l1, l2 = load_nm[2 * k], load_nm[2 * k + 1], load_nm[2 * k + 2]
        a0, a1, a2, a3, a4 = _slopes(y0, y1, y2, y3, y4, u0, l0, swings, c)
        b0, b1, b2, b3, b4 = _slopes(
            y0 + half * a0, y1 + half * a1, y2 + half * a2, y3 + half * a3, y4 + half * a4, u1, l1, swings, c
        )
        d0, d1, d2, d3, d4 = _slopes(
            y0 + half * b0, y1 + half * b1, y2 + half * b2, y3 + half * b3, y4 + half * b4, u1, l1, swings, c
        )
        e0, e1, e2, e3, e4 = _slopes(
            y0 + step_s * d0, y1 + step_s * d1, y2 + step_s * d2, y3 + step_s * d3, y4 + step_s * d4, u2, l2, swings, c
        )
        y0 += sixth * (a0 + 2.0 * (b0 + d0) + e0)
        y1 += sixth * (a1 + 2.0 * (b1 + d1) + e1)
        y2 += sixth * (a2 + 2.0 * (b2 + d2) + e2)
        y3 += sixth * (a3 + 2.0 * (b3 + d3) + e3)
        y4 += sixth * (a4 + 2.0 * (b4 + d4) + e4)
    return y0, y1, y2, y3, y4


def mean_permeance(static_gap: float, dynamic_gap: float) -> float:
    """Mean over a turn of the shaft of the circumferential mean permeance, relative to a centred rotor."""
    angle = 2 * np.pi * np.arange(720) / 720
    square: NDArray[np.float64] = static_gap**2 + dynamic_gap**2 + 2 * static_gap * dynamic_gap * np.cos(angle)
    return float(np.mean(1 / np.sqrt(1 - square)))

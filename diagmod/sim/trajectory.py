"""From an experiment to the kernel's numbers, and the integration block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.sim.integrate import Plant, State, advance, mean_permeance
from diagmod.sim.mechanics import CURVES
from diagmod.sim.slots import slot_line_hz, slot_terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.sim.experiment import Experiment
    from diagmod.sim.steady import Start
    from diagmod.sim.supply import SupplyPath

#: Steps integrated at a time, so that a long recording needs no long voltage arrays.
BLOCK_STEPS = 40_000

#: Axes of the phases R, S, T.
AXES = {"R": 1.0 + 0j, "S": complex(-0.5, np.sqrt(0.75)), "T": complex(-0.5, -np.sqrt(0.75))}


def plant_of(experiment: Experiment, start: Start) -> Plant:
    """Constants of the kernel; the complex asymmetries are derived in ``integrate``."""
    machine, natural, bearing = experiment.machine, experiment.imperfections, experiment.bearing
    excess = np.add(natural.resistance_share, experiment.joint_share) * machine.stator_resistance_ohm / 3
    fault = experiment.broken_bars / (machine.rotor_bars - 3 * experiment.broken_bars)
    native = natural.bars / (machine.rotor_bars - 3 * natural.bars)
    share = experiment.short_share
    inner = 1 - 2 / 3 * share
    contact_ohm = share * machine.phase_peak_v / (experiment.short_current_share * np.sqrt(2) * machine.rated.current_a)
    axes = np.array(list(AXES.values()))
    constant, linear, square = CURVES[experiment.mechanics.curve]
    return Plant(
        pole_pairs=float(machine.pole_pairs),
        stator_ohm=machine.stator_resistance_ohm + float(excess.sum()),
        stator_conj_ohm=complex((excess * axes**2).sum()),
        rotor_ohm=machine.rotor_resistance_ohm * (1 + fault + native),
        rotor_conj_ohm=complex(machine.rotor_resistance_ohm * (fault + native * np.exp(2j * natural.bar_angle_rad))),
        stator_leakage_h=machine.stator_leakage_h,
        rotor_leakage_h=machine.rotor_leakage_h,
        magnetising_h=machine.magnetising_h,
        inertia_kgm2=machine.inertia_kgm2 * experiment.mechanics.inertia_factor,
        friction_nms=machine.friction_nms,
        static_gap=experiment.total_static_gap,
        dynamic_gap=experiment.total_dynamic_gap,
        gap_mean=mean_permeance(experiment.total_static_gap, experiment.total_dynamic_gap),
        load_constant=constant,
        load_linear=linear,
        load_square=square,
        reference_rad_s=start.speed_rad_s,
        pulse_order=bearing.shaft_order if bearing else 0.0,
        pulse_sharpness=bearing.sharpness if bearing else 0.0,
        pulse_nm=bearing.torque_share * machine.rated_torque_nm if bearing else 0.0,
        pulse_gap=bearing.gap_share if bearing else 0.0,
        short_share=share,
        short_axis=AXES[experiment.short_phase],
        short_ohm=contact_ohm + share * inner * machine.stator_resistance_ohm,
        short_h=share * inner * machine.stator_leakage_h,
    )


def slots_of(experiment: Experiment, start: Start, fs: float) -> NDArray[np.float64]:
    """Slot terms whose line the sampling can carry."""
    machine = experiment.machine
    terms = slot_terms(
        machine.rotor_bars,
        machine.pole_pairs,
        experiment.imperfections.slot_share,
        experiment.total_static_gap,
        experiment.total_dynamic_gap,
    )
    rotor_hz = start.speed_rad_s / (2 * np.pi)
    carried = [slot_line_hz(term, rotor_hz, start.line_hz) < 0.49 * fs for term in terms]
    return terms[np.array(carried, dtype=bool)]


class Trajectory:
    """One integration, block by block; voltages and load are made for a block at a time.

    Parameters
    ----------
    experiment : Experiment
    start : Start
    path : SupplyPath
    fs : float
        Sampling rate in Hz; slot lines above half of it are left out.
    step_s : float
    """

    def __init__(self, experiment: Experiment, start: Start, path: SupplyPath, fs: float, step_s: float) -> None:
        self.experiment, self.path, self.load_nm, self.step_s = experiment, path, start.load_nm, step_s
        self.plant, self.slots = plant_of(experiment, start), slots_of(experiment, start, fs)
        self.swings = experiment.mechanics.shaft_swings(experiment.machine.rated_torque_nm)

    def skip(self, state: State, begin_s: float, n_steps: int) -> State:
        """State after some steps."""
        if not n_steps:
            return state
        currents, rest = np.empty((1, 3)), np.empty((2, 1))
        for first in range(0, n_steps, BLOCK_STEPS):
            count = min(BLOCK_STEPS, n_steps - first)
            state = self._block(state, begin_s + first * self.step_s, count, n_steps, currents, rest[0], rest[1])
        return state

    def keep(
        self, state: State, begin_s: float, n_out: int, every: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Phase currents, speeds and torques of ``n_out`` instants, ``every`` steps apart."""
        currents, speeds, torques = np.empty((n_out, 3)), np.empty(n_out), np.empty(n_out)
        outputs = max(BLOCK_STEPS // every, 1)
        for first in range(0, n_out, outputs):
            here = slice(first, min(first + outputs, n_out))
            count = (here.stop - first) * every
            block_s = begin_s + first * every * self.step_s
            state = self._block(state, block_s, count, every, currents[here], speeds[here], torques[here])
        return currents.T, speeds, torques

    def _block(
        self,
        state: State,
        begin_s: float,
        n_steps: int,
        every: int,
        currents: NDArray[np.float64],
        speeds: NDArray[np.float64],
        torques: NDArray[np.float64],
    ) -> State:
        times_s = begin_s + np.arange(2 * n_steps + 1, dtype=np.float64) * (self.step_s / 2)
        voltages, mechanics = self.path.voltages(times_s), self.experiment.mechanics
        if mechanics.begins_at_rest:
            voltages[times_s < mechanics.switch_on_s] = 0.0
        load_nm = mechanics.load_nm(times_s, self.load_nm, self.experiment.machine.rated_torque_nm)
        swings, slots = self.swings, self.slots
        return State(
            *advance(state, voltages, load_nm, swings, slots, self.plant, self.step_s, every, currents, speeds, torques)
        )

"""Sampled motors at several loads: does the simulator keep the laws that a diagnosis rests on."""

from __future__ import annotations

import numpy as np
import pytest
from line_fit import bar_sideband_dbc, levels_dbc, sum_db
from study_table import StudyTable

from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.population import sample_machine

#: Shares of rated load at which every motor runs, and the length of a run in seconds.
LOADS, DURATION_S = (0.3, 0.5, 0.75, 1.0), 30.0

TABLE = StudyTable(
    "simulator",
    (
        "pole_pairs", "rotor_bars", "rated_kw", "load_share", "slip", "rotor_share", "bars", "lower_dbc", "upper_dbc",
        "sum_over_law_db", "sum_over_n_by_bars_db", "circuit_error", "halved_step_db", "clean_floor_dbc",
    ),
)  # fmt: skip


@pytest.mark.study
@pytest.mark.parametrize("seed", range(25))
def test_sideband_sums_keep_within_2_db_of_bars_times_rotor_share(seed: int) -> None:
    if all(TABLE.has(f"motor {seed} at {load:g}") for load in LOADS):
        return
    specimen = sample_machine(np.random.default_rng([seed, 77]), f"M{seed}")
    machine, f, n_bars = specimen.machine, specimen.machine.line_hz, 1 + seed % 3
    for load in LOADS:
        broken = Experiment(machine=machine, load_share=load, broken_bars=n_bars)
        run, halved = (simulate([broken], 500, DURATION_S, max_step_s=step)[0] for step in (1e-4, 5e-5))
        healthy = simulate([Experiment(machine=machine, load_share=load)], 500, DURATION_S)[0]
        lower, upper = bar_sideband_dbc(run.currents, 500, f, run.truth.slip)
        step_db = np.abs(np.subtract((lower, upper), bar_sideband_dbc(halved.currents, 500, f, run.truth.slip))).max()
        rms_a = np.sqrt(np.mean(healthy.currents**2))
        point = machine.at_slip(machine.slip_at_torque(load * machine.rated_torque_nm))
        s, fr = healthy.truth.slip, healthy.truth.rotor_hz
        lines = (f * (1 - 2 * s), f * (1 + 2 * s), f - fr, f + fr)
        figures = {
            "sum_over_law_db": sum_db(lower, upper)
            - 20 * np.log10(n_bars / machine.rotor_bars * run.truth.rotor_share),
            "sum_over_n_by_bars_db": sum_db(lower, upper) - 20 * np.log10(n_bars / machine.rotor_bars),
            "circuit_error": abs(rms_a / point.current_a - 1),
            "halved_step_db": step_db,
            "clean_floor_dbc": levels_dbc(healthy.currents, 500, f, *lines).max(),
        }
        TABLE.add(
            f"motor {seed} at {load:g}",
            pole_pairs=machine.pole_pairs,
            rotor_bars=machine.rotor_bars,
            rated_kw=specimen.motor.rated_power_kw,
            load_share=load,
            slip=f"{s:.5f}",
            rotor_share=f"{run.truth.rotor_share:.4f}",
            bars=n_bars,
            lower_dbc=f"{lower:.2f}",
            upper_dbc=f"{upper:.2f}",
            **{name: f"{value:.3g}" for name, value in figures.items()},
        )
        assert abs(figures["sum_over_law_db"]) < 2
        assert figures["circuit_error"] < 1e-4
        assert figures["halved_step_db"] < 0.1
        assert figures["clean_floor_dbc"] < -140

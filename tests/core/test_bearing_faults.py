"""Bearing tones: believed as a family at one frequency, never as a line of shaft, rotor or load."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed import FS, PLATE, currents_of, observe, seen_with
from reference_machine import MACHINE

from diagmod.core.bearing_faults import FAMILY, TONES, judge_bearing
from diagmod.core.bearings import BearingTones, find_bearing
from diagmod.core.verdicts import FaultVerdict, Interval, Reason, Verdict
from diagmod.sim.experiment import Experiment, Imperfections, simulate
from diagmod.sim.mechanics import BearingFault
from diagmod.sim.sensor import Sensor
from diagmod.sim.signal import Line

SLIP = Interval(0.02, 0.0199, 0.0201)

#: Shaft frequency of four poles at 2 % of slip, Hz.
FR_HZ = 24.5

#: The plate with a bearing on it.
MOTOR = replace(PLATE, bearing="6206")


def tones() -> BearingTones:
    """Tones of a 6206."""
    known = find_bearing("6206")
    assert known is not None
    return known.tones()


def family(order: float, dbc: float = -70.0, multiples: tuple[int, ...] = (1, 2)) -> list[Line]:
    """Lines f -+ m fv of a tone at so many times the shaft frequency."""
    return [Line(50 + s * m * order * FR_HZ, dbc, 1.1 * s * m) for m in multiples for s in (-1, 1)]


def judged(lines: list[Line], slip: Interval | None = SLIP, **content: object) -> dict[str, FaultVerdict]:
    """Verdicts on the four parts by name."""
    return {v.name: v for v in judge_bearing(seen_with(lines, MOTOR, load=0.75, **content), slip, tones())}


ORDERS = {name: getattr(tones(), attribute).order for name, (attribute, _, _) in TONES.items()}


@pytest.mark.parametrize(
    ("name", "tone_hz"),
    [
        ("bearing_outer", 86.7), ("bearing_outer", 87.3), ("bearing_outer", 88.7),
        ("bearing_inner", 131.3), ("bearing_inner", 133.2), ("bearing_inner", 133.8),
        ("bearing_ball", 54.2), ("bearing_ball", 56.1), ("bearing_ball", 58.3),
    ],
)  # fmt: skip
def test_a_family_of_lines_is_supported_for_its_part_alone(name, tone_hz):
    """Anywhere within the tolerance of the geometry, away from the lines of shaft and rotor; at least 3 of 4 lines."""
    verdicts = judged(family(tone_hz / FR_HZ))
    assert verdicts[name].verdict == Verdict.SUPPORTED
    assert {v.verdict for other, v in verdicts.items() if other != name} == {Verdict.NOT_SUPPORTED}
    present = [e for e in verdicts[name].evidence if e.is_present]
    assert len(present) >= FAMILY
    assert [e.level for e in present] == pytest.approx([-70.0] * len(present), abs=0.5)
    assert verdicts[name].evidence[1].hz == pytest.approx(50 + tone_hz, abs=0.15)
    severity = verdicts[name].severity
    assert severity is not None
    assert severity.interval.value == pytest.approx(-70, abs=0.5)


def test_a_tone_that_coincides_with_lines_of_shaft_and_rotor_is_left_to_them():
    """86.11 Hz is 4 fr - 6 x 2 s f = 98 - 12 Hz within the tenth of a hertz that 10 s resolve."""
    order = (4 * FR_HZ - 12 + 0.1) / FR_HZ
    assert judged(family(order))["bearing_outer"].verdict != Verdict.SUPPORTED


def test_what_is_read_of_a_damaged_race():
    verdict = judged(family(ORDERS["bearing_outer"]))["bearing_outer"]
    assert verdict.sentence == (
        "The bearing's outer race looks damaged: 4 lines of its tone stand out; confirm by vibration."
    )
    assert verdict.competing[0].name == "a load or a supply that pulsates at this very frequency"
    assert verdict.reasons[0].text.startswith("4 of 4 lines of BPFO 87.")


@pytest.mark.parametrize(("torque_share", "expected"), [(0.0, "not_supported"), (0.05, "supported")])
def test_a_simulated_strong_tone_is_found_and_a_sound_bearing_is_not(torque_share, expected):
    natural = Imperfections(slot_share=1e-3, static_gap=0.05, dynamic_gap=0.05)
    order = 1.005 * ORDERS["bearing_outer"]
    bearing = BearingFault(shaft_order=order, torque_share=torque_share) if torque_share else None
    motor = Experiment(machine=MACHINE, bearing=bearing, imperfections=natural, sensor=Sensor(noise_dbc=-70))
    run = simulate([motor], FS, 10.0)[0]
    slip = run.truth.slip
    seen = observe(run.currents, MACHINE.nameplate("M1", bearing="6206"))
    verdicts = {v.name: v for v in judge_bearing(seen, Interval(slip, slip - 1e-4, slip + 1e-4), tones())}
    assert str(verdicts["bearing_outer"].verdict) == expected
    assert {v.verdict for name, v in verdicts.items() if name != "bearing_outer"} == {Verdict.NOT_SUPPORTED}


@pytest.mark.parametrize("seed", range(4))
def test_noise_holds_no_family(seed):
    verdicts = judged([], noise_dbc=-70, seed=seed)
    assert {v.verdict for v in verdicts.values()} == {Verdict.NOT_SUPPORTED}
    outer = verdicts["bearing_outer"]
    assert outer.sentence.startswith("No sign of the outer race; current shows advanced damage only, lines from -10")
    assert outer.smallest_visible is not None
    assert outer.smallest_unit == "dBc of a line"


@pytest.mark.parametrize(
    "lines",
    [
        [Line(50 + s * m * FR_HZ, -60) for m in range(1, 15) for s in (-1, 1)],
        [Line(50 + s * (j * FR_HZ + 2 * k), -65) for j in range(1, 8) for k in (-2, -1, 1, 2) for s in (-1, 1)],
        [Line(k * 50.0, -45) for k in (2, 3, 4, 5, 6, 7, 11, 13)],
        [Line(28 * FR_HZ + v * 50.0, -50) for v in (-5, -3, -1, 1, 3, 5)],
    ],
    ids=["shaft", "shaft with broken bars", "supply harmonics", "slot harmonics"],
)
def test_lines_of_shaft_rotor_supply_and_slots_are_no_bearing(lines):
    verdicts = judged(lines)
    assert Verdict.SUPPORTED not in {v.verdict for v in verdicts.values()}


def test_the_skirts_of_strong_lines_outside_the_place_of_a_tone_are_no_family():
    """At 89.95 Hz, between two bins, and its double; the outer race ends at 89.2 Hz, where their skirts stand out."""
    strong = [Line(50 + s * m * 89.95, -35) for m in (1, 2) for s in (-1, 1)]
    assert judged(strong)["bearing_outer"].verdict == Verdict.NOT_SUPPORTED


def test_one_pair_without_its_double_is_undecided():
    verdict = judged(family(ORDERS["bearing_inner"], multiples=(1,)))["bearing_inner"]
    assert (verdict.verdict, verdict.reasons[0].code) == (Verdict.CANNOT_DECIDE, "one_pair")
    assert verdict.sentence.endswith("one pair of lines stands where its tone would, without the double.")


def test_a_line_on_one_side_alone_is_nothing():
    one_sided = [Line(50 + ORDERS["bearing_outer"] * FR_HZ, -60)]
    assert judged(one_sided)["bearing_outer"].verdict == Verdict.NOT_SUPPORTED


def test_lines_stronger_than_bearings_give_are_a_loads():
    verdict = judged(family(ORDERS["bearing_outer"], -45))["bearing_outer"]
    assert (verdict.verdict, verdict.reasons[0].code) == (Verdict.CANNOT_DECIDE, "family_doubted")
    assert "-45 dBc is more than bearings give (up to -50 dBc); a load that pulsates is likelier" in verdict.sentence


def test_a_cage_alone_is_not_believed():
    verdict = judged(family(ORDERS["bearing_cage"]))["bearing_cage"]
    assert (verdict.verdict, verdict.reasons[0].code) == (Verdict.CANNOT_DECIDE, "family_doubted")
    assert "a cage seldom shows alone" in verdict.sentence


def test_a_clipped_recording_proves_no_bearing():
    seen = replace(seen_with(family(ORDERS["bearing_outer"]), MOTOR, load=0.75), is_clipped=True)
    verdict = judge_bearing(seen, SLIP, tones())[0]
    assert verdict.verdict == Verdict.CANNOT_DECIDE
    assert "the recording is clipped, which makes lines of its own" in verdict.sentence


def test_at_an_unknown_slip_a_family_is_undecided():
    verdict = judged(family(ORDERS["bearing_outer"]), None)["bearing_outer"]
    assert verdict.verdict == Verdict.CANNOT_DECIDE
    assert "the speed is not known well enough to tell them from lines of the shaft" in verdict.sentence


@pytest.mark.parametrize(
    ("named", "text"),
    [
        (None, "This recording cannot tell about the cage: the bearing is not known; give its designation."),
        ("NU 206", "This recording cannot tell about the cage: bearing 'NU 206' is not in the table; give its"),
    ],
)
def test_an_unknown_bearing_is_named(named, text):
    verdicts = judge_bearing(seen_with([], replace(PLATE, bearing=named)), SLIP, None)
    assert [v.name for v in verdicts] == list(TONES)
    assert {(v.verdict, v.reasons[0].code) for v in verdicts} == {(Verdict.CANNOT_DECIDE, "bearing_unknown")}
    assert verdicts[-1].sentence.startswith(text)


def test_a_rate_too_low_for_a_tone_says_which_would_do():
    """BPFI is at 133 Hz; at 250 Hz of sampling nothing above 125 Hz is left: f + 2 BPFI needs 0.8 kHz, so 1 kHz."""
    seen = observe(currents_of(fs=250.0), MOTOR, fs=250.0, declared_load=0.75)
    inner = judge_bearing(seen, SLIP, tones())[1]
    assert (inner.verdict, inner.reasons[0].code) == (Verdict.CANNOT_DECIDE, "rate_too_low")
    assert inner.sentence.endswith("what the sampling rate shows; sample at 1 kHz or more.")
    again = observe(currents_of(fs=1000.0), MOTOR, fs=1000.0, declared_load=0.75)
    assert judge_bearing(again, SLIP, tones())[1].verdict == Verdict.NOT_SUPPORTED


def test_a_refusal_by_the_quality_is_passed_on():
    refusal = Reason("jitter", "the clock is unreliable")
    verdicts = judge_bearing(seen_with([], MOTOR), SLIP, tones(), refusal=refusal)
    assert {v.sentence for v in verdicts} >= {"This recording cannot tell about the ball: the clock is unreliable."}
    assert {v.reasons for v in verdicts} == {(refusal,)}


def test_evidence_that_does_not_count_says_why():
    """Lines of the shaft stand out where tones may be, and do not count for them."""
    verdicts = judged([Line(50 + s * m * FR_HZ, -60) for m in range(1, 15) for s in (-1, 1)])
    loud = [e for v in verdicts.values() for e in v.evidence if e.prominence_db > 12 and not e.is_present]
    assert all(e.note for e in loud)
    assert all(np.isfinite(e.level) for v in verdicts.values() for e in v.evidence)

"""What a stored model keeps of healthy recordings: equal to the bit when restored, and never the judged one."""

from __future__ import annotations

import json

import numpy as np
import pytest

from diagmod.models.own_baseline import OwnBaseline, Rows
from diagmod.models.phasor_change import Phasor
from diagmod.models.reference import CHANGE, Reference, changes_since_own, restored_baseline, stored_baseline


def rows_of(*about, load=0.75):
    """Rows by motor and unit, with a figure and an empty change of I2."""
    n = len(about)
    values = np.array([[float(k), np.nan] for k in range(n)]).reshape(n, 2)
    motor, unit = (np.array([one[k] for one in about], dtype=str) for k in (0, 1))
    return Rows(("figure", CHANGE), values, motor, unit, np.full(n, load), np.ones(n, dtype=bool))


def phasor(ratio):
    return Phasor(complex(ratio), 8.0, 0.75, 0.2)


def change(judged, reference, ratio=5.0):
    return changes_since_own(judged, [phasor(ratio)], reference).item()


def test_a_change_is_the_distance_from_the_own_healthy_recordings():
    """|5 - 2| = 3 % of I1, from four recordings divided by sqrt(1 + 1/4)."""
    reference = Reference(rows_of(*[("M", f"u{k}") for k in range(4)]), tuple([phasor(2.0)] * 4))
    assert change(rows_of(("M", "new")), reference) == pytest.approx(np.log10(3 / np.sqrt(1.25)))


def test_the_judged_recording_is_never_compared_with_itself():
    """Beside itself there is one other: |5 - 2| / sqrt(2). With itself it would be half of it."""
    reference = Reference(rows_of(("M", "judged"), ("M", "other")), (phasor(5.0), phasor(2.0)))
    assert change(rows_of(("M", "judged")), reference) == pytest.approx(np.log10(3 / np.sqrt(2)))


def test_what_shares_the_unit_is_left_out_whole():
    reference = Reference(rows_of(("M", "A"), ("M", "A"), ("M", "B")), (phasor(5.0), phasor(5.0), phasor(2.0)))
    assert change(rows_of(("M", "A")), reference) == pytest.approx(np.log10(3 / np.sqrt(2)))


def test_a_motor_without_a_healthy_recording_has_no_change():
    reference = Reference(rows_of(("other", "u")), (phasor(2.0),))
    assert np.isnan(change(rows_of(("M", "new")), reference))
    assert np.isnan(change(rows_of(("M", "new")), Reference(rows_of(), ())))


def test_an_unknown_negative_sequence_has_no_change_and_spoils_no_other():
    reference = Reference(rows_of(("M", "a"), ("M", "b")), (phasor(complex("nan")), phasor(2.0)))
    assert np.isnan(change(rows_of(("M", "new")), reference, complex("nan")))
    assert change(rows_of(("M", "new")), reference) == pytest.approx(np.log10(3 / np.sqrt(2)))


def test_a_change_that_cannot_be_told_from_none_is_the_least():
    reference = Reference(rows_of(("M", "a")), (phasor(5.0),))
    assert change(rows_of(("M", "new")), reference) == pytest.approx(np.log10(0.05))


def stored():
    rng = np.random.default_rng(5)
    rows = rows_of(*[(f"M{k // 4}", f"u{k}") for k in range(16)])
    rows.values[:, 0] = rng.normal(0, 1, 16)
    rows.values[3] = np.nan
    rows.load[5] = np.nan
    phasors = tuple(Phasor(complex(*rng.normal(0, 1, 2)), *rng.uniform(0, 1, 3).tolist()) for _ in range(16))
    reference = Reference(rows, (Phasor(complex("nan"), 1.0, float("nan"), 0.0), *phasors[1:]))
    return OwnBaseline.fit(rows, np.ones(16, dtype=bool), "motor_load"), reference


def test_a_stored_baseline_is_restored_equal_to_the_bit():
    fitted, reference = stored()
    arrays, facts = stored_baseline(fitted, reference)
    again, kept = restored_baseline(arrays, json.loads(json.dumps(facts)))
    assert (again.baseline, again.names) == (fitted.baseline, fitted.names)
    for name in ("centre", "slope", "within", "between"):
        assert getattr(again, name).tobytes() == getattr(fitted, name).tobytes()
    assert kept.rows.values.tobytes() == reference.rows.values.tobytes()
    assert kept.rows.load.tobytes() == reference.rows.load.tobytes()
    assert kept.rows.motor.tolist() == reference.rows.motor.tolist()
    assert kept.rows.unit.tolist() == reference.rows.unit.tolist()
    assert repr(kept.phasors) == repr(reference.phasors)


def test_a_restored_baseline_judges_as_the_first_one_did():
    fitted, reference = stored()
    again, kept = restored_baseline(*stored_baseline(fitted, reference))
    judged = rows_of(("M0", "new"), ("M9", "new"))
    assert again.spreads(judged, kept.rows).tobytes() == fitted.spreads(judged, reference.rows).tobytes()
    phasors = [phasor(3.0), phasor(3.0)]
    one, other = (changes_since_own(judged, phasors, held) for held in (reference, kept))
    assert one.tobytes() == other.tobytes()


def test_a_reference_of_segments_has_no_phasors_and_is_stored_as_well():
    fitted, reference = stored()
    arrays, facts = stored_baseline(fitted, Reference(reference.rows))
    assert arrays["reference_phasors"].shape == (0, 5)
    assert restored_baseline(arrays, facts)[1].phasors == ()


def test_a_baseline_that_lacks_an_array_is_not_restored():
    arrays, facts = stored_baseline(*stored())
    del arrays["reference_load"]
    with pytest.raises(KeyError, match="reference_load"):
        restored_baseline(arrays, facts)


def test_columns_of_a_reference_are_chosen_with_its_phasors():
    _, reference = stored()
    chosen = reference.of((CHANGE,))
    assert chosen.rows.names == (CHANGE,)
    assert chosen.phasors == reference.phasors

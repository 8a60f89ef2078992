"""The healthy recordings of known motors that a model keeps, so that a new recording has something to be held against.

A stored model without them would know the fleet and no motor. They are figures and phasors, no waveforms: a few
hundred bytes a recording, kept as plain arrays beside the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagmod.models.own_baseline import OwnBaseline, Rows
from diagmod.models.phasor_change import Phasor, phasor_distance
from diagmod.models.physical_figures import log10_of

#: Figure that holds the change of I2 / I1 since a motor's own healthy recordings.
CHANGE = "i2_change_log"

#: Smallest change of I2 / I1 that is told from none, percent of I1.
_LEAST_CHANGE_PCT = 0.05


@dataclass(frozen=True)
class Reference:
    """Rows believed healthy, and the negative sequence of each; no phasors where rows are segments."""

    rows: Rows
    phasors: tuple[Phasor, ...] = ()

    def of(self, names: Sequence[str]) -> Reference:
        """The reference with some of its columns, in that order."""
        return Reference(self.rows.of(names), self.phasors)


def changes_since_own(rows: Rows, phasors: Sequence[Phasor], reference: Reference) -> NDArray[np.float64]:
    """Change of I2 / I1 since the motor's own healthy recordings, log10 of percent of I1.

    Parameters
    ----------
    rows : Rows
        The judged recordings; what shares its unit with a row is left out for it.
    phasors : sequence of Phasor, length n
    reference : Reference

    Returns
    -------
    ndarray, shape (n,)
        NaN where the motor has no healthy recording, or no known negative sequence.
    """
    own = reference.rows
    found = np.full(len(rows), np.nan)
    members = {name: np.flatnonzero(own.motor == name) for name in np.unique(own.motor)}
    for k, judged in enumerate(phasors):
        others = [reference.phasors[m] for m in members.get(rows.motor[k], ()) if own.unit[m] != rows.unit[k]]
        found[k] = phasor_distance(judged, others)
    return log10_of(found, _LEAST_CHANGE_PCT)


def stored_baseline(fitted: OwnBaseline, reference: Reference) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Arrays and facts that :func:`restored_baseline` makes both of again, equal to the bit."""
    rows, phasors = reference.rows, reference.phasors
    arrays = {
        "baseline_centre": fitted.centre, "baseline_slope": fitted.slope, "baseline_within": fitted.within,
        "baseline_between": fitted.between, "reference_values": rows.values, "reference_load": rows.load,
        "reference_phasors": np.array(
            [(p.ratio.real, p.ratio.imag, p.current, p.load_share, p.floor_pct) for p in phasors], dtype=np.float64
        ).reshape(-1, 5),
    }  # fmt: skip
    facts = {
        "baseline": fitted.baseline, "figures": list(fitted.names), "reference_motors": rows.motor.tolist(),
        "reference_units": rows.unit.tolist(),
    }  # fmt: skip
    return arrays, {"compared_with": facts}


def restored_baseline(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> tuple[OwnBaseline, Reference]:
    """Baseline and reference of :func:`stored_baseline`.

    Raises
    ------
    KeyError
        An array or a fact is missing.
    """
    about = facts["compared_with"]
    names = tuple(about["figures"])
    spread = (arrays[f"baseline_{name}"] for name in ("centre", "slope", "within", "between"))
    motor, unit = (np.array(about[name], dtype=str) for name in ("reference_motors", "reference_units"))
    load = arrays["reference_load"]
    rows = Rows(names, arrays["reference_values"], motor, unit, load, np.ones(len(load), dtype=bool))
    phasors = tuple(Phasor(complex(re, im), *rest) for re, im, *rest in arrays["reference_phasors"].tolist())
    return OwnBaseline(about["baseline"], names, *spread), Reference(rows, phasors)

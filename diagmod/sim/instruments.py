"""The recorder on a motor: good ones differ a little, and a few recordings are badly acquired.

A flaw is done to the acquisition alone; the machine behind it is the one that the ground truth describes. Such a
recording loads like any other, so finding the flaw is the work of a quality audit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diagmod.sim.sensor import Sensor

if TYPE_CHECKING:
    import numpy as np

#: What a bad acquisition does: a logger that repeats three samples of ten, one that loses two of a thousand, a
#: range below the peak of the current (as a share of it), R and S exchanged, instants that scatter by 0.1 ms.
FLAWS: dict[str, dict[str, Any]] = {
    "held_samples": {"held_share": 0.3},
    "dropped_samples": {"dropped_share": 0.002},
    "clipped": {"range_share": 0.85},
    "swapped_phases": {"order": "SRT"},
    "jitter": {"jitter_s": 1e-4},
}


def sample_instrument(rng: np.random.Generator) -> Sensor:
    """Draw a good recorder.

    Gain within 0.3 % and offset within 0.2 % of the rated peak (standard deviations), channels up to 2 us apart,
    white noise at -75 to -65 dB of the rated current, 14 or 16 bits over 2 to 3 times the rated peak.
    """
    gain, offset = 1 + 0.003 * rng.standard_normal(3), 0.002 * rng.standard_normal(3)
    return Sensor(
        gain=(float(gain[0]), float(gain[1]), float(gain[2])),
        offset_share=(float(offset[0]), float(offset[1]), float(offset[2])),
        skew_s=float(rng.uniform(0, 2e-6)),
        noise_dbc=float(rng.uniform(-75, -65)),
        range_share=float(rng.uniform(2, 3)),
        bits=int(rng.choice([14, 16])),
    )


def spoil(sensor: Sensor, flaw: str, current_share: float) -> Sensor:
    """A recorder with one flaw.

    Parameters
    ----------
    sensor : Sensor
    flaw : str
        A name of :data:`FLAWS`.
    current_share : float
        Current of the recording over rated current; clipping cuts off the top of this current.

    Raises
    ------
    ValueError
        The flaw is unknown.
    """
    if flaw not in FLAWS:
        raise ValueError(f"flaw must be one of {', '.join(FLAWS)}, got {flaw!r}")
    changes = dict(FLAWS[flaw])
    if "range_share" in changes:
        changes["range_share"] *= current_share
    return replace(sensor, **changes)

"""By how much, and in which direction, the negative sequence of a recording differs from its normal state.

Only states that last count: while a fault is being switched, windows hold part of both states and the machine
settles. A change is measured from the recording's own normal state, because the supply's unbalance differs from one
recording to the next; which of its states is the normal one, the motor's other recordings say. A recording without
a normal state is not measured: it may be faulty throughout, or fed by another supply, and the current alone
cannot tell the two apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.states import Stretch, normal_ratio, stretches_of

if TYPE_CHECKING:
    import pandas as pd

#: Shortest state that counts, in lengths of the track's window: as many windows without overlap. Fewer could all
#: lie on the edge between two states. Pinned by test_state_changes.
LASTING_WINDOWS = 3

#: I2 / I1 (percent) above which the two sequences have changed places: phases are connected in reverse order.
_REVERSED_PCT = 100.0


@dataclass(frozen=True)
class Change:
    """A lasting state: its I2 / I1 less that of the normal state, in percent of I1, and how long it lasts."""

    ratio: complex
    seconds: float


@dataclass(frozen=True)
class Changes:
    """All lasting changed states of a recording.

    Attributes
    ----------
    states : tuple of Change
        In the order of time; none where nothing changed.
    largest_pct : float
        Distance of the strangest lasting state from the motor's normal, also where it is too small for a change.
    unmeasured : str
        Why there is no statement; else empty.
    """

    states: tuple[Change, ...] = ()
    largest_pct: float = 0.0
    unmeasured: str = ""

    @property
    def mean(self) -> complex:
        """Mean change over the changed time, percent of I1; 0 where nothing changed."""
        if not self.states:
            return 0j
        return complex(np.average([s.ratio for s in self.states], weights=[s.seconds for s in self.states]))


def changes_of_recordings(track: pd.DataFrame, change_pct: float) -> dict[str, Changes]:
    """Lasting changes of every recording in a track.

    Parameters
    ----------
    track : DataFrame
        Table ``sequence_track``.
    change_pct : float
        Distance from the normal I2 / I1, in percent of I1, above which a state is changed; positive.

    Returns
    -------
    dict
        Recording to its changes.
    """
    if not change_pct > 0:
        raise ValueError(f"change_pct must be positive, got {change_pct:g}; give it in percent of I1")
    found = {}
    for _, of_motor in track.groupby("motor_id", sort=True):
        parts = {str(key): part for key, part in of_motor.groupby("recording_id", sort=True)}
        stretches = {key: stretches_of(part) for key, part in parts.items()}
        normal = normal_ratio([s for several in stretches.values() for s in several], change_pct)
        for key, part in parts.items():
            shortest_s = LASTING_WINDOWS * float(part["length_s"].max())
            found[key] = _changes(stretches[key], normal, change_pct, shortest_s)
    return found


def _changes(stretches: list[Stretch], motor_normal: complex, change_pct: float, shortest_s: float) -> Changes:
    lasting = [s for s in stretches if s.end_s - s.begin_s >= shortest_s]
    if not lasting:
        return Changes(unmeasured="a phase is absent or the recording is too short for a negative sequence")
    if abs(motor_normal) > _REVERSED_PCT:
        return Changes(unmeasured="the negative sequence exceeds the positive, so the phases are in reverse order")
    largest_pct = max(abs(s.ratio - motor_normal) for s in lasting)
    own = [s for s in lasting if abs(s.ratio - motor_normal) <= change_pct]
    if not own:
        return Changes(unmeasured="it differs from its motor's normal throughout, as another supply would do as well")
    normal = np.average([s.ratio for s in own], weights=[s.end_s - s.begin_s for s in own])
    changes = [Change(complex(s.ratio - normal), s.end_s - s.begin_s) for s in lasting]
    return Changes(tuple(c for c in changes if abs(c.ratio) > change_pct), largest_pct)

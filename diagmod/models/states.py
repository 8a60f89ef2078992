"""When was the fault there? A derived label for recordings in which it is switched on and off inside.

The rule uses no class label. (1) Along each recording the ratio I2 / I1 is cut into stretches of constant
value by penalised least squares. (2) The normal state of a motor is where its stretches gather: the value
within whose reach lie the most seconds of all its recordings. (3) A stretch farther from it than a
stated share of I1 is *changed*. A segment is *changed* or *normal* when at least 90 % of it is, else *mixed*.

The label rests on the negative sequence. Held against features that rest on it too, it flatters them;
so results are always shown with and without those features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

#: Share of a segment that must be in one state, and measured at all, for the segment to count as in that state.
CLEAR_SHARE = 0.9

#: Penalty of a change point in units of noise variance x ln(n). Schwarz's criterion for a complex mean and a
#: position (3 real parameters) has 1.5, for independent noise; more, as half-overlapping windows are
#: correlated and a false change costs more than a missed small one. Pinned in both directions by test_states.
PENALTY = 10.0

#: Smallest noise (percent of I1, rms) that is believed; a series with less is rounded or synthetic. The same test.
_SMALLEST_NOISE_PCT = 1e-3


@dataclass(frozen=True)
class Stretch:
    """Part of a recording with constant I2 / I1 (in percent), from one time to another in seconds."""

    begin_s: float
    end_s: float
    ratio: complex


def change_points(values: NDArray[np.complexfloating], penalty: float, min_size: int = 3) -> list[int]:
    """Indices at which a piecewise constant complex series changes.

    Optimal partitioning: the sum of squared deviations plus ``penalty`` per change is the least possible.

    Parameters
    ----------
    values : ndarray of complex, shape (n,)
        Finite.
    penalty : float
        In the squared unit of the values.
    min_size : int
        Fewest values in a stretch.

    Returns
    -------
    list of int
        First index of every stretch but the first.

    References
    ----------
    Jackson, B. et al., IEEE Signal Process. Lett. 12(2), 2005, DOI 10.1109/LSP.2001.838216.
    """
    n = len(values)
    if n < 2 * min_size:
        return []
    first = np.concatenate([[0], np.cumsum(values)])
    second = np.concatenate([[0], np.cumsum(np.abs(values) ** 2)])
    best, previous = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=int)
    best[0] = -penalty
    for end in range(min_size, n + 1):
        begin = np.arange(0, end - min_size + 1)
        spread = second[end] - second[begin] - np.abs(first[end] - first[begin]) ** 2 / (end - begin)
        cost = best[begin] + spread + penalty
        previous[end] = np.argmin(cost)
        best[end] = cost[previous[end]]
    changes, end = [], n
    while end > 0 and previous[end] > 0:
        end = int(previous[end])
        changes.append(end)
    return changes[::-1]


def stretches_of(track: pd.DataFrame) -> list[Stretch]:
    """Stretches of one recording's track (table ``sequence_track``); none where a phase is absent."""
    track = track[np.isfinite(track["i2_re"]) & np.isfinite(track["i2_im"])]
    if len(track) < 6:
        return []
    ratio = track["i2_re"].to_numpy() + 1j * track["i2_im"].to_numpy()
    # Half-overlapping windows are correlated; differences two windows apart are not.
    variance = max(np.median(np.abs(ratio[2:] - ratio[:-2]) ** 2) / (2 * np.log(2)), _SMALLEST_NOISE_PCT**2)
    cuts = change_points(ratio, PENALTY * variance * np.log(len(ratio)))
    middle = track["time_s"].to_numpy() + track["length_s"].to_numpy() / 2
    end_s = float(middle[-1] + track["length_s"].iloc[-1] / 2)
    edges = [0.0, *((middle[c - 1] + middle[c]) / 2 for c in cuts), end_s]
    parts = np.split(ratio, cuts)
    return [
        Stretch(begin, end, complex(part.mean())) for begin, end, part in zip(edges, edges[1:], parts, strict=False)
    ]


def normal_ratio(stretches: list[Stretch], reach: float) -> complex:
    """Value of I2 / I1 (percent) within whose reach lie the most seconds; NaN without stretches."""
    if not stretches:
        return complex(np.nan, np.nan)
    ratio = np.array([s.ratio for s in stretches])
    seconds = np.array([s.end_s - s.begin_s for s in stretches])
    near = np.abs(ratio[:, None] - ratio[None, :]) <= reach
    members = near[np.argmax(near @ seconds)]
    return complex(np.average(ratio[members], weights=seconds[members]))


def derive_states(
    track: pd.DataFrame, segments: pd.DataFrame, change_pct: float, normal_from: Collection[str] | None = None
) -> pd.DataFrame:
    """State of every segment by the rule of this module.

    Parameters
    ----------
    track : DataFrame
        Table ``sequence_track``.
    segments : DataFrame
        Table ``segments`` (columns recording_id, segment, start_s, length_s are used).
    change_pct : float
        Distance from the normal ratio, in percent of I1, above which a stretch is changed; positive.
    normal_from : collection of str, optional
        Recordings that say what is normal for their motor, for example those of a training side; all by default.

    Returns
    -------
    DataFrame
        Table ``segment_states``. A segment is *unknown* where less than 90 % of it is measured: an absent
        phase, a gap, a recording too short for stretches; and where nothing says what is normal for its motor.
    """
    if not change_pct > 0:
        raise ValueError(f"change_pct must be positive, got {change_pct:g}; give it in percent of I1")
    tracks = {str(key): part for key, part in track.groupby("recording_id", sort=True)}
    found = {key: stretches_of(part) for key, part in tracks.items()}
    motor_of = dict(zip(track["recording_id"], track["motor_id"], strict=True))
    telling = {key: parts for key, parts in found.items() if normal_from is None or key in normal_from}
    normal = {
        motor: normal_ratio([s for key, parts in telling.items() if motor_of[key] == motor for s in parts], change_pct)
        for motor in sorted(set(motor_of.values()))
    }
    rows = []
    for key, segment, start_s, length_s in zip(
        *(segments[name] for name in ("recording_id", "segment", "start_s", "length_s")), strict=True
    ):
        share, end_s = np.nan, start_s + length_s
        own = normal.get(motor_of.get(key, ""), complex(np.nan))
        if found.get(key) and np.isfinite(own) and _measured_share(tracks[key], start_s, end_s) >= CLEAR_SHARE:
            changed = [s for s in found[key] if abs(s.ratio - own) > change_pct]
            share = sum(_common(s, start_s, end_s) for s in changed) / length_s
        rows.append((key, segment, share, _state(share)))
    return pd.DataFrame(rows, columns=["recording_id", "segment", "changed_share", "state"])


@dataclass(frozen=True)
class DerivedStates:
    """States of segments (table ``segment_states``), or None with the reason; and the rule in words."""

    states: pd.DataFrame | None
    in_words: str
    reason: str = ""


def states_of_dataset(
    derived_state: str, track: pd.DataFrame, segments: pd.DataFrame, change_pct: float
) -> DerivedStates:
    """Derived states where a data set declares that its fault is switched inside the recordings.

    Parameters
    ----------
    derived_state : str
        As ``dataset.yaml`` declares: "negative_sequence" or "none".
    track, segments, change_pct
        See :func:`derive_states`.
    """
    if derived_state == "none":
        reason = "The data set declares no change of state inside its recordings, so no state is derived."
        return DerivedStates(None, reason, reason)
    states = derive_states(track, segments, change_pct)
    counts = states["state"].value_counts()
    found = ", ".join(f"{counts.get(name, 0)} {name}" for name in ("normal", "changed", "mixed", "unknown"))
    return DerivedStates(states, f"{rule_in_words(change_pct)} Of {len(states)} segments we see {found}.")


def rule_in_words(change_pct: float) -> str:
    """The rule of the derived label, for the report that uses it."""
    return (
        "Derived label, found without the class label: the ratio I2 / I1 along each recording is cut into stretches of "
        "constant value; a motor's normal value is the one that holds for the most seconds of all its recordings; a "
        f"stretch farther than {change_pct:g} % of I1 from it is changed. A segment is changed or normal when at least "
        f"{100 * CLEAR_SHARE:.0f} % of it is, otherwise mixed and not judged."
    )


def _measured_share(track: pd.DataFrame, begin_s: float, end_s: float) -> float:
    """Share of a recording's short windows, centred in a span of time, that have a value; 0 without a window."""
    middle = track["time_s"] + track["length_s"] / 2
    inside = track[(middle >= begin_s) & (middle < end_s)]
    return float(np.isfinite(inside["i2_re"] + inside["i2_im"]).mean()) if len(inside) else 0.0


def _common(stretch: Stretch, begin_s: float, end_s: float) -> float:
    return max(0.0, min(stretch.end_s, end_s) - max(stretch.begin_s, begin_s))


def _state(share: float) -> str:
    if np.isnan(share):
        return "unknown"
    if share >= CLEAR_SHARE:
        return "changed"
    return "normal" if share <= 1 - CLEAR_SHARE else "mixed"

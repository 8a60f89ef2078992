"""The group ``signatures``: every line that a fault would have, read at the slip of this very recording.

The values come from the diagnosis of the recording, which has looked at all of these places already; here stand the
columns and what they mean. Each line has four: its level, the floor beside it, its height over that floor, and
whether this recording can tell it from the supply and from the lines of other faults. Where the slip is not known,
a line has no place, and its columns are NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagmod.core.feature_definitions import Feature
from diagmod.core.signatures import BAR_ORDERS, SLOT_ORDERS

#: Orders n of the lines f[n(1-s)/p + k] of an inter-turn short that have columns: those of up to two pole pairs.
SHORT_ORDERS = (1, 2, 3)

_GROUP = "signatures"
_SIDES = (("-", "lower"), ("+", "upper"))
_OF_FAULT = {
    "broken_bar": ("broken bars", "Thomson & Fenger 2001"),
    "eccentricity": ("eccentricity", "Nandi, Toliyat & Li 2005"),
    "stator_short": ("an inter-turn short", "Thomson 2001"),
    "slot_harmonics": ("the rotor slots, in a healthy motor too", "Nandi, Toliyat & Li 2005, eq. 3"),
    "bearing_outer": ("the outer race", "Schoen et al. 1995"),
    "bearing_inner": ("the inner race", "Schoen et al. 1995"),
    "bearing_ball": ("a ball", "Schoen et al. 1995"),
    "bearing_cage": ("the cage", "Schoen et al. 1995"),
    "load_oscillation": ("a pulsating load", "Schoen & Habetler 1995"),
}


@dataclass(frozen=True)
class SignatureLine:
    """A line with columns of its own: ``stem`` of their names, fault, and its name in a diagnosis."""

    stem: str
    fault: str
    line: str


def _lines() -> tuple[SignatureLine, ...]:
    bars = [
        SignatureLine(f"bar_{2 * k}s_{side}", "broken_bar", f"f(1{sign}{2 * k}s)")
        for k in (1, 2, 3)
        for sign, side in _SIDES
    ]
    bars += [
        SignatureLine(f"bar_h{h}_{side}", "broken_bar", f"f[{h}(1-s){sign}s]")
        for h in BAR_ORDERS
        for sign, side in _SIDES
    ]
    shaft = [
        SignatureLine(f"shaft{m}_{side}", "eccentricity", f"f{sign}{m}fr") for m in ("", "2") for sign, side in _SIDES
    ]
    short = [
        SignatureLine(f"short_{n}{side}{abs(k)}", "stator_short", f"f[{n}(1-s)/p{k:+d}]")
        for n in SHORT_ORDERS
        for k, side in ((-3, "m"), (-1, "m"), (1, "p"), (3, "p"))
    ]
    slots = [
        SignatureLine(f"slot_{'mp'[sign > 0]}{v}", "slot_harmonics", f"f[(N)(1-s)/p{sign * v:+d}]")
        for v in SLOT_ORDERS
        for sign in (-1, 1)
    ]
    tones = [
        SignatureLine(f"{tone.lower()}{m}_{side}", fault, f"f{sign}{m}{tone}")
        for fault, tone in (
            ("bearing_outer", "BPFO"), ("bearing_inner", "BPFI"), ("bearing_ball", "BSF"), ("bearing_cage", "FTF"),
        )
        for m in ("", "2")
        for sign, side in _SIDES
    ]  # fmt: skip
    load = [SignatureLine(f"pulsation_{side}", "load_oscillation", f"f{sign}load") for sign, side in _SIDES]
    return (*bars, *shaft, *short, *slots, *tones, *load)


#: Every line that has columns.
LINES = _lines()

#: Ending of the columns of a line: unit, meaning and formula.
ENDINGS = {
    "dbc": ("dBc", "level", "20 lg(|I(line)| / |I(f)|)"),
    "floor_dbc": ("dBc", "floor beside it", "20 lg(floor / |I(f)|), the higher side"),
    "prominence_db": ("dB", "height over the floor", "level - floor"),
    "resolved": ("1", "1 where it can be told from the supply and from other faults, else 0", "main lobes apart"),
}

#: Columns of the recording as a whole: name, unit, meaning, formula, what changes it.
STATE_ROWS = (
    ("supply_hz", "Hz", "supply frequency of the stretch that was judged", "carrier track, mean", "supply"),
    ("slip", "1", "slip on which the estimators agree", "combined estimate", "load"),
    ("slip_width", "1", "width of the interval of the slip", "slip_high - slip_low", "record length, unsteady load"),
    ("load_share", "1", "load over rated load, from slip, current or statement", "combined estimate", "load"),
    ("floor_dbc", "dBc", "floor beside the supply line", "median beside the line", "recorder, inverter, load"),
    ("line_drift_hz", "Hz", "movement of the supply frequency", "max - min of the track", "supply"),
    ("load_range_pct", "%", "range of the load within the recording", "max - min of the amplitude", "load"),
    ("broken_bars", "1", "equivalent number of broken bars", "from both sidebands, load taken out", "broken bars"),
    ("bar_angle_deg", "deg", "sum of the angles of f(1-2s) and f(1+2s)", "arg(I- I+ / I^2)", "bars, pulsating load"),
    ("pulsation_hz", "Hz", "frequency of a pulsating load", "distance of its lines from f", "load"),
)  # fmt: skip

FEATURES = tuple(
    Feature(
        name=name, unit=unit, group=_GROUP, level="recording", meaning=meaning, formula=formula,
        source="diagnosis of the recording", changes=changes,
    )
    for name, unit, meaning, formula, changes in STATE_ROWS
) + tuple(
    Feature(
        name=f"{line.stem}_{ending}", unit=unit, group=_GROUP, level="recording",
        meaning=f"line {line.line}: {meaning}", formula=formula, source=_OF_FAULT[line.fault][1],
        changes=_OF_FAULT[line.fault][0],
    )
    for line in LINES
    for ending, (unit, meaning, formula) in ENDINGS.items()
)  # fmt: skip

"""Sentences and tables on what a diagnosis finds of a broken bar, with the numbers that were measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from diagmod.io.report_figures import plain
from diagmod.io.study_choice import clock_rows, shortest_lengths, studied_at
from diagmod.io.study_tables import FOLDER, FOUND_PCT, DetectionStudy

#: Least share (%) that is not the rounding of shares kept to 0.1 %.
_SHOWN_PCT = 0.15


def source_in_words(study: DetectionStudy) -> str:
    """Where the numbers come from, how many motors stand behind a point and which code was measured."""
    least, most = study.detection["n"].min(), study.detection["n"].max()
    n = f"{least}" if least == most else f"{least} to {most}"
    words = [
        f"Every point below stands for {n} simulated motors, sampled for this study alone.",
        "Nothing was trained on them.",
        f"`make verify` simulates and diagnoses them and writes `{FOLDER}/`; the code measured is {study.codes[0]}.",
    ]
    sure = study.detection[study.detection["found_pct"] >= FOUND_PCT]
    if len(sure):
        words.append(
            f"A severity counts as found from {FOUND_PCT:g} % of these motors on; of motors at large that may be as "
            f"few as {_percent(sure['low_pct'].min())} (lower bound of the 95 % interval)."
        )
    if len(study.codes) > 1:
        words.append(
            f"The tables were measured with different code ({', '.join(study.codes)}); run `make verify` again."
        )
    return " ".join(words)


def false_alarms_in_words(study: DetectionStudy) -> str:
    """The price at which broken bars are found: healthy motors called faulty."""
    a = study.false_alarms
    return (
        f"Of {a.n} recordings of healthy motors, bad recorders, supplies and loads among them, {a.any_fault} "
        f"({plain(a.rate_pct, 2)} %; 95 % interval {_bounds(a.low_pct, a.high_pct)}) were called faulty in any way, "
        f"{a.broken_bar} of them for a broken bar."
    )


def answer_in_words(study: DetectionStudy, bars: float, noise_dbc: float) -> str:
    """How long and at which load to record, so that a severity is found."""
    found = studied_at(shortest_lengths(study.minimum, bars), noise_dbc=noise_dbc)
    head = f"To see {_bars(bars)} of 28 in {FOUND_PCT:g} % of motors at {_noise(noise_dbc)}"
    never = found[found["length_s"].isna()]
    longest = plain(found["longest_s"].max())
    if len(never) == len(found):
        return f"{head}, no load and length that were studied suffice, up to {longest} s."
    parts = [
        f"{length:g} s or longer at {_loads(part['load'])}"
        for length, part in found.dropna(subset="length_s").groupby("length_s")
    ]
    rest = f"; at {_loads(never['load'])} even {longest} s are too short" if len(never) else ""
    return f"**{head}, record {', or '.join(parts)} of rated load{rest}.**"


def curves_in_words(study: DetectionStudy, bars: float, length_s: float, noise_dbc: float) -> str:
    """What became of the motors with one severity, and which severities are not found."""
    rows = studied_at(study.detection, length_s=length_s, noise_dbc=noise_dbc, jitter_us=0)
    asked = studied_at(rows, bars_of_28=bars).sort_values("load")
    shares = [
        f"{_percent(row['found_pct'])} ({_bounds(row['low_pct'], row['high_pct'])}) at {100 * row['load']:g} %"
        for row in asked.to_dict("records")
    ]
    unsure = rows[rows["found_pct"] < FOUND_PCT]
    everywhere = set(rows["load"])
    lacking = [
        f"{_bars(value)} at {'every load' if set(at) == everywhere else _loads(at)}"
        for value in sorted(set(unsure["bars_of_28"]))
        for at in [unsure.loc[unsure["bars_of_28"] == value, "load"]]
    ]
    found = f"We see {_bars(bars)} of 28 found in {_listed(shares)} of rated load."
    closing = f"Found in fewer than {FOUND_PCT:g} %: {'; '.join(lacking) or 'nothing'}."
    return f"{found} {_rest_in_words(asked)} {closing}"


def surface_in_words(study: DetectionStudy, noise_dbc: float) -> str:
    """The best that can be had, and the worst."""
    rows = studied_at(study.minimum, noise_dbc=noise_dbc)
    best = rows[rows["least_bars"] == rows["least_bars"].min()].sort_values(["length_s", "load"]).iloc[0]
    nothing = rows[np.isinf(rows["least_bars"])]
    if len(nothing) == len(rows):
        return f"We see no load and length at which any studied severity is found at {_noise(noise_dbc)}."
    return (
        f"We see {_bars(best['least_bars'])} of 28 as the least that is found, from {best['length_s']:g} s at "
        f"{100 * best['load']:g} % of rated load; in {len(nothing)} of {len(rows)} cells not even the greatest "
        "severity studied is found."
    )


def clock_in_words(study: DetectionStudy, bars: float) -> str:
    """What an uneven clock costs: found and refused at every unevenness, over all loads."""
    rows = clock_rows(study.detection, bars)
    if rows.empty:
        return "No uneven clock was studied."
    clocks = {jitter: f"at {jitter:g} µs" if jitter else "with an even clock" for jitter in rows["jitter_us"]}
    parts = [
        f"{clocks[jitter]} {_range(part['found_pct'])} are found and {_range(part['refused_pct'])} refused"
        for jitter, part in rows.groupby("jitter_us")
    ]
    uneven = rows[rows["jitter_us"] > 0]
    return f"We see, over all loads: {'; '.join(parts)}. With an uneven one {_rest_in_words(uneven)}"


def answer_table(study: DetectionStudy, bars: float) -> pd.DataFrame:
    """Shortest length at every load, a column a noise, in words."""
    found = shortest_lengths(study.minimum, bars)
    found["load"] = [f"{100 * load:g} % of rated" for load in found["load"]]
    found["words"] = [
        f"not within {longest:g} s" if math.isnan(length) else f"{length:g} s or longer"
        for length, longest in zip(found["length_s"], found["longest_s"], strict=True)
    ]
    wide = found.pivot(index="load", columns="noise_dbc", values="words").reindex(found["load"].drop_duplicates())
    wide.columns = [f"noise {noise:g} dB" for noise in wide.columns]
    return wide.reset_index()


def _rest_in_words(rows: pd.DataFrame) -> str:
    """What became of the motors whose broken bar was not found: refused in words, or passed as sound."""
    passed = (100 - rows["found_pct"] - rows["refused_pct"]).clip(lower=0)
    head = f"{_range(rows['refused_pct'])} of the motors were refused as undecided"
    if passed.max() < _SHOWN_PCT:
        return f"{head}; none was passed as sound."
    worst = rows.iloc[int(passed.argmax())]
    return (
        f"{head}; passed as sound, the miss to beware of, were at most {_percent(passed.max())} (at "
        f"{100 * worst['load']:g} % of rated load)."
    )


def _bars(bars: float) -> str:
    return f"{bars:g} broken bar{'' if bars == 1 else 's'}"


def _noise(noise_dbc: float) -> str:
    return f"a noise of {noise_dbc:g} dB of the rated current"


def _percent(share: float) -> str:
    return f"{share:.0f} %"


def _bounds(low: float, high: float) -> str:
    return f"{plain(low, 2)} to {plain(high, 2)} %"


def _range(shares: pd.Series) -> str:
    low, high = f"{shares.min():.0f}", f"{shares.max():.0f}"
    return f"{low} %" if low == high else f"{low} to {high} %"


def _loads(loads: pd.Series) -> str:
    return _listed([f"{100 * load:g}" for load in sorted(loads)]) + " %"


def _listed(parts: Sequence[str]) -> str:
    """Parts as a person lists them.

    Examples
    --------
    >>> _listed(["50", "75", "100"]), _listed(["5 s"])
    ('50, 75 and 100', '5 s')
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"

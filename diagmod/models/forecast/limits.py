"""Which value a trend must not exceed, and where that value comes from.

A limit is made of what is known at the origin of a forecast and of nothing later. Four kinds: so many standard
deviations above the daily means of a reference time, a high quantile of them with a margin, a share of the rated
current, or a value that a person states. A person's value always goes first. Only upward limits are made: a current
that falls means less load, which is no wear. Where no limit can be made there is none, with the reason in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from diagmod.io.forecast_tables import LIMIT_KINDS
from diagmod.models.forecast.series import DAY_H, TrendSeries

#: Fewest known days that a statistical limit rests on: two weeks, so that every weekday is there twice.
FEWEST_DAYS = 14

#: A statistical limit lies at least this far above the mean of its reference, %: twice the ratio error of a current
#: transformer of class 1 (IEC 61869-2), without which a constant series would cross by the noise of its transducer.
LEAST_RISE_PCT = 2.0

#: Kinds that describe what was usual and not what the motor bears.
STATISTICAL = ("sigma", "quantile")


@dataclass(frozen=True)
class LimitSettings:
    """How limits are made.

    The default is four standard deviations of the daily means of four weeks. Four whole weeks hold eight days of
    weekend, so that the spread contains the weekly swing. It does not contain how far a load wanders over months: over
    five months of simulated trends, five of ten motors without anything that raises the current crossed three
    deviations, one crossed four, and one five; of motors with a worn drive, 76, 53 and 36 % did.

    Attributes
    ----------
    kind : str
        "sigma", "quantile", "nameplate" or "user", for every series without a stated value; with "user" these have no
        limit.
    sigmas : float
        Standard deviations above the mean.
    reference_days : int
        Known days at the begin of the reference, at least :data:`FEWEST_DAYS`.
    quantile : float
        Between 0.5 and 1.
    margin_pct : float
        Above that quantile, %.
    nameplate_share : float
        Share of the rated current; 1.15 is a common service factor.
    user : mapping of str to float
        Limits that people state, by "M01/rms_R", "M01" or "rms_R": the most specific counts.

    Raises
    ------
    ValueError
        A setting is out of its range.
    """

    kind: str = "sigma"
    sigmas: float = 4.0
    reference_days: int = 28
    quantile: float = 0.99
    margin_pct: float = 5.0
    nameplate_share: float = 1.0
    user: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.kind not in LIMIT_KINDS:
            raise ValueError(f"kind of limit must be one of {', '.join(LIMIT_KINDS)}, got {self.kind!r}")
        if not 0 < self.sigmas < np.inf:
            raise ValueError(f"sigmas must be a positive number, got {self.sigmas:g}; 3 to 6 are usual")
        if self.reference_days < FEWEST_DAYS:
            raise ValueError(
                f"reference_days must be at least {FEWEST_DAYS}, got {self.reference_days}; give whole weeks, as 28"
            )
        if not 0.5 <= self.quantile <= 1:
            raise ValueError(f"quantile must lie between 0.5 and 1, got {self.quantile:g}; 0.99 is usual")
        if not 0 <= self.margin_pct < np.inf:
            raise ValueError(f"margin_pct must be 0 % or more, got {self.margin_pct:g}")
        if not 0 < self.nameplate_share < np.inf:
            raise ValueError(f"nameplate_share must be positive, got {self.nameplate_share:g}; 1 is the rated current")
        if wrong := [name for name, value in self.user.items() if not np.isfinite(value)]:
            raise ValueError(f"the user limit of {wrong[0]!r} must be a finite number, got {self.user[wrong[0]]!r}")

    def unknown(self, keys: Iterable[tuple[str, str]]) -> list[str]:
        """What to say of user limits that fit no series, a sentence each: a misspelt name would be no limit.

        Parameters
        ----------
        keys : iterable of (motor_id, quantity)

        Examples
        --------
        >>> LimitSettings(user={"M1": 9.0}).unknown([("M01", "rms_R")])
        ["the user limit of 'M1' fits no trend (did you mean M01?); write it as M01/rms_R, M01 or rms_R"]
        """
        known = sorted({name for motor, quantity in keys for name in (f"{motor}/{quantity}", motor, quantity)})
        told = []
        for name in self.user:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                meant = f" (did you mean {near[0]}?)" if near else ""
                told.append(f"the user limit of {name!r} fits no trend{meant}; write it as M01/rms_R, M01 or rms_R")
        return told


@dataclass(frozen=True)
class Limit:
    """A value that a daily mean should not exceed.

    Attributes
    ----------
    kind : str
        Of ``LIMIT_KINDS``.
    value : float
        In ``unit``; NaN where there is none.
    unit : str
    reason : str
        Where it comes from, or why there is none: the rest of a sentence, as "4 standard deviations above ...".
    """

    kind: str
    value: float
    unit: str
    reason: str

    @property
    def is_known(self) -> bool:
        """Whether there is a limit."""
        return bool(np.isfinite(self.value))


def limit_of(series: TrendSeries, settings: LimitSettings, rated_current_a: float | None = None) -> Limit:
    """The limit of a series, by what is known in it.

    Parameters
    ----------
    series : TrendSeries
        Daily means, cut at the origin.
    settings : LimitSettings
    rated_current_a : float, optional
        Of the nameplate, ampere.

    Returns
    -------
    Limit

    Raises
    ------
    ValueError
        The steps are not days.

    Notes
    -----
    The reference is the latest stretch between repairs that has ``reference_days`` known days, from its begin on: a
    level before a repair counts only until there is enough after it. Where no stretch has as many, the longest counts,
    from :data:`FEWEST_DAYS` on.
    """
    if series.step_h != DAY_H:
        raise ValueError(f"a limit stands on daily means, got steps of {series.step_h} h; give the daily series")
    for name in ("/".join(series.key), series.motor_id, series.quantity):
        if name in settings.user:
            return Limit("user", float(settings.user[name]), series.unit, f"stated for {name}")
    if settings.kind == "user":
        return Limit("user", np.nan, series.unit, "no value is stated for this motor or quantity")
    if settings.kind == "nameplate":
        return _of_nameplate(series, settings.nameplate_share, rated_current_a)
    return _of_reference(series, settings)


def _of_nameplate(series: TrendSeries, share: float, rated_current_a: float | None) -> Limit:
    if not (series.quantity.startswith("rms_") and series.unit == "A"):
        why = f"the nameplate limits currents in ampere and not {series.quantity} in {series.unit or 'no unit'}"
        return Limit("nameplate", np.nan, series.unit, why)
    if rated_current_a is None or not 0 < rated_current_a < np.inf:
        return Limit("nameplate", np.nan, series.unit, "the register has no rated current of this motor")
    of = "the rated current" if share == 1 else f"{100 * share:g} % of the rated current"
    return Limit("nameplate", share * rated_current_a, series.unit, f"{of} ({rated_current_a:g} A)")


def _of_reference(series: TrendSeries, settings: LimitSettings) -> Limit:
    days, when = reference_days(series, settings.reference_days)
    if len(days) < FEWEST_DAYS:
        why = f"only {len(days)} known days without a repair between them, {FEWEST_DAYS} are needed"
        return Limit(settings.kind, np.nan, series.unit, why)
    mean = float(days.mean())
    if settings.kind == "sigma":
        value = mean + settings.sigmas * float(days.std(ddof=1))
        how = f"{settings.sigmas:g} standard deviations above the mean"
    else:
        top = float(np.quantile(days, settings.quantile))
        value = top + settings.margin_pct / 100 * abs(top)
        how = f"{settings.margin_pct:g} % above the {100 * settings.quantile:g} % quantile"
    least = mean + LEAST_RISE_PCT / 100 * abs(mean)
    if value < least:
        value, how = least, f"{LEAST_RISE_PCT:g} % above the mean, since it hardly varied,"
    if not np.isfinite(value):
        return Limit(settings.kind, np.nan, series.unit, "the values are too large to make a limit of")
    return Limit(settings.kind, value, series.unit, f"{how} of {len(days)} days {when}")


def reference_days(series: TrendSeries, wanted: int) -> tuple[NDArray[np.float64], str]:
    """Daily means that a limit rests on, and when they were.

    Parameters
    ----------
    series : TrendSeries
        Daily.
    wanted : int
        Days.

    Returns
    -------
    days : ndarray, shape (at most wanted,)
        Known values.
    when : str
        As "from 2026-01-05"; empty without any.
    """
    edges = (0, *series.breaks, len(series))
    stretches = [(first, np.isfinite(series.values[first:stop])) for first, stop in pairwise(edges)]
    long_enough = [stretch for stretch in stretches if stretch[1].sum() >= wanted]
    first, known = long_enough[-1] if long_enough else max(stretches, key=lambda stretch: int(stretch[1].sum()))
    at = first + np.flatnonzero(known)[:wanted]
    if not len(at):
        return np.empty(0), ""
    after = ", after maintenance" if first else ""
    return series.values[at], f"from {series.times[at[0]].astype('datetime64[D]')}{after}"

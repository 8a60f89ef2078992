"""The page "Trend analysis": where the currents go, when a limit is reached, and how far that may be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.core.recording import PHASES
from diagmod.io.tables import describe_table
from diagmod.io.trend_tables import RMS
from diagmod.models.risk_scale import GRADES
from diagmod.views.pages.controls import Control, Day, Number, OneOf, SomeOf
from diagmod.views.pages.frame import Page
from diagmod.views.pages.trend_cards import first_facts
from diagmod.views.pages.trend_history import COLUMNS, check_period, daily_means, within
from diagmod.views.pages.trend_parts import (
    fleet_part,
    judged_part,
    motor_part,
    refused_part,
    refused_rows,
    surprise_part,
)
from diagmod.views.pages.trend_risks import RiskChoice
from diagmod.views.pages.trend_words import LIMIT_WORDS
from diagmod.views.panels import FigureSlot, HtmlSlot, heading
from diagmod.views.trend_page_figures import crossed_figure, expected_figure, log_figure

#: Days that a forecast looks ahead where none is stored.
MOST_DAYS = 30

#: Highest limit that a viewer may try, in the unit of the trend.
HIGHEST_LIMIT = 100_000.0


class TrendsPage(Page):
    """Trend analysis."""

    name: ClassVar[str] = "trends"

    def read(self) -> None:
        self.risk = self.results.table("forecast_risk")
        self.series = self.results.table("forecast_series")
        self.motors = self.results.table("motors", ["motor_id", "rated_current_a"])
        self._judged = self.given.get("judged") == "figures"

    def make_controls(self) -> Sequence[Control]:
        words, kinds = self.words, dict.fromkeys(self.risk["limit_kind"])
        horizon = int(self.risk["horizon_d"].max()) if len(self.risk) else MOST_DAYS
        grades = [(f"{grade} or worse" if grade != GRADES[-1] else grade, grade) for grade in GRADES[1:]]
        return [
            OneOf("motor", "Motor", [(m, m) for m in self.motors["motor_id"]], words, anything="all motors"),
            SomeOf("phase", "Phase", [(phase, phase) for phase in PHASES], words),
            OneOf("grade", "Risk", [*grades, ("unknown only", "unknown")], words, anything="every grade"),
            OneOf("limit", "Limit", [(LIMIT_WORDS[kind], kind) for kind in kinds], words, anything="every kind"),
            OneOf("leg", "Steps", [("days ahead", "daily"), ("hours ahead", "hourly")], words),
            Number("days", "Look ahead", words, low=1, high=horizon, usual=horizon, step=1, unit="d"),
            Day("from", "From", words),
            Day("to", "To", words),
            Number("own", "Own limit", words, low=0, high=HIGHEST_LIMIT, usual=0, step=0.1, unit=self._unit()),
        ]

    def first(self) -> str:
        return first_facts(self.choice, self.risk, self.series, self.words)

    def layout(self) -> Sequence[widgets.Widget]:
        self._drawn: dict[str, tuple[object, ...]] = {}
        self.fleet, self.motor, self.surprises = HtmlSlot(), HtmlSlot(), HtmlSlot()
        self.expected, self.log, self.crossed = (FigureSlot(self.words) for _ in range(3))
        self.stated, self.came = FigureSlot(self.words), FigureSlot(self.words)
        self.judged, self.refused = HtmlSlot(), HtmlSlot()
        return [
            heading(self.words, "Risk of the fleet"), self.fleet, self.motor, self.expected, self.crossed, self.log,
             self.surprises, heading(self.words, "How far can this be trusted?"), self.judged, self.stated,
            self.came, heading(self.words, "Not forecast, and why"), self.refused,
        ]  # fmt: skip

    def draw(self) -> None:
        check_period(self.value("from"), self.value("to"))
        choice, own, period = self.choice, self.value("own"), (self.value("from"), self.value("to"))
        seen, limits = (self.shown_motor, choice.phases), (tuple(self.limits().index), choice.days)
        self._part("fleet", (choice,), self._draw_fleet)
        self._part("motor", (*seen, *limits, own, choice.motor), self._draw_motor)
        self._part("expected", (*seen, *limits, own, period, self.value("leg")), self._draw_expected)
        self._part("crossed", (*seen, *limits), self._draw_crossed)
        self._part("log", (*seen, own, period), self._draw_log)
        self._part("judged", (self._judged,), self._draw_judged)

    def exports(self) -> Mapping[str, pd.DataFrame]:
        choice = self.choice
        return {
            "risk": choice.of_risk(self.risk),
            "series": choice.of_series(self.series),
            "forecasts": self.forecasts(),
            "trend": self.hourly(),
            "surprises": self.surprising(),
        }

    def clicked(self, chosen: Mapping[str, str]) -> None:
        if "judged" in chosen:
            self._judged = chosen["judged"] == "figures"

    def also_chosen(self) -> dict[str, str]:
        return {"judged": "figures"} if self._judged else {}

    # What is shown under the present choice.

    @property
    def choice(self) -> RiskChoice:
        """What the fleet is narrowed by."""
        return RiskChoice(
            self.value("motor") or "", tuple(self.value("phase") or ()), self.value("limit") or "",
            self.value("grade") or "", int(self.value("days")),
        )  # fmt: skip

    @property
    def shown_motor(self) -> str:
        """The chosen motor, or the most urgent one, or the first with a trend; empty where there is none."""
        if self.choice.motor:
            return self.choice.motor
        shown = self.choice.of_risk(self.risk)
        return str(next(iter([*shown["motor_id"][:1], *(self.series["motor_id"][:1] if self.risk.empty else ())]), ""))

    def limits(self) -> pd.DataFrame:
        """Rows of table ``forecast_risk`` of the shown motor, of the chosen phases and kind of limit."""
        found = self.choice.of_limits(self.risk)
        return found[found["motor_id"] == self.shown_motor]

    def forecasts(self) -> pd.DataFrame:
        """Table ``forecasts`` of the shown motor and phases, as far ahead as is chosen."""
        rows = self.choice.of_series(self.results.table("forecasts", motor_id=self.shown_motor))
        return rows[rows["time"] < rows["origin"] + pd.Timedelta(days=self.choice.days)]

    def hourly(self) -> pd.DataFrame:
        """Table ``trend`` of the shown motor and phases in the chosen period."""
        rows = self.results.table("trend", COLUMNS, motor_id=self.shown_motor)
        rows = self.choice.of_series(rows[rows["quantity"].isin(RMS)])
        return within(rows, self.value("from"), self.value("to"))

    def surprising(self) -> pd.DataFrame:
        """Table ``forecast_surprises`` of the shown motor and phases in the chosen period."""
        rows = self.results.table("forecast_surprises")
        rows = self.choice.of_series(rows[rows["motor_id"] == self.shown_motor])
        return within(rows, self.value("from"), self.value("to"), "begin")

    # Parts.

    def _part(self, name: str, key: tuple[object, ...], draw: Callable[[], None]) -> None:
        """Draw a part where what it shows is another than before."""
        if self._drawn.get(name) != key:
            draw()
            self._drawn[name] = key

    def _draw_fleet(self) -> None:
        choice, source = self.choice, self.results.source("forecast_risk")
        self.fleet.show(fleet_part(choice, choice.of_risk(self.risk), self._why_nothing(), self.words, source))
        register = [choice.motor] if choice.motor else self.motors["motor_id"]
        silent = sorted(set(register) - set(self.series["motor_id"]))
        rows = refused_rows(choice.of_series(self.series), silent, self._why_nothing() if self.series.empty else "")
        self.refused.show(refused_part(rows, self.words, self.results.source("forecast_series")))

    def _draw_motor(self) -> None:
        self.motor.show(
            motor_part(
                self.shown_motor, self.limits(), self.choice.of_series(self.series), self.forecasts(), self.motors,
                self.words, own_limit=self.value("own"), is_chosen=bool(self.choice.motor),
            )
        )  # fmt: skip

    def _draw_expected(self) -> None:
        leg, past = self.value("leg"), self.hourly()
        events, first = self.results.table("maintenance"), self.value("from")
        if leg == "daily":
            past = daily_means(past, events, list(dict.fromkeys(past["quantity"])))
        chart = expected_figure(
            past, self.forecasts(), self.limits(), self.shown_motor, leg, events,
            own_limit=self.value("own"), since=pd.Timestamp(first, tz="UTC") if first else None,
        )  # fmt: skip
        self.expected.show(chart, self.results.source("forecasts"))

    def _draw_crossed(self) -> None:
        chart = crossed_figure(self.limits(), self.shown_motor, self.choice.days)
        self.crossed.show(chart, self.results.source("forecast_risk"))

    def _draw_log(self) -> None:
        events, surprises = self.results.table("maintenance"), self.surprising()
        chart = log_figure(self.hourly(), self.shown_motor, surprises, events, self.value("own"))
        self.log.show(chart, self.results.source("trend"))
        self.surprises.show(surprise_part(surprises, self.words, self.results.source("forecast_surprises")))

    def _draw_judged(self) -> None:
        summary, figures = self.results.table("forecast_summary"), self.results.table("crossing_figures")
        sources = self.results.source("forecast_summary"), self.results.source("crossing_figures")
        self.judged.show(judged_part(summary, figures, self.words, sources, is_open=self._judged))
        if not self._judged:
            self.stated.outputs = self.came.outputs = ()
            return
        from diagmod.models.forecast.crossing_judgement import judge_crossings
        from diagmod.views.forecast_risk_figures import crossing_reliability_figure, crossing_time_figure

        crossings, source = self.results.table("forecast_crossings"), self.results.source("forecast_crossings")
        self.stated.show(crossing_reliability_figure(judge_crossings(crossings).reliability), source)
        self.came.show(crossing_time_figure(crossings), source)

    def _unit(self) -> str:
        """Unit of the currents; empty where series have different ones."""
        units = set(self.series["unit"])
        return units.pop() if len(units) == 1 else ""

    def _why_nothing(self) -> str:
        """Why no trend is forecast at all; empty where one is."""
        if len(self.risk):
            return ""
        if len(self.series):
            return "why stands with each series at the end of the page"
        return describe_table(self.results.path("forecast_series"))["reason"] or "there is no trend log"

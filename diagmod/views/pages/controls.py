"""Controls by which a page is narrowed: each knows its name in a link, and what it may be set to.

What a viewer's browser sends is checked here: a value that is not among the choices, no day or no number never reaches
a page. A link carries only what differs from the usual.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import ipywidgets as widgets

from diagmod.views.language import Words

#: Characters of a text that a viewer may search for.
MOST_LETTERS = 200

#: Between the values of one name in a link.
AND = "~"


class Control:
    """One thing that a page can be narrowed by.

    Attributes
    ----------
    name : str
        In links, as ``motor``.
    widget : Widget
        What the viewer sees.
    """

    name: str
    widget: widgets.Widget

    @property
    def value(self) -> Any:
        """What is chosen, checked; None for no restriction."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        """What stands in a link; empty for the usual."""
        raise NotImplementedError

    def take(self, text: str) -> str:
        """Set from a link; gives what is wrong with it, empty for nothing."""
        raise NotImplementedError

    def observe(self, changed: Callable[[], None]) -> None:
        """Call when the viewer changes it."""
        self.widget.observe(lambda _: changed(), names="value")


class OneOf(Control):
    """One of several values, or any where ``anything`` says what that is called.

    Parameters
    ----------
    name, label : str
    options : sequence of (str, str)
        What is shown, and the value.
    words : Words
    anything : str
        What no restriction is called; empty: the first option is the usual, and one is always chosen.
    """

    def __init__(
        self, name: str, label: str, options: Sequence[tuple[str, str]], words: Words, anything: str = ""
    ) -> None:
        self.name = name
        first = [(words(anything), "")] if anything else []
        shown = [*first, *((words(text), value) for text, value in options)]
        self._values = [value for _, value in shown]
        self._usual = self._values[0] if shown else ""
        self.widget = widgets.Dropdown(options=shown, description=words(label))
        self.widget.add_class(f"dm-control-{name}")

    @property
    def value(self) -> str | None:
        return self.widget.value or None if self.widget.value in self._values else self._usual or None

    @property
    def text(self) -> str:
        return "" if self.value in (None, self._usual) else str(self.value)

    def take(self, text: str) -> str:
        if text not in self._values:
            return f"{self.name} {text[:40]!r} is none of the choices; it is left out"
        self.widget.value = text
        return ""


class SomeOf(Control):
    """Any number of a few values; none chosen is no restriction."""

    def __init__(self, name: str, label: str, options: Sequence[tuple[str, str]], words: Words) -> None:
        self.name = name
        self._boxes = {
            value: widgets.Checkbox(value=False, description=words(text), indent=False) for text, value in options
        }
        heading = widgets.HTML(f"<span class='dm-legend'>{words(label)}</span>")
        self.widget = widgets.HBox([heading, *self._boxes.values()])
        self.widget.add_class("dm-some")
        self.widget.add_class(f"dm-control-{name}")

    @property
    def value(self) -> list[str] | None:
        return [value for value, box in self._boxes.items() if box.value is True] or None

    @property
    def text(self) -> str:
        return AND.join(self.value or ())

    def take(self, text: str) -> str:
        wanted = text.split(AND)
        for value, box in self._boxes.items():
            box.value = value in wanted
        unknown = [one for one in wanted if one not in self._boxes]
        return f"{self.name} {unknown[0][:40]!r} is none of the choices; it is left out" if unknown else ""

    def observe(self, changed: Callable[[], None]) -> None:
        for box in self._boxes.values():
            box.observe(lambda _: changed(), names="value")


class Day(Control):
    """A day (UTC), or none."""

    def __init__(self, name: str, label: str, words: Words) -> None:
        self.name = name
        self.widget = widgets.DatePicker(description=words(label))
        self.widget.add_class(f"dm-control-{name}")

    @property
    def value(self) -> date | None:
        return self.widget.value if isinstance(self.widget.value, date) else None

    @property
    def text(self) -> str:
        return self.value.isoformat() if self.value else ""

    def take(self, text: str) -> str:
        try:
            self.widget.value = date.fromisoformat(text)
        except ValueError:
            return f"{self.name} must be a day as 2026-01-31, got {text[:40]!r}; it is left out"
        return ""


class Number(Control):
    """A number within limits, with its unit; ``usual`` is no restriction."""

    def __init__(
        self, name: str, label: str, words: Words, *, low: float, high: float, usual: float, step: float, unit: str = ""
    ) -> None:
        self.name, self._usual, self._low, self._high = name, usual, low, high
        shown = f"{words(label)} ({unit})" if unit else words(label)
        self.widget = widgets.BoundedFloatText(value=usual, min=low, max=high, step=step, description=shown)
        self.widget.add_class(f"dm-control-{name}")

    @property
    def value(self) -> float:
        given = self.widget.value
        if not isinstance(given, int | float) or not math.isfinite(given):
            return self._usual
        # The limits are the page's own: a browser can widen those of its widget.
        return min(max(float(given), self._low), self._high)

    @property
    def text(self) -> str:
        return "" if self.value == self._usual else f"{self.value:g}"

    def take(self, text: str) -> str:
        try:
            given = float(text)
        except ValueError:
            given = math.nan
        if not self._low <= given <= self._high:
            return f"{self.name} must be {self._low:g} to {self._high:g}, got {text[:40]!r}; it is left out"
        self.widget.value = given
        return ""


class Search(Control):
    """Letters to look for, as part of a file name."""

    def __init__(self, name: str, label: str, words: Words, placeholder: str = "") -> None:
        self.name = name
        self.widget = widgets.Text(description=words(label), placeholder=words(placeholder), continuous_update=False)
        self.widget.add_class(f"dm-control-{name}")

    @property
    def value(self) -> str | None:
        given = self.widget.value
        return _clean(given).strip() or None if isinstance(given, str) else None

    @property
    def text(self) -> str:
        return self.value or ""

    def take(self, text: str) -> str:
        self.widget.value = _clean(text)
        return ""


def _clean(text: str) -> str:
    """Its first letters, without halves of letters, which no address and no answer can carry."""
    return text[:MOST_LETTERS].encode("utf-8", "ignore").decode()

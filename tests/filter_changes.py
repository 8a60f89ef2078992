"""What a page needs to answer a changed filter: every control of every page, changed as a browser would change it.

Counted is the time of the processor, reading, computing, drawing and packing the answer as JSON for the browser
included: other work on the machine does not disturb it, and a kernel has one processor to itself.
"""

from __future__ import annotations

import gc
import importlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import comm
import ipywidgets as widgets
import pytest

from diagmod.io.results import Results
from diagmod.serve import PAGES
from diagmod.views.pages.controls import Control
from diagmod.views.pages.frame import Page

#: Longest answer to a changed filter (s of the processor).
LIMIT_S = 0.3


@dataclass(frozen=True)
class Change:
    """One changed filter.

    Attributes
    ----------
    page, view, control, value : str
        Page, query string of the view, name of the control, and what it was set to.
    seconds : float
        Of the processor.
    problem : str
        HTML of what the page said was wrong; empty for nothing.
    """

    page: str
    view: str
    control: str
    value: str
    seconds: float
    problem: str

    def __str__(self) -> str:
        return f"{self.page}?{self.view} {self.control} = {self.value}: {1000 * self.seconds:.0f} ms {self.problem}"


def page_class(name: str) -> type[Page]:
    """The page of a name."""
    module = importlib.import_module(f"diagmod.views.pages.{name}")
    (found,) = (
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Page) and kind.name == name
    )
    return found


def opened(name: str, query: str, root: Path) -> Page:
    """A page whose cells have run."""
    page = page_class(name)(query, root)
    page.headline()
    page.body()
    page.footer()
    return page


def views_of(name: str, root: Path) -> list[str]:
    """Query strings of views that differ in what they draw: the fleet, one motor, one recording."""
    results = Results(root)
    if name == "recording":
        samples = sorted((root / "data" / "interim" / "waveforms").glob("*.parquet"))
        return [f"recording={path.stem}" for path in samples[:1]]
    motor = str(results.table("motors", ["motor_id"])["motor_id"].iloc[0])
    recordings = results.table("anomaly_scores", ["recording_id"], motor_id=motor, level="recording")
    more = [f"motor={motor}", f"motor={motor}&lang=ru"] if name in ("anomalies", "motor", "trends") else ["lang=ru"]
    if name == "anomalies" and len(recordings):
        more.append(f"recording={recordings['recording_id'].iloc[0]}")
    return ["", *more]


def changes(name: str, view: str, root: Path, most: int = 3) -> Iterator[Change]:
    """Every control of a view changed ``most`` times and back, and what that took."""
    with packed_answers():
        page_class(name)
        gc.freeze()  # as Page.open does
        page = opened(name, view, root)
        for control_name in list(page.controls):
            for value, change in list(_changes_of(page.controls[control_name], most)):
                begin = time.process_time()
                change()
                seconds = time.process_time() - begin
                yield Change(name, view, control_name, value, seconds, page._message.value)


def all_changes(root: Path) -> Iterator[Change]:
    """Of all pages and views."""
    for name in PAGES:
        for view in views_of(name, root):
            yield from changes(name, view, root)


@contextmanager
def packed_answers() -> Iterator[None]:
    """Pack what would go to a browser, as a kernel does; without a kernel it would be dropped unpacked."""

    def pack(self: object, msg_type: str, data: object = None, *_: object, **__: object) -> None:
        del self, msg_type
        json.dumps(data, default=str)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comm.DummyComm, "publish_msg", pack)
        yield


def _changes_of(control: Control, most: int) -> Iterator[tuple[str, Callable[[], None]]]:
    for widget in _inputs(control.widget):
        usual = widget.value
        for value in (*_values(widget, control)[:most], usual):
            yield str(value), lambda widget=widget, value=value: setattr(widget, "value", value)


def _inputs(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """Parts of a control that a viewer can change."""
    if isinstance(widget, widgets.Box):
        for child in widget.children[:4]:
            yield from _inputs(child)
    elif not isinstance(widget, widgets.HTML | widgets.Label | widgets.Button):
        yield widget


def _values(widget: widgets.Widget, control: Control) -> list[Any]:
    if isinstance(widget, widgets.Dropdown | widgets.ToggleButtons):
        others = [value for _, value in widget.options if value != widget.value]
        return [others[k] for k in sorted({0, len(others) // 2, len(others) - 1})] if others else []
    if isinstance(widget, widgets.Checkbox):
        return [True]
    if isinstance(widget, widgets.DatePicker):
        return [date(2026, 3, 1), date(2026, 5, 1)]
    if isinstance(widget, widgets.BoundedFloatText):
        low, high = getattr(control, "_low", widget.min), getattr(control, "_high", widget.max)
        return [min(low + 1.0, high), min(low + 0.5 * (high - low), low + 40.0)]
    return ["M0", "nothing has this name"] if isinstance(widget, widgets.Text) else []

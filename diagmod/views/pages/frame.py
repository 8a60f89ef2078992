"""What every dashboard page has: it reads what is there now, and answers to controls and links.

A page is three cells: :meth:`Page.headline` says at once what matters, :meth:`Page.body` holds controls, figures and
tables, :meth:`Page.footer` where it all comes from. Its notebook does nothing else. What it shows is read when somebody
asks for it and again at every refresh; a page that cannot read says why and keeps its refresh button.

Between browser and kernel stand two invisible widgets. What is chosen goes out as an attribute, from which ``page.js``
writes the address, so that a link restores the view; what a viewer clicks comes in as text, and is checked.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import parse_qsl, urlencode

import ipywidgets as widgets
import pandas as pd

from diagmod.io.model_files import ModelError
from diagmod.io.paths import project_root
from diagmod.io.results import Results
from diagmod.io.stages import StageError
from diagmod.views.language import words_of
from diagmod.views.pages.controls import Control
from diagmod.views.pages.downloads import as_csv, as_json, as_xlsx, download
from diagmod.views.panels import card_list

#: Characters of a query string or a click that are read.
MOST_LETTERS = 4000

#: What reading and drawing can raise over artefacts or choices they did not expect; the viewer is told in a sentence.
PROBLEMS = (ArithmeticError, AttributeError, LookupError, ModelError, OSError, StageError, TypeError, ValueError)

#: Children of the body that stand before the parts of a page: controls, tools, message.
BEFORE_PARTS = 3

#: Selections that the links of the navigation carry to the next page.
CARRIED = ("lang", "motor", "from", "to")


#: Facts where none can be read.
NOTHING: Mapping[str, str] = {}

T = TypeVar("T")


class Headline(widgets.HTML):
    """HTML that stands in the page itself too, so that it can be read before the scripts of the widgets have come."""

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        content, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
        content = {**(content or {}), "text/html": self.value}
        return (content, *rest) if rest else content


class Page:
    """A dashboard page.

    Parameters
    ----------
    query : str
        Query string of the viewer's address.
    root : Path, optional
        The project; found from here by default.

    Attributes
    ----------
    name : str
        Stem of its notebook.
    controls : dict of str to Control
        By name, as made by :meth:`make_controls`.
    """

    name: ClassVar[str] = ""

    def __init__(self, query: str = "", root: Path | None = None) -> None:
        self.given = dict(parse_qsl(query[:MOST_LETTERS]))
        self.words = words_of(self.given.get("lang", "en"))
        self.root = root or project_root()
        self.results = Results(self.root)
        self.controls: dict[str, Control] = {}
        self.problem = ""
        self._headline, self._message = Headline(), widgets.HTML()
        self._out, self._kept = widgets.HTML(), widgets.HTML()
        self._box, self._parts = widgets.VBox(), tuple[widgets.Widget, ...]()
        self._quiet = False
        self._told: list[str] = []
        self._status = ""

    @classmethod
    def open(cls) -> Self:
        """The page of the viewer who asked for it, by the query string that the server put into the environment."""
        gc.freeze()  # what was imported stays: looking through it for rubbish would cost a tenth of a second each time
        return cls(os.environ.get("QUERY_STRING", ""))

    # What a page is made of; every page has its own.

    def read(self) -> None:
        """Read what the controls offer and the page shows, from ``self.results``."""

    def make_controls(self) -> Sequence[Control]:
        """Controls, in reading order."""
        return ()

    def first(self) -> str:
        """HTML of what matters most, under the present choice."""
        return ""

    def layout(self) -> Sequence[widgets.Widget]:
        """Parts below the controls, made once; :meth:`draw` fills them."""
        return ()

    def draw(self) -> None:
        """Fill the parts under the present choice."""

    def exports(self) -> Mapping[str, pd.DataFrame]:
        """Tables that are shown, all rows under the present choice, by name."""
        return {}

    def report(self) -> str | None:
        """A whole HTML document to print or to keep; None where there is none."""
        return None

    def clicked(self, chosen: Mapping[str, str]) -> None:
        """A link of the page was clicked that sets what is no control."""

    # What the notebook shows.

    def headline(self) -> widgets.Widget:
        """The first part: what matters most."""
        self._load()
        self._tell_first()
        return self._headline

    def body(self) -> widgets.Widget:
        """Controls and parts."""
        self._arrange()
        self._draw()
        return self._box

    def footer(self) -> widgets.Widget:
        """Where all that is shown comes from, and the two invisible widgets."""
        listens = widgets.Text(continuous_update=False, description=self.words("Messages of the page"))
        listens.add_class("dm-bus")
        listens.observe(lambda change: self._heard(change["new"]), names="value")
        return widgets.VBox([self._out, self._kept, listens, widgets.HTML(self._versions())])

    # How it works.

    @property
    def chosen(self) -> dict[str, str]:
        """What a link to this view carries."""
        found = {name: control.text for name, control in self.controls.items()}
        language = "" if self.words.language == "en" else self.words.language
        return {name: text for name, text in ({"lang": language} | found | self.also_chosen()).items() if text}

    def also_chosen(self) -> dict[str, str]:
        """What a link carries beside the controls."""
        return {}

    def value(self, name: str) -> Any:
        """What is chosen in a control."""
        return self.controls[name].value

    def refresh(self) -> None:
        """Read everything anew and show it under the same choice."""
        if self.controls or not self.problem:
            self.given = self.chosen
        self.results.forget()
        self._load()
        self._tell_first()
        self._arrange()
        self._draw()

    def _load(self) -> None:
        self.problem, told = "", []
        self._quiet = True
        try:
            self.read()
            self.controls = {control.name: control for control in self.make_controls()}
            for name, control in self.controls.items():
                if self.given.get(name):
                    told.append(control.take(self.given[name]))
                control.observe(self._changed)
        except PROBLEMS as exc:
            self.problem, self.controls = in_words(exc), {}
        finally:
            self._quiet = False
        self._say(*told)
        self._status = self._status_line()

    def _tell_first(self) -> None:
        first, failed = self._safely(self.first, "") if not self.problem else ("", "")
        self._headline.value = f"{self._status}{self._alert(failed)}{first}"

    def _status_line(self) -> str:
        """Data set, model and last rebuild, and what is wrong with them; told anew at a refresh."""
        words, standing = self.words, self.results.standing_words()
        warning = f"<p class='dm-note dm-warn' role='status'>{escape(words(standing))}</p>" if standing else ""
        facts, missing = self._safely(self.results.facts, NOTHING) if not self.problem else (NOTHING, self.problem)
        items = " · ".join(
            f"<span>{escape(words(name))} <b>{escape(words(value))}</b></span>" for name, value in facts.items()
        )
        return f"<p class='dm-status'>{items}</p>{warning}{self._alert(missing)}"

    def _alert(self, text: str) -> str:
        return f"<p class='dm-note dm-bad' role='alert'>{escape(self.words(text))}</p>" if text else ""

    @staticmethod
    def _safely(make: Callable[[], T], otherwise: T) -> tuple[T, str]:
        """What it makes and no problem, or the other thing and the problem in words."""
        try:
            return make(), ""
        except PROBLEMS as exc:
            return otherwise, in_words(exc)

    def _arrange(self) -> None:
        parts: Sequence[widgets.Widget] = ()
        if not self.problem:
            parts, self.problem = self._safely(self.layout, parts)
            self._add(self.problem)
        row = widgets.HBox([control.widget for control in self.controls.values()])
        row.add_class("dm-controls")
        self._parts = tuple(parts)
        self._box.children = [row, self._tools(), self._message, *self._parts]

    def _tools(self) -> widgets.Widget:
        tables: Mapping[str, pd.DataFrame] = {}
        if not self.problem:
            tables, failed = self._safely(self.exports, tables)
            self._add(failed)
        names = list(tables)
        buttons = [self._button("Refresh", "dm-refresh", self.refresh)]
        if names:
            which = widgets.Dropdown(
                options=[(self.words(n), n) for n in names], description=self.words("Export"), value=names[0]
            )
            kinds = (("CSV", "csv"), ("XLSX", "xlsx"), ("JSON", "json"))
            buttons += [which] if len(names) > 1 else []
            buttons += [
                self._button(f"{text}", f"dm-export-{kind}", lambda kind=kind: self._export(kind, which.value))
                for text, kind in kinds
            ]
        if type(self).report is not Page.report:
            buttons.append(self._button("Report", "dm-export-report", self._keep_report))
        row = widgets.HBox(buttons)
        row.add_class("dm-tools")
        return row

    def _button(self, text: str, css_class: str, action: Any) -> widgets.Button:
        button = widgets.Button(description=self.words(text))
        button.add_class(css_class)
        button.on_click(lambda _: self._do(action))
        return button

    def _do(self, action: Any) -> None:
        """Run what a viewer asked for; say on the page when it fails."""
        self._say()
        _, failed = self._safely(action, None)
        self._add(failed, "This cannot be done: {reason}")

    def _changed(self) -> None:
        if not self._quiet:
            self._say()
            self._tell_first()
            self._draw()

    def _draw(self) -> None:
        """Draw; where that fails, what was drawn for another choice must not stand below this one."""
        if self.problem:
            return
        _, failed = self._safely(self._tell_chosen, None)
        _, failed = self._safely(self.draw, None) if not failed else (None, failed)
        self._add(failed, "This part cannot be shown: {reason}")
        shown = (*self._box.children[:BEFORE_PARTS], *(() if failed else self._parts))
        if shown != self._box.children:
            self._box.children = shown

    def _tell_chosen(self) -> None:
        query = urlencode(self.chosen)
        self._out.value = f"<span data-dm-query='{escape(query, quote=True)}'></span>"

    def _say(self, *sentences: str) -> None:
        """Tell this and nothing else below the controls."""
        self._told, self._message.value = [], ""
        for text in sentences:
            self._add(text)

    def _add(self, text: str, form: str = "{reason}") -> None:
        """Tell this too, once; nothing where there is no text."""
        said = self.words(form).replace("{reason}", self.words(text))
        if text and said not in self._told:
            self._told.append(said)
            self._message.value += f"<p class='dm-note dm-bad' role='alert'>{escape(said)}</p>"

    def _heard(self, message: str) -> None:
        """A click or the timer of the page; whatever it says comes from a browser."""
        try:
            said = json.loads(message[:MOST_LETTERS])
        except (ValueError, RecursionError):
            return
        if not isinstance(said, dict):
            return
        if said.get("refresh"):
            self._do(self.refresh)
        elif isinstance(said.get("set"), dict):
            self._set({str(k): v for k, v in said["set"].items() if isinstance(v, str)})

    def _set(self, chosen: dict[str, str]) -> None:
        self._quiet = True
        try:
            told = [self.controls[name].take(text) for name, text in chosen.items() if name in self.controls]
        finally:
            self._quiet = False
        self._do(lambda: self.clicked({k: v for k, v in chosen.items() if k not in self.controls}))
        for text in told:
            self._add(text)
        self._tell_first()
        self._draw()

    def _export(self, kind: str, which: str) -> None:
        tables = self.exports()
        about = {"page": self.name, **self.results.facts(), **{f"chosen {k}": v for k, v in self.chosen.items()}}
        if kind == "csv":
            content = as_csv(tables[which])
        else:
            content = as_xlsx(dict(tables), about) if kind == "xlsx" else as_json(dict(tables), about)
        stem = which if kind == "csv" else self.name
        self._keep(f"diagmod-{stem}.{kind}".replace(" ", "-"), content)

    def _keep_report(self) -> None:
        text = self.report()
        if text is not None:
            self._keep(f"diagmod-{self.name}.html", text.encode())

    def _keep(self, name: str, content: bytes) -> None:
        """Send a file to the viewer; the same file a second time too."""
        self._kept.value = ""
        self._kept.value = download(name, content)

    def _versions(self) -> str:
        facts, _ = self._safely(self.results.versions, NOTHING)
        items = " · ".join(f"{escape(self.words(k))} <b>{escape(self.words(v))}</b>" for k, v in facts.items())
        return f"<footer class='dm-footer'>{items}</footer>"


def first_cards(figures: Mapping[str, tuple[str, str]], words: Any) -> str:
    """Cards for :meth:`Page.first`: name to value and unit; the first value is the page's first number."""
    said = {words(name): (words(value), words(unit)) for name, (value, unit) in figures.items()}
    return card_list(said, mark_first=True)


def in_words(exc: BaseException) -> str:
    """The sentence of a refusal; what is no sentence of ours is kept for the server's log."""
    if not isinstance(exc, StageError | ModelError | ValueError | FileNotFoundError):
        traceback.print_exception(exc, file=sys.__stderr__)
        return f"the artefacts are not as expected ({type(exc).__name__}); rebuild them with `make repro`"
    return str(exc)

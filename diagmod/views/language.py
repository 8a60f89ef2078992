"""The language of a page: English is written in the code, other languages stand in one catalogue.

A text is translated as a whole where it reaches the viewer. An entry of the catalogue may hold places in braces,
``"Hourly rms current of {motor}": "Часовой действующий ток {motor}"``: then every text of that form is translated, and
what stands in the places is translated in turn where the catalogue knows it. So sentences that other layers composed
can be read in another language, and nothing but the catalogue knows the second one. What it does not know stays as it
is: a sentence in the wrong language is better than none.
"""

from __future__ import annotations

import json
import re
from functools import cache, partial
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

#: Languages of the pages and their own names.
LANGUAGES = {"en": "English", "ru": "Русский"}

#: Catalogues, ``LANGUAGE_TOPIC.json``: English text to its translation.
FOLDER = Path(__file__).parent / "languages"

#: Values of a list by which it is told whether it holds texts; a longer one holds none later either.
FIRST_VALUES = 50

#: Own letters below which an entry that begins with a place, as "{motor} phase {phase}", would take any sentence.
FEW_LETTERS = 8

#: Place for what differs from text to text.
_PLACE = re.compile(r"\{(\w+)\}")


class Words:
    """Translates texts into one language.

    Parameters
    ----------
    catalogue : dict of str
        English text, perhaps with places, to its translation with the same places.
    language : str
        Of :data:`LANGUAGES`.

    Examples
    --------
    >>> words = Words({"motor": "двигатель", "{n} of {what}": "{n} из: {what}"}, "ru")
    >>> words("motor"), words("3 of motor"), words("speed")
    ('двигатель', '3 из: двигатель', 'speed')
    """

    def __init__(self, catalogue: dict[str, str], language: str) -> None:
        self.language = language
        self._exact = {text: said for text, said in catalogue.items() if not _PLACE.search(text)}
        # The text with the most of its own letters first: it says most exactly what is meant.
        open_texts = sorted((t for t in catalogue if t not in self._exact), key=lambda t: -len(_PLACE.sub("", t)))
        self._forms = [(_longest_piece(text), _form(text), catalogue[text]) for text in open_texts]
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text in this language; as it is where the catalogue does not know it."""
        if not self._exact and not self._forms:
            return text
        if text not in self._known:
            self._known[text] = self._said(text)
        return self._known[text]

    def _said(self, text: str) -> str:
        if text in self._exact:
            return self._exact[text]
        for piece, form, said in self._forms:
            # Most texts of a table are of no form; looking for a piece of it first is thirty times faster.
            if piece in text and (found := form.fullmatch(text)):
                return _PLACE.sub(partial(self._part, text, found.groupdict()), said)
        return text

    def _part(self, whole: str, parts: dict[str, str], place: re.Match[str]) -> str:
        part = parts[place[1]]
        return part if part == whole else self(part)

    def figure(self, chart: go.Figure) -> go.Figure:
        """A figure with its titles, names, categories and notes in this language; the same figure."""
        if not self._exact and not self._forms:
            return chart
        layout = chart.layout
        axes = (*chart.select_xaxes(), *chart.select_yaxes())
        scales = [trace.colorbar for trace in chart.data if "colorbar" in trace]
        for titled in (layout, layout.legend, *axes, *scales):
            if titled.title.text:
                titled.title.text = self(titled.title.text)
        for axis in axes:
            self._replace(axis, "ticktext", "categoryarray")
        for trace in chart.data:
            self._replace(trace, "name", "x", "y", "text", "hovertext", "hovertemplate")
        for note in layout.annotations:
            self._replace(note, "text", "hovertext")
        return chart

    def _replace(self, part: Any, *names: str) -> None:
        """Translate properties of a part of a figure: a text, or texts in a list; numbers and times stay."""
        for name in names:
            value = getattr(part, name, None)
            if isinstance(value, str):
                part[name] = self(value)
            elif len(_texts(value)):
                part[name] = [self(one) if isinstance(one, str) else one for one in _texts(value)]


@cache
def words_of(language: str) -> Words:
    """The translator into a language; English for one that there is not."""
    if language not in LANGUAGES or language == "en":
        return Words({}, "en")
    return Words(catalogue_of(language), language)


def catalogue_of(language: str) -> dict[str, str]:
    """Everything that is known of a language, of all topics together.

    Raises
    ------
    ValueError
        Two topics translate the same text differently, or a translation lacks a place of its text.
    """
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob(f"{language}_*.json")):
        for text, said in json.loads(path.read_text(encoding="utf-8")).items():
            if found.get(text, said) != said:
                raise ValueError(f"{path.name}: {text!r} is translated already, and differently; keep one of both")
            if places_of(text) != places_of(said):
                raise ValueError(f"{path.name}: {text!r} and its translation must hold the same places in braces")
            found[text] = said
    return found


def places_of(text: str) -> set[str]:
    """Names of the places of a text."""
    return set(_PLACE.findall(text))


def _texts(values: Any) -> Any:
    """Values of a list that holds texts; none of one that holds numbers or times only."""
    kind = getattr(values, "dtype", None)
    if values is None or (kind is not None and kind.kind not in "OUT"):
        return ()
    return values if len(values) and any(isinstance(one, str) for one in values[:FIRST_VALUES]) else ()


def _longest_piece(text: str) -> str:
    return max(_PLACE.split(text)[::2], key=len)


def _form(text: str) -> re.Pattern[str]:
    """What the texts of an entry look like; a short entry that begins with a place is meant for one word there."""
    parts = _PLACE.split(text)
    own = sum(letter.isalpha() for letter in _PLACE.sub("", text))
    first = r"\S+?" if own < FEW_LETTERS and not parts[0] else ".*?"
    pieces = [
        re.escape(part) if k % 2 == 0 else f"(?P<{part}>{first if k == 1 else '.*?'})" for k, part in enumerate(parts)
    ]
    return re.compile("".join(pieces), re.DOTALL)

"""Texts that the pages show, as far as they can be read from the sources, and what the catalogues know of them.

A page hands its texts to a translator: literals, f-strings, constants, entries of a table of words, what a function
gives back. All of these are followed; what comes from data or from another computation is not. An f-string becomes a
text with :data:`PLACE` where its values stand.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

from diagmod.views.language import catalogue_of

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "diagmod" / "views" / "pages"

#: Stands for a value in a text.
PLACE = "§"

#: Calls whose argument at a place (or of a name) is shown: function to places, and to names.
SHOWN = {
    "words": ((0,), ()),
    "_words": ((0,), ()),
    "w": ((0,), ()),
    "say": ((0,), ()),
    "heading": ((1,), ("text",)),
    "OneOf": ((1, 4), ("label", "anything")),
    "SomeOf": ((1,), ("label",)),
    "Day": ((1,), ("label",)),
    "Number": ((1,), ("label",)),
    "Search": ((1, 3), ("label", "placeholder")),
    "grid": ((), ("caption",)),
    "figure": ((0, 1, 2), ("title", "x_title", "y_title")),
    "_button": ((0,), ()),
    "StageError": ((0,), ()),
    "TableError": ((0,), ()),
    "ModelError": ((0,), ()),
    "ValueError": ((0,), ()),
}

#: Places of an entry of a catalogue.
_PLACES = re.compile(r"\{\w+\}")

#: How deep names and functions are followed.
MOST_STEPS = 6


class Module:
    """A source with its constants, functions, and what it imports from the package."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.values: dict[str, list[ast.expr]] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self.imported: dict[str, tuple[str, str]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    self._assign(target, node.value)
            elif isinstance(node, ast.FunctionDef):
                self.functions[node.name] = node
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("diagmod"):
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = (node.module or "", alias.name)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.values.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for one, its in zip(target.elts, value.elts, strict=True):
                self._assign(one, its)


@cache
def module(name: str) -> Module | None:
    """A module of the package by its dotted name; None for a package or one that there is not."""
    path = ROOT / f"{name.replace('.', '/')}.py"
    return Module(path) if path.is_file() else None


def texts_of(node: ast.expr | None, home: Module, steps: int = 0) -> set[str]:
    """Texts that an expression may be; empty where that cannot be read from the sources."""
    if node is None or steps > MOST_STEPS:
        return set()
    return _composed(node, home, steps + 1) or _referred(node, home, steps + 1)


def _composed(node: ast.expr, home: Module, more: int) -> set[str]:
    """Texts of an expression that holds them itself."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=parts):
            said = [{part.value} if isinstance(part, ast.Constant) else _inside(part, home, more) for part in parts]
            return _joined(said)
        case ast.IfExp(body=one, orelse=other):
            return texts_of(one, home, more) | texts_of(other, home, more)
        case ast.BoolOp(values=values):
            return set().union(*(texts_of(value, home, more) for value in values))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([texts_of(left, home, more), texts_of(right, home, more)])
        case ast.NamedExpr(value=value):
            return texts_of(value, home, more)
    return set()


def _referred(node: ast.expr, home: Module, more: int) -> set[str]:
    """Texts of an expression that names where they stand."""
    match node:
        case ast.Subscript(value=value):
            return _entries(value, home, more)
        case ast.Call(func=ast.Attribute(attr="get", value=value), args=[_, *otherwise]):
            found = _entries(value, home, more)
            return found.union(*(texts_of(one, home, more) for one in otherwise))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return _returned(name, home, more)
        case ast.Name() | ast.Attribute():
            return set().union(*(texts_of(value, at, more) for value, at in _values(node, home)))
    return set()


def _inside(part: ast.expr, home: Module, steps: int) -> set[str]:
    """What a value of an f-string may add: literals of a choice, else a place."""
    value = part.value if isinstance(part, ast.FormattedValue) else part
    return texts_of(value, home, steps) if isinstance(value, ast.IfExp) else {PLACE}


def _joined(parts: list[set[str]]) -> set[str]:
    return {"".join(said) for said in product(*(part or {PLACE} for part in parts))}


def _values(node: ast.expr, home: Module) -> list[tuple[ast.expr, Module]]:
    """Expressions that a name stands for, and where they are written."""
    if isinstance(node, ast.Name):
        if node.id in home.values:
            return [(value, home) for value in home.values[node.id]]
        source, name = home.imported.get(node.id, ("", ""))
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        source, name = ".".join(home.imported.get(node.value.id, ("", ""))), node.attr
    else:
        return []
    found = module(source) if source else None
    return [(value, found) for value in found.values.get(name, [])] if found else []


def _entries(node: ast.expr, home: Module, steps: int) -> set[str]:
    """Values of a table of words."""
    tables = [(node, home)] if isinstance(node, ast.Dict) else _values(node, home)
    found: set[str] = set()
    for table, at in tables:
        values = table.values if isinstance(table, ast.Dict) else table.elts if isinstance(table, ast.Tuple) else []
        found = found.union(*(texts_of(value, at, steps) for value in values))
    return found


def _returned(name: str, home: Module, steps: int) -> set[str]:
    """Texts that a function of the package gives back."""
    at = home
    if name not in home.functions:
        source, name = home.imported.get(name, ("", name))
        found = module(source) if source else None
        if found is None or name not in found.functions:
            return set()
        at = found
    function = at.functions[name]
    if function.returns is None or ast.unparse(function.returns) != "str":
        return set()
    said: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Return):
            said |= texts_of(node.value, at, steps)
    return {text for text in said if "<" not in text}


def shown_texts(path: Path) -> dict[str, int]:
    """Texts that a module hands to a translator, and the line of each."""
    home = Module(path)
    found: dict[str, int] = {}
    for node in ast.walk(home.tree):
        for expression in _shown(node):
            for text in texts_of(expression, home):
                if re.search("[A-Za-z]{2}", text.replace(PLACE, "")):
                    found.setdefault(text, expression.lineno)
    return found


def _shown(node: ast.AST) -> Iterator[ast.expr]:
    """Expressions of a call, or of what ``exports`` gives back, that a viewer reads."""
    if isinstance(node, ast.FunctionDef) and node.name == "exports":
        returned = (one.value for one in ast.walk(node) if isinstance(one, ast.Return))
        yield from (key for value in returned if isinstance(value, ast.Dict) for key in value.keys if key is not None)
    if not isinstance(node, ast.Call):
        return
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    places, names = SHOWN.get(name, ((), ()))
    yield from (node.args[k] for k in places if k < len(node.args))
    yield from (given.value for given in node.keywords if given.arg in names)
    if name == "grid":
        heads = [given.value for given in node.keywords if given.arg == "heads" and isinstance(given.value, ast.Dict)]
        yield from (value for table in heads for value in table.values)
    if name in ("OneOf", "SomeOf") and len(node.args) > 2 and isinstance(node.args[2], ast.List | ast.Tuple):
        pairs = (pair for pair in node.args[2].elts if isinstance(pair, ast.Tuple) and pair.elts)
        yield from (pair.elts[0] for pair in pairs)
    if name == "first_cards" and node.args and isinstance(node.args[0], ast.Dict):
        yield from (key for key in node.args[0].keys if key is not None)


class Known:
    """What the catalogues of a language know: a text, its form, or at least one text of its form."""

    def __init__(self, language: str) -> None:
        self.entries = [_PLACES.sub(PLACE, text) for text in catalogue_of(language)]
        self.exact = set(self.entries)
        self.forms = [form_of(text) for text in catalogue_of(language) if _PLACES.search(text)]

    def __contains__(self, text: str) -> bool:
        if text in self.exact or any(form.fullmatch(text.replace(PLACE, "7")) for form in self.forms):
            return True
        own = re.compile(".+?".join(map(re.escape, text.split(PLACE))), re.DOTALL)
        return PLACE in text and any(own.fullmatch(entry) for entry in self.entries)


def form_of(text: str) -> re.Pattern[str]:
    """Texts that have the form of an entry with places."""
    return re.compile(".*?".join(map(re.escape, _PLACES.split(text))), re.DOTALL)


@cache
def texts_of_the_package() -> tuple[str, ...]:
    """Every text in the sources of the package, values of f-strings as :data:`PLACE`."""
    found: set[str] = set()
    for path in (ROOT / "diagmod").rglob("*.py"):
        home = module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for node in ast.walk(home.tree) if home else ():
            if isinstance(node, ast.Constant | ast.JoinedStr):
                found |= texts_of(node, home)  # type: ignore[arg-type]
    return tuple(found)

"""``diagmod models``: what is in the model store, what is in use, and changing that.

A command looks at the whole store first and finishes what a killed one left.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from diagmod.io.model_changes import Comparison, compare, promote, prune, roll_back
from diagmod.io.model_files import ModelError
from diagmod.io.model_metrics import figure_in_words, in_order, metrics_in_words
from diagmod.io.model_registry import Family, StoredVersion, read_registry
from diagmod.io.model_store import NoModelError, Registered, open_model, register
from diagmod.io.model_transactions import settle
from diagmod.io.model_verifying import verify
from diagmod.io.model_versions import NUMBER_RULE, USE_RULE
from diagmod.io.paths import project_root
from diagmod.io.plain_text import json_text

#: Most characters of a setting in the table of a comparison.
LONGEST_SETTING = 26

models = typer.Typer(
    no_args_is_help=True,
    help=f"The store of trained models.\n\n{NUMBER_RULE}\n\n{USE_RULE}",
)

_Name = Annotated[str, typer.Argument(metavar="NAME[@VERSION]", help="a model; without a version the one in use")]
_Family = Annotated[str, typer.Argument(metavar="NAME", help="a family of models")]
_Reason = Annotated[str, typer.Option("--reason", help="why, for the history")]
_Json = Annotated[bool, typer.Option("--json", help="for programs")]


@models.command("list")
def list_models(as_json: _Json = False) -> None:
    """Show every registered version, and which is in use."""
    families = read_registry(_root()).families
    if as_json:
        typer.echo(json_text({"families": {name: _listed(own) for name, own in families.items()}}), nl=False)
        return
    for name, own in sorted(families.items()):
        for entry in own.versions:
            typer.echo(_line(name, own, entry))
    if not families:
        typer.echo("The store is empty; `make repro` registers the models it trained.")


@models.command("register")
def register_models() -> None:
    """Copy every trained model of the pipeline into the store, unless it is there already.

    Data that were not enough to train on are no failure: the reason is said and the others go on.
    """
    root = _root()
    families = sorted(p.parent.name for p in (root / "data" / "processed" / "models").glob("*/model.json"))
    if not families:
        raise ModelError("no trained model in data/processed/models; run `dvc repro` first")
    for family in families:
        try:
            done = register(root, family)
        except NoModelError as exc:
            typer.echo(f"{family}: {exc}")
            continue
        typer.echo(f"{family} v{done.version}: {_what_became(done)}")


@models.command("show")
def show_model(name: _Name, as_json: _Json = False) -> None:
    """Show the card, the figures and the history of a model; it is checked first."""
    root = _root()
    model = open_model(root, name)
    version = model.name.version
    registry = read_registry(root)
    events = [e for e in registry.history if e["family"] == model.name.family and version in _versions_of(e)]
    if as_json:
        typer.echo(json_text({"metadata": model.metadata, "history": events}), nl=False)
        return
    own = registry.family(model.name.family)
    entry = own.find(version)
    typer.echo((model.folder / "model_card.md").read_text(encoding="utf-8", errors="replace"))
    typer.echo(
        f"State: {own.state_of(entry) if entry else 'unknown'}. Commit: {model.metadata['git_commit'] or 'none'}."
    )
    for event in events:
        typer.echo(_event_line(event))


@models.command("promote")
def promote_model(
    name: Annotated[str, typer.Argument(metavar="NAME@VERSION", help="the version to take into use")],
    reason: _Reason = "",
    follow: Annotated[bool, typer.Option("--follow", help="let models registered later take its place")] = False,
) -> None:
    """Take a version into use; it stays until the next promotion or rollback."""
    done = promote(_root(), name, reason, follow=follow)
    now = "is in use" if done.before != done.after else "was and stays in use"
    later = "models registered later take its place" if follow else "models registered later are candidates"
    before = f", instead of v{done.before}" if done.before != done.after else ""
    typer.echo(f"{done.family} v{done.after} {now}{before}; {later}.")


@models.command("rollback")
def roll_back_model(name: _Family, reason: _Reason = "") -> None:
    """Go back to the version that was in use before."""
    done = roll_back(_root(), name, reason)
    typer.echo(f"{done.family} v{done.after} is in use again, instead of v{done.before}.")


@models.command("compare")
def compare_models(a: _Name, b: _Name, as_json: _Json = False) -> None:
    """Show how the second model differs from the first: figures, features, settings, data."""
    found = compare(_root(), a, b)
    typer.echo(json_text(asdict(found)) if as_json else "\n".join([*_compared(found), ""]), nl=False)


@models.command("prune")
def prune_models(
    name: _Family,
    keep: Annotated[int, typer.Option("--keep", metavar="N", help="how many of the newest stay")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would go, remove nothing")] = False,
) -> None:
    """Remove old versions, never the one in use nor the one to roll back to; their numbers are not given again."""
    done = prune(_root(), name, keep, dry_run=dry_run)
    said = "would be removed" if dry_run else "removed"
    which = f" ({', '.join(done.versions)})" if done.versions else ""
    typer.echo(f"{len(done.versions)} version(s) of {done.family} {said}{which}, {done.n_bytes / 1e6:.1f} MB.")


@models.command("verify")
def verify_models(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="one family; all without it")] = "",
) -> None:
    """Check every file of every version against the registry; exit code 1 when any is not what was registered."""
    found = verify(_root(), name)
    for finding in found:
        typer.echo(f"{finding.place}: {finding.problem or 'whole'}")
    bad = sum(bool(finding.problem) for finding in found)
    typer.echo(f"{bad} problem(s) in {len(found)} place(s)." if bad else f"{len(found)} version(s), no problem.")
    if bad:
        raise typer.Exit(1)


def _root() -> Path:
    """The project, its store brought in line."""
    root = project_root()
    settle(root)
    return root


def _line(name: str, own: Family, entry: StoredVersion) -> str:
    shown = {key: value for key, value in entry.metrics.items() if key == "f1"}
    figures = f"{metrics_in_words(shown):18}"
    return (
        f"{name:16} v{entry.version:8} {entry.created_at}  {own.state_of(entry):13} {entry.model_type:26} {figures} "
        f"{len(entry.features)} features"
    )


def _listed(own: Family) -> dict[str, Any]:
    keys = ("version", "created_at", "model_type", "metrics", "content_hash", "pruned_at")
    versions = [{key: getattr(v, key) for key in keys} | _state(own, v) for v in own.versions]
    return {"in_use": own.in_use, "is_pinned": own.is_pinned, "versions": versions}


def _state(own: Family, entry: StoredVersion) -> dict[str, Any]:
    return {"state": own.state_of(entry), "n_features": len(entry.features)}


def _what_became(done: Registered) -> str:
    said = "registered" if done.is_new else "restored" if done.is_restored else "already in the store"
    if done.in_use == done.version:
        return said if done.is_new or done.was_in_use == done.in_use else f"{said}, in use again"
    stays = f"v{done.in_use}, which somebody chose, stays in use"
    return f"{said}; {stays} (`diagmod models promote {done.family}@{done.version}` changes that)"


def _versions_of(event: dict[str, Any]) -> set[str]:
    return {event.get("from", ""), event.get("to", ""), event.get("version", ""), *event.get("pruned", ())}


def _event_line(event: dict[str, Any]) -> str:
    moved = f"v{event['from']} -> v{event['to']}" if event["from"] else f"v{event['to']}"
    why = f": {event['reason']}" if event["reason"] else ""
    pruned = f" ({', '.join(event['pruned'])} removed)" if "pruned" in event else ""
    return f"{event['at']}  {event['action']:9} {moved}{pruned}{why}"


def _compared(found: Comparison) -> list[str]:
    lines = [_row("", found.a, found.b)]
    lines += [_row(name, *map(_figure, found.metrics[name])) for name in in_order(found.metrics)]
    if found.model_types[0] != found.model_types[1]:
        lines.append(_row("type of model", *found.model_types))
    lines += [_row(name, *map(_setting, pair)) for name, pair in found.parameters.items()]
    lines += [_row(name, *(digest[:12] if digest else "-" for digest in pair)) for name, pair in found.data.items()]
    for said, names in (("added", found.features_added), ("removed", found.features_removed)):
        lines.append(f"features {said}: {', '.join(names) or 'none'}")
    return lines


def _row(name: str, of_a: str, of_b: str) -> str:
    return f"{name:40} {of_a:>26} {of_b:>26}"


def _figure(value: float | None) -> str:
    return "-" if value is None else figure_in_words(value)


def _setting(value: Any) -> str:
    """A setting in short."""
    text = "-" if value is None else json.dumps(value)
    return text if len(text) <= LONGEST_SETTING else f"{text[: LONGEST_SETTING - 3]}..."

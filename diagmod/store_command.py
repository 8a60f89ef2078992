"""``diagmod store``: what is kept of each recording between runs, and what to forget of it.

A recording that is known is not read again; `forget` makes the next run read it again, `prune` frees the room of
what no run of the present code and data set uses. Neither changes a result.
"""

from __future__ import annotations

from typing import Annotated

import typer

from diagmod.io.dataset_files import DatasetError
from diagmod.io.paths import project_root
from diagmod.io.store import Entry, Store
from diagmod.io.store_contents import KnownRecordings, contents, recordings_in, why_superfluous

store_app = typer.Typer(no_args_is_help=True, help="What is kept of each recording between runs.")

_DRY_RUN = Annotated[bool, typer.Option("--dry-run", help="say what would go, remove nothing")]


@store_app.command("show")
def show() -> None:
    """Show how much is kept of what, and how much of it the present data set and code use."""
    root = project_root()
    known = KnownRecordings.of_project(root)
    table = contents(Store.open(root), known)
    if table.empty:
        typer.echo("The store is empty; `dvc repro` fills it.")
        return
    heads = ("kind", "entries", "size (MB)", "in use", "in use (MB)", "other code", "other data")
    typer.echo(f"{heads[0]:12}" + "".join(f"{head:>13}" for head in heads[1:]))
    for row in table.itertuples(index=False):
        sizes = f"{row.entries:13}{row.mb:13.1f}{row.present:13}{row.present_mb:13.1f}"
        typer.echo(f"{row.kind:12}{sizes}{row.other_code:13}{row.other_data:13}")
    free_mb = table["mb"].sum() - table["present_mb"].sum()
    typer.echo(
        f"{table['entries'].sum()} entries, {table['mb'].sum():.1f} MB, of {_count(known)}; "
        f"`diagmod store prune` would free {free_mb:.1f} MB."
    )


@store_app.command("prune")
def prune(dry_run: _DRY_RUN = False) -> None:
    """Remove what earlier code made, and what belongs to no recording of the loaded data set."""
    root = project_root()
    store, known = Store.open(root), KnownRecordings.of_project(root)
    if known.table.empty:
        raise DatasetError("no data set is loaded, so that everything would go; run `dvc repro load` first")
    ids = set(known.table["recording_id"])
    _remove(store, [entry for entry in store.entries() if why_superfluous(entry, store, ids)], dry_run)


@store_app.command("forget")
def forget(
    recording: Annotated[str, typer.Argument(help="id or file of a recording")] = "",
    motor: Annotated[str, typer.Option("--motor", help="all recordings of this motor")] = "",
    everything: Annotated[bool, typer.Option("--all", help="all recordings")] = False,
    dry_run: _DRY_RUN = False,
) -> None:
    """Make the next run read recordings again: one, those of a motor, or all. New ones are read anyway."""
    if sum((bool(recording), bool(motor), everything)) != 1:
        raise DatasetError("say which to forget: one RECORDING, --motor M, or --all")
    root = project_root()
    store = Store.open(root)
    entries = list(store.entries())
    if not everything:
        known = KnownRecordings.of_project(root)
        ids = known.of(recording) if recording else known.of_motor(motor)
        entries = [entry for entry in entries if recordings_in(entry) & ids]
    _remove(store, entries, dry_run)
    typer.echo("Read again: dvc repro --force --single-item load features")


def _remove(store: Store, entries: list[Entry], dry_run: bool) -> None:
    n_recordings = len(set().union(*(recordings_in(entry) for entry in entries)))
    mb = sum(entry.n_bytes for entry in entries) / 1e6
    if not dry_run:
        for entry in entries:
            store.remove(entry)
    said = "would be removed" if dry_run else "removed"
    typer.echo(f"{len(entries)} entries of {n_recordings} recordings {said}, {mb:.1f} MB.")


def _count(known: KnownRecordings) -> str:
    n = known.table["recording_id"].nunique()
    return f"which those in use belong to the {n} recordings loaded now" if n else "which none is loaded now"

"""Command line of diagmod; the stages of the pipeline are run by ``dvc repro``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from diagmod.diagnose_command import HELP, InputError, diagnose_file
from diagmod.forecast_command import FORECAST_HELP, forecast_command
from diagmod.import_command import IMPORT_HELP, import_command
from diagmod.io.datasets import KNOWN, download_files, fetch, track_with_dvc
from diagmod.io.model_files import ModelError
from diagmod.io.paths import project_root
from diagmod.io.run_records import overhead_pct, read_run_records
from diagmod.io.stages import StageError
from diagmod.models_command import models
from diagmod.regimes_command import regimes
from diagmod.register_command import defects, motors
from diagmod.report_command import REPORT_HELP, report_command
from diagmod.score_command import SCORE_HELP, score_command
from diagmod.serve_command import SERVE_HELP, serve_dashboards
from diagmod.store_command import store_app
from diagmod.trend_command import trend

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Current diagnostics of induction motors.")
datasets = typer.Typer(no_args_is_help=True, help="Published data sets of measured currents.")
app.add_typer(datasets, name="datasets")
app.add_typer(models, name="models")
app.add_typer(store_app, name="store")
app.add_typer(motors, name="motors")
app.add_typer(defects, name="defects")
app.add_typer(regimes, name="regimes")
app.add_typer(trend, name="trend")
app.command("diagnose", help=HELP)(diagnose_file)
app.command("import", help=IMPORT_HELP)(import_command)
app.command("forecast", help=FORECAST_HELP)(forecast_command)
app.command("score", help=SCORE_HELP)(score_command)
app.command("report", help=REPORT_HELP)(report_command)
app.command("serve", help=SERVE_HELP)(serve_dashboards)


@datasets.command("list")
def list_datasets() -> None:
    """Show which data sets can be had and which are there."""
    raw = project_root() / "data" / "raw"
    for name, known in KNOWN.items():
        how = f"`diagmod datasets get {name}{' --from FOLDER' if known.prepare else ''}`"
        state = "present" if (raw / name).is_dir() else f"not here; {how}"
        typer.echo(f"{name:13} {known.description['title']} [{known.description['licence']}] ({state})")
        typer.echo(f"{'':13} cite: {known.description['citation']}{'; from ' + known.url if known.prepare else ''}")
    own = sorted(p.name for p in raw.iterdir() if p.is_dir() and p.name not in KNOWN) if raw.is_dir() else []
    for name in own:
        typer.echo(f"{name:13} present")


@datasets.command("get")
def get_dataset(
    name: Annotated[str, typer.Argument(help="name of the data set")],
    source: Annotated[Path | None, typer.Option("--from", help="folder that holds the published files")] = None,
) -> None:
    """Put a data set into data/raw and under DVC; without --from it is downloaded and its checksums compared."""
    root = project_root()
    fetched = fetch(name, root, source, download=download_files)
    track_with_dvc(fetched.folder, root)
    about = KNOWN[name].description
    state = "was there already" if fetched.was_there else "is ready"
    counted = f"{fetched.n_files} of {fetched.n_published} published files"
    if fetched.n_recordings != fetched.n_files:
        counted += f", {fetched.n_recordings} recordings"
    typer.echo(f"data/raw/{name} {state}: {counted}.")
    if fetched.originals is not None:
        typer.echo(f"The recordings stay in {fetched.originals}; keep them there.")
    for line in fetched.left_out:
        typer.echo(f"left out: {line}", err=True)
    typer.echo(f"Licence {about['licence']}. Cite: {about['citation']}")
    typer.echo(f"Run it: dvc exp run -S load.dataset={name}")


@app.command("timings")
def show_timings() -> None:
    """Show what each stage of the last run took, and how much of it was overhead."""
    typer.echo(
        f"{'stage':14} {'wall (s)':>9} {'kernel (s)':>11} {'imports (s)':>12} {'report (s)':>11} {'work (s)':>9}"
    )
    records = read_run_records(project_root())
    for r in records:
        parts = f"{r.kernel_start_s:11.1f} {r.imports_s:12.1f} {r.report_s:11.1f} {r.work_s:9.1f}"
        typer.echo(f"{r.stage:14} {r.seconds:9.1f} {parts}")
    typer.echo(f"{'all':14} {sum(r.seconds for r in records):9.1f}; {overhead_pct(records):.0f} % of it overhead")


def main() -> int:
    """Run the command line; an error of the user's is one sentence and exit code 2."""
    try:
        app(standalone_mode=True)
    except (StageError, ModelError, InputError, OSError) as exc:
        sys.stderr.write(f"error: {exc}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

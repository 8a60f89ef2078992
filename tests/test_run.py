"""The strict runner: what it refuses before a kernel starts, and what it leaves behind when a stage fails."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from tiny_project import Project, heed_ctrl_c

from diagmod.io.notebooks import canonical, write_notebook

PARAMS = """\
simulate:
  seed: 1
  name: 'demo'
load:
  dataset: demo
"""

DVC = """\
stages:
  simulate:
    cmd: python -m diagmod.run simulate
    deps: [notebooks/00_simulate.ipynb]
    outs: [data/raw/demo: {persist: true}, reports/notebooks/00_simulate.ipynb: {persist: true}, \
reports/notebooks/00_simulate.html: {persist: true}]
  load:
    cmd: python -m diagmod.run load
    deps: [notebooks/01_load.ipynb, 'data/raw/${load.dataset}']
    outs: [data/interim: {persist: true}, reports/notebooks/01_load.ipynb: {persist: true}, \
reports/notebooks/01_load.html: {persist: true}]
"""

WRITE = 'target = space.write("data/raw/demo/x.txt")\ntarget.write_text(str(seed))\nprint(seed)'


def put_notebook(root: Path, name: str, parameters: str, *cells: str) -> None:
    """Write a pipeline notebook: parameters, the workspace, then the cells."""
    stage = name[3:]
    tagged = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    opening = f'from diagmod.io.paths import Workspace\n\nspace = Workspace.open("{stage}")'
    imports = nbformat.v4.new_code_cell(opening, metadata={"tags": ["imports"]})
    rest = [nbformat.v4.new_code_cell(cell) for cell in cells]
    heading = nbformat.v4.new_markdown_cell(f"# {stage}\n\n## Work")
    notebook = canonical(nbformat.v4.new_notebook(cells=[tagged, imports, heading, *rest]))
    write_notebook(notebook, root / "notebooks" / f"{name}.ipynb")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with two stages of one cell each, using this repository's package."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "params.yaml").write_text(PARAMS)
    (tmp_path / "dvc.yaml").write_text(DVC)
    put_notebook(tmp_path, "00_simulate", "seed: int = 1\nname: str = 'demo'", WRITE)
    put_notebook(tmp_path, "01_load", "dataset: str = 'demo'", "1 + 1")
    root = Path(__file__).parents[1]
    (tmp_path / "diagmod").symlink_to(root / "diagmod")
    return Project(tmp_path)


def everything(root: Path) -> dict[str, str]:
    """Hash of every result file."""
    files = [p for name in ("data", "reports") for p in (root / name).rglob("*") if p.is_file()]
    return {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("params.yaml", "  seed: 1", "  seed: 1\n  sede: 2", "gives simulate.sede, which the notebook does not know"),
        ("params.yaml", "  seed: 1\n", "", "params.yaml lacks simulate.seed \\(int\\)"),
        ("params.yaml", "  seed: 1", "  seed: one", "simulate.seed must be int, got 'one' \\(str\\)"),
        ("params.yaml", "  seed: 1", "  seed: true", "simulate.seed must be int, got True \\(bool\\)"),
        ("params.yaml", "  seed: 1", "  seed: [1", "params.yaml is not valid YAML"),
        ("params.yaml", "simulate:", "simulat:", "params.yaml has no section 'simulate'"),
        ("dvc.yaml", "  simulate:", "  simulato:", "unknown stage 'simulate'; stages are simulato, load"),
    ],
)  # fmt: skip
def test_what_contradicts_the_notebook_is_refused_in_one_sentence(
    project: Project, file: str, old: str, new: str, sentence: str
) -> None:
    path = project.root / file
    path.write_text(path.read_text().replace(old, new, 1))
    done = project.run("diagmod.run", "simulate")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("error: ")
    assert re.search(sentence, done.stderr)
    assert everything(project.root) == {}


def test_a_misspelt_stage_names_the_stages_there_are(project: Project) -> None:
    done = project.run("diagmod.run", "lod")
    assert (done.returncode, done.stderr) == (2, "error: unknown stage 'lod'; stages are simulate, load\n")


def test_outside_a_project_the_runner_says_so(tmp_path: Path) -> None:
    done = Project(tmp_path).run("diagmod.run", "load", timeout=60)
    assert done.returncode != 0


def test_a_missing_dataset_is_named_with_those_that_are_there(project: Project) -> None:
    done = project.run("diagmod.run", "load")
    assert done.returncode == 2
    assert "data set 'demo' is not in data/raw (none is present)" in done.stderr
    (project.root / "data" / "raw" / "demo").mkdir(parents=True)
    done = project.run("diagmod.run", "load")
    assert (done.returncode, "data/raw/demo is empty" in done.stderr) == (2, True)


def test_a_good_run_prints_a_line_a_cell_and_leaves_report_and_timings(project: Project) -> None:
    done = project.run("diagmod.run", "simulate")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.split("\n") if line.startswith("simulate: cell")]
    assert [line.split()[-1] for line in lines[:3]] == ["parameters", "injected-parameters", "imports"]
    assert (project.root / "data/raw/demo/x.txt").read_text() == "1"
    html = (project.root / "reports/notebooks/00_simulate.html").read_text()
    assert "<title>diagmod: simulate</title>" in html
    timings = json.loads((project.root / "reports/runs/simulate.json").read_text())
    assert {"kernel_start_s", "imports_s", "work_s", "report_s"} <= set(timings)
    assert not (project.root / ".cache/staging/simulate").exists()


def test_a_failing_cell_ends_the_run_names_itself_and_leaves_results_alone(project: Project) -> None:
    assert project.run("diagmod.run", "simulate").returncode == 0
    before = everything(project.root)
    put_notebook(
        project.root, "00_simulate", "seed: int = 1\nname: str = 'demo'", WRITE, 'raise ValueError("no such phase")'
    )
    done = project.run("diagmod.run", "simulate")
    assert done.returncode == 1
    assert done.stderr == "error: stage simulate failed in cell 6 (Work): ValueError: no such phase\n"
    broken = project.root / "reports/broken/00_simulate.ipynb"
    assert "no such phase" in broken.read_text()
    after = everything(project.root)
    assert {name: after[name] for name in before} == before
    put_notebook(project.root, "00_simulate", "seed: int = 1\nname: str = 'demo'", WRITE)
    assert project.run("diagmod.run", "simulate").returncode == 0
    assert not broken.exists(), "a good run takes the broken notebook of an earlier one away"


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ('space.write("data/raw/other/y.txt").write_text("")', "y.txt, which dvc.yaml does not declare"),
        ("import shutil\nshutil.rmtree(space.out / 'data')", "did not make data/raw/demo, which dvc.yaml declares"),
        ("import os\nos._exit(9)", "the kernel died in cell 6"),
        ("import sys\nsys.exit(0)", "failed in cell 6"),
    ],
)  # fmt: skip
def test_a_stage_that_breaks_its_contract_fails(project: Project, cell: str, sentence: str) -> None:
    put_notebook(project.root, "00_simulate", "seed: int = 1\nname: str = 'demo'", WRITE, cell)
    done = project.run("diagmod.run", "simulate")
    assert done.returncode == 1
    assert sentence in done.stderr
    assert not (project.root / "data/raw").exists()


def test_the_time_limit_is_for_the_whole_stage(project: Project) -> None:
    slow = "import time\ntime.sleep(3)"
    put_notebook(project.root, "00_simulate", "seed: int = 1\nname: str = 'demo'", slow, slow, slow, slow)
    begin = time.monotonic()
    done = project.run("diagmod.run", "simulate", "--time-limit", "5")
    assert done.returncode == 1
    assert "stage simulate took longer than 5 s, in cell" in done.stderr
    assert time.monotonic() - begin < 20


def test_by_hand_a_notebook_writes_to_scratch_and_says_so(project: Project) -> None:
    assert project.run("diagmod.run", "simulate").returncode == 0
    before = everything(project.root)
    script = (
        "from diagmod.io.paths import Workspace; s = Workspace.open('simulate'); p = s.write('data/raw/demo/x.txt')"
    )
    by_hand = subprocess.run(
        [sys.executable, "-c", f"{script}; p.write_text('by hand'); print(s.closing_line())"],
        cwd=project.root / "notebooks", env=project.environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Run by hand: results were written to .cache/scratch/simulate/" in by_hand.stdout
    assert everything(project.root) == before


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_in_the_middle_nothing_goes_on_and_the_next_run_finishes(project: Project, how: signal.Signals) -> None:
    assert project.run("diagmod.run", "simulate").returncode == 0
    before = everything(project.root)
    slow = "import time\nopen('started', 'w').close()\ntime.sleep(60)"
    put_notebook(project.root, "00_simulate", "seed: int = 1\nname: str = 'demo'", WRITE, slow)
    # As DVC does it: through a shell, whose end is noticed by the runner.
    shell = subprocess.Popen(
        ["sh", "-c", f"{sys.executable} -m diagmod.run simulate; true"], cwd=project.root, env=project.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, preexec_fn=heed_ctrl_c,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (project.root / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    family = psutil.Process(shell.pid).children(recursive=True)
    assert family, "the runner is a child of the shell"
    if how is signal.SIGKILL:
        shell.kill()
    else:
        os.killpg(shell.pid, signal.SIGINT)
    try:
        shell.wait(timeout=30)
    finally:
        shell.kill()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert not alive, f"still running: {[p.cmdline() for p in alive]}"
    after = everything(project.root)
    assert {name: after.get(name) for name in before} == before
    put_notebook(project.root, "00_simulate", "seed: int = 1\nname: str = 'demo'", WRITE)
    assert project.run("diagmod.run", "simulate").returncode == 0
    again = everything(project.root)
    results = [name for name in before if not name.startswith("reports/runs")]
    assert {name: again[name] for name in results} == {name: before[name] for name in results}

"""Changes of a model store in processes of their own, to be killed at any moment, and what must be true then.

``python store_kills.py every OPERATION FOLDER STRIDE OFFSET`` carries an operation out over and over, killed at another
moment each time: at its first line of the store's code or its first call that touches a file, at the second, and so on.
``crowd FOLDER N`` lets N processes change a store at once, ``churn FOLDER SEED`` changes one until it is killed, ``hold
FOLDER`` takes the lock and waits.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from safetensors.numpy import save

from diagmod.io.model_audit import AUDIT
from diagmod.io.model_changes import promote, prune, roll_back
from diagmod.io.model_files import write_contents
from diagmod.io.model_registry import read_registry
from diagmod.io.model_store import open_model, register
from diagmod.io.model_transactions import changing, settle
from diagmod.io.model_verifying import verify

TESTS = Path(__file__).parent

#: Calls that touch a file, as Python names them to those who listen.
TOUCHING = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.chmod", "os.listdir")


def make_model(root: Path, variant: int, family: str = "anomaly", **facts: Any) -> Path:
    """A trained model that differs from those of other variants by its numbers; gives its folder."""
    folder = root / "data" / "processed" / "models" / family
    lineage = {"stage": "train", "code": "c0de", "inputs": {"a": f"{variant}"}, "parameters": {"n": 2}}
    about = {"model_type": "Kind", "features": ["x", "y"], "lineage": lineage}
    write_contents(folder, {"model.safetensors": save({"w": np.full(3, float(variant))})}, about | facts)
    return folder


def make_store(root: Path) -> None:
    """Versions 1.0.0 to 1.0.4; 1.0.3 in use by hand, 1.0.1 before it; a model that is not registered yet."""
    for variant in range(5):
        make_model(root, variant)
        register(root, "anomaly")
    promote(root, "anomaly@1.0.1")
    promote(root, "anomaly@1.0.3")
    make_model(root, 5)


def make_old_store(root: Path) -> None:
    """The same versions as an early store listed them."""
    make_store(root)
    store = root / "data" / "models"
    keys = ("version", "created_at", "content_hash", "features", "parameters")
    old = {
        name: [{key: getattr(v, key) for key in keys} for v in family.versions]
        for name, family in read_registry(root).families.items()
    }
    (store / "registry.json").write_text(json.dumps(old), encoding="utf-8")
    (store / AUDIT).unlink()


OPERATIONS: dict[str, tuple[Callable[[Path], None], Callable[[Path], object]]] = {
    "first": (lambda root: make_model(root, 0) and None, lambda root: register(root, "anomaly")),
    "register": (make_store, lambda root: register(root, "anomaly")),
    "promote": (make_store, lambda root: promote(root, "anomaly@1.0.4", "better")),
    "rollback": (make_store, lambda root: roll_back(root, "anomaly")),
    "prune": (make_store, lambda root: prune(root, "anomaly", 1)),
    "upgrade": (make_old_store, lambda root: register(root, "anomaly")),
}


def summary(root: Path) -> dict[str, Any]:
    """What a registry says, but for times and hashes."""
    registry = read_registry(root)
    families = {
        name: [own.in_use, own.used_before, own.is_pinned, [(v.version, bool(v.pruned_at)) for v in own.versions]]
        for name, own in registry.families.items()
    }
    return {"families": families, "history": [(e["action"], e["from"], e["to"]) for e in registry.history]}


def problems(root: Path) -> list[str]:
    """What is wrong with a store at rest: everything that disagrees with its registry."""
    store, registry = root / "data" / "models", read_registry(root)
    found = [f"{f.place}: {f.problem}" for f in verify(root) if f.problem]
    found += [f"left over: {path.name}" for path in store.rglob(".*")]
    for name, own in registry.families.items():
        if (store / name / "latest").read_text() != f"v{own.in_use}\n":
            found.append(f"latest of {name} is not v{own.in_use}")
        folders = {path.name for path in (store / name).glob("v*")}
        if folders != {f"v{v.version}" for v in own.kept}:
            found.append(f"folders of {name}: {sorted(folders)}")
    audit = [json.loads(line) for line in (store / AUDIT).read_text().splitlines()] if registry.history else []
    if audit != registry.history:
        found.append(f"{len(audit)} lines of audit, {len(registry.history)} changes")
    if [event["serial"] for event in registry.history] != list(range(1, len(registry.history) + 1)):
        found.append("serial numbers are not 1, 2, 3, ...")
    return found


def every_moment(operation: str, folder: Path, stride: int, offset: int) -> dict[str, Any]:
    """Kill an operation at every ``stride``-th moment; gives how often, and what was wrong afterwards."""
    make, change = OPERATIONS[operation]
    made, done = folder / "made", folder / "done"
    make(made)
    shutil.copytree(made, done)
    before = summary(made)
    change(done)
    after = summary(done)
    wrong: list[str] = []
    moment, n_before, n_killed = offset, 0, 0
    while True:
        root = folder / "killed"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(made, root)
        if not _killed_at(moment, lambda: change(root)):  # noqa: B023 (it ends before the next turn)
            return {"killed": n_killed, "unchanged": n_before, "wrong": wrong}
        n_killed += 1
        found = _after_kill(root, before, after)
        n_before += summary(root) == before
        wrong += [f"{operation}, moment {moment}: {text}" for text in found]
        if operation in ("first", "register", "upgrade", "promote"):
            change(root)
            if summary(root)["families"] != after["families"] or problems(root):
                wrong.append(f"{operation}, moment {moment}: done again it ends elsewhere: {problems(root)}")
        moment += stride


def _after_kill(root: Path, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    if summary(root) not in (before, after):
        return [f"half done: {summary(root)}"]
    for name, own in read_registry(root).families.items():  # before anything is tidied
        for entry in own.kept:
            open_model(root, f"{name}@{entry.version}")
    state = summary(root)
    settle(root)
    if summary(root) != state:
        return ["tidying changed the registry"]
    return problems(root)


def _killed_at(moment: int, change: Callable[[], object]) -> bool:
    """Carry a change out in a child that kills itself at a moment; False where it had ended before."""
    child = os.fork()
    if child == 0:
        count = iter(range(moment))

        def tick() -> None:
            if next(count, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            if "/io/model_" not in frame.f_code.co_filename:
                return None
            if event == "line":
                tick()
            return trace

        sys.addaudithook(lambda event, _: tick() if event in TOUCHING else None)
        sys.settrace(trace)
        change()
        sys.settrace(None)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def crowd(root: Path, n: int) -> int:
    """Let n processes promote and a few register at once; gives how many of them failed."""
    start, go = os.pipe()
    n_kept = len(read_registry(root).families["anomaly"].kept)
    work: list[Callable[[], object]] = [
        lambda k=k: promote(root, f"anomaly@1.0.{k % n_kept}", f"turn {k}") for k in range(n)
    ]
    work += [lambda: register(root, "anomaly"), lambda: register(root, "other"), lambda: register(root, "other")]
    children = []
    for change in work:
        children.append(os.fork())
        if children[-1] == 0:
            os.close(go)
            os.read(start, 1)  # ends for all at once, when the writing end is closed
            change()
            os._exit(0)
    os.close(go)
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


def churn(root: Path, seed: int) -> None:
    """Change a store in all ways until killed."""
    rng = random.Random(seed)
    while True:
        make_model(root, rng.randrange(10**6))
        register(root, "anomaly")
        kept = read_registry(root).families["anomaly"].kept
        promote(root, f"anomaly@{rng.choice(kept).version}", follow=rng.random() < 0.5)
        if read_registry(root).families["anomaly"].used_before:
            roll_back(root, "anomaly")
        prune(root, "anomaly", rng.randint(1, 3))


def started(*arguments: object) -> subprocess.Popen[str]:
    """This file as a process of its own; it says "ready" when it begins."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    command = [sys.executable, str(TESTS / "store_kills.py"), *map(str, arguments)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def finished(*arguments: object) -> Any:
    """What this file as a process of its own has to say at its end."""
    with started(*arguments) as process:
        told = process.communicate(timeout=500)[0]
    assert process.returncode == 0, f"{arguments} ended with {process.returncode}"
    return json.loads(told)


def killed_churn(root: Path, seed: int) -> list[str]:
    """What is wrong with a store after its changing process was killed at a random moment and the next looked at it."""
    with started("churn", root, seed) as process:
        time.sleep(random.Random(seed).uniform(0.0, 0.3))
        process.kill()
    settle(root)
    return problems(root)


def _main(what: str, *arguments: str) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    root = Path(arguments[1] if what == "every" else arguments[0])
    if what == "hold":
        with changing(root):
            sys.stdout.write("held\n")
            sys.stdout.flush()
            time.sleep(600)
    elif what == "churn":
        churn(root, int(arguments[1]))
    elif what == "crowd":
        sys.stdout.write(json.dumps(crowd(root, int(arguments[1]))))
    else:
        sys.stdout.write(json.dumps(every_moment(arguments[0], root, int(arguments[2]), int(arguments[3]))))


if __name__ == "__main__":
    _main(*sys.argv[1:])

"""Work for the executor's tests, in a module of its own: worker processes import it by name."""

import os
import signal
import time
from pathlib import Path


def square(x: int) -> int:
    """The square, later for every third item."""
    time.sleep(0.02 if x % 3 == 0 else 0)
    return x * x


def refuse_seven(x: int) -> int:
    """The item itself, or an error for 7."""
    if x == 7:
        raise KeyError("seven is not liked")
    return x


def refuse_from_seven(x: int) -> int:
    """The item itself, or an error from 7 on, later for smaller items."""
    if x >= 7:
        time.sleep(0.3 if x == 7 else 0)
        raise KeyError(f"{x} is not liked")
    return x


def process_of(_: object) -> int:
    """Id of the process that does the work."""
    return os.getpid()


def threads_of(_: object) -> str:
    """How many threads the numerical libraries of the worker may use."""
    return os.environ.get("OPENBLAS_NUM_THREADS", "as many as there are")


def first_time(folder: str, x: int) -> bool:
    """Whether an item is met for the first time, by whichever process."""
    try:
        (Path(folder) / str(x)).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def away_once(item: tuple[str, int]) -> int:
    """The square; every item's drive is away at the first attempt."""
    if first_time(*item):
        raise OSError(110, "Connection timed out")
    return item[1] ** 2


def always_away(x: int) -> int:
    """Never succeeds."""
    raise OSError(110, f"Connection timed out for {x}")


def die_once(item: tuple[str, int]) -> int:
    """The square; every fifth item is killed at the first attempt, as the system does where memory is short."""
    if item[1] % 5 == 0 and first_time(*item):
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return item[1] ** 2


def die_at_three(x: int) -> int:
    """The item itself; 3 kills its worker whenever it is tried."""
    if x == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def local_result(_: object) -> object:
    """What cannot be sent back."""
    return lambda: 0


def sleep_in(folder: str) -> None:
    """Leave the id of the process in a folder and stay."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(120)


def table_bytes(x: int) -> bytes:
    """A small computation on the numerical libraries, as the bytes it is written as."""
    import io

    import numpy as np
    import pandas as pd

    samples = np.random.default_rng(x).normal(size=(64, 64))
    stream = io.BytesIO()
    pd.DataFrame({"x": np.linalg.svd(samples @ samples.T)[1], "f": np.abs(np.fft.fft(samples[0]))}).to_parquet(stream)
    return stream.getvalue()


def table_bytes_slowly(x: int) -> bytes:
    """The same, so slowly that a worker can be lost meanwhile."""
    time.sleep(0.15)
    return table_bytes(x)

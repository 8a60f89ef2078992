"""Work for the executor's tests, in a module of its own: worker processes import it by name."""

import os
import time


def square(x: int) -> int:
    """The square, later for every third item."""
    time.sleep(0.02 if x % 3 == 0 else 0)
    return x * x


def refuse_seven(x: int) -> int:
    """The item itself, or an error for 7."""
    if x == 7:
        raise KeyError("seven is not liked")
    return x


def process_of(_: object) -> int:
    """Id of the process that does the work."""
    return os.getpid()

"""Kernels of the dashboards: a few that are warm before anybody asks, and never more viewers than allowed.

A warm kernel has imported what the pages import and belongs to no page; it has read no data. Whoever opens a page
gets the next one together with the query of the address, and the page's cells run from the first: what
they read is what the files hold now. (Voila's own pool runs a page before its viewer is there: it would show old
files, or need cells that wait.) A kernel that dies is not started again behind the viewer's back, because
the new one would know none of the page's controls: the page sees that it is gone and offers to reload.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets import Bool, Float, Integer, List, Unicode

from diagmod.io.audit import CHANGES_VARIABLE

#: What a page's browser may send; everything else is dropped before it reaches a kernel.
ALLOWED_MESSAGES = ["comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request"]

#: How long a kernel may need to start and to warm up, and how long to take note of a request (s).
START_TIMEOUT_S = 60.0
NOTE_TIMEOUT_S = 10.0

#: Kernels tried for one viewer before the page says that it cannot be shown; a waiting one may have died unnoticed.
TRIES = 3

_KERNEL_NAME = "python3"


class KernelTrouble(RuntimeError):  # noqa: N818 - said to people
    """No kernel could be brought up for a viewer."""


@dataclass(eq=False)
class Seat:
    """A viewer's right to one kernel; ``kernel_id`` is known as soon as the kernel runs."""

    kernel_id: str | None = None


class DashboardKernels(AsyncMappingKernelManager):
    """Kernels of at most ``viewers_limit`` viewers, beside ``warm_size`` kernels that wait for the next ones."""

    viewers_limit = Integer(20, min=1, config=True, help="Viewers served at once; the next is asked to come back.")
    warm_size = Integer(3, min=0, config=True, help="Kernels kept warm for the next viewers, whatever page they open.")
    warm_modules = List(Unicode(), config=True, help="Modules that a warm kernel has imported.")
    refill_delay_s = Float(1.0, config=True, help="Pause before a warm kernel that was taken is replaced (s).")
    allow_changes = Bool(False, config=True, help="Whether pages may change things.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.allowed_message_types = ALLOWED_MESSAGES
        self.seats: set[Seat] = set()
        #: Pages being rendered; as long as there are any, no processor time goes into warming up.
        self.rendering = 0
        self._warm: deque[asyncio.Task[str]] = deque()
        self._refilling: asyncio.Task[None] | None = None
        #: Connections of the server itself to kernels that wait; a new one would cost a viewer a quarter of a second.
        self._clients: dict[str, Any] = {}
        self._leaving: set[str] = set()
        self._is_ending = False

    async def take_seat(self, patience_s: float) -> Seat | None:
        """A seat, or None when all stay taken.

        Who reloads a page gives the old seat back a moment after asking for the new one; ``patience_s``
        is how long to wait for it.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + patience_s
        while len(self.seats) >= self.viewers_limit:
            if clock() >= deadline:
                return None
            await asyncio.sleep(0.1)
        seat = Seat()
        self.seats.add(seat)
        return seat

    async def bring(self, seat: Seat, request: dict[str, str]) -> Any:
        """Client, connected, of a kernel that belongs to the seat and has ``request`` in its environment.

        Raises
        ------
        KernelTrouble
            None came up in :data:`TRIES` attempts, or the viewer left meanwhile.
        """
        for _ in range(TRIES):
            try:
                kernel_id = await self._next_kernel()
                client = self._clients.pop(kernel_id)
                if await ensure_async(self.get_kernel(kernel_id).is_alive()):
                    note = json.dumps(request | {"VOILA_KERNEL_ID": kernel_id})
                    code = f"__import__('os').environ.update(__import__('json').loads({note!r}))"
                    await _execute(client, code, NOTE_TIMEOUT_S)
                    await self._occupy(seat, kernel_id)
                    return client
                client.stop_channels()
            except (RuntimeError, TimeoutError, KeyError, OSError) as exc:
                if isinstance(exc, KernelTrouble):
                    raise
                self.log.warning("A kernel did not come up (%s); another is tried.", exc)
        raise KernelTrouble(f"no kernel came up in {TRIES} attempts; the log of the server says why")

    async def release(self, seat: Seat) -> None:
        """Give a seat back and end its kernel, if it still has one."""
        self.seats.discard(seat)
        if seat.kernel_id is not None and seat.kernel_id in self:
            await self.shutdown_kernel(seat.kernel_id)

    def refill(self) -> None:
        """Bring the number of warm kernels up to ``warm_size`` again, one after the other and when nobody waits."""
        if not self._is_ending and (self._refilling is None or self._refilling.done()):
            self._refilling = asyncio.get_running_loop().create_task(self._refill())

    def is_waiting(self, kernel_id: str) -> bool:
        """Whether a kernel is warm and belongs to nobody."""
        return any(_is_good(task) and task.result() == kernel_id for task in self._warm)

    async def shutdown_kernel(self, kernel_id: str, now: bool = False, restart: bool = False) -> Any:  # type: ignore[override]
        """End a kernel; its seat is free at once. A kernel that is ending already is left to end."""
        self._forget(kernel_id)
        if kernel_id in self._leaving:
            return None
        self._leaving.add(kernel_id)
        try:
            return await ensure_async(super().shutdown_kernel(kernel_id, now=now, restart=restart))
        finally:
            self._leaving.discard(kernel_id)

    async def shutdown_all(self, now: bool = True) -> None:  # type: ignore[override]
        """End every kernel, those that are still starting as well."""
        self._is_ending = True
        if self._refilling is not None:
            self._refilling.cancel()
        if self._warm:
            await asyncio.wait(self._warm, timeout=START_TIMEOUT_S)
        await ensure_async(super().shutdown_all(now=now))

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel whose page is gone; waiting ones are idle by purpose."""
        if not self.is_waiting(kernel_id):
            await super().cull_kernel_if_idle(kernel_id)

    def _handle_kernel_died(self, kernel_id: str) -> None:
        self._forget(kernel_id)
        super()._handle_kernel_died(kernel_id)
        self.refill()

    def _forget(self, kernel_id: str) -> None:
        if kernel_id in self._clients:
            self._clients.pop(kernel_id).stop_channels()
        self.seats = {seat for seat in self.seats if seat.kernel_id != kernel_id}
        self._warm = deque(task for task in self._warm if not (_is_good(task) and task.result() == kernel_id))

    async def _occupy(self, seat: Seat, kernel_id: str) -> None:
        seat.kernel_id = kernel_id
        if seat not in self.seats:
            await self.release(seat)
            raise KernelTrouble("the viewer left before the page was shown")
        self.refill()

    async def _next_kernel(self) -> str:
        """A warm kernel that is ready, or else the one that will be soonest, or else a new one."""
        ready = next((task for task in self._warm if _is_good(task)), None)
        task = ready or next((task for task in self._warm if not task.done()), None)
        if task is None:
            return await self._start([])
        self._warm.remove(task)
        return await task

    async def _start(self, modules: list[str]) -> str:
        kernel_id: str = await self.start_kernel(kernel_name=_KERNEL_NAME, env=self._environment())
        client: Any = self.get_kernel(kernel_id).client()
        self._clients[kernel_id] = client
        client.allow_stdin = False
        client.start_channels(stdin=False, hb=False)
        await _unless_it_dies(client, client.wait_for_ready(timeout=START_TIMEOUT_S))
        if modules:
            code = f"__import__('diagmod.dashboard_warmup', fromlist=['warm_up']).warm_up({modules!r})"
            await _execute(client, code, START_TIMEOUT_S)
        return kernel_id

    def _environment(self) -> dict[str, str]:
        known = {name: value for name, value in os.environ.items() if name != CHANGES_VARIABLE}
        return known | {"VOILA_PREHEAT": "False"} | ({CHANGES_VARIABLE: "1"} if self.allow_changes else {})

    async def _refill(self) -> None:
        await asyncio.sleep(self.refill_delay_s)
        while len(self._warm) < self.warm_size:
            while self.rendering:
                await asyncio.sleep(0.2)
            task = asyncio.get_running_loop().create_task(self._start(list(self.warm_modules)))
            self._warm.append(task)
            await asyncio.wait({task})
            if not task.cancelled() and task.exception() is not None:
                self.log.error("A kernel could not be warmed up: %s", task.exception())
                if task in self._warm:
                    self._warm.remove(task)
                await asyncio.sleep(START_TIMEOUT_S / 6)


def _is_good(task: asyncio.Task[str]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


async def _execute(client: Any, code: str, timeout_s: float) -> None:
    """Run code in a kernel and wait for its end, or the kernel's."""
    answer = client.execute(code, silent=True, store_history=False, reply=True, timeout=timeout_s)
    content = (await _unless_it_dies(client, answer))["content"]
    if content["status"] != "ok":
        raise RuntimeError(f"{content.get('ename')}: {content.get('evalue')}")


async def _unless_it_dies(client: Any, answer: Awaitable[Any]) -> Any:
    """What a kernel answers; its connection may be closed under us when it dies, which fails in many ways."""
    task: asyncio.Future[Any] = asyncio.ensure_future(answer)
    while not task.done():
        await asyncio.wait({task}, timeout=0.5)
        if not task.done() and not await client.is_alive():
            task.cancel()
            raise RuntimeError("the kernel died")
    if failure := task.exception():
        raise RuntimeError(f"the kernel does not answer ({type(failure).__name__}: {failure})") from failure
    return task.result()

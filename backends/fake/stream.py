"""The order in which a device computes: at once, or by a worker thread with a queue.

A queued operation hands out a promise of its result. Its errors surface at the next wait on the
device (item, to_host, synchronize, an export), once, with the operation's name; whoever waits for
the result that never came gets the error again.

A fork waits for all queues first, and the child starts workers of its own; so nothing is computed
twice or lost. When the interpreter exits, queues are finished, and what is asked for later is
computed at once.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

import numpy as np

_streams: weakref.WeakSet[Stream] = weakref.WeakSet()
_exiting = False


def _named(error: Exception, operation: str, device: str) -> Exception:
    """The error with the name of what failed in front, of the same type where that can be made."""
    text = str(error)
    if not text.startswith(f"{operation}(): "):
        text = f"{operation}(): {text}"
    for kind in type(error).__mro__:
        try:
            named = kind(f"{text} (queued on {device})")
        except TypeError:
            continue
        named.__cause__ = error
        return named
    raise AssertionError("unreachable: Exception takes a text")


class Stream:
    """Runs the operations of one device in the order they were asked for."""

    def __init__(self, device: str, asynchronous: bool) -> None:
        self.device = device
        self.asynchronous = asynchronous
        self._errors: list[Exception] = []
        self.renew()
        _streams.add(self)

    def renew(self) -> None:
        """As new, without a worker: a child of fork() has none."""
        self.lock = threading.Lock()
        self._tasks: SimpleQueue[Any] = SimpleQueue()
        self._worker: threading.Thread | None = None

    def run(self, operation: str, work: Callable[[], Any]) -> Any:
        """The result of work(), or a Future of it."""
        if not self.asynchronous or _exiting:
            with np.errstate(all="ignore"):
                return work()
        promise: Future[Any] = Future()
        with self.lock:
            if self._worker is None:
                name = f"arrayforge {self.device}"
                self._worker = threading.Thread(
                    target=self._serve, args=(self._tasks,), daemon=True, name=name
                )
                self._worker.start()
            self._tasks.put((operation, work, promise))
        return promise

    def _serve(self, tasks: SimpleQueue[Any]) -> None:
        with np.errstate(all="ignore"):
            while (task := tasks.get()) is not None:
                self._perform(*task)
                del task  # nothing may keep arrays alive while the queue is empty

    def _perform(self, operation: str, work: Callable[[], Any], promise: Future[Any]) -> None:
        try:
            promise.set_result(work())
        except UnavailableError as missing:
            promise.set_exception(missing.error)  # reported by the operation that failed first
        except Exception as error:
            named = _named(error, operation, self.device)
            self._errors.append(named)
            promise.set_exception(named)

    def wait(self) -> None:
        """Returns when all is done.

        Raises:
            Exception: what the first operation raised that failed since the last wait.
        """
        self.finish()
        if self._errors:
            first, self._errors = self._errors[0], []
            raise first

    def finish(self) -> None:
        """Returns when all is done, and leaves errors for the next wait."""
        if self._worker is not None and self._worker is not threading.current_thread():
            done = threading.Event()
            self._tasks.put(("wait", done.set, Future()))
            done.wait()

    def close(self) -> None:
        """Finishes and ends the worker."""
        if self._worker is not None:
            self._tasks.put(None)
            self._worker.join()
            self._worker = None


class UnavailableError(Exception):
    """An operand whose own operation failed."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


def value_of(result: Any) -> Any:
    """What run() returned, when it is there.

    Raises:
        UnavailableError: the operation failed.
    """
    if not isinstance(result, Future):
        return result
    if error := result.exception():
        raise UnavailableError(error)
    return result.result()


def _before_fork() -> None:
    for stream in list(_streams):
        stream.finish()
        stream.lock.acquire()


def _after_fork_in_parent() -> None:
    for stream in list(_streams):
        if stream.lock.locked():
            stream.lock.release()


def _after_fork_in_child() -> None:
    for stream in list(_streams):
        stream.renew()


def _close_all() -> None:
    global _exiting
    _exiting = True
    for stream in list(_streams):
        stream.close()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
atexit.register(_close_all)

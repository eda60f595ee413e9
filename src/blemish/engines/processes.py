"""Running chunks in processes of this machine."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import platform
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_state: list[Callable[[Any], Any]] = []


def run(
    work: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> Iterator[tuple[Task, Result]]:
    """Yield (task, work(task)) as they are done, in up to `workers` processes.

    With one worker, or one task, the work is done here. `work` is sent to each process once.
    Raises what `work` raises; RuntimeError if a process was killed. Whatever ends the iteration
    early ends the processes too: their writes are atomic.
    """
    workers = min(workers, len(tasks))
    if workers <= 1:
        for task in tasks:
            yield task, work(task)
        return
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, context, _start, (work,))
    try:
        yield from _results(executor, tasks, 2 * workers)
        executor.shutdown()
    except BrokenProcessPool as error:
        raise RuntimeError(
            "a worker process was killed, perhaps for want of memory: run again with --resume and "
            "fewer --workers"
        ) from error
    finally:
        processes = list((executor._processes or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            with contextlib.suppress(ProcessLookupError, ValueError):
                process.terminate()


def _results(
    executor: ProcessPoolExecutor, tasks: Sequence[Task], ahead: int
) -> Iterator[tuple[Task, Any]]:
    """Yield results with no more than `ahead` tasks waiting, so that memory stays flat."""
    waiting: dict[Future[Any], Task] = {}
    coming = iter(tasks)
    while True:
        for task in coming:
            with _undisturbed():
                waiting[executor.submit(_run, task)] = task
            if len(waiting) >= ahead:
                break
        if not waiting:
            return
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            yield waiting.pop(future), future.result()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back meanwhile: a process started now is born with it blocked.

    Without this a worker that is still starting would answer it with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def keep_memory() -> None:
    """Let this process keep freed memory instead of handing it back for each array.

    glibc maps an array of megabytes anew each time, and the page faults cost a quarter to a half
    of a sample's time at 1024 px. Elsewhere than on glibc nothing is done.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    for option, value in ((_TRIM_THRESHOLD, 2**31 - 1), (_MMAP_THRESHOLD, 2**30)):
        libc.mallopt(option, value)


def _start(work: Callable[[Any], Any]) -> None:
    """Prepare a worker: Ctrl-C is the parent's affair, and a worker ends with its parent."""
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # One process a core: threads inside would only get in each other's way.
    cv2.setNumThreads(1)
    keep_memory()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _state[:] = [work]


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _run(task: Any) -> Any:
    return _state[0](task)

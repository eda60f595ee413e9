"""Running work in processes."""

import os

import pytest

import making
from blemish.engines import processes


def test_one_worker_works_here():
    done = list(processes.run(making.process_of, [1, 2, 3], 1))
    assert done == [(n, os.getpid()) for n in (1, 2, 3)]


def test_one_task_works_here():
    assert list(processes.run(making.process_of, [1], 8)) == [(1, os.getpid())]


def test_nothing_to_do():
    assert list(processes.run(making.doubled, [], 4)) == []


def test_many_tasks_in_two_processes():
    done = dict(processes.run(making.doubled, range(100), 2))
    assert done == {n: 2 * n for n in range(100)}


def test_both_work():
    ids = {result for _, result in processes.run(making.process_of, range(12), 2)}
    assert len(ids) == 2 and os.getpid() not in ids


def test_results_come_as_they_are_done_without_all_tasks_at_once():
    """A task is taken when there is room, so that a million of them cost no memory."""
    taken = []

    class Tasks(list):
        def __iter__(self):
            for task in super().__iter__():
                taken.append(task)
                yield task

    coming = processes.run(making.doubled, Tasks(range(50)), 2)
    next(coming)
    assert len(taken) <= 5
    assert len(list(coming)) == 49


@pytest.mark.parametrize("workers", [1, 2])
def test_what_work_raises_is_raised(workers):
    with pytest.raises(ValueError, match="three is refused"):
        list(processes.run(making.refused, range(6), workers))


def test_a_killed_process_is_told():
    with pytest.raises(RuntimeError, match=r"a worker process was killed.*--resume"):
        list(processes.run(making.killed, range(6), 2))


def test_stopping_early_ends_the_processes():
    coming = processes.run(making.process_of, range(40), 2)
    ids = {next(coming)[1] for _ in range(4)}
    coming.close()

    def ended(process):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        return False

    making.wait_until(lambda: all(ended(process) for process in ids), 10)

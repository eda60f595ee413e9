"""Samples on the fly, in the workers of torch's DataLoader: none twice, and the same for any number
of workers.

What breaks there elsewhere is a generator that every worker inherits (an augmenter built before the
fork): it gives all of them the same numbers, and again in each epoch.
"""

import hashlib
import multiprocessing

import pytest

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]
torch = pytest.importorskip("torch", reason="torch is not installed: pip install blemish[torch]")


def epochs(workers, start="fork", epochs_differ=True, seed=0):
    """What two epochs give: by epoch, item -> hash of picture and mask."""
    from on_the_fly import Synthetic

    dataset = Synthetic(16, seed)
    context = multiprocessing.get_context(start) if workers else None
    loader = torch.utils.data.DataLoader(
        dataset, batch_size=4, num_workers=workers, multiprocessing_context=context
    )
    found = []
    for epoch in range(2):
        dataset.epoch = epoch if epochs_differ else 0
        items = {}
        for numbers, images, masks in loader:
            for i, image, mask in zip(numbers, images, masks, strict=True):
                assert mask.any()
                told = image.numpy().tobytes() + mask.numpy().tobytes()
                items[int(i)] = hashlib.sha256(told).hexdigest()
        found.append(items)
    return found


@pytest.fixture(scope="module")
def alone():
    return epochs(0)


def test_every_sample_is_another(alone):
    together = [digest for items in alone for digest in items.values()]
    assert len(alone[0]) == len(alone[1]) == 16
    assert len(set(together)) == 32


@pytest.mark.parametrize("workers", [1, 4])
def test_workers_change_nothing(alone, workers):
    assert epochs(workers) == alone


def test_spawned_workers_change_nothing(alone):
    assert epochs(2, "spawn") == alone


def test_epochs_repeat_where_they_are_asked_to():
    first, second = epochs(4, epochs_differ=False)
    assert first == second


def test_another_seed_gives_other_samples(alone):
    other = epochs(0, seed=1)
    assert not set(other[0].values()) & set(alone[0].values())

"""What every named recipe does on large pictures, on a part, and where there is no part."""

from functools import cache

import cv2
import numpy as np
import pytest

from blemish import NoDefect, Scene, synthesize
from blemish.catalog import recipes
from conftest import change_of, frozen, picture, pools

NAMES = list(recipes())
LARGE = {"1024 RGB": (1024, 1024), "1500 x 1000": (1000, 1500)}


@cache
def given(shape):
    """The pools, with other good pictures of the frame's size: enlarged ones would be smooth."""
    return {**pools(), "sources": [picture(*shape, seed=seed) for seed in (8, 9)]}


def first(recipe, scene, seeds=range(8)):
    for seed in seeds:
        try:
            return synthesize(recipe, scene, seed, **given(scene.shape[:2])), seed
        except NoDefect as refused:
            reason = str(refused)
    pytest.fail(reason)


def known(allowed):
    return Scene(picture(*allowed.shape), estimator=lambda _: allowed)


@pytest.mark.parametrize("size", LARGE)
@pytest.mark.parametrize("name", NAMES)
def test_a_large_picture(name, size):
    image = picture(*LARGE[size])
    sample, seed = first(recipes()[name], image)
    change, labelled = change_of(sample), sample.mask > 0
    assert 8 <= labelled.sum() <= 0.6 * labelled.size
    assert not (change > 2.002)[~labelled].any(), "changed but not labelled"
    assert change[labelled].mean() >= 6
    outside = np.ones(labelled.shape, bool)
    for d in sample.defects:
        h, w = d.label.shape
        outside[d.top : d.top + h, d.left : d.left + w] = False
    assert np.array_equal(sample.image[outside], image[outside])
    again = synthesize(recipes()[name], image, seed, **given(image.shape[:2]))
    assert np.array_equal(again.image, sample.image)


@pytest.mark.parametrize("name", NAMES)
def test_defects_lie_on_the_part_and_nowhere_else(name):
    y, x = np.mgrid[:240, :320]
    part = ((y - 110) / 80) ** 2 + ((x - 190) / 95) ** 2 < 1
    part &= ((y - 110) ** 2 + (x - 190) ** 2) > 20**2
    reached = part
    if name == "missing_piece":
        # It takes the soft edge of the part along.
        reached = cv2.dilate(part.astype(np.uint8), np.ones((17, 17), np.uint8)) > 0
    made = 0
    for seed in range(4):
        try:
            sample = synthesize(recipes()[name], known(frozen(part)), seed, **given(part.shape))
        except NoDefect:
            continue
        made += 1
        assert np.array_equal(sample.image[~reached], sample.clean[~reached])
        assert not (sample.mask > 0)[~reached].any()
    assert made >= 3


@pytest.mark.parametrize("name", NAMES)
def test_no_part_is_a_clear_outcome(name):
    with pytest.raises(NoDefect, match="object"):
        synthesize(recipes()[name], known(frozen(np.zeros((64, 80), bool))), 0, **pools())

"""The object that is found in real pictures, against outlines drawn by hand."""

import numpy as np
import pytest

from blemish import NoDefect, Scene, synthesize
from blemish.catalog import recipes
from blemish.foreground import estimate
from blemish.images import read_image
from conftest import textures
from outlines import outline_mask, outlines

SETS = ("bottle", "hazelnut_toy", "metal_nut", "macaroni")


def pictures(data, name):
    """Yield (picture, what was found, the truth) of every picture of a set."""
    for path, entry in outlines()[name].items():
        image = read_image(data / name / path)
        yield image, estimate(image), outline_mask(entry)


@pytest.mark.parametrize("name", SETS)
def test_defects_lie_on_the_part(data, name):
    assert len(outlines()[name]) >= 8
    shares, overlaps = [], []
    for image, found, truth in pictures(data, name):
        assert not found.texture and found.confidence > 0.5
        overlaps.append((found.mask & truth).sum() / (found.mask | truth).sum())
        scene = Scene(image, estimator=lambda _, mask=found.mask: mask)
        for recipe in ("cutpaste_scar", "draem", "scratch"):
            for seed in range(2):
                try:
                    sample = synthesize(recipes()[recipe], scene, seed, textures=textures())
                except NoDefect:
                    continue
                marked = sample.mask > 0
                shares.append((marked & ~truth).sum() / marked.sum())
    assert len(shares) > 30
    assert np.median(shares) <= 0.01
    # One hazelnut has a white speck beside it that is taken for a part of it.
    assert sorted(shares)[-2] <= 0.05
    assert np.median(overlaps) > 0.95


@pytest.mark.parametrize("name", ["carpet", "tile"])
def test_textures_are_known_for_what_they_are(data, name):
    paths = sorted((data / name / "test" / "good").iterdir())
    found = [estimate(read_image(path)) for path in paths]
    assert all(f.texture and f.mask.all() for f in found)

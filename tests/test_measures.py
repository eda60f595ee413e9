"""What is measured of masks and pictures: against slow and obvious counts."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish import measures
from blemish.images import BadFile
from blemish.measures import Profile
from making import defect_bank, save, textured


def blob(seed, shape=(40, 60)):
    """A mask of random pieces that marks at least one pixel."""
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.normal(size=shape), (0, 0), rng.uniform(0.5, 4))
    return noise >= np.quantile(noise, rng.uniform(0.5, 0.999))


def turned(length, width, angle, shape=(400, 400)):
    """A filled rectangle about the middle of the frame."""
    corners = cv2.boxPoints((((shape[1] - 1) / 2, (shape[0] - 1) / 2), (length, width), angle))
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(corners * 16).astype(np.int32), 1, shift=4)
    return mask > 0


@given(st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_of_masks(seed):
    mask = blob(seed)
    y, x = np.nonzero(mask)
    assert measures.area(mask) == len(y) / mask.size
    assert measures.centroid(mask) == pytest.approx(((y.mean() + 0.5) / 40, (x.mean() + 0.5) / 60))
    # Each pixel as the square that it is.
    moments = np.cov(np.stack([y, x]), bias=True) + np.eye(2) / 12
    short, long = np.linalg.eigvalsh(moments)
    assert measures.elongation(mask) == pytest.approx(math.sqrt(long / short), rel=1e-6)
    assert measures.components(mask) == pieces(mask)


def pieces(mask):
    """How many pieces there are, by floods."""
    left, count = {(int(y), int(x)) for y, x in np.argwhere(mask)}, 0
    while left:
        count, flood = count + 1, [left.pop()]
        while flood:
            y, x = flood.pop()
            near = {(y + i, x + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= near
            flood += near
    return count


@pytest.mark.parametrize(("h", "w"), [(1, 1), (1, 30), (7, 7), (20, 5)])
def test_elongation_of_a_rectangle(h, w):
    mask = np.zeros((40, 50), bool)
    mask[3 : 3 + h, 9 : 9 + w] = True
    assert measures.elongation(mask) == pytest.approx(max(h, w) / min(h, w))


@pytest.mark.parametrize("angle", [0, 17, 45, 90, 130])
def test_elongation_at_any_angle(angle):
    assert measures.elongation(turned(200, 20, angle)) == pytest.approx(10, rel=0.07)


def test_elongation_of_a_disc():
    y, x = np.mgrid[:101, :101]
    disc = (y - 50) ** 2 + (x - 50) ** 2 <= 40**2
    assert measures.elongation(disc) == pytest.approx(1, abs=0.01)
    assert measures.centroid(disc) == (0.5, 0.5)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.uint16, 4095), (np.float32, 1)])
def test_contrast_is_the_step(channels, dtype, white):
    """On a slope, across an edge of the object, at the frame's border, in the strongest channel."""
    levels = np.repeat(np.linspace(60, 100, 90)[None].repeat(80, 0)[:, :, None], channels, axis=2)
    levels[:, :40] -= 50
    mask = np.zeros((80, 90), bool)
    mask[60:, 30:55] = True
    levels[mask] += (30, 12, 0)[:channels]
    image = (levels * (white / 255)).astype(dtype)
    given_white = white if dtype == np.uint16 else None
    assert measures.contrast(image, mask, given_white) == pytest.approx(30, abs=4)
    flat = measures.contrast(np.full_like(image, image[0, 0, 0]), mask, given_white)
    assert flat == pytest.approx(0, abs=1e-3)


def test_contrast_of_pieces_is_to_their_own_surroundings():
    image = np.full((60, 120), 40, np.uint8)
    image[:, 60:] = 200
    mask = np.zeros(image.shape, bool)
    mask[20:30, 20:30] = mask[20:30, 90:100] = True
    image[mask] -= 10
    assert measures.contrast(image, mask) == pytest.approx(10, abs=1e-3)


def test_contrast_without_surroundings():
    image = np.zeros((8, 8), np.uint8)
    assert math.isnan(measures.contrast(image, np.ones((8, 8), bool)))


def test_contrast_follows_the_surroundings_of_each_pixel():
    """Against the definition, pixel by pixel."""
    image, mask = textured(3, (30, 40, 3)), np.zeros((30, 40), bool)
    mask[8:20, 10:25] = True
    image[mask] = 255 - image[mask]
    grown = np.zeros_like(mask)
    grown[7:21, 9:26] = True
    outside = np.argwhere(~grown)
    differs = []
    for place in np.argwhere(mask):
        nearest = outside[np.square(outside - place).sum(axis=1).argmin()]
        near = outside[(np.abs(outside - nearest) <= 3).all(axis=1)]
        mean = image[near[:, 0], near[:, 1]].astype(float).mean(axis=0)
        differs.append(np.abs(image[tuple(place)] - mean))
    # Where two unmarked pixels are as near, either may be taken.
    wanted = np.mean(differs, axis=0).max()
    assert measures.contrast(image, mask) == pytest.approx(wanted, rel=0.05)


def test_profile(tmp_path):
    folder = defect_bank(tmp_path / "bank", ("dent",), 2)
    found = measures.profiles(folder)
    assert [type(profile) for profile in found] == [Profile, Profile]
    first = found[0]
    assert first.area == 14 * 22 / (48 * 64) and first.elongation == pytest.approx(22 / 14)
    assert (first.y, first.x) == (17 / 48, 23 / 64) and first.contrast > 20


def test_profiles_of_what_cannot_be_used(tmp_path):
    with pytest.raises(LookupError, match="no pictures with masks"):
        measures.profiles(tmp_path)
    save(tmp_path / "a.png", textured(1))
    save(tmp_path / "a_mask.png", np.full((20, 20), 255, np.uint8))
    with pytest.raises(BadFile, match=r"a\.png.*\(48, 64\).*\(20, 20\)"):
        measures.profiles(tmp_path)


@pytest.mark.parametrize(
    ("dtype", "white"), [(np.uint8, None), (np.uint16, None), (np.uint16, 4095), (np.float32, None)]
)
def test_change(dtype, white):
    rng = np.random.default_rng(0)
    full = white or (1 if dtype == np.float32 else np.iinfo(dtype).max)
    before = rng.uniform(0, full, (9, 11, 3)).astype(dtype)
    after = before.copy()
    after[2, 3, 1] = full - after[2, 3, 1]
    wanted = np.zeros((9, 11))
    wanted[2, 3] = abs(float(after[2, 3, 1]) - float(before[2, 3, 1])) * 255 / full
    change = measures.change(after, before, white)
    assert change.dtype == np.float32 and change == pytest.approx(wanted, abs=1e-3)


def test_change_of_grey_and_colour():
    grey = np.full((8, 8), 100, np.uint8)
    colour = np.dstack([grey, grey, grey + 7])
    alpha = np.dstack([colour, grey])
    for one, other in ((grey, colour), (colour, grey), (alpha, grey)):
        assert (measures.change(one, other) == 7).all()
    with pytest.raises(ValueError, match="not comparable"):
        measures.change(grey, grey[:, :7])


def test_shares():
    change, mask = np.zeros((10, 10), np.float32), np.zeros((10, 10), bool)
    assert measures.changed_outside(change, mask) == 0
    mask[:2] = True
    change[1:5] = 3
    change[0] = 2  # just within the tolerance
    assert measures.changed_outside(change, mask) == 0.75
    assert measures.unchanged_inside(change, mask) == 0.5
    where = np.ones((10, 10), bool)
    where[:, :3] = False
    assert measures.share_outside(mask, where) == 0.3


def test_a_mask_of_nothing_has_no_measures():
    for measure in (measures.centroid, measures.elongation, measures.components):
        with pytest.raises(ValueError, match="marks nothing"):
            measure(np.zeros((8, 8), bool))


def test_real_defects(data):
    """Each measure is finite and in its range on hundreds of real defects, large and tiny."""
    for name in ("bottle", "macaroni"):
        for profile in measures.profiles(data / name):
            assert 0 < profile.area < 0.5 and profile.elongation >= 1
            assert 3 < profile.contrast < 255
            assert 0 < profile.y < 1 and 0 < profile.x < 1

"""The stencil: its box trimmed, grown and clipped, against the whole frame laid out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish import Stencil
from blemish.stencil import bounds
from conftest import frozen


def slow_bounds(mask):
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return 0, 0, 0, 0
    return rows[0], columns[0], rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1


masks = st.builds(
    lambda h, w, share, seed: np.where(
        np.random.default_rng(seed).random((h, w)) < share, np.float32(0.4), np.float32(0)
    ),
    st.integers(1, 12),
    st.integers(1, 12),
    st.sampled_from([0.0, 0.03, 0.3, 1.0]),
    st.integers(0, 99),
)


@given(masks)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_bounds(mask):
    assert bounds(mask) == slow_bounds(mask > 0)
    assert bounds((mask > 0).astype(np.uint8)) == slow_bounds(mask > 0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (2, 2), (1, 3)])
def test_bounds_of_the_smallest_masks(shape):
    assert bounds(np.ones(shape, np.float32)) == (0, 0, *shape)
    assert bounds(np.zeros(shape, np.float32)) == (0, 0, 0, 0)


def test_bounds_of_nothing():
    assert bounds(np.zeros((0, 5), np.float32)) == (0, 0, 0, 0)


def test_faint_coverage_counts():
    mask = np.zeros((5, 5), np.float32)
    mask[2, 3] = 1e-6
    assert Stencil(mask).support() == (2, 3, 1, 1)


@given(masks, st.integers(-14, 14), st.integers(-14, 14), st.integers(0, 5), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=300)
def test_fitted_shows_the_same_frame(mask, top, left, margin, donor):
    height, width = 9, 11
    layer = np.random.default_rng(0).random((*mask.shape, 3), np.float32) if donor else None
    stencil = Stencil(frozen(mask), top, left, layer, "dent")
    frame = np.zeros((height, width), np.float32)
    for y, x in np.ndindex(mask.shape):
        if 0 <= y + top < height and 0 <= x + left < width:
            frame[y + top, x + left] = mask[y, x]
    box = stencil.fitted(margin, height, width)
    y, x, h, w = slow_bounds(frame > 0)
    if not h:
        assert box is None
        return
    assert (box.top, box.left) == (max(0, y - margin), max(0, x - margin))
    assert box.top + box.height == min(height, y + h + margin)
    assert box.left + box.width == min(width, x + w + margin)
    shown = np.zeros_like(frame)
    shown[box.top : box.top + box.height, box.left : box.left + box.width] = box.mask
    assert np.array_equal(shown, frame)
    assert box.kind == "dent" and box.mask.dtype == np.float32
    if donor:
        rows = np.clip(np.arange(box.height) + box.top - top, 0, mask.shape[0] - 1)
        columns = np.clip(np.arange(box.width) + box.left - left, 0, mask.shape[1] - 1)
        assert np.array_equal(box.layer, layer[np.ix_(rows, columns)])
    else:
        assert box.layer is None


def test_at_moves_the_box_and_nothing_else():
    layer = np.zeros((3, 4, 3), np.float32)
    stencil = Stencil(np.ones((3, 4), np.float32), 1, 2, layer, "dent")
    moved = stencil.at(np.int64(-5), 7)
    assert (moved.top, moved.left, moved.kind) == (-5, 7, "dent")
    assert type(moved.top) is int
    assert moved.mask is stencil.mask and moved.layer is layer
    assert (stencil.top, stencil.left) == (1, 2)


@pytest.mark.parametrize(
    "mask",
    [np.ones((3, 4)), np.ones((3, 4), bool), np.ones(3, np.float32), np.ones((3, 4, 1), "f")],
)
def test_a_mask_of_another_kind_is_refused(mask):
    with pytest.raises(TypeError, match=r"must be float32 \(h, w\)"):
        Stencil(mask)


def test_a_layer_of_another_size_is_refused():
    with pytest.raises(ValueError, match="must have its mask's size"):
        Stencil(np.ones((3, 4), np.float32), layer=np.zeros((4, 3, 3), np.float32))

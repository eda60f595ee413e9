"""What is labelled: against slow references, and on finished samples by plain NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from blemish import Limits, Recipe, Stencil, several
from blemish.blends import Alpha, Paste
from blemish.labels import Changed, Intensity, Opacity, Shape
from blemish.marking import fill_holes
from blemish.recipes import cutpaste, draem, real_defects
from conftest import change_of, frozen, picture, pools, stencil_of


def slow_fill(marked, inside, limit, share=1.0):
    """The marked pixels and, inside, their enclosed holes of up to `limit` pixels, the smallest
    first as long as they make up no more than `share` of what is marked."""
    parts, count = ndimage.label(~marked)
    open_parts = {*parts[0], *parts[-1], *parts[:, 0], *parts[:, -1]}
    holes = [parts == n for n in range(1, count + 1) if n not in open_parts]
    holes = [hole for hole in holes if hole.sum() <= limit and (hole & inside).any()]
    filled = marked.copy()
    for size in sorted({hole.sum() for hole in holes}):
        if sum(hole.sum() for hole in holes if hole.sum() <= size) > share * marked.sum():
            break
        for hole in holes:
            if hole.sum() == size:
                filled |= hole & inside
    return filled


def grids(share):
    return st.builds(
        lambda h, w, seed: np.random.default_rng(seed).random((h, w)) < share,
        st.integers(1, 24),
        st.integers(1, 24),
        st.integers(0, 9999),
    )


@given(grids(0.6), st.integers(0, 30), st.integers(0, 99), st.sampled_from([0.5, 1.0]))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_fill_holes_against_connected_components(marked, limit, seed, share):
    inside = marked | (np.random.default_rng(seed).random(marked.shape) < share)
    filled = marked.astype(np.float32)
    for budget in (1.0, share / 4):
        filled = marked.astype(np.float32)
        fill_holes(filled, frozen(inside.astype(np.float32)), limit, budget)
        assert np.array_equal(filled > 0, slow_fill(marked, inside, limit, budget))
    assert set(np.unique(filled)) <= {0, 1}


@given(grids(0.55), st.integers(0, 99), st.floats(0, 0.5))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_changed_against_connected_components(marked, seed, hole):
    rng = np.random.default_rng(seed)
    inside = marked | (rng.random(marked.shape) < 0.8)
    faint = np.where(inside, rng.uniform(0, 2, marked.shape), 0)
    change = np.where(marked, rng.uniform(2.01, 255, marked.shape), faint)
    label = Changed(hole=hole)(frozen(change.astype(np.float32)), frozen(inside.astype("f")))
    wanted = marked
    if hole > 0:
        limit = int(max(3, hole * min(marked.shape)) ** 2)
        wanted = slow_fill(marked, inside, limit, 0.05)
    assert label.dtype == np.float32 and np.array_equal(label, wanted.astype(np.float32))


def ring(hole):
    """A change of 100 levels all around a square hole of `hole` px, and the stencil over all."""
    change = np.zeros((60, 80), np.float32)
    change[10:50, 10:50] = 100
    change[20 : 20 + hole, 20 : 20 + hole] = 0
    mask = np.zeros_like(change)
    mask[10:50, 10:50] = 1
    return frozen(change), frozen(mask)


@pytest.mark.parametrize(("hole", "closed"), [(1, True), (3, True), (4, False), (12, False)])
def test_small_holes_are_filled_and_larger_ones_are_not(hole, closed):
    change, mask = ring(hole)
    label = Changed()(change, mask)  # 0.02 of 60 px is less than 3 px
    assert label[20 : 20 + hole, 20 : 20 + hole].min() == label[20, 20] == closed
    assert np.array_equal(label > 0, mask > 0) == closed


def test_the_size_of_a_hole_is_a_share_of_the_box():
    change, mask = ring(6)
    assert Changed(hole=0.1)(change, mask)[22, 22] == 1
    assert Changed(hole=0.09)(change, mask)[22, 22] == 0
    assert Changed(hole=0)(*ring(1))[20, 20] == 0


def test_a_hole_in_the_stencil_stays():
    change, mask = ring(2)
    mask = mask * (change > 0)
    assert np.array_equal(Changed()(change, frozen(mask)), mask)


@pytest.mark.parametrize("step", [(0, 1), (1, 0), (1, 1)])
def test_a_hairline_is_kept_whole(step):
    change = np.zeros((40, 40), np.float32)
    for i in range(5, 35):
        change[i if step[0] else 20, i if step[1] else 20] = 30
    label = Changed()(frozen(change), frozen(np.ones_like(change)))
    assert np.array_equal(label > 0, change > 0)


@pytest.mark.parametrize("tolerance", [0.0, 2.0, 2.5, 100.0])
def test_the_tolerance_is_the_last_level_that_is_not_labelled(tolerance):
    change = np.arange(0, 256, 0.5, np.float32).reshape(1, -1)
    label = Changed(tolerance_levels=tolerance, hole=0)(change, np.ones_like(change))
    assert np.array_equal(label > 0, change > tolerance)


@pytest.mark.parametrize("shape", [(1, 1), (4, 1), (1, 4), (1, 1000)])
@pytest.mark.parametrize("label", [Changed(), Shape(), Opacity(), Intensity()])
def test_the_smallest_boxes(shape, label):
    mask = np.full(shape, 0.5, np.float32)
    assert label(np.full(shape, 90, np.float32), mask).all()
    nothing = label(np.zeros(shape, np.float32), mask)
    assert nothing.shape == shape and nothing.any() == isinstance(label, Shape)


def test_shape_is_the_stencil_and_opacity_its_coverage_where_it_changed():
    mask = np.array([[0, 0.2, 0.7, 1]], np.float32)
    change = np.array([[0, 2.5, 1.9, 9]], np.float32)
    assert Shape()(change, mask).tolist() == [[0, 1, 1, 1]]
    np.testing.assert_array_equal(Opacity()(change, mask), np.float32([[0, 0.2, 0, 1]]))
    assert Shape()(change, mask).dtype == Opacity()(change, mask).dtype == np.float32


@pytest.mark.parametrize(
    "wrong", [{"tolerance_levels": -1}, {"tolerance_levels": 256}, {"hole": 2}, {"filled": -1}]
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=f"Changed.{next(iter(wrong))} must be in"):
        Changed(**wrong)


# On finished samples


def check_truth(sample, white=None):
    change, where = change_of(sample, white), stencil_of(sample, white)
    labelled = sample.mask > 0
    assert sample.mask.shape == change.shape and set(np.unique(sample.mask)) <= {0, 255}
    assert not (change > 2 + 2e-3)[~labelled].any(), "changed and not labelled"
    assert not labelled[~where].any(), "labelled outside the stencil"
    assert not change[~where].any(), "changed outside the stencil"
    assert 8 <= labelled.sum() <= 0.6 * labelled.size
    for defect in sample.defects:
        top, left, height, width = defect.box
        own = np.zeros_like(labelled)
        h, w = defect.label.shape
        own[defect.top : defect.top + h, defect.left : defect.left + w] = defect.label > 0
        rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
        assert (top, left) == (rows[0], columns[0])
        assert (top + height, left + width) == (rows[-1] + 1, columns[-1] + 1)
        assert defect.area == own.sum()
        if len(sample.defects) == 1:
            assert abs(defect.contrast - change[own].mean()) < 0.01


@pytest.mark.parametrize("name", ["bottle", "carpet", "magnetic_tile"])
@pytest.mark.parametrize("recipe", [cutpaste, draem, real_defects], ids=["cut", "draem", "real"])
def test_labels_of_real_pictures_are_true(data, name, recipe):
    from blemish.images import cached
    from blemish.layouts import find_images

    paths = find_images(data / name / "train" / "good")
    given = {"textures": data / "textures", "defects": data / "defect_bank"}
    for index in range(2):
        check_truth(recipe(cached(paths[index]), rng=index, **given))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("recipe", [cutpaste, draem, real_defects], ids=["cut", "draem", "real"])
def test_labels_are_true(recipe, seed):
    check_truth(recipe(picture(90, 120, seed=seed), rng=seed, **pools()))


@pytest.mark.parametrize("seed", range(6))
def test_labels_of_several_defects_that_overlap_are_true(seed):
    check_truth(several(draem, 3)(picture(70, 80, seed=seed), rng=seed))


class Square:
    """A region of a soft square in the middle of the frame."""

    def __init__(self, side, coverage):
        self.side, self.coverage = side, coverage

    def __call__(self, scene):
        mask = np.full((self.side, self.side), self.coverage, np.float32)
        return Stencil(mask, scene.shape[0] // 2 - 5, scene.shape[1] // 2 - 5)


class Flat:
    """A content of one tone."""

    def __init__(self, tone):
        self.tone = tone

    def __call__(self, scene, stencil):
        return np.full((*stencil.mask.shape, scene.channels), self.tone, np.float32)


@pytest.mark.parametrize("levels", [-20, -3, -2, 2, 3, 20])
def test_a_change_of_two_levels_is_not_labelled_and_one_of_three_is(levels):
    image = frozen(np.full((32, 32, 3), 100, np.uint8))
    recipe = Recipe(Square(8, 1.0), Flat((100 + levels) / 255), Paste(), limits=Limits(1, 1, 0))
    if abs(levels) > 2:
        sample = recipe(image)
        assert (sample.mask > 0).sum() == 64 and sample.defects[0].contrast == abs(levels)
        check_truth(sample)
    else:
        with pytest.raises(ValueError, match="nothing visible changed"):
            recipe(image)


def test_a_soft_stencil_is_labelled_where_the_eye_sees_it():
    image = frozen(np.full((32, 32), 100, np.uint8))
    recipe = Recipe(Square(8, 0.5), Flat(200 / 255), Alpha(0.1), limits=Limits(1, 1, 0))
    sample = recipe(image)
    assert set(np.unique(sample.image)) == {100, 105} and (sample.mask > 0).sum() == 64
    with pytest.raises(ValueError, match="nothing visible changed"):
        Recipe(Square(8, 0.1), Flat(200 / 255), Alpha(0.1), limits=Limits(1, 1, 0))(image)

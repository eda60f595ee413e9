"""The truth of the Poisson tests is itself held to equation 7, pixel by pixel, and to sine sums."""

import numpy as np
import pytest
from scipy.ndimage import label

from poisson_masks import MASKS, SIDES, cut
from poisson_reference import exact, exact_clone, exact_seamless, picture, sines

GRADIENTS = ("import", "mixed", "average", "monochrome")


def left_over(solved, source, target, mask, gradients):
    """By how much equation 7 fails, at worst: one pixel, one neighbour, one channel at a time."""
    height, width, channels = target.shape
    worst = np.abs(solved - target)[~mask].max(initial=0)
    for y, x in np.argwhere(mask):
        around = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
        around = [(i, j) for i, j in around if 0 <= i < height and 0 <= j < width]
        for c in range(channels):
            left = right = 0.0
            for i, j in around:
                left += solved[y, x, c] - solved[i, j, c]
                new, old = source[y, x, c] - source[i, j, c], target[y, x, c] - target[i, j, c]
                if gradients == "mixed" and abs(old) > abs(new):
                    new = old
                if gradients == "average":
                    new = (new + old) / 2
                if gradients == "monochrome":
                    new = source[y, x].mean() - source[i, j].mean()
                right += new
            worst = max(worst, abs(left - right))
    return worst


@pytest.mark.parametrize("gradients", GRADIENTS)
@pytest.mark.parametrize("kind", sorted(MASKS))
def test_the_truth_fulfils_equation_7(kind, gradients):
    rng = np.random.default_rng(0)
    for shape, sides in (((12, 15), ()), ((13, 11), ("top", "right")), ((10, 14), SIDES)):
        mask = cut(MASKS[kind], shape, rng, sides)
        source, target = (picture(shape, k, 2, np.float64) for k in (1, 2))
        source, target = source[:, :, :1] + [0, 0.25], target[:, :, :1] * [1, 0.5]
        solved = exact_seamless(source, target, mask, gradients)
        assert left_over(solved, source, target, mask, gradients) < 1e-9
        if mask.all():
            assert solved.mean(axis=(0, 1)) == pytest.approx(target.mean(axis=(0, 1)), abs=1e-12)


def test_the_truth_is_the_sine_sum_of_a_rectangle():
    known = picture((40, 57), 3, 1, np.float64)
    mask = MASKS["rectangle"]((40, 57), None)
    rhs = np.random.default_rng(4).standard_normal(known.shape)
    assert np.abs(exact(known, mask, rhs) - sines(known, rhs)).max() < 1e-12


def test_the_truth_of_a_clone_lies_where_the_offset_says():
    source, target = picture((9, 11), 1, None), picture((20, 24), 2, None)
    mask = np.zeros((9, 11), bool)
    mask[:3, 4:11] = True
    y, x = 15, -2
    by_hand = target / 255.0
    # Rows 15 to 17 and columns 2 to 8: above row 15 the source repeats its first row, so that the
    # gradient across the mask's border is the source's 0 there; the same on its right.
    layer = np.zeros(target.shape)
    for i in range(20):
        for j in range(24):
            layer[i, j] = source[min(max(i - y, 0), 8), min(max(j - x, 0), 10)] / 255.0
    support = np.zeros(target.shape, bool)
    support[15:18, 2:9] = True
    result = exact_clone(source, target, mask, (y, x))
    solved = exact_seamless(layer[:, :, None], by_hand[:, :, None], support)
    assert np.array_equal(result, np.clip(solved, 0, 1))
    assert np.array_equal(result[~support, 0], by_hand[~support])


@pytest.mark.parametrize(
    ("kind", "pieces"),
    [("blob of one piece", 1), ("blob", 1), ("comb 1", 1), ("comb 5", 1), ("one pixel", 1)]
    + [(f"spiral {n}", 1) for n in range(1, 7)]
    + [("serpent 1", 1), ("maze 1", 1), ("maze 4", 1), ("rectangle", 1), ("whole but one", 1)],
)
def test_masks_hang_together(kind, pieces):
    mask = MASKS[kind]((70, 83), np.random.default_rng(0))
    largest = np.bincount(label(mask)[0][mask]).max()
    assert largest > 0.98 * mask.sum() and (pieces > 1 or mask.any())


def test_masks_are_what_their_names_say():
    rng = np.random.default_rng(0)
    made = {kind: make((70, 83), rng) for kind, make in MASKS.items()}
    assert made["whole"].all() and (~made["whole but one"]).sum() == 1
    assert label(made["checkerboard"])[1] == made["checkerboard"].sum() > 2500
    assert made["one pixel"].sum() == 1
    assert label(made["touching"])[1] == 4 and label(made["touching"], np.ones((3, 3)))[1] == 1
    assert label(made["rings 4"])[1] > 4
    for n in range(1, 7):
        # Nowhere wider than its corridor: no square of n + 1 pixels lies in it.
        windows = np.lib.stride_tricks.sliding_window_view(made[f"spiral {n}"], (n + 1, n + 1))
        assert not windows.all(axis=(2, 3)).any()
        assert made[f"spiral {n}"].mean() > 0.4
    for share, kind in ((0.001, "salt 0.1 %"), (0.01, "salt 1 %"), (0.1, "salt 10 %")):
        disc = MASKS["disc"]((400, 400), rng)
        salted = MASKS[kind]((400, 400), rng)
        assert 0.7 * share < 1 - salted.sum() / disc.sum() < 1.3 * share
    for kind, mask in made.items():
        rim = np.ones(mask.shape, bool)
        rim[1:-1, 1:-1] = False
        assert mask[rim].any() == kind.startswith("whole")
        for side, line in zip(SIDES, (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]), strict=True):
            if kind in ("blob", "disc", "rectangle", "comb 2", "rings 4"):
                assert cut(MASKS[kind], (70, 83), rng, (side,))[line].any()

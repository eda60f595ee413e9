"""Where defects lie: on the object, with the shape that they have, and nowhere else."""

import numpy as np
import pytest

from blemish import Scene, Stencil
from blemish.placements import (
    Anywhere,
    At,
    EachPiece,
    Fitting,
    NearEdge,
    Offset,
    OnObject,
    Overlapping,
)
from blemish.refused import Refused
from conftest import picture


def scene_with(allowed):
    """A scene whose object is known."""
    allowed.setflags(write=False)
    return Scene(picture(*allowed.shape), estimator=lambda _: allowed)


def disc(height=200, width=260, centre=(90, 150), radius=60):
    y, x = np.mgrid[:height, :width]
    return (y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2


def shape(h=20, w=12, **fields):
    """A shape with a hole and a ragged edge, in a box with empty rows around it."""
    mask = np.zeros((h + 5, w + 7), np.float32)
    mask[2 : 2 + h, 3 : 3 + w] = 1
    mask[4:6, 5:8] = 0
    mask[2, 3:6] = 0.5
    return Stencil(mask, **fields)


def in_frame(stencil, scene):
    """The coverage in the frame, float (H, W): by a loop over pixels."""
    covered = np.zeros(scene.shape, np.float32)
    for y, x in np.argwhere(stencil.mask > 0):
        row, column = stencil.top + y, stencil.left + x
        if 0 <= row < scene.shape[0] and 0 <= column < scene.shape[1]:
            covered[row, column] = stencil.mask[y, x]
    return covered


PLACES = [(y, (7 * n % 23) / 22) for n, y in enumerate(np.linspace(0, 1, 23).tolist())]


@pytest.mark.parametrize("where", PLACES)
def test_on_object_moves_before_it_cuts(where):
    scene = scene_with(disc())
    placed = OnObject(*where, margin=0)(shape(), scene)
    covered = in_frame(placed, scene)
    assert not covered[~scene.allowed].any()
    assert covered.sum() > 0.97 * shape().mask.sum()


def test_on_object_reaches_all_of_the_object():
    scene = scene_with(disc())
    reached = np.zeros(scene.shape, bool)
    for where in np.random.default_rng(0).random((400, 2)).tolist():
        reached |= in_frame(OnObject(*where, margin=0)(shape(), scene), scene) > 0
    assert (reached & scene.allowed).sum() > 0.9 * scene.allowed.sum()


def test_the_edge_of_the_object_is_left_free():
    scene, reached = scene_with(disc()), np.zeros((200, 260), bool)
    for where in np.random.default_rng(0).random((100, 2)).tolist():
        reached |= in_frame(OnObject(*where, margin=0.05)(shape(), scene), scene) > 0
    assert reached.any() and not reached[~disc(radius=51)].any()
    narrow = scene_with(disc(radius=5))
    assert in_frame(OnObject(0.5, 0.5, margin=0.05)(shape(), narrow), narrow).any()
    everywhere = Scene(picture(60, 60))
    assert OnObject(0, 0, margin=0.2)(shape(), everywhere).top == -2, "the frame is no edge"


@pytest.mark.parametrize("where", PLACES)
def test_what_is_larger_than_the_object_is_cut_to_it(where):
    scene = scene_with(disc(radius=15))
    placed = OnObject(*where, margin=0)(Stencil(np.ones((60, 60), np.float32)), scene)
    covered = in_frame(placed, scene)
    assert not covered[~scene.allowed].any()
    assert covered.sum() > 0.9 * scene.allowed.sum()


def test_a_mask_that_fills_the_frame_is_cut_where_it_is():
    scene = scene_with(disc())
    mask = np.random.default_rng(0).random(scene.shape, np.float32)
    covered = in_frame(OnObject(0.3, 0.2, margin=0)(Stencil(mask), scene), scene)
    assert np.array_equal(covered, np.where(scene.allowed, mask, 0))


def test_holes_of_the_object_stay_free():
    ring = disc() & ~disc(radius=35)
    scene = scene_with(ring)
    for where in PLACES:
        covered = in_frame(OnObject(*where, margin=0)(shape(), scene), scene)
        assert covered.any() and not covered[~ring].any()


@pytest.mark.parametrize("placement", [OnObject, Fitting, Overlapping, NearEdge, EachPiece])
def test_no_object_is_a_clear_outcome(placement):
    scene = scene_with(np.zeros((64, 80), bool))
    fields = {"seed": 1} if placement is EachPiece else {"y": 0.5, "x": 0.5}
    with pytest.raises(Refused, match="object"):
        placement(**fields)(shape(), scene)


@pytest.mark.parametrize("placement", [OnObject, Fitting, Overlapping])
def test_without_a_known_object_the_whole_frame_is_used_and_nothing_cut(placement):
    scene, tops, lefts = Scene(picture(100, 140)), set(), set()
    for where in np.linspace(0, 1, 3000):
        placed = placement(y=float(where), x=float(7 * where % 1))(shape(), scene)
        assert np.array_equal(placed.mask, shape().mask)
        y, x, h, w = placed.support()
        assert 0 <= placed.top + y <= 100 - h and 0 <= placed.left + x <= 140 - w
        tops.add(placed.top + y)
        lefts.add(placed.left + x)
    assert (min(tops), max(tops)) == (0, 100 - 20) and len(tops) == 81
    assert (min(lefts), max(lefts)) == (0, 140 - 12) and len(lefts) == 129


def test_a_region_of_interest_is_obeyed_inside_the_object():
    roi = np.zeros((200, 260), bool)
    roi[:, 150:] = True
    known = disc()
    scene = Scene(picture(200, 260), roi=roi, estimator=lambda _: known)
    for where in PLACES:
        covered = in_frame(OnObject(*where, margin=0)(shape(), scene), scene)
        assert covered.any() and not covered[~(roi & known)].any()


@pytest.mark.parametrize("where", PLACES)
def test_fitting_keeps_the_shape(where):
    scene = scene_with(disc(radius=22))
    placed = Fitting(y=where[0], x=where[1])(shape(30, 24), scene)
    covered = in_frame(placed, scene)
    assert not covered[~scene.allowed].any()
    assert covered.sum() >= 0.95 * shape(30, 24).mask.sum()


def test_fitting_refuses_what_does_not_fit():
    with pytest.raises(Refused, match="no place"):
        Fitting(y=0.5, x=0.5)(shape(100, 90), scene_with(disc(radius=30)))


def test_fitting_finds_the_one_place_there_is():
    """A slot that is hardly larger than the shape, among many that are too small."""
    allowed = np.zeros((300, 400), bool)
    for top in range(10, 280, 30):
        for left in range(10, 380, 30):
            allowed[top : top + 14, left : left + 14] = True
    allowed[120:160, 200:260] = True
    scene = scene_with(allowed)
    placed = Fitting(share=0.9, y=0.7, x=0.7)(Stencil(np.ones((36, 52), np.float32)), scene)
    assert 117 <= placed.top <= 126 and 197 <= placed.left <= 210


@pytest.mark.parametrize("where", PLACES)
def test_near_edge_is_near_the_edge(where):
    scene = scene_with(disc())
    placed = NearEdge(0.03, 0, *where)(Stencil(np.ones((9, 9), np.float32)), scene)
    covered = in_frame(placed, scene)
    assert covered.any() and not covered[~scene.allowed].any()
    middle = (placed.top + 4 - 90, placed.left + 4 - 150)
    # To a cell of a few pixels.
    assert 60 - 0.03 * 200 - 3 <= np.hypot(*middle) <= 60 + 3


def test_near_edge_of_a_texture_is_the_frame():
    placed = NearEdge(0.02, 0, 0.4, 0.4)(shape(), Scene(picture(100, 140)))
    row, column = placed.top + 2 + 10, placed.left + 3 + 6
    assert min(row, column, 99 - row, 139 - column) <= 3


def test_overlapping_takes_every_place_with_enough_on_the_object_and_cuts_nothing():
    scene, shares = scene_with(disc()), []
    for where in np.linspace(0, 1, 200):
        placed = Overlapping(0.5, float(where), float(7 * where % 1))(shape(), scene)
        covered = in_frame(placed, scene)
        assert covered.sum() == pytest.approx(shape().mask.sum())
        shares.append(covered[scene.allowed].sum() / covered.sum())
    assert 0.5 <= min(shares) < 0.6 and np.mean(np.float64(shares) < 1) > 0.2


def test_overlapping_is_as_drawing_until_a_place_has_enough_on_the_object():
    scene, rng = scene_with(disc()), np.random.default_rng(0)
    drawn, found = [], []
    while len(drawn) < 400:
        placed = Anywhere(*rng.random(2))(shape(), scene)
        if in_frame(placed, scene)[scene.allowed].sum() >= 0.3 * shape().mask.sum():
            drawn.append((placed.top, placed.left))
    for _ in range(400):
        placed = Overlapping(0.3, *rng.random(2))(shape(), scene)
        found.append((placed.top, placed.left))
    drawn, found = np.array(drawn), np.array(found)
    assert np.abs(drawn.mean(axis=0) - found.mean(axis=0)).max() < 8
    assert np.allclose(drawn.std(axis=0), found.std(axis=0), rtol=0.12)


@pytest.mark.parametrize("where", PLACES)
def test_overlapping_cuts_what_hangs_over_if_it_is_told_to(where):
    scene = scene_with(disc())
    for margin in (0.0, 0.03):
        covered = in_frame(Overlapping(0.4, *where, margin)(shape(), scene), scene)
        inside = disc(radius=60 - margin * 200)
        assert covered.sum() >= 0.4 * shape().mask.sum() and not covered[~inside].any()


def test_overlapping_refuses_what_fits_nowhere():
    with pytest.raises(Refused, match="no place"):
        Overlapping(0.9, 0.5, 0.5)(shape(90, 90), scene_with(disc(radius=20)))


def test_offset_and_at():
    scene = Scene(picture(100, 200))
    moved = Offset(0.1, -0.05)(shape(top=30, left=40), scene)
    assert (moved.top, moved.left) == (40, 30)
    placed = At(0.5, 0.25)(shape(), scene)
    assert (placed.top + 2 + 10, placed.left + 3 + 6) == (50, 50)


def test_anywhere_ignores_the_object():
    scene = scene_with(disc(radius=10))
    placed = Anywhere(0, 0)(shape(), scene)
    assert (placed.top + 2, placed.left + 3) == (0, 0)


# each piece


def pieces():
    """Three pieces of different sizes, one of them hollow, each with a colour of its own."""
    mask, layer = np.zeros((80, 100), np.float32), np.zeros((80, 100, 3), np.float32)
    for number, (top, left, h, w) in enumerate([(2, 3, 14, 20), (40, 60, 9, 9), (60, 10, 6, 15)]):
        mask[top : top + h, left : left + w] = 1
        layer[top : top + h, left : left + w] = (number + 1) / 4
    mask[6:9, 8:12] = 0
    return Stencil(mask, 0, 0, layer, "dent")


def test_each_piece_stays_where_enough_of_it_is_on_the_object():
    scene = scene_with(disc(radius=300))
    placed = EachPiece(seed=1)(pieces(), scene)
    assert (placed.top, placed.left) == (0, 0) and np.array_equal(placed.mask, pieces().mask)


@pytest.mark.parametrize("seed", range(8))
def test_each_piece_moves_by_itself_and_stays_whole(seed):
    scene = scene_with(disc())
    placed = EachPiece(seed=seed)(pieces(), scene)
    assert placed.kind == "dent"
    covered = in_frame(placed, scene)
    assert not covered[~scene.allowed].any()
    colours, areas = np.unique(placed.layer[placed.mask > 0][:, 0], return_counts=True)
    whole = {0.25: 14 * 20 - 12, 0.5: 81, 0.75: 90}
    for colour, area in zip(colours, areas, strict=True):
        # Less where a later piece lies over it.
        assert area <= whole[float(colour)]
    assert areas.sum() > 0.75 * sum(whole.values())
    assert np.array_equal(placed.mask, EachPiece(seed=seed)(pieces(), scene).mask)


def test_each_piece_goes_elsewhere_with_another_seed():
    scene = scene_with(disc())
    found = {EachPiece(seed=seed)(pieces(), scene).mask.tobytes() for seed in range(5)}
    assert len(found) == 5

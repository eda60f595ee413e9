"""Published methods of pieces and shapes: their numbers, and what they show against slow truths."""

import math
from collections import Counter

import cv2
import numpy as np
import pytest

from blemish import Scene, Stencil, recipes
from blemish.blends import Paste
from blemish.changes import Gain, Jitter, changed
from blemish.contents import Marbled, Texture
from blemish.placements import EachPiece
from blemish.random import draw
from blemish.regions import Cells, Fractal, Polygon, Superpixels
from blemish.regions._attractor import attractor, contractions, play
from blemish.regions._slic import _clusters, slic
from conftest import defects, drawn, frozen, picture, pools

SEEDS = range(8)


def records(recipe, count=300):
    return [drawn(recipe, seed) for seed in range(count)]


def within(found, low, high):
    """Whether the numbers lie in [low, high] and fill it."""
    found = np.array(found)
    edge = 0.03 * (high - low)
    return low <= found.min() < low + edge and high - edge < found.max() <= high


def names(changes):
    return [type(change).__name__ for change in changes]


def places(height, width):
    """A picture whose red and green say where each pixel is: 16 bit, x and y over the side."""
    y, x = np.mgrid[:height, :width] * (65535 / max(height, width))
    return Scene(frozen(np.rint(np.stack([x, y, 0 * x], axis=2)).astype(np.uint16)))


def looked_up(stencil, where, side):
    """The affine map (2, 3), by least squares, from x, y of the box to those that are seen."""
    y, x = np.nonzero(where)
    seen = stencil.layer[y, x, :2].astype(np.float64) * side
    known = np.stack([x, y, np.ones(len(x))], axis=1)
    matrix, *_ = np.linalg.lstsq(known, seen, rcond=None)
    assert np.abs(known @ matrix - seen).max() < 0.1, "not an affine picture of the picture"
    return matrix.T


# published numbers


def test_superpixel_has_the_published_numbers():
    found = [r.region for r in records(recipes.superpixel)]
    assert set(Counter(region.segments for region in found)) == {30, 150, 250}
    assert {(region.share, region.compactness) for region in found} == {(0.1, 8)}
    assert all(isinstance(region.source, Texture) for region in found)
    changes = [region.source.changes for region in found]
    assert all(len(some) == 3 for some, _ in changes)
    kinds = Counter(name for some, _ in changes for name in names(some))
    assert set(kinds) == {"Gamma", "Brightness", "Sharpness", "Autocontrast"}
    assert min(kinds.values()) > 190
    assert {turn.angle for _, turn in changes} == {0, math.pi / 2, math.pi}
    for name, low, high in (("factor", 0.8, 1.2), ("offset_levels", -30, 30)):
        bright = [c for some, _ in changes for c in some if type(c).__name__ == "Brightness"]
        assert within([getattr(c, name) for c in bright], low, high)


def test_superpixel_makes_its_textures_where_none_are_given():
    assert isinstance(draw(recipes.superpixel, 1).region.source, Marbled)


def test_fractal_has_the_published_numbers():
    found = [r.region for r in records(recipes.fractal)]
    assert within([region.size for region in found], 0.1, 0.5)
    assert within([math.degrees(region.angle) for region in found], 15, 75)
    assert within([region.fullness for region in found], (5 + 2) / 2, (6 + 2) / 2)
    colours, flips, grain = zip(*(region.changes for region in found), strict=True)
    kinds = Counter(names(colours))
    assert set(kinds) == {"Jitter", "Gain"} and abs(kinds["Gain"] / 300 - 1 / 3) < 0.1
    strong = [c for c in colours if isinstance(c, Jitter) and c.saturation == 1]
    assert within([c.contrast for c in strong], 0, 2)
    assert within([c.hue for c in colours if isinstance(c, Jitter) and c not in strong], -0.2, 0.2)
    gains = [c for c in colours if isinstance(c, Gain)]
    assert all((c.red, c.green, c.blue).count(1) == 1 for c in gains)
    assert abs(np.mean([flip.horizontal for flip in flips]) - 0.5) < 0.1
    noisy = [noise for noise in grain if noise is not None]
    assert abs(len(noisy) / 300 - 0.5) < 0.1
    assert {(noise.shot_levels, noise.read_levels) for noise in noisy} == {(0, 10)}


def test_affine_has_the_published_numbers():
    found = records(recipes.affine)
    assert {r.region.size * 256 for r in found} == {8, 16, 32, 64}
    assert {r.region.share for r in found} == {0.5}
    textured = sum(isinstance(r.content, Texture) for r in found)
    coloured = sum(r.content is None and r.region.changes is not None for r in found)
    assert abs(textured / 300 - 1 / 3) < 0.1 and abs(coloured / 300 - 1 / 3) < 0.1


def test_ssaps_has_the_published_numbers():
    several = records(recipes.ssaps)
    assert {len(four.recipes) for four in several} == {4}
    found = [recipe.region for four in several for recipe in four.recipes]
    assert {region.vertices for region in found} == set(range(4, 12))
    assert {region.size * 384 for region in found} == {163}


def test_racp_has_the_published_numbers():
    found = records(recipes.racp, 2000)
    turned = Counter(round(math.degrees(r.region.angle) / 90, 2) for r in found)
    share = {name: turned[name] / len(found) for name in (1, 2, -1)}
    moved = 1 - (1 - 0.3 * 0.5) ** 3
    assert all(abs(s - moved / 4) < 0.03 for s in share.values())
    assert abs(np.mean([r.region.scale != 1 for r in found]) - 0.3 * 0.2) < 0.03
    assert within([r.region.scale for r in found], 0.8, 1.2)
    assert abs(np.mean([r.region.flip for r in found]) - moved / 2) < 0.03
    assert abs(np.mean([r.region.warp > 0 for r in found]) - (1 - 0.7 * 0.94)) < 0.04
    kinds = Counter(name for r in found for name in names(r.region.changes))
    assert {len(r.region.changes) for r in found} == {3}
    for name, chance in (("SensorNoise", 0.2), ("Blur", 0.2), ("tuple", 0.3)):
        assert abs(kinds[name] / len(found) - 0.3 * chance) < 0.02
    assert {r.placement.share for r in found} == {2 / 3} and {r.blend for r in found} == {Paste()}


def test_realnet_has_the_published_numbers():
    found = records(recipes.realnet)
    assert all(isinstance(r.content, Texture) and not r.content.changes for r in found)
    assert within([r.blend.opacity for r in found], 0.5, 1)
    without = [draw(recipes.realnet, seed) for seed in range(300)]
    assert all(isinstance(r.content, Marbled) and len(r.content.changes) == 3 for r in without)
    assert within([r.blend.opacity for r in without], 0.2, 1)


def test_the_union_is_of_both():
    kinds = Counter(recipes.cutpaste_union(picture(96, 96), rng=s).kind for s in range(40))
    assert set(kinds) == {"cutpaste", "cutpaste_scar"} and min(kinds.values()) > 8


# superpixels


def test_slic_takes_the_nearest_of_the_centres_around():
    rng = np.random.default_rng(0)
    colours = rng.random((30, 41, 3), np.float32) * 20
    centres = np.float32([(y, x) for y in (5, 15, 25) for x in (5, 15, 25, 35)])
    side, compactness = np.float32(10), np.float32(8)
    y, x = np.mgrid[:30, :41]
    far = np.full((len(centres), 30, 41), np.inf)
    for k, (cy, cx) in enumerate(centres):
        tone = colours[int(cy + 0.5), int(cx + 0.5)]
        distance = ((colours - tone) ** 2).sum(axis=2)
        distance += (compactness / side) ** 2 * ((y - cy) ** 2 + (x - cx) ** 2)
        around = (np.abs(y - cy) <= side + 1) & (np.abs(x - cx) <= side + 1)
        around &= (y >= cy - side) & (x >= cx - side)
        far[k][around] = distance[around]
    found = _clusters(colours, centres.copy(), side, compactness, 1)
    assert (found == far.argmin(axis=0)).mean() > 0.999, "all but ties"


@pytest.mark.parametrize("channels", [1, 3])
def test_segments_are_connected_and_follow_the_picture(channels):
    halves = np.full((64, 96, channels), 0.2, np.float32)
    y, x = np.mgrid[:64, :96]
    right = x + y > 80
    halves[right] = 0.8
    labels = slic(frozen(halves), 40, 8)
    numbers = np.unique(labels)
    assert np.array_equal(numbers, np.arange(len(numbers))) and 20 < len(numbers) < 60
    crossing = 0
    for number in numbers:
        one = labels == number
        assert cv2.connectedComponents(one.view(np.uint8), connectivity=4)[0] == 2
        crossing += min((one & right).sum(), (one & ~right).sum())
    assert crossing < 0.01 * labels.size


@pytest.mark.parametrize("shape", [(8, 8), (9, 40), (200, 31)])
def test_a_flat_picture_has_even_segments(shape):
    labels = slic(np.zeros((*shape, 1), np.float32), 10, 8)
    areas = np.bincount(labels.ravel())
    assert areas.max() < 4 * areas.size * areas.min() and areas.sum() == shape[0] * shape[1]


@pytest.mark.parametrize("share", [0.05, 0.1, 0.4])
def test_superpixels_cover_their_share(share):
    scene = Scene(picture(150, 200))
    shares = [
        drawn(Superpixels(Marbled(), segments=150, share=share), seed)(scene).mask.mean()
        for seed in range(20)
    ]
    assert np.mean(shares) == pytest.approx(share, rel=0.2)


def test_superpixels_show_their_texture_where_it_is():
    scene = Scene(picture(300, 520))
    for seed in SEEDS:
        region = drawn(Superpixels(Texture(), share=0.2), seed)
        stencil = region(scene)
        whole = region.source(scene, Stencil(np.ones(scene.shape, np.float32)))
        under = cv2.dilate(stencil.mask, np.ones((9, 9))) > 0
        np.testing.assert_allclose(stencil.layer[under], whole[under], atol=1e-5)
        assert (stencil.top, stencil.left) == (0, 0) and set(np.unique(stencil.mask)) == {0, 1}


def test_superpixels_have_no_steps_where_they_are_enlarged():
    mask = drawn(Superpixels(Marbled(), share=0.3), 1)(Scene(picture(1024, 1024))).mask
    blocks = mask.reshape(256, 4, 256, 4).mean(axis=(1, 3))
    assert ((blocks > 0) & (blocks < 1)).sum() > 300


# fractals


@pytest.mark.parametrize("fullness", [0.5, 2.0, 3.5, 4.0, 5.9])
def test_the_maps_of_a_fractal_are_contractive(fullness):
    first = []
    for seed in range(50):
        maps = contractions(fullness, np.random.default_rng(seed))
        values = np.linalg.svd(maps[:, :, :2], compute_uv=False)
        assert values.max() <= 1 + 1e-9 and values.min() >= -1e-9
        assert (values[:, 0] + 2 * values[:, 1]).sum() == pytest.approx(fullness)
        assert np.abs(maps[:, :, 2]).max() <= 1
        first.append(values[0].sum())
    assert np.std(first) > 0.01


def test_the_chaos_game_is_the_slow_one():
    maps = contractions(3.7, np.random.default_rng(5))
    first = np.random.default_rng(6).random(500) < 0.4
    points = np.empty((500, 2))
    play(maps, first, points)
    point = np.zeros(2)
    for chosen, found in zip(first, points, strict=True):
        matrix = maps[0] if chosen else maps[1]
        point = matrix[:, :2] @ point + matrix[:, 2]
        assert found == pytest.approx(point, rel=1e-5, abs=1e-5)


def test_an_attractor_is_drawn_as_by_a_slow_chaos_game():
    rng = np.random.default_rng(3)
    drawn_fast = attractor(90, 3.6, np.random.default_rng(3))
    maps = contractions(3.6, rng)
    chance = abs(np.linalg.det(maps[0, :, :2]))
    chance /= chance + abs(np.linalg.det(maps[1, :, :2]))
    # Another run of the game, by other numbers: nearly all of either is in the other.
    other = np.random.default_rng(77)
    points, point = [], np.zeros(2)
    for step in range(30_000):
        matrix = maps[0] if other.random() < chance else maps[1]
        point = matrix[:, :2] @ point + matrix[:, 2]
        if step > 100:
            points.append(point)
    points = np.array(points)
    points = (points - points.min(axis=0)) / np.ptp(points, axis=0) * 87
    slow = np.zeros((90, 90), np.uint8)
    for y, x in np.rint(points).astype(int):
        slow[y : y + 3, x : x + 3] = 1
    square = np.ones((3, 3), np.uint8)
    assert (cv2.dilate(slow, square)[drawn_fast > 0]).mean() > 0.97
    assert (cv2.dilate(drawn_fast, square)[slow > 0]).mean() > 0.97
    assert drawn_fast.any(axis=0).all() and drawn_fast[[0, -1]].any(axis=1).all()


@pytest.mark.parametrize("angle", [0.0, 0.9, -2.5])
def test_a_fractal_shows_the_picture_turned_where_it_was_cut(angle):
    scene = places(240, 400)
    region = Fractal(size=0.3, angle=angle, fullness=3.8, seed=3)
    stencil = region(scene)
    matrix = looked_up(stencil, stencil.mask > 0, 400)
    cos, sin = math.cos(angle), math.sin(angle)
    assert matrix[:, :2] == pytest.approx(np.array([[cos, -sin], [sin, cos]]), abs=2e-3)
    # About one place of the frame: its turned square is pasted where it was cut.
    still = matrix @ (-stencil.left, -stencil.top, 1)
    if angle == 0:
        assert still == pytest.approx((0, 0), abs=1)
    else:
        x, y = np.linalg.solve(np.eye(2) - matrix[:, :2], still)
        assert 35 <= y <= 240 - 35 and 35 <= x <= 400 - 35


def test_a_fractal_lies_in_its_square_at_any_size():
    areas = []
    for side in (64, 256, 1024, 2048):
        region = Fractal(size=0.4, angle=0.0, fullness=3.9, seed=11)
        mask = region(Scene(picture(side, side, None))).mask
        y, x = np.nonzero(mask)
        assert 0.75 * 0.4 * side < np.ptp(y) + 1 <= 0.4 * side + 2
        assert np.ptp(x) + 1 <= 0.4 * side + 2
        areas.append(mask.sum() / side**2)
    assert max(areas) < 1.15 * min(areas)


def test_gain_is_by_channel_and_luma_on_grey():
    layer = frozen(np.random.default_rng(0).random((5, 6, 3), np.float32))
    gain = Gain(red=0.5, green=2, blue=1)
    assert changed(layer, gain) == pytest.approx(np.clip(layer * (0.5, 2, 1), 0, 1))
    grey = frozen(layer[:, :, :1].copy())
    weight = 0.299 * 0.5 + 0.587 * 2 + 0.114
    assert changed(grey, gain) == pytest.approx(np.clip(grey * weight, 0, 1))


# cells and polygons


@pytest.mark.parametrize("seed", SEEDS)
def test_the_pieces_of_cells_are_affine_pictures_of_the_picture(seed):
    stencil = Cells(size=0.1, rows=3, columns=2, share=0.7, seed=seed)(places(200, 300))
    assert stencil.mask.shape == (60, 40) and set(np.unique(stencil.mask)) <= {0, 1}
    shown = 0
    for row in range(0, 60, 20):
        for column in range(0, 40, 20):
            # Not the rim of a piece, where it is mixed with the edge's repetition.
            piece = np.pad(stencil.mask[row : row + 20, column : column + 20], 3)
            inner = cv2.erode(piece, np.ones((7, 7)))[3:-3, 3:-3]
            if inner.sum() < 12:
                continue
            where = np.zeros(stencil.mask.shape, bool)
            where[row : row + 20, column : column + 20] = inner > 0
            matrix = looked_up(stencil, where, 300)
            shown += abs(np.linalg.det(matrix[:, :2]) - 1) > 0.01
    assert shown, "nothing is warped"


def test_one_cell_at_least_is_shown_and_a_tenth_of_it():
    for seed in range(30):
        mask = Cells(size=0.2, rows=1, columns=1, share=0, seed=seed)(Scene(picture(64, 64))).mask
        assert mask.mean() > 0.08


@pytest.mark.parametrize(
    "region", [Cells(size=0.1, rows=1, columns=1), Fractal(size=0.1)], ids=["Cells", "Fractal"]
)
def test_donors_cut_from_the_object(region):
    image = np.zeros((100, 100, 3), np.uint8)
    image[:, 60:] = 255
    roi = np.zeros((100, 100), bool)
    roi[:, 70:] = True
    scene = Scene(frozen(image), roi=roi)
    for seed in range(20):
        stencil = drawn(region, seed)(scene)
        assert stencil.layer[stencil.mask > 0].min() > 0.9


@pytest.mark.parametrize("seed", SEEDS)
def test_a_polygon_is_inside_by_the_even_odd_rule(seed):
    region = Polygon(size=0.5, vertices=4 + seed % 8, seed=seed)
    mask = region(Scene(picture(120, 160))).mask
    rng = np.random.Generator(np.random.Philox(key=seed))
    corners = rng.random((region.vertices, 2)) * 59
    top, left = np.floor(corners.min(axis=0) + 0.5).astype(int)[::-1]
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]] + np.array([top, left])[:, None, None]
    inside = np.zeros(mask.shape, bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        spans = (ay > y) != (by > y)
        inside ^= spans & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    # The border's pixels are drawn too.
    assert mask[inside].mean() > 0.98
    rim = cv2.dilate(inside.view(np.uint8), np.ones((5, 5))) > 0
    assert (mask[~rim] > 0).mean() < 0.1


# every piece by itself


def test_each_piece_lands_on_the_object_with_its_size_and_layer():
    roi = np.zeros((200, 240), bool)
    roi[20:190, 110:230] = True
    scene = Scene(picture(200, 240), roi=roi)
    mask, layer = np.zeros((60, 80), np.float32), np.zeros((60, 80, 3), np.float32)
    boxes = {0.2: np.s_[3:23, 4:20], 0.5: np.s_[30:40, 10:40], 0.8: np.s_[45:57, 60:70]}
    for tone, box in boxes.items():
        mask[box] = 1
        layer[box] = tone
    stencil = Stencil(frozen(mask), 5, 2, frozen(layer), "dent")
    kept = 0
    for seed in range(20):
        placed = EachPiece(seed=seed)(stencil, scene)
        y, x = np.nonzero(placed.mask)
        assert roi[y + placed.top, x + placed.left].all() and placed.kind == "dent"
        for tone, box in boxes.items():
            where = (placed.mask > 0) & (np.abs(placed.layer[:, :, 0] - tone) < 1e-6)
            size = mask[box].shape
            assert where.sum() <= size[0] * size[1]
            if where.sum() == size[0] * size[1]:
                y, x = np.nonzero(where)
                assert (np.ptp(y) + 1, np.ptp(x) + 1) == size
                kept += 1
    assert kept > 50, "pieces are lost otherwise than under others"


def test_what_lies_on_the_object_stays_where_it_is():
    roi = np.zeros((100, 100), bool)
    roi[:, 30:] = True
    scene = Scene(picture(100, 100), roi=roi)
    stencil = Stencil(np.ones((20, 40), np.float32), 40, 20)
    placed = EachPiece(share=2 / 3, seed=1)(stencil, scene)
    assert (placed.top, placed.left) == (40, 20)
    assert not placed.mask[:, :10].any() and placed.mask[:, 10:].all()
    away = EachPiece(share=0.8, seed=1)(stencil, scene)
    assert away.mask.sum() == 800 and away.left >= 30


def test_racp_pastes_the_real_defect_on_the_object():
    roi = np.zeros((128, 128), bool)
    roi[60:, :] = True
    for seed in range(6):
        scene = Scene(picture(128, 128), roi=roi)
        sample = recipes.racp(scene, rng=seed, defects=defects()[:1])
        assert not sample.mask[:60].any()
        seen = sample.image[sample.mask > 0].mean(axis=0)
        assert np.abs(seen - (10, 0, 20)).max() < 60, "the bar of the pool is dark"


@pytest.mark.parametrize("name", ["superpixel", "fractal", "affine", "racp", "ssaps", "realnet"])
def test_few_draws_are_refused(name):
    samples = [getattr(recipes, name)(picture(96, 96), rng=s, **pools()) for s in range(20)]
    per_defect = [sample.attempts / len(sample.defects) for sample in samples]
    assert np.mean(per_defect) < 1.6

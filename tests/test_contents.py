"""What is seen: layers against the picture or the texture they come from."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from scipy import ndimage

from blemish import Scene, Stencil
from blemish.changes import Gamma, Invert
from blemish.contents import Marbled, Shifted, Texture
from blemish.file import File
from blemish.pools import open_pool
from conftest import drawn, frozen, picture, textures


def stencil(top, left, height, width):
    return Stencil(frozen(np.ones((height, width), np.float32)), top, left)


def whole(scene):
    return stencil(0, 0, *scene.shape)


# Shifted


@pytest.mark.parametrize(
    ("y", "x", "top", "left"), [(0.0, 0.0, 0, 0), (1.0, 1.0, 25, 42), (0.5, 0.25, 13, 10)]
)
def test_shifted_is_a_box_of_the_picture(y, x, top, left):
    scene = Scene(picture(40, 60))
    layer = Shifted(y, x)(scene, stencil(3, 5, 15, 18))
    assert np.array_equal(layer, scene.crop(top, left, 15, 18))


def test_shifted_by_nothing_where_the_box_is_the_frame():
    scene = Scene(picture(40, 60))
    assert np.array_equal(Shifted(0.7, 0.2)(scene, whole(scene)), scene.crop(0, 0, 40, 60))


def test_shifted_is_changed():
    scene = Scene(picture(40, 60))
    box = stencil(3, 5, 15, 18)
    after = Shifted(0.3, 0.3, Invert())(scene, box)
    np.testing.assert_allclose(after, 1 - Shifted(0.3, 0.3)(scene, box), atol=1e-6)


# Texture


def file_of(image):
    return File("textures", "t.png", "0" * 64, origin=image)


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("shape", [(64, 64), (150, 260), (400, 330)])
def test_a_texture_is_stretched_over_the_frame(number, shape):
    image, scene = textures()[number], Scene(picture(*shape))
    full = scene.read(file_of(image))
    h, w = min(full.shape[0], shape[0]), min(full.shape[1], shape[1])
    small = cv2.resize(full, (w, h), interpolation=cv2.INTER_AREA)
    wanted = cv2.resize(small, shape[::-1], interpolation=cv2.INTER_LINEAR)
    layer = Texture(file_of(image))(scene, whole(scene))
    np.testing.assert_allclose(layer, wanted, atol=0.51 / 255)


@pytest.mark.parametrize("content", [Texture(file_of(textures()[1])), drawn(Marbled(), 3)])
@pytest.mark.parametrize("shape", [(64, 64), (150, 260), (700, 530)])
@pytest.mark.parametrize("share", [0.02, 0.2, 0.9])
def test_the_box_is_a_window_on_the_frame(content, shape, share):
    scene = Scene(picture(*shape))
    height, width = (max(1, int(side * share**0.5)) for side in shape)
    for top, left in ((0, 0), (shape[0] - height, shape[1] - width), (2, 3)):
        height, width = min(height, shape[0] - top), min(width, shape[1] - left)
        layer = content(scene, stencil(top, left, height, width))
        wanted = content(scene, whole(scene))[top : top + height, left : left + width]
        np.testing.assert_allclose(layer, wanted, atol=1e-5)


@pytest.mark.parametrize("content", [Texture(file_of(textures()[1])), drawn(Marbled(), 3)])
def test_a_layer_is_made_where_a_blend_reads_it(content):
    scene = Scene(picture(60, 80))
    mask = np.zeros((30, 40), np.float32)
    mask[8, 9], mask[20:24, 30] = 1, 0.2
    box = Stencil(frozen(mask), 5, 6).fitted(3, 60, 80)
    rows, columns = slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)
    wanted = content(scene, whole(scene))[rows, columns]
    near = ndimage.binary_dilation(box.mask > 0, np.ones((7, 7)))
    layer = content(scene, box)
    assert near.mean() < 0.8
    np.testing.assert_allclose(layer[near], wanted[near], atol=1e-5)


@pytest.mark.parametrize(
    "part",
    [
        lambda changes: Texture(file_of(textures()[1]), changes),
        lambda changes: Marbled(4, 1, 0.0, 0.5, 2.0, 0.5, 3, changes),
        lambda changes: Shifted(0.2, 0.3, changes),
    ],
    ids=["Texture", "Marbled", "Shifted"],
)
def test_changes_may_be_written_as_a_list(part):
    scene = Scene(picture(40, 50))
    as_list, as_tuple = part([Invert(), Gamma(0.5)]), part((Invert(), Gamma(0.5)))
    box = stencil(3, 4, 20, 30)
    assert np.array_equal(as_list(scene, box), as_tuple(scene, box))


def test_two_textures_of_one_name_are_not_mixed_up():
    # File compares without its origin: a cache that goes by that alone shows the wrong picture.
    scene = Scene(picture(40, 50))
    first, second = (open_pool("textures", [textures()[number]])[0] for number in (0, 1))
    assert first.path == second.path
    layers = [Texture(file)(scene, whole(scene)) for file in (first, second, first)]
    assert np.array_equal(layers[0], layers[2]) and not np.array_equal(layers[0], layers[1])


def test_a_texture_smaller_than_the_frame_is_not_repeated():
    scene = Scene(picture(100, 100))
    ramp = frozen(np.tile(np.linspace(0, 255, 16).astype(np.uint8), (16, 1)))
    layer = Texture(file_of(ramp))(scene, whole(scene))
    assert (np.diff(layer[50, :, 0]) >= -1e-6).all() and np.ptp(layer, axis=2).max() < 1e-6


def test_a_texture_is_changed():
    scene = Scene(picture(64, 64))
    plain, inverted = (
        Texture(file_of(textures()[1]), changes)(scene, whole(scene)) for changes in ((), Invert())
    )
    np.testing.assert_allclose(inverted, 1 - plain, atol=1e-5)


def test_a_texture_without_its_pool_says_what_to_pass():
    scene = Scene(picture(64, 64))
    with pytest.raises(LookupError, match="pass textures=FOLDER"):
        Texture(file_of(None))(scene, whole(scene))


# Marbled


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [(64, 64), (600, 90)])
def test_marbled_textures_are_neither_flat_nor_alike(shape, channels):
    scene = Scene(picture(*shape, channels))
    layers = [drawn(Marbled(), seed)(scene, whole(scene)) for seed in range(12)]
    assert all(layer.min() >= 0 and layer.max() <= 1 for layer in layers)
    deviations = [layer.std(axis=(0, 1)).max() for layer in layers]
    assert sum(deviation > 0.02 for deviation in deviations) >= 9
    for one, other in pairwise(layers):
        assert np.abs(one - other).mean() > 0.02


@pytest.mark.parametrize("shape", [(64, 64), (8, 4000), (3000, 40)])
@pytest.mark.parametrize("cells", [0.1, 40, 1000])
def test_a_marbled_texture_has_a_picture_for_every_frame_and_grain(shape, cells):
    scene = Scene(picture(*shape))
    layer = Marbled(cells, 3, 0.5, 1.0, 2.0, 0.5, seed=4)(scene, stencil(0, 0, 8, 8))
    assert layer.shape == (8, 8, 3) and np.isfinite(layer).all()


def test_the_grain_of_a_marbled_texture_is_stretched_along_its_angle():
    scene = Scene(picture(200, 200, 1))
    for angle, along in ((0.0, 1), (np.pi / 2, 0)):
        marbled = Marbled(10, 8, angle, 0.0, 1.0, 0.4, seed=4)
        layer = marbled(scene, whole(scene))[:, :, 0]
        slopes = [np.abs(np.diff(layer, axis=axis)).mean() for axis in (0, 1)]
        assert slopes[along] < 0.5 * slopes[1 - along]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Shifted(1.1, 0),
        lambda: Shifted(0, -0.1),
        lambda: Marbled(cells=0),
        lambda: Marbled(stretch=0.5),
        lambda: Marbled(warp=-1),
        lambda: Marbled(bands=0),
        lambda: Marbled(roughness=1.5),
    ],
)
def test_what_makes_no_sense_is_refused(make):
    with pytest.raises(ValueError, match=r"\w+\.\w+ must be"):
        make()

"""The scene: the picture, boxes of it, other pictures in its channels, and what is known of it."""

import cv2
import numpy as np
import pytest

from blemish import Scene
from blemish.file import File
from blemish.images import BadFile
from conftest import frozen, picture


@pytest.mark.parametrize(("channels", "seen"), [(None, 1), (1, 1), (2, 1), (3, 3), (4, 3)])
def test_alpha_is_no_channel(channels, seen):
    scene = Scene(picture(9, 13, channels))
    assert (scene.shape, scene.side, scene.channels) == ((9, 13), 9, seen)
    assert scene.colour.shape == (9, 13, seen)
    assert np.shares_memory(scene.colour, scene.image)


def test_an_image_is_checked_at_the_door():
    with pytest.raises(ValueError, match="at least 8 px"):
        Scene(np.zeros((4, 4), np.uint8))
    with pytest.raises(TypeError, match="NumPy array"):
        Scene("good.png")


def test_crop():
    image = picture(20, 30)
    crop = Scene(image).crop(3, 5, 7, 25)
    assert crop.dtype == np.float32
    np.testing.assert_allclose(crop, image[3:10, 5:30] / 255, atol=1e-7)


def test_crop_with_the_white_of_a_camera():
    image = picture(20, 30, 1, np.uint16, white=4095)
    assert Scene(image, white=4095).full == 4095
    crop = Scene(image, white=4095).crop(0, 0, 20, 30)
    np.testing.assert_allclose(crop, image / 4095, atol=1e-6)


@pytest.mark.parametrize("box", [(-1, 0, 5, 5), (0, -1, 5, 5), (16, 0, 5, 5), (0, 26, 5, 5)])
def test_a_box_outside_the_frame_is_refused(box):
    with pytest.raises(ValueError, match="leaves the frame"):
        Scene(picture(20, 30)).crop(*box)


def test_everything_is_foreground_without_an_estimator():
    foreground = Scene(picture(20, 30)).foreground
    assert foreground.dtype == bool and foreground.shape == (20, 30) and foreground.all()


def test_the_estimator_is_asked_once_and_only_when_needed():
    asked = []

    def estimator(scene):
        asked.append(scene)
        return scene.image[:, :, 0] > 100

    image = picture(20, 30)
    scene = Scene(image, estimator=estimator)
    assert not asked
    assert np.array_equal(scene.foreground, image[:, :, 0] > 100)
    assert scene.foreground is scene.foreground
    assert len(asked) == 1 and asked[0] is scene


def test_where_defects_may_lie():
    image, roi = picture(20, 30), np.zeros((20, 30), bool)
    roi[:, 10:] = True
    bright = image[:, :, 0] > 100
    assert Scene(image).everywhere and Scene(image).allowed.all()
    assert Scene(image, estimator=lambda scene: np.ones((20, 30), bool)).everywhere
    scene = Scene(image, roi=roi, estimator=lambda scene: bright)
    assert not scene.everywhere and np.array_equal(scene.allowed, roi & bright)


def test_a_roi_of_another_size_is_refused():
    Scene(picture(20, 30), roi=np.ones((20, 30), bool))
    with pytest.raises(ValueError, match="must have the size of the image"):
        Scene(picture(20, 30), roi=np.ones((30, 20), bool))


def file_of(origin):
    return File("textures", "t.png", "0" * 64, origin=origin)


def test_read_brings_any_picture_to_the_scenes_channels_and_range():
    deep = np.random.default_rng(0).integers(0, 65536, (10, 12, 3), np.uint16)
    read = Scene(picture(9, 9)).read(file_of(frozen(deep)))
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, deep / 65535, atol=1e-6)
    grey = Scene(picture(9, 9, None)).read(file_of(deep))
    np.testing.assert_allclose(grey[:, :, 0], deep / 65535 @ [0.299, 0.587, 0.114], atol=1e-5)
    colour = Scene(picture(9, 9)).read(file_of(picture(10, 12, None)))
    assert colour.shape == (10, 12, 3) and np.ptp(colour, axis=2).max() == 0


def test_read_leaves_alpha_out_and_knows_a_pair():
    image = picture(10, 12, 4)
    pair = (image, np.ones((10, 12), bool))
    assert np.array_equal(Scene(picture(9, 9)).read(file_of(pair)), Scene(image).crop(0, 0, 10, 12))


def test_read_of_a_file(tmp_path):
    image = picture(10, 12)
    path = tmp_path / "t.png"
    cv2.imwrite(str(path), image[:, :, ::-1])
    read = Scene(picture(9, 9)).read(file_of(path))
    np.testing.assert_allclose(read, image / 255, atol=1e-7)
    path.write_bytes(b"no picture")
    with pytest.raises(BadFile, match=r"t\.png"):
        Scene(picture(9, 9)).read(file_of(path))


def test_a_file_without_its_pool_says_what_to_pass():
    with pytest.raises(LookupError, match="pass textures=FOLDER"):
        Scene(picture(9, 9)).read(file_of(None))

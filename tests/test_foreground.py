"""Object masks: against pictures whose truth is known, real pictures, and what may be handed in."""

import logging
import pickle
import threading
from functools import cache

import cv2
import numpy as np
import pytest

from blemish import Scene
from blemish.foreground import SURE, Automatic, _cache, estimate
from blemish.images import read_image, sha256_of, write_image
from blemish.placements import OnObject
from blemish.regions import Rectangle
from conftest import frozen, picture
from drawn_parts import FAMILIES, drawn_part
from outlines import outline_mask, outlines

EACH = 8


def overlap(mask, truth):
    return np.count_nonzero(mask & truth) / np.count_nonzero(mask | truth)


def disc(height, width, back, front, channels=3):
    """A disc in the middle of an even background, and where it is."""
    y, x = np.mgrid[:height, :width]
    radius = 0.3 * min(height, width)
    truth = (y - height / 2 + 0.5) ** 2 + (x - width / 2 + 0.5) ** 2 < radius**2
    image = np.where(truth[:, :, None], front, back) * np.ones(channels)
    return image.astype(np.uint8), truth


@cache
def drawn_and_found(family):
    """Pictures of that family, and what is found in them."""
    drawn = [drawn_part(family, number) for number in range(EACH)]
    return drawn, [estimate(d.image) for d in drawn]


class TestDrawn:
    """72 pictures of parts whose outline is known."""

    @pytest.mark.parametrize("family", FAMILIES)
    def test_agrees_with_the_truth(self, family):
        drawn, found = drawn_and_found(family)
        overlaps = [overlap(f.mask, d.truth) for f, d in zip(found, drawn, strict=True)]
        assert np.median(overlaps) >= 0.97
        assert np.percentile(overlaps, 20) >= 0.95
        right = [f for f, o in zip(found, overlaps, strict=True) if o > 0.95]
        assert all(f.confidence >= SURE and not f.texture for f in right)

    @pytest.mark.parametrize("family", FAMILIES)
    def test_does_not_reach_over_the_edge(self, family):
        drawn, found = drawn_and_found(family)
        over = [np.mean(~d.truth[f.mask]) for f, d in zip(found, drawn, strict=True)]
        assert np.median(over) <= 0.001 and max(over) <= 0.05

    def test_nor_does_what_is_placed_on_it(self):
        """A twentieth of what is placed at the very ends of the part, at most, hangs over."""
        over = []
        for d, f in (
            pair for family in FAMILIES for pair in zip(*drawn_and_found(family), strict=True)
        ):
            scene = Scene(d.image, estimator=lambda _, mask=f.mask: mask)
            frame = np.pad(d.truth, 200, constant_values=True)  # beyond the frame nothing is seen
            for k, where in enumerate((0, 0.25, 0.5, 0.75, 1)):
                shape = Rectangle(area=0.0005 * 3**k, aspect=0.7)(scene)
                placed = OnObject(where, where)(shape, scene)
                (h, w), top, left = placed.mask.shape, placed.top + 200, placed.left + 200
                over.append(np.mean(~frame[top : top + h, left : left + w][placed.mask > 0]))
        assert len(over) == 5 * EACH * len(FAMILIES)
        assert np.median(over) == 0 and np.percentile(over, 98) <= 0.05

    @pytest.mark.parametrize("number", range(4))
    def test_polarity(self, number):
        """White on black is found as black on white is, and as what it is on grey."""
        drawn = drawn_part("dark", number)
        one, other = estimate(drawn.image), estimate(255 - drawn.image)
        assert overlap(one.mask, other.mask) > 0.97

    def test_turned_and_mirrored(self):
        drawn = drawn_part("coloured", 5)
        mask = estimate(drawn.image).mask
        turned = estimate(np.ascontiguousarray(np.rot90(drawn.image))).mask
        mirrored = estimate(np.ascontiguousarray(drawn.image[:, ::-1])).mask
        assert overlap(np.rot90(mask), turned) > 0.97
        assert overlap(mask[:, ::-1], mirrored) > 0.97


class TestShapes:
    def test_a_hole_is_no_part(self):
        drawn = drawn_part("hole", 1)
        hole = _filled(drawn.truth) & ~drawn.truth
        assert hole.sum() > 500
        assert estimate(drawn.image).mask[hole].mean() < 0.02

    def test_what_is_not_background_is_no_hole(self):
        image, truth = disc(256, 256, (240, 240, 240), (120, 60, 40))
        cv2.circle(image, (128, 128), 25, (60, 160, 60), -1)
        assert overlap(estimate(image).mask, truth) > 0.97

    def test_a_soft_shadow_is_background(self):
        image, truth = disc(256, 256, (200, 60, 60), (60, 60, 200))
        shadow = cv2.GaussianBlur(np.roll(truth, (10, 14), (0, 1)).astype(np.float64), (0, 0), 6)
        dark = (image * (1 - 0.4 * shadow * ~truth)[:, :, None]).astype(np.uint8)
        assert overlap(estimate(dark).mask, truth) > 0.96

    def test_each_of_several_is_found(self):
        drawn = drawn_part("several", 2)
        count, pieces = cv2.connectedComponents(drawn.truth.astype(np.uint8))
        mask = estimate(drawn.image).mask
        assert count == 5
        assert all(mask[pieces == k].mean() > 0.9 for k in range(1, count))

    def test_a_strip_reaches_from_side_to_side(self):
        drawn = drawn_part("strip", 0)
        mask = estimate(drawn.image).mask
        assert mask[:, 0].any() and mask[:, -1].any() and not mask[0].any()

    def test_doubt_grows_as_the_contrast_falls(self):
        rng = np.random.default_rng(0)
        sure = []
        for front in (60, 90, 103, 118):
            image, _ = disc(200, 240, 120, front)
            noisy = image + rng.normal(0, 3, image.shape)
            found = estimate(np.clip(noisy, 0, 255).astype(np.uint8))
            sure.append(-found.confidence if found.texture else found.confidence)
        assert sure == sorted(sure, reverse=True)
        assert sure[0] > 0.8 and sure[-1] < SURE


class TestTextures:
    @pytest.mark.parametrize(
        "image",
        [
            np.zeros((64, 64, 3), np.uint8),
            np.full((40, 90), 255, np.uint8),
            np.full((8, 8, 4), 0.5, np.float32),
            np.full((300, 200, 3), 40000, np.uint16),
        ],
        ids=["black", "white", "grey with alpha", "16 bit"],
    )
    def test_nothing_to_see(self, image):
        found = estimate(image)
        assert found.texture and found.mask.all() and found.confidence == 0

    @pytest.mark.parametrize("name", ["noise", "waves", "chequers", "bands", "weave", "slope"])
    def test_made_by_code(self, name):
        rng = np.random.default_rng(1)
        y, x = np.mgrid[:300, :400]
        image = {
            "noise": rng.integers(0, 256, (300, 400)),
            "waves": picture(300, 400),
            "chequers": (y // 40 + x // 40) % 2 * 200 + 20,
            "bands": x // 30 % 2 * 150 + 50,
            "weave": 120 + 50 * np.sin(x / 3) * np.sin(y / 3) + rng.normal(0, 9, (300, 400)),
            "slope": 40 + x / 2,
        }[name].astype(np.uint8)
        found = estimate(image)
        assert found.texture and found.mask.all()


class TestReal:
    """Pictures of parts and of textures; see their README for where they come from."""

    @pytest.mark.parametrize(
        "name", ["bottle", "hazelnut_toy", "macaroni", "metal_nut"], ids=lambda name: name
    )
    def test_parts(self, data, name):
        found = _estimates(sorted((data / name).glob("test/good/*"))[:4])
        assert all(not f.texture for f in found)
        assert np.median([f.confidence for f in found]) > 0.7

    @pytest.mark.parametrize("name", ["bottle", "hazelnut_toy", "macaroni", "metal_nut"])
    def test_agrees_with_outlines_drawn_by_hand(self, data, name):
        overlaps, over = [], []
        for file, entry in list(outlines()[name].items())[::2]:
            mask, truth = estimate(read_image(data / name / file)).mask, outline_mask(entry)
            overlaps.append(overlap(mask, truth))
            over.append(np.mean(~truth[mask]))
        assert np.median(overlaps) >= 0.95 and min(overlaps) >= 0.9
        assert np.median(over) <= 0.01 and max(over) <= 0.05

    @pytest.mark.parametrize("name", ["pill", "toothbrush", "hazelnut", "zipper", "cable"])
    def test_defective_parts(self, data, name):
        found = _estimates(sorted((data / "defect_bank" / name / "test").glob("*/*"))[::6])
        assert all(not f.texture for f in found)

    @pytest.mark.parametrize("name", ["carpet", "tile", "defect_bank/carpet", "defect_bank/tile"])
    def test_textures(self, data, name):
        found = _estimates(sorted((data / name / "test").glob("*/*"))[::6])
        assert found and all(f.texture for f in found)

    @pytest.mark.parametrize("name", ["textures/cc0", "textures/chequered", "textures/banded"])
    def test_more_textures(self, data, name):
        found = _estimates(sorted((data / name).glob("*"))[:10])
        assert np.mean([f.texture for f in found]) >= 0.9

    def test_magnetic_tiles(self, data):
        """A few were photographed with the dark beside the tile, which is indeed background."""
        found = _estimates(sorted((data / "magnetic_tile" / "train" / "good").glob("*"))[::30])
        assert np.mean([f.texture for f in found]) >= 0.8

    def test_the_hole_of_a_nut_stays(self, data):
        for found in _estimates(sorted((data / "metal_nut" / "test" / "good").glob("*"))[:4]):
            h, w = found.mask.shape
            middle = found.mask[h // 2 - h // 20 : h // 2 + h // 20, w // 2 - w // 20 : w // 2]
            assert not middle.any()

    def test_four_macaroni(self, data):
        for found in _estimates(sorted((data / "macaroni" / "test" / "good").glob("*"))[:3]):
            assert cv2.connectedComponents(found.mask.astype(np.uint8))[0] == 5


class TestForms:
    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
    @pytest.mark.parametrize("channels", [None, 1, 2, 3, 4])
    def test_every_form_gives_the_same(self, dtype, channels):
        eight, truth = disc(120, 90, 220, 60, channels or 1)
        eight[:, :, 1::2] = eight[:, :, :1]
        scale = 1 / 255 if np.dtype(dtype).kind == "f" else 257 if dtype == np.uint16 else 1
        image = (eight.astype(np.float64) * scale).astype(dtype)
        found = estimate(frozen(image if channels else image[:, :, 0]))
        assert found.mask.dtype == bool and found.mask.shape == (120, 90)
        assert isinstance(found.confidence, float) and isinstance(found.texture, bool)
        assert overlap(found.mask, truth) > 0.95

    def test_alpha_is_not_looked_at(self):
        image, _ = disc(100, 100, 220, 60, 4)
        image[:, :, 3] = 255
        image[20:30, 20:80, 3] = 0
        np.testing.assert_array_equal(estimate(image).mask, estimate(image[:, :, :3]).mask)

    @pytest.mark.parametrize(
        "shape", [(8, 8), (8, 300), (9, 1500), (257, 255), (1025, 31), (2100, 1300)]
    )
    def test_every_size(self, shape):
        for image in (disc(*shape, 230, 30)[0], picture(*shape)):
            found = estimate(image)
            assert found.mask.shape == shape and found.mask.any()
            assert 0 <= found.confidence <= 1 and (not found.texture or found.mask.all())

    def test_a_large_picture_is_found_as_the_small_one(self):
        small, truth = disc(500, 700, (230, 230, 225), (40, 60, 120))
        large = cv2.resize(small, (2800, 2000), interpolation=cv2.INTER_NEAREST)
        there = cv2.resize(truth.astype(np.uint8), (2800, 2000), interpolation=cv2.INTER_NEAREST)
        assert overlap(estimate(large).mask, there > 0) > 0.98

    def test_the_white_of_a_camera(self):
        eight, truth = disc(200, 200, 90, 30)
        twelve = eight.astype(np.uint16) * 16
        assert overlap(estimate(twelve, white=4095).mask, truth) > 0.97
        with pytest.raises(ValueError, match="white"):
            estimate(eight, white=4095)

    def test_what_is_no_image_is_refused(self):
        with pytest.raises(ValueError, match="at least 8 px"):
            estimate(np.zeros((4, 9), np.uint8))
        with pytest.raises(TypeError, match="uint8"):
            estimate(np.zeros((90, 90), np.int32))

    def test_the_number_of_threads_does_not_matter(self):
        image = drawn_part("gradient", 3).image
        before = cv2.getNumThreads()
        try:
            masks = []
            for threads in (1, 4):
                cv2.setNumThreads(threads)
                masks.append(estimate(image).mask)
        finally:
            cv2.setNumThreads(before)
        np.testing.assert_array_equal(*masks)


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """Makes the scene of a file, with an empty cache on disk and in memory."""
    monkeypatch.setenv("BLEMISH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(_cache, "_recent", type(_cache._recent)())
    _cache._tell_once.cache_clear()

    def make(image=None, white=None):
        image = drawn_part("white", 1).image if image is None else image
        path = tmp_path / "part.png"
        write_image(path, image)
        return Scene(image, white, path, estimator=Automatic(), sha256=sha256_of(path))

    return make


def forget():
    """Forget what this process has kept in memory."""
    _cache._recent.clear()


def files(tmp_path):
    return sorted(p for p in (tmp_path / "cache").rglob("*") if p.is_file())


@pytest.fixture
def asked(monkeypatch):
    """How often a mask was computed."""
    from blemish.foreground import _automatic

    count = []

    def counted(*given):
        count.append(given)
        return compute(*given)

    compute = _automatic.estimate_fine
    monkeypatch.setattr(_automatic, "estimate_fine", counted)
    return count


class TestAutomatic:
    def test_is_the_estimate(self, scene):
        asked = scene()
        np.testing.assert_array_equal(asked.foreground, estimate(asked.image).mask)

    def test_travels_to_workers(self):
        assert pickle.loads(pickle.dumps(Automatic())) == Automatic()

    def test_from_disk_and_memory_as_fresh(self, scene, asked, tmp_path):
        for image in (None, picture(1500, 1100), disc(1400, 2100, 230, 60)[0]):
            forget()
            before = len(asked)
            fresh = Automatic(keep=False).look(scene(image))
            for again in range(3):
                looked = Automatic().look(scene(image))
                np.testing.assert_array_equal(looked.mask, fresh.mask)
                assert (looked.confidence, looked.texture) == (fresh.confidence, fresh.texture)
                if again == 1:
                    forget()
            assert len(asked) == before + 2
        assert len(files(tmp_path)) == 3
        assert {p.parent.name for p in files(tmp_path)} == {f"v{_cache.VERSION}"}
        assert max(p.stat().st_size for p in files(tmp_path)) < 20_000

    def test_another_white_is_another_picture(self, scene, asked, tmp_path):
        twelve = disc(100, 100, 220, 60)[0].astype(np.uint16) * 16
        for white in (4095, None, 4095):
            Automatic().look(scene(twelve, white))
        assert len(asked) == 2 and len(files(tmp_path)) == 2

    @pytest.mark.parametrize("digest", [None, "../../etc", "ABC", ""])
    def test_nothing_is_kept_without_a_hash(self, scene, asked, tmp_path, digest):
        image = drawn_part("dark", 1).image
        for _ in range(2):
            Automatic().look(Scene(image, sha256=digest))
        assert len(asked) == 2 and files(tmp_path) == []

    @pytest.mark.parametrize("damage", ["cut", "empty", "changed", "other"])
    def test_a_damaged_file_is_written_anew(self, scene, asked, tmp_path, damage):
        fresh = Automatic().look(scene())
        (kept,) = files(tmp_path)
        data = kept.read_bytes()
        flipped = bytes([*data[:20], data[20] ^ 1, *data[21:]])
        kept.write_bytes(
            {"cut": data[:-9], "empty": b"", "changed": flipped, "other": b"mask"}[damage]
        )
        forget()
        again = Automatic().look(scene())
        np.testing.assert_array_equal(again.mask, fresh.mask)
        assert len(asked) == 2 and kept.read_bytes() == data

    def test_a_folder_that_cannot_be_written(self, scene, asked, tmp_path, monkeypatch, caplog):
        (tmp_path / "file").touch()
        monkeypatch.setenv("BLEMISH_CACHE", str(tmp_path / "file"))
        with caplog.at_level(logging.INFO):
            for _ in range(2):
                forget()
                assert Automatic().look(scene()).mask.any()
        told = [r for r in caplog.records if "not kept" in r.getMessage()]
        assert len(asked) == 2 and len(told) == 1

    def test_where_the_folder_is(self, tmp_path, monkeypatch):
        monkeypatch.delenv("BLEMISH_CACHE")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        last = f"foreground/v{_cache.VERSION}"
        assert _cache.folder() == tmp_path / "blemish" / last
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        assert _cache.folder() == tmp_path / "home" / ".cache" / "blemish" / last
        monkeypatch.setenv("BLEMISH_CACHE", str(tmp_path / "own"))
        assert _cache.folder() == tmp_path / "own" / last

    def test_memory_is_bounded(self, scene, monkeypatch):
        monkeypatch.setattr(_cache, "_RECENT", 2)
        for level in (10, 20, 30, 40):
            Automatic().look(scene(np.full((20, 20), level, np.uint8)))
        assert len(_cache._recent) == 2

    def test_threads_agree(self, scene):
        wanted, given, found = Automatic().look(scene()).mask, scene(), []
        forget()
        threads = [
            threading.Thread(target=lambda: found.append(Automatic().look(given).mask))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 4 and all(np.array_equal(mask, wanted) for mask in found)

    def test_a_doubtful_mask_is_told_and_a_worse_one_not_used(self, scene, monkeypatch, caplog):
        from blemish.foreground import Foreground, _automatic

        part = np.zeros((20, 20), bool)
        part[5:15, 5:15] = True
        for confidence, used in ((0.8, True), (0.4, True), (0.1, False)):
            forget()
            found = Foreground(part, confidence, False)
            monkeypatch.setattr(_automatic, "estimate_fine", lambda *given, found=found: found)
            caplog.clear()
            with caplog.at_level(logging.INFO):
                looked = Automatic().look(scene(np.full((20, 20), int(100 * confidence), np.uint8)))
            assert looked.mask.all() != used and looked.texture != used
            assert ("not surely" in caplog.text) == (confidence < SURE)


def _filled(mask):
    outside = np.zeros((mask.shape[0] + 2, mask.shape[1] + 2), np.uint8)
    flooded = mask.astype(np.uint8)
    cv2.floodFill(flooded, outside, (0, 0), 2)
    return flooded != 2


def _estimates(paths):
    return [estimate(read_image(path)) for path in paths]

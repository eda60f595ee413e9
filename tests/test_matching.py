"""Sizes that are asked for, quotas, and defects whose measures are like real ones."""

import json
from collections import Counter

import numpy as np
import pytest

import blemish as bl
from blemish import Combined, Scene, Then, choice, draw, files, find, from_dict, several, to_dict
from blemish.changes import Flip
from blemish.matching import Match, each_recipe, match, sized
from blemish.measures import profiles
from blemish.quotas import options_of, quota_of
from blemish.recipe import NoDefect
from blemish.recipes import cutpaste, cutpaste_scar, draem, real_defects
from blemish.regions import DefectBank, Rectangle, Scar, Sized
from blemish.stencil import SURROUNDINGS_PX
from conftest import defects, drawn, opened, picture
from making import defect_bank, goods, pixels, records, save, shell, textured, told

# sized


@pytest.mark.parametrize("name", ["scratch", "stain", "dent", "crack", "rust", "cutpaste", "fpi"])
def test_what_is_labelled_has_the_size_that_is_asked_for(name):
    recipe, shares = sized(find(name), 0.02), []
    for seed in range(8):
        sample = bl.synthesize(recipe, picture(200, 260), seed, sources=[picture(200, 260, seed=5)])
        shares.append((sample.mask > 0).mean())
    assert 0.5 * 0.02 < np.median(shares) < 1.6 * 0.02


@pytest.mark.parametrize("area", [0.0005, 0.01, 0.2])
def test_a_shape_gets_the_area_that_is_asked_for(area):
    scene = Scene(picture(300, 400))
    for region in (Rectangle(0.07, 2.0), drawn(Scar(0.3, 0.05)), drawn(DefectBank())):
        stencil = Sized(region, area)(scene)
        covered = (stencil.mask > 0.08 * stencil.mask.max()).sum() / (300 * 400)
        assert covered == pytest.approx(area, rel=0.3 if area < 0.001 else 0.1)
        before = region(scene)
        middle = [before.top + before.height / 2, before.left + before.width / 2]
        assert stencil.top + stencil.height / 2 == pytest.approx(middle[0], abs=1)
        assert stencil.left + stencil.width / 2 == pytest.approx(middle[1], abs=1)
        assert stencil.kind == before.kind


def test_a_donor_keeps_its_surroundings():
    scene = Scene(picture(200, 200))
    stencil = Sized(drawn(Scar(0.3, 0.1)), 0.001)(scene)
    y, x, h, w = stencil.support()
    assert min(y, x) >= SURROUNDINGS_PX
    assert min(stencil.height - y - h, stencil.width - x - w) >= SURROUNDINGS_PX
    assert stencil.layer.shape == (*stencil.mask.shape, 3)


def test_every_recipe_inside_is_sized():
    recipe = Then(
        choice(several(choice(cutpaste, draem), 2), Combined((cutpaste_scar, draem))), Flip()
    )
    found = []
    each_recipe(sized(recipe, 0.01), lambda one: found.append(one.region) or one)
    assert len(found) == 4 and all(isinstance(r, Sized) and r.area == 0.01 for r in found)


def test_area_on_the_command_line(tmp_path):
    goods(tmp_path / "in", shape=(96, 128, 3))
    asked = ("--recipe", "cutpaste", "--area", "0.005:0.05", "--foreground", "none")
    assert shell("make", tmp_path / "in", tmp_path / "out", *asked, "-n", 40).code == 0
    shares = [r["defects"][0]["area"] / (96 * 128) for r in records(tmp_path / "out")]
    assert 0.003 < min(shares) < 0.01 and 0.02 < max(shares) < 0.056
    for wrong in ("0.5", "2:3", "a:b", "0.2:0.1"):
        given = shell("make", tmp_path / "in", tmp_path / "x", "--area", wrong)
        assert given.code == (2 if wrong != "0.5" else 0), wrong


# match


def real_ones(folder):
    """Thin upright bars of two sizes, left of the middle, and darker by about 60 levels."""
    for number in range(8):
        image, mask = textured(number, (96, 128, 3)), np.zeros((96, 128), np.uint8)
        h, w = (40, 5) if number % 2 else (60, 8)
        mask[20 : 20 + h, 20 + number : 20 + number + w] = 255
        image[mask > 0] = np.clip(image[mask > 0].astype(int) - 60, 0, 255)
        save(folder / "test" / "bar" / f"{number}.png", image)
        save(folder / "ground_truth" / "bar" / f"{number}_mask.png", mask)
    return folder


def means(folder):
    found = [(p.area, p.elongation, p.contrast, p.y, p.x) for p in profiles(folder)]
    return np.exp(np.mean(np.log(found), axis=0))


def test_matched_defects_are_like_the_real_ones(tmp_path):
    real = real_ones(tmp_path / "real")
    goods(tmp_path / "in", shape=(96, 128, 3))
    asked = ("-n", 40, "--recipe", "cutpaste", "--foreground", "none", "--workers", 1)
    assert shell("make", tmp_path / "in", tmp_path / "any", *asked).code == 0
    assert shell("make", tmp_path / "in", tmp_path / "like", *asked, "--match", real).code == 0
    wanted, plain, like = (means(tmp_path / name) for name in ("real", "any", "like"))
    assert like[0] == pytest.approx(wanted[0], rel=0.25) and plain[0] > 2 * wanted[0]
    assert plain[1] < like[1] and like[1] > 2.5
    assert abs(like[4] - wanted[4]) < 0.6 * abs(plain[4] - wanted[4])
    again = shell(
        "replay", tmp_path / "like" / "manifest.jsonl", "--id", 3, "--out", tmp_path / "r"
    )
    assert again.code == 0 and "identical" in again.out


def test_a_match_is_a_recipe_like_others(tmp_path):
    recipe = match(choice(cutpaste, draem), real_ones(tmp_path))
    assert from_dict(json.loads(json.dumps(to_dict(recipe)))) == recipe
    image = picture(96, 128)
    sample, again = recipe(image, 5), recipe(image, 5)
    assert np.array_equal(sample.image, again.image)
    assert np.array_equal(sample.made_by(image).image, sample.image)
    assert np.array_equal(Then(recipe, Flip())(image, 5).mask, np.fliplr(sample.mask))
    with pytest.raises(TypeError, match="yet to be drawn"):
        recipe(image)
    with pytest.raises(ValueError, match="candidates"):
        Match(cutpaste, (0.1, 1, 10, 0.5, 0.5), candidates=0)


def test_nothing_to_match_is_told(tmp_path):
    goods(tmp_path / "in")
    given = shell("make", tmp_path / "in", tmp_path / "out", "--match", tmp_path / "in")
    assert given.code == 1 and "no pictures with masks" in given.err
    assert not (tmp_path / "out").exists()


def test_a_match_that_cannot_be_made_ends():
    flat = np.zeros((64, 64, 3), np.uint8)
    with pytest.raises(NoDefect):
        Match(cutpaste, (0.01, 2.0, 40.0, 0.5, 0.5))(flat, 0)


# quotas


def test_a_quota_is_read():
    assert quota_of("scratch=200, stain=50") == {"scratch": 200, "stain": 50}
    for wrong in ("scratch", "scratch=", "=5", "scratch=0", "scratch=-1", "a=1,a=2", "a=1.5", ""):
        with pytest.raises(ValueError, match="scratch=200,stain=50"):
            quota_of(wrong)


def test_quotas_are_met(tmp_path):
    goods(tmp_path / "in")
    bank = defect_bank(tmp_path / "bad")
    given = ("--quota", "stain=7,draem=5,cutpaste=3", "--defects", bank, "--workers", 1)
    assert shell("make", tmp_path / "in", tmp_path / "out", *given).code == 0
    found = [r["kind"] for r in records(tmp_path / "out")]
    assert Counter(found) == {"stain": 7, "draem": 5, "cutpaste": 3}
    assert found != sorted(found), "the kinds are mixed"
    for kind in ("stain", "draem", "cutpaste"):
        folder = tmp_path / "out" / "in" / "test" / kind
        assert len(list(folder.iterdir())) == Counter(found)[kind]
    for shard in ("1/2", "2/2"):
        shell("make", tmp_path / "in", tmp_path / "two", *given, "--shard", shard)
    for r in records(tmp_path / "two"):
        assert np.array_equal(
            pixels(tmp_path / "two" / r["image"]), pixels(tmp_path / "out" / r["image"])
        )


def test_quotas_with_a_size_that_is_asked_for(tmp_path):
    goods(tmp_path / "in", shape=(96, 128, 3))
    real = real_ones(tmp_path / "real")
    given = ("--quota", "cutpaste=4,cutpaste_scar=2", "--match", real, "--foreground", "none")
    assert shell("make", tmp_path / "in", tmp_path / "out", *given, "--workers", 1).code == 0
    found = Counter(r["kind"] for r in records(tmp_path / "out"))
    assert found == {"cutpaste": 4, "cutpaste_scar": 2}


def test_what_a_name_of_a_quota_means():
    mine = find("cutpaste")
    own = type(mine)(**{**mine.__dict__, "kind": "own"})
    options = options_of({"own": 1, "draem": 2, "dent": 3}, choice(own, real_defects), bank())
    assert options.p == (1, 2, 3)
    assert options.options[:2] == (own, draem)
    kinds = {draw(options.options[2], s, {"defects": bank()}).region.defect.kind for s in range(9)}
    assert kinds == {"dent"}
    with pytest.raises(LookupError, match="did you mean 'dent'"):
        options_of({"dint": 1}, None, bank())


def bank():
    from blemish.pools import Entries, Entry

    return Entries(
        "defects",
        tuple(
            Entry(str(n), pair, kind)
            for n, (pair, kind) in enumerate(zip(defects(), ("dent", "stain"), strict=True))
        ),
    )


def test_a_quota_fits_n_and_no_null_samples(tmp_path):
    goods(tmp_path / "in")
    for wrong in (("-n", 4), ("--null", 0.5)):
        given = shell("make", tmp_path / "in", tmp_path / "out", "--quota", "draem=5", *wrong)
        assert given.code == 1 and "quota" in given.err and "leave" in given.err
    for wrong in ({"scratch": 0}, {"scratch": 2.5}, {}, {"scratch": "3"}):
        with pytest.raises(ValueError, match="quota: counts of at least 1"):
            bl.make(tmp_path / "in", out=tmp_path / "out", quota=wrong)


def test_a_quota_uses_all_that_was_asked_for(tmp_path):
    goods(tmp_path / "in")
    asked = ("make", tmp_path / "in", tmp_path / "out", "--workers", 1)
    told(shell(*asked, "--recipe", "draem", "--quota", "scratch=2"), "in no quota: draem")
    told(shell(*asked, "--quota", "scratch=2", "--set", "content.severity=1"), "--set", "--recipe")
    told(shell(*asked, "--quota", "scratch=2", "--plugin", "nowhere"), "nowhere")
    given = ("--recipe", "scratch", "--quota", "scratch=3", "--set", "content.severity=1")
    assert shell(*asked, *given).code == 0
    found = [r["recipe"]["Recipe"]["content"] for r in records(tmp_path / "out")]
    assert [c["Relief"]["severity"] for c in found] == [1, 1, 1]


def test_a_recipe_with_operations_keeps_them_under_a_quota():
    finished, nested = Then(cutpaste, Flip()), choice(choice(draem, real_defects), cutpaste_scar)
    assert options_of({"cutpaste": 2}, finished, None).options == (finished,)
    many = {"dent": 1, "draem": 1, "cutpaste_scar": 1}
    narrowed = options_of(many, nested, bank()).options[0]
    kinds = {draw(narrowed, s, {"defects": bank()}).region.defect.kind for s in range(9)}
    assert kinds == {"dent"}


# one kind of a pool


def test_files_of_one_kind():
    pool = bank()
    found = {draw(files("defects", "stain"), s, {"defects": pool}).kind for s in range(8)}
    assert found == {"stain"}
    assert from_dict(to_dict(files("defects", "stain"))) == files("defects", "stain")
    with pytest.raises(LookupError, match="nothing of the kind 'crack'"):
        draw(files("defects", "crack"), 0, {"defects": pool})
    with pytest.raises(LookupError, match="nothing of the kind"):
        draw(files("textures", "x"), 0, opened())

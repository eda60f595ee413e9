"""The values yet to be drawn: their ranges and distributions, and that nothing else is random."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from blemish import (
    choice,
    draw,
    files,
    gamma,
    given,
    integers,
    loguniform,
    normal,
    rng_of,
    seed,
    several,
    some,
    uniform,
)
from blemish.file import File
from blemish.pools import open_pools
from blemish.random import bind, generator
from blemish.values import Dice, Repeated, Value, check_range, leaves
from conftest import picture

pytestmark = pytest.mark.usefixtures("global_random_state_untouched")
MANY = 4000


@dataclass(frozen=True)
class Part:
    size: Any = 1.0
    inner: Any = None


def many(value, count=MANY):
    rng = rng_of(5, 0)
    return [draw(value, rng) for _ in range(count)]


def pool(name, count):
    return open_pools(**{name: [picture(8, 8, seed=i) for i in range(count)]})


# numbers


def test_uniform():
    found = np.array(many(uniform(2, 5)))
    assert found.min() >= 2 and found.max() < 5
    shares = np.histogram(found, 6, (2, 5))[0] / MANY
    np.testing.assert_allclose(shares, 1 / 6, atol=0.03)


def test_loguniform_gives_each_octave_its_share():
    found = np.array(many(loguniform(1, 16)))
    assert found.min() >= 1 and found.max() <= 16
    shares = np.histogram(np.log2(found), 4, (0, 4))[0] / MANY
    np.testing.assert_allclose(shares, 0.25, atol=0.03)


def test_normal():
    found = np.array(many(normal(3, 2)))
    assert abs(found.mean() - 3) < 0.15 and abs(found.std() - 2) < 0.1
    clipped = np.array(many(normal(3, 2, 1, 4)))
    assert clipped.min() == 1 and clipped.max() == 4
    assert abs((clipped == 4).mean() - 0.309) < 0.03  # the tail above half a deviation


def test_gamma():
    found = np.array(many(gamma(2, 3, 10)))
    assert found.min() >= 10 and abs(found.mean() - 16) < 0.3
    assert abs(found.std() - 3 * math.sqrt(2)) < 0.3
    clipped = np.array(many(gamma(2, 3, 10, 12, 15)))
    assert clipped.min() == 12 and clipped.max() == 15


def test_integers_include_both_ends():
    found = many(integers(3, 6))
    assert all(type(number) is int for number in found)
    values, counts = np.unique(found, return_counts=True)
    assert values.tolist() == [3, 4, 5, 6]
    np.testing.assert_allclose(counts / MANY, 0.25, atol=0.03)


def test_seed():
    found = many(seed(), 200)
    assert len(set(found)) == 200 and all(0 <= number < 2**63 for number in found)
    assert max(found) > 2**62


@pytest.mark.parametrize("value", [uniform(1, 2), loguniform(1, 2), normal(0, 1), gamma(1, 1)])
def test_numbers_are_plain_floats(value):
    assert type(draw(value, 0)) is float


def test_a_range_of_one_value():
    assert draw(uniform(2, 2), 0) == draw(loguniform(2, 2), 0) == draw(integers(2, 2), 0) == 2
    assert draw(normal(2, 0), 0) == 2


@pytest.mark.parametrize(
    "made",
    [
        lambda: uniform(2, 1),
        lambda: uniform(math.nan, 1),
        lambda: loguniform(0, 1),
        lambda: loguniform(2, 1),
        lambda: normal(0, -1),
        lambda: normal(0, 1, 2, 1),
        lambda: gamma(0, 1),
        lambda: gamma(1, -1),
        lambda: integers(2, 1),
        lambda: choice(),
        lambda: choice(1, 2, p=(1,)),
        lambda: choice(1, 2, p=(-1, 2)),
        lambda: choice(1, 2, p=(0, 0)),
        lambda: choice(1, 2, p=(math.nan, 1)),
        lambda: some(3, 1, 2),
        lambda: some(-1, 1, 2),
        lambda: some(integers(1, 3), 1, 2),
        lambda: several(Part(), 0),
        lambda: several(Part(), integers(0, 2)),
        lambda: files("pictures"),
    ],
)
def test_what_cannot_be_drawn_is_refused_when_it_is_written(made):
    with pytest.raises(ValueError, match=r"\w"):
        made()


# options


def test_choice():
    values, counts = np.unique(many(choice(1, 2, 5)), return_counts=True)
    assert values.tolist() == [1, 2, 5]
    np.testing.assert_allclose(counts / MANY, 1 / 3, atol=0.03)


@pytest.mark.parametrize("p", [(0.8, 0, 0.2), (8, 0, 2)])
def test_choice_by_weight(p):
    values, counts = np.unique(many(choice(1, 2, 5, p=p)), return_counts=True)
    assert values.tolist() == [1, 5]
    np.testing.assert_allclose(counts / MANY, (0.8, 0.2), atol=0.03)


def test_choice_of_a_value_draws_it():
    found = np.array(many(choice(uniform(0, 1), uniform(10, 11))))
    assert np.isin(np.floor(found), (0, 10)).all() and len(set(found)) == MANY


def test_some_are_different_and_in_any_order():
    found = many(some(3, *range(10)))
    assert all(len(set(three)) == 3 and type(three) is tuple for three in found)
    firsts = np.bincount([three[0] for three in found], minlength=10) / MANY
    np.testing.assert_allclose(firsts, 0.1, atol=0.025)
    assert draw(some(0, 1, 2), 0) == ()
    assert sorted(draw(some(2, 1, 2), 0)) == [1, 2]


def test_how_many_of_some_may_be_drawn():
    assert {len(found) for found in many(some(integers(0, 2), 1, 2), 100)} == {0, 1, 2}


def test_some_draws_what_it_took():
    for found in many(some(2, uniform(0, 1), Part(uniform(5, 6)), None), 50):
        assert not list(leaves(found))


def test_repeated_draws_each_independently():
    found = many(Repeated(Part(uniform(0, 1)), integers(1, 4)), 500)
    counts = np.bincount([len(parts) for parts in found], minlength=5)[1:] / 500
    np.testing.assert_allclose(counts, 0.25, atol=0.07)
    sizes = [part.size for parts in found for part in parts]
    assert len(set(sizes)) == len(sizes)


# pools


def test_files_draws_any_file_of_the_pool():
    pools = pool("textures", 4)
    rng = rng_of(0, 0)
    found = [draw(files("textures"), rng, pools) for _ in range(400)]
    assert {file.path for file in found} == {"#0", "#1", "#2", "#3"}
    assert all(file.pool == "textures" and len(file.sha256) == 64 for file in found)


@pytest.mark.parametrize(
    ("name", "option"),
    [("textures", " .*--textures"), ("defects", " .*--defects"), ("sources", "$")],
)
def test_a_missing_pool_says_which_option_to_pass(name, option):
    with pytest.raises(LookupError, match=f"pass {name}=FOLDER{option}"):
        draw(Part(inner=files(name)), 0)


def test_given_asks_for_the_pool():
    value = given("textures", Part(inner=files("textures")), otherwise=Part(uniform(3, 4)))
    without = draw(value, 0)
    assert without.inner is None and 3 <= without.size < 4
    assert isinstance(draw(value, 0, pool("textures", 1)).inner, File)
    assert draw(value, 0, pool("sources", 1)).inner is None


def test_bind_looks_files_up_again():
    pools = pool("textures", 3)
    part = draw(Part(inner=(files("textures"), 3)), 4, pools)
    bare = Part(inner=(File("textures", part.inner[0].path, part.inner[0].sha256), 3))
    assert bare == part and bare.inner[0].origin is None
    assert bind(bare, pools).inner[0].origin is part.inner[0].origin
    assert bind(bare, {}) is bare
    with pytest.raises(ValueError, match="is not the file that was drawn"):
        bind(bare, open_pools(textures=[picture(8, 8, seed=9)] * 3))
    with pytest.raises(LookupError, match="has no #9"):
        bind(Part(inner=File("textures", "#9", "0")), pools)


# draw


NESTED = Part(
    choice(uniform(0, 1), Part(loguniform(1, 2), (normal(0, 1), [seed()]))),
    (some(2, Part(gamma(1, 1)), uniform(0, 1), integers(0, 9)), Repeated(Part(seed()), 3)),
)


def test_nothing_is_left_to_draw():
    assert all(isinstance(leaf, Value) for _, leaf in leaves(NESTED))
    for index in range(20):
        assert not list(leaves(draw(NESTED, rng_of(0, index))))


def test_draw_is_a_function_of_the_generator():
    assert draw(NESTED, rng_of(3, 4)) == draw(NESTED, rng_of(3, 4)) == draw(NESTED, rng_of(3, 4))
    assert draw(NESTED, rng_of(3, 4)) != draw(NESTED, rng_of(3, 5))
    assert draw(NESTED, 3) == draw(NESTED, rng_of(3, 0))


def test_draw_leaves_what_it_was_given():
    before = repr(NESTED)
    draw(NESTED, 0)
    assert repr(NESTED) == before


def test_what_has_no_value_is_returned_as_it_is():
    part = Part(2.0, (Part(), [1, "a", None]))
    assert draw(part, 0) is part
    rng = rng_of(0, 0)
    draw(part, rng)
    assert rng.random() == rng_of(0, 0).random()


def test_leaves_tell_where_a_value_is():
    paths = dict(leaves(Part(uniform(0, 1), (1, Part(inner=seed())))))
    assert list(paths) == ["size", "inner.1.inner"]


@pytest.mark.parametrize(
    "use",
    [
        float,
        int,
        bool,
        round,
        list,
        len,
        math.sqrt,
        abs,
        np.float32,
        np.sin,
        range,
        lambda v: v(),
        lambda v: v + 1,
        lambda v: 1 + v,
        lambda v: v - 1,
        lambda v: 1 - v,
        lambda v: v * 2,
        lambda v: 2 * v,
        lambda v: v / 2,
        lambda v: 2 / v,
        lambda v: v // 2,
        lambda v: 2 // v,
        lambda v: v % 2,
        lambda v: 2 % v,
        lambda v: v**2,
        lambda v: 2**v,
        lambda v: -v,
        lambda v: v < 1,
        lambda v: v <= 1,
        lambda v: v > 1,
        lambda v: v >= 1,
        lambda v: max(v, 1),
        lambda v: 1 if v else 0,
        lambda v: [1, 2, 3][v],
        lambda v: v[0],
        lambda v: np.zeros(3) + v,
    ],
)
@pytest.mark.parametrize("value", [uniform(0, 1), choice(1, 2), seed()])
def test_a_value_used_before_it_is_drawn_says_what_to_call(use, value):
    with pytest.raises(TypeError, match=r"has not been drawn yet.*rng=0.*draw\(recipe, rng_of"):
        use(value)


def test_values_are_equal_by_what_they_hold():
    assert uniform(0, 1) == uniform(0, 1) != uniform(0, 2)
    assert choice(1, 2) == choice(1, 2) != choice(2, 1)
    assert len({seed(), seed(), uniform(0, 1), uniform(0, 1)}) == 2


# generators


def test_rng_of_depends_on_the_pair_alone():
    numbers = {
        (s, i): rng_of(s, i).random(3).tolist()
        for s in (0, 1, 2**63, 2**64 - 1)
        for i in (-2, -1, 0, 1, 2, 10**9)
    }
    assert len({tuple(three) for three in numbers.values()}) == len(numbers)
    for (s, i), three in reversed(numbers.items()):
        assert rng_of(s, i).random(3).tolist() == three


def test_the_streams_of_a_seed_are_unrelated():
    firsts = np.array([rng_of(1, i).random(2) for i in range(2000)])
    assert abs(firsts.mean() - 0.5) < 0.02
    assert abs(np.corrcoef(firsts[1:, 0], firsts[:-1, 0])[0, 1]) < 0.08


def test_the_streams_stay_what_they_are():
    # A change here changes every dataset that anyone has made.
    assert rng_of(3, 5).bit_generator.random_raw() == 1643616817891503291


@pytest.mark.parametrize("wrong", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match=r"seed must be an integer in \[0, 2\*\*64\)"):
        rng_of(wrong, 0)


def test_generator():
    rng = rng_of(0, 0)
    assert generator(rng) is rng
    assert generator(np.int64(3)).random() == generator(3).random() == rng_of(3, 0).random()


@pytest.mark.parametrize("wrong", [None, "0", 1.5, True])
def test_no_generator_is_made_up(wrong):
    with pytest.raises(TypeError, match="rng must be a seed"):
        generator(wrong)


# ranges


def test_check_range_knows_what_a_value_can_become():
    check_range("Part.size", uniform(0, 1), 0, 1)
    check_range("Part.size", choice(0.5, uniform(0, 1)), 0, 1)
    check_range("Part.size", normal(0.5, 9, low=0, high=1), 0, 1)
    with pytest.raises(ValueError, match=r"Part\.size must be in \[0, 1\], not -inf"):
        check_range("Part.size", normal(0.5, 9), 0, 1)
    with pytest.raises(ValueError, match=r"Part\.size must be in \[0, 1\], not 2"):
        check_range("Part.size", uniform(0, 2), 0, 1)
    with pytest.raises(ValueError, match="not 7"):
        check_range("Part.size", choice(0.5, integers(0, 7)), 0, 1)
    with pytest.raises(ValueError, match=r"Part\.size must be at least 1, not 0"):
        check_range("Part.size", 0, 1)
    with pytest.raises(ValueError, match="not nan"):
        check_range("Part.size", math.nan, 0, 1)


@pytest.mark.parametrize("wrong", [True, "1", None, (0.1, 0.2), choice(0.5, True)])
def test_check_range_takes_numbers_alone(wrong):
    with pytest.raises(TypeError, match=r"Part\.size must be a number"):
        check_range("Part.size", wrong, 0, 1)


def test_dice_hold_the_generator_and_the_pools():
    dice = Dice(rng_of(0, 0), {})
    assert uniform(0, 1).draw(dice) != uniform(0, 1).draw(dice)

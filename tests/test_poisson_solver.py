"""The Poisson solver against the direct solution in float64, on any image and any mask."""

import logging
import zlib
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from blemish.poisson import clone, direct, multigrid, solve
from blemish.poisson.editing import seamless
from poisson_masks import MASKS, SIDES, cut
from poisson_reference import (
    LEVEL,
    Direct,
    as_floats,
    error_levels,
    exact,
    exact_clone,
    exact_seamless,
    laid,
    picture,
    weights,
)

GRADIENTS = ("import", "mixed", "average", "monochrome")
# What float32 itself may lose, in levels.
ROUNDING = 2e-3
HALF_UNIT = {"u1": 0.5, "u2": 0.5 / 257, "f4": 0.0, "f8": 0.0}


@dataclass(frozen=True)
class Problem:
    """What a clone is made of; the pictures and masks are drawn from the seed."""

    kind: str
    shape: tuple[int, int]
    sides: tuple[str, ...]
    seed: int
    channels: int | None
    grey_source: bool
    dtype: str
    form: str
    gradients: str
    tolerance: float
    apart: tuple[float, float, float, float] | None

    def arrays(self):
        """Source, target, mask and offset."""
        rng = np.random.default_rng([self.seed, 1])
        of_source, offset = self.shape, (0, 0)
        if self.apart:
            # A source of another size, of which a part may lie beyond the target.
            of_source = tuple(
                max(8, int(s * n)) for s, n in zip(self.apart, self.shape, strict=False)
            )
            offset = tuple(
                round(where * (n + s)) - s
                for where, n, s in zip(self.apart[2:], self.shape, of_source, strict=True)
            )
        mask = cut(MASKS[self.kind], of_source, rng, self.sides)
        channels = None if self.grey_source else self.channels
        source = picture(of_source, self.seed, channels, self.dtype)
        target = picture(self.shape, self.seed + 1, self.channels, self.dtype)
        return source, target, self.formed(mask, rng), offset

    def formed(self, mask, rng):
        """The mask in one of the forms that it may have."""
        if self.form == "soft":
            return (mask * rng.uniform(0.01, 1, mask.shape)).astype(np.float32)
        if self.form == "soft 255":
            return (mask * rng.integers(2, 256, mask.shape)).astype(np.uint8)
        return {"bool": mask, "0 1": mask.astype(np.int64), "0 255": mask.astype(np.uint8) * 255}[
            self.form
        ]


def drawn(kind, seed):
    """A problem: mostly up to 96 pixels a side, one in ten up to 512."""
    rng = np.random.default_rng([seed, zlib.crc32(kind.encode())])

    def of(*options):
        return options[rng.integers(len(options))]

    least, most = (97, 513) if rng.random() < 0.1 else (8, 97)
    return Problem(
        kind=kind,
        shape=(int(rng.integers(least, most)), int(rng.integers(least, most))),
        sides=tuple(side for side in SIDES if rng.random() < of(0, 0, 0.5)),
        seed=seed,
        channels=of(None, 1, 2, 3, 3, 3, 4),
        grey_source=bool(rng.random() < 0.15),
        dtype=of("u1", "u1", "u2", "f4", "f8"),
        form=of("bool", "bool", "0 1", "0 255", "soft", "soft 255"),
        gradients=of("import", "import", "mixed", "mixed", "average", "monochrome"),
        tolerance=of(0.25, 0.25, 0.25, 0.25, 0.05, 0.02, 2.0),
        apart=of(None, (*rng.uniform(0.2, 1.2, 2).tolist(), *rng.uniform(0.1, 0.9, 2).tolist())),
    )


# One number, from which all is drawn evenly: of many choices Hypothesis tries the same again.
def problems(kind):
    return st.integers(0, 2**32 - 1).map(lambda seed: drawn(kind, seed))


def many(count):
    """Settings for so many examples, the same ones each time."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


def judge(problem):
    """Solve a problem before and after rounding, and hold both to the bound."""
    source, target, mask, offset = problem.arrays()
    before = [array.tobytes() for array in (source, target, mask)]
    below = as_floats(target)
    above = np.broadcast_to(laid(as_floats(source), below.shape, offset), below.shape)
    support = laid(weights(mask), below.shape, offset, fill=0) > 0
    equations = Direct(support)

    if support.any():
        new, old = (np.ascontiguousarray(a, np.float32) for a in (above, below))
        result = seamless(new, old, support, problem.gradients, problem.tolerance * LEVEL)
        truth = exact_seamless(above, below, support, problem.gradients, equations)
        assert result.dtype == np.float32 and result.shape == below.shape
        assert error_levels(result, truth) <= problem.tolerance + ROUNDING
        if support.all():
            means = result.mean(axis=(0, 1), dtype=np.float64) - below.mean(axis=(0, 1))
            assert np.abs(means).max() < 0.01 * LEVEL

    cloned = clone(source, target, mask, offset, problem.gradients, problem.tolerance)
    assert cloned.shape == target.shape and cloned.dtype == target.dtype
    truth = exact_clone(source, target, mask, offset, problem.gradients, equations)
    bound = problem.tolerance + HALF_UNIT[target.dtype.str[1:]] + ROUNDING
    assert error_levels(as_floats(cloned), truth) <= bound
    assert cloned[~support].tobytes() == target[~support].tobytes()
    if problem.channels in (2, 4):
        assert np.array_equal(cloned[..., -1], target[..., -1])
    assert before == [array.tobytes() for array in (source, target, mask)]


@pytest.mark.parametrize("kind", sorted(MASKS))
@many(8)
@given(data=st.data())
def test_random_problems_are_solved_within_the_bound_asked_for(kind, data):
    judge(data.draw(problems(kind)))


@many(60)
@given(
    kind=st.sampled_from(sorted(MASKS)),
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    channels=st.integers(1, 5),
    seed=st.integers(0, 10**6),
    roughness=st.sampled_from([0.0, 0.1, 1.0]),
    scale=st.sampled_from([1.0, 255.0, 0.01]),
    tolerance=st.sampled_from([0.25, 0.05, 2.0]),
)
def test_any_field_of_any_range_is_solved(
    kind, height, width, channels, seed, roughness, scale, tolerance
):
    rng = np.random.default_rng(seed)
    mask = MASKS[kind]((max(3, height), max(3, width)), rng)[:height, :width].copy()
    known = (scale * rng.uniform(-1, 1, (height, width, channels))).astype(np.float32)
    # Differences that are of no picture: their sum over all pixels is 0, so that a mask which is
    # everywhere has a solution too.
    rhs = np.zeros(known.shape, np.float32)
    across = scale * roughness * rng.uniform(-1, 1, (height, width - 1, channels))
    rhs[:, :-1] += across.astype(np.float32)
    rhs[:, 1:] -= across.astype(np.float32)
    given_rhs = rhs if roughness else None
    before = known.tobytes(), mask.tobytes(), rhs.tobytes()
    solved = solve(known, mask, given_rhs, tolerance * LEVEL * scale)
    truth = exact(known, mask, given_rhs)
    assert solved.shape == known.shape and solved.dtype == np.float32
    assert error_levels(solved / scale, truth / scale) <= tolerance + ROUNDING
    assert solved[~mask].tobytes() == known[~mask].tobytes()
    assert before == (known.tobytes(), mask.tobytes(), rhs.tobytes())


@pytest.fixture
def no_direct_solver(monkeypatch):
    """Fails a test where multigrid does not get there: the direct solver is far too slow."""

    def solve_directly(known, mask, rhs):
        pytest.fail(f"{known.shape} was solved directly")

    monkeypatch.setattr(direct, "solve_directly", solve_directly)


@pytest.mark.parametrize("kind", sorted(MASKS))
def test_each_mask_at_each_border(kind, no_direct_solver):
    for number, sides in enumerate([(), ("top",), ("left", "bottom"), ("left", "right"), SIDES]):
        shape = (51 + number, 67 - number)
        mask = cut(MASKS[kind], shape, np.random.default_rng(number), sides)
        new, old = (picture(shape, 9 * number + k, 3, np.float32) for k in (0, 1))
        equations = Direct(mask)
        for gradients in ("import", "mixed"):
            result = seamless(new, old, mask, gradients, 0.25 * LEVEL)
            truth = exact_seamless(new, old, mask, gradients, equations)
            assert error_levels(result, truth) <= 0.25
            assert result[~mask].tobytes() == old[~mask].tobytes()


@pytest.mark.parametrize("kind", ["blob", "salt 1 %", "clouds 3", "spiral 3", "whole but one"])
def test_a_smaller_bound_is_kept_too(kind, no_direct_solver):
    mask = MASKS[kind]((150, 170), np.random.default_rng(0))
    new, old = (picture((150, 170), seed, 3, np.float32) for seed in (4, 5))
    truth = exact_seamless(new, old, mask, "mixed")
    for tolerance in (2.0, 0.25, 0.05, 0.01):
        result = seamless(new, old, mask, "mixed", tolerance * LEVEL)
        assert error_levels(result, truth) <= tolerance


def test_a_solution_far_out_of_range(no_direct_solver):
    # Two pictures of noise have no picture between them: one known pixel holds it all.
    mask = MASKS["whole but one"]((250, 250), np.random.default_rng(0))
    noise = np.random.default_rng(1).integers(0, 2, (2, 50, 50, 1))
    new, old = (np.tile(image, (5, 5, 1)).astype(np.float32) for image in noise)
    truth = exact_seamless(new, old, mask, "mixed")
    assert np.ptp(truth) > 4
    for tolerance in (0.25, 0.05, 0.01):
        result = seamless(new, old, mask, "mixed", tolerance * LEVEL)
        assert error_levels(result, truth) <= tolerance


@pytest.mark.parametrize("kind", ["blob", "singles", "whole but one"])
def test_what_multigrid_does_not_solve_is_solved_directly(kind, monkeypatch, caplog):
    mask = MASKS[kind]((50, 60), np.random.default_rng(0))
    new, old = (picture((50, 60), seed, 3, np.float32) for seed in (6, 7))
    monkeypatch.setattr(multigrid, "solve_by_multigrid", lambda *problem: np.inf)
    with caplog.at_level(logging.INFO, "blemish"):
        result = seamless(new, old, mask, "mixed")
    assert error_levels(result, exact_seamless(new, old, mask, "mixed")) < 0.01
    assert "directly" in caplog.text

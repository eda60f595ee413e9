"""The batch form of the Poisson solver, in torch, against the direct solution, the CPU's solver,
and itself box by box.
"""

import logging
import subprocess
import sys

import numpy as np
import pytest

from blemish.poisson.editing import seamless
from blemish.poisson.guidance import GRADIENTS
from poisson_masks import MASKS, SIDES, cut
from poisson_reference import LEVEL, error_levels, exact, exact_seamless, picture

torch = pytest.importorskip("torch", reason="torch is not installed: pip install blemish[torch]")
from blemish.poisson import _conjugate, batch  # noqa: E402
from blemish.poisson.batch import seamless_batch, solve_batch, stack_boxes  # noqa: E402

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device")


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Such small tensors are slower on several threads, the more so beside other tests."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Boxes:
    """Boxes of several sizes, as arrays and stacked."""

    def __init__(self, masks, seed=0, contrast=1.0):
        floats = {"dtype": np.float32, "contrast": contrast}
        self.masks = masks
        self.sources = [picture(m.shape, 2 * i + seed, **floats) for i, m in enumerate(masks)]
        self.targets = [picture(m.shape, 2 * i + 1 + seed, **floats) for i, m in enumerate(masks)]
        (self.source, self.sizes), (self.target, _), (self.mask, _) = (
            stack_boxes(boxes) for boxes in (self.sources, self.targets, masks)
        )

    def of(self, stack, i):
        """Box `i` of a stack, as an array (h, w, C)."""
        h, w = self.masks[i].shape
        return stack[i, :, :h, :w].movedim(0, -1).cpu().numpy()

    def batch(self, gradients="import", tolerance_levels=0.25):
        parts = self.source, self.target, self.mask
        return seamless_batch(*parts, gradients, tolerance_levels * LEVEL, self.sizes)

    def alone(self, i, gradients="import", tolerance_levels=0.25):
        """Box `i` solved in a batch of its own, without padding."""
        h, w = self.masks[i].shape
        source, target, mask = (
            stack[i : i + 1, ..., :h, :w] for stack in (self.source, self.target, self.mask)
        )
        return seamless_batch(source, target, mask, gradients, tolerance_levels * LEVEL)[0]


def hard_masks(seed, count, largest):
    """Masks of all families and several sizes, some cut off at their frame."""
    rng = np.random.default_rng([seed, 21])
    masks = []
    for name in rng.choice(list(MASKS), count):
        shape = tuple(int(side) for side in rng.integers(8, largest, 2))
        sides = [side for side in SIDES if rng.random() < 0.3]
        if sides and not name.startswith("whole"):
            masks.append(cut(MASKS[name], shape, rng, sides))
        else:
            masks.append(MASKS[name](shape, rng))
    return masks


@pytest.fixture(scope="module")
def families():
    """One box of each family of masks, no two alike in size."""
    rng = np.random.default_rng(3)
    return Boxes([make((24 + i, 66 - i), rng) for i, make in enumerate(MASKS.values())])


@pytest.fixture(scope="module")
def solved(families):
    """By gradients, what the batch of all families gives."""
    return {gradients: families.batch(gradients) for gradients in GRADIENTS}


@pytest.fixture
def no_fallback(monkeypatch):
    """Fails a test in which a box is left to the CPU's solver."""

    def refuse(*arguments):
        raise AssertionError("a box has not converged")

    monkeypatch.setattr(batch, "solve", refuse)


@pytest.mark.parametrize("contrast", [1, 0.1])
@pytest.mark.parametrize("gradients", GRADIENTS)
def test_the_error_is_within_the_bound(gradients, contrast, no_fallback):
    seed = 10 * GRADIENTS.index(gradients) + (contrast < 1)
    boxes = Boxes(hard_masks(seed, 40, 56), seed, contrast)
    found = {bound: boxes.batch(gradients, bound) for bound in (0.25, 0.02)}
    for i, (source, target, mask) in enumerate(
        zip(boxes.sources, boxes.targets, boxes.masks, strict=True)
    ):
        truth = exact_seamless(source, target, mask, gradients)
        for bound, stack in found.items():
            assert error_levels(boxes.of(stack, i), truth) < bound, (i, mask.shape)


def held_by(shape, *places):
    """All of a box but these places."""
    mask = np.ones(shape, bool)
    for place in places:
        mask[place] = False
    return mask


@pytest.mark.parametrize("gradients", ["import", "mixed"])
def test_boxes_that_few_known_values_hold(gradients, no_fallback):
    corner, block, far = np.s_[0, 0], np.s_[:3, :2], np.s_[-1, -1]
    edge, side, line = np.s_[0, 30], np.s_[:, 0], np.s_[20, :25]
    held = [(corner,), (block,), (corner, far), (edge,), (side,), (line,), (np.s_[17, 40],)]
    boxes = Boxes([held_by((61 + i, 90 - i), *places) for i, places in enumerate(held)], 7)
    found = {bound: boxes.batch(gradients, bound) for bound in (2, 0.25, 0.02)}
    for i, mask in enumerate(boxes.masks):
        truth = exact_seamless(boxes.sources[i], boxes.targets[i], mask, gradients)
        for bound, stack in found.items():
            assert error_levels(boxes.of(stack, i), truth) < bound, held[i]


def test_float32_is_made_the_most_of():
    rng = np.random.default_rng(12)
    names = ("whole", "whole but one", "whole but few", "rectangle", "disc", "clouds 30")
    boxes = Boxes([MASKS[name]((90, 101), rng) for name in names], 30)
    found = boxes.batch("monochrome", 1e-9)
    for i, mask in enumerate(boxes.masks):
        truth = exact_seamless(boxes.sources[i], boxes.targets[i], mask, "monochrome")
        assert error_levels(boxes.of(found, i), truth) < 0.005, names[i]


@pytest.mark.parametrize("shape", [(128, 128), (97, 130)])
def test_every_family_converges_in_a_few_steps(shape, monkeypatch, no_fallback):
    monkeypatch.setattr(_conjugate, "_MOST_STEPS", 7)
    rng = np.random.default_rng(5)
    Boxes([make(shape, rng) for make in MASKS.values()]).batch("mixed")


@pytest.mark.parametrize("gradients", GRADIENTS)
def test_a_batch_is_its_boxes_one_by_one_bit_for_bit(families, solved, gradients):
    together = solved[gradients]
    for i, mask in enumerate(families.masks):
        h, w = mask.shape
        assert torch.equal(together[i, :, :h, :w], families.alone(i, gradients)), i


def test_neither_place_nor_padding_matters(families):
    some = Boxes(families.masks[:6])
    first = some.batch("mixed")
    order = [5, 2, 0, 4, 1, 3]
    source, target, mask = (
        torch.nn.functional.pad(stack[order], (0, 67, 0, 130))
        for stack in (some.source, some.target, some.mask)
    )
    again = seamless_batch(source, target, mask, "mixed", LEVEL / 4, some.sizes[order])
    for place, i in enumerate(order):
        h, w = some.masks[i].shape
        assert torch.equal(again[place, :, :h, :w], first[i, :, :h, :w])


def test_what_is_beyond_a_box_does_not_exist(families):
    some = Boxes(families.masks[:8])
    first = some.batch("mixed")
    beyond = torch.ones_like(some.target, dtype=torch.bool)
    for i, mask in enumerate(some.masks):
        beyond[i, :, : mask.shape[0], : mask.shape[1]] = False
    for stack in (some.source, some.target):
        stack[beyond] = torch.nan
    some.mask |= beyond[:, 0]
    again = some.batch("mixed")
    assert torch.isnan(again[beyond]).all()
    assert torch.equal(again[~beyond], first[~beyond])
    known = solve_batch(some.target, some.mask, None, LEVEL / 4, some.sizes)
    assert torch.isnan(known[beyond]).all() and torch.isfinite(known[~beyond]).all()


def test_channels_are_solved_one_by_one(families, solved):
    parts = families.source[:, 1:2], families.target[:, 1:2], families.mask
    assert torch.equal(
        seamless_batch(*parts, "mixed", LEVEL / 4, families.sizes), solved["mixed"][:, 1:2]
    )


@pytest.mark.parametrize("gradients", GRADIENTS)
def test_it_is_what_the_cpu_gives(gradients):
    rng = np.random.default_rng(8)
    names = ("blob", "salt 1 %", "spiral 3", "whole", "rooms", "one pixel")
    # Of k / 255, so that rounding decides between differences that are equally strong.
    shape = (60, 71)
    sources, targets = (
        [np.float32(picture(shape, seed + i) / 255) for i in range(len(names))] for seed in (0, 50)
    )
    masks = [MASKS[name](shape, rng) for name in names]
    stacks = (stack_boxes(boxes)[0] for boxes in (sources, targets, masks))
    found = seamless_batch(*stacks, gradients).movedim(1, -1).numpy()
    for i, parts in enumerate(zip(sources, targets, masks, strict=True)):
        assert error_levels(found[i], seamless(*parts, gradients)) < 0.5


def test_outside_the_mask_nothing_changes(families, solved):
    outside = ~families.mask[:, None].expand_as(families.target)
    for found in solved.values():
        assert torch.equal(found[outside], families.target[outside])
        assert torch.isfinite(found).all()


def test_arguments_are_not_written_to(families):
    before = [stack.clone() for stack in (families.source, families.target, families.mask)]
    families.batch("mixed")
    for was, stack in zip(before, (families.source, families.target, families.mask), strict=True):
        assert torch.equal(was, stack)


def test_strided_tensors_and_masks_with_a_channel(families, solved):
    source, target = (
        stack.movedim(1, -1).contiguous().movedim(-1, 1)
        for stack in (families.source, families.target)
    )
    mask = families.mask.mT.contiguous().mT[:, None]
    found = seamless_batch(source, target, mask, "import", LEVEL / 4, families.sizes.tolist())
    assert torch.equal(found, solved["import"])


def test_the_same_picture_and_one_of_other_brightness_give_the_target(families):
    for shift in (0, 0.25, -0.5):
        found = seamless_batch(
            families.target + shift, families.target, families.mask, sizes=families.sizes
        )
        assert torch.equal(found, families.target)


def problem(seed, masks):
    """Known values, masks and right-hand sides of zero sum, as arrays."""
    rng = np.random.default_rng(seed)
    known = [rng.normal(40, 60, (*mask.shape, 2)).astype(np.float32) for mask in masks]
    rhs = [rng.normal(0, 20, (*mask.shape, 2)).astype(np.float32) for mask in masks]
    return known, [side - side.mean(axis=(0, 1)) for side in rhs]


def test_any_right_hand_side():
    masks = hard_masks(9, 30, 48)
    known, rhs = problem(1, masks)
    (values, sizes), (stack, _), (sides, _) = (stack_boxes(part) for part in (known, masks, rhs))
    found = solve_batch(values, stack, sides, 0.25, sizes).movedim(1, -1).numpy()
    for i, mask in enumerate(masks):
        h, w = mask.shape
        truth = exact(known[i], mask, rhs[i])
        assert np.abs(found[i, :h, :w] - truth).max() < 0.25, (i, mask.shape)


def test_what_the_mask_covers_is_not_used():
    masks = [MASKS["blob"]((30, 41), np.random.default_rng(2))]
    known, _ = problem(2, masks)
    values, mask = stack_boxes(known)[0], stack_boxes(masks)[0]
    covered = torch.where(mask[:, None], torch.nan, values)
    assert torch.equal(solve_batch(covered, mask), solve_batch(values, mask))


def test_a_box_that_is_mask_all_over_keeps_its_mean():
    known, rhs = problem(3, [np.ones((33, 20), bool)])
    values, sides = stack_boxes(known)[0], stack_boxes(rhs)[0]
    mask = torch.ones((1, 33, 20), dtype=torch.bool)
    mean = values.mean(dim=(2, 3), keepdim=True)
    assert torch.allclose(solve_batch(values, mask), mean.expand_as(values))
    found = solve_batch(values, mask, sides, 0.01)
    torch.testing.assert_close(found.mean(dim=(2, 3), keepdim=True), mean, atol=1e-3, rtol=0)
    # No f has differences that do not add up to 0; those nearest to what is asked for are taken.
    torch.testing.assert_close(solve_batch(values, mask, sides + 3, 0.01), found, atol=0.02, rtol=0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (1, 9), (7, 1), (2, 2), (3, 5)])
def test_small_boxes(shape):
    rng = np.random.default_rng(4)
    masks = [rng.random(shape) < share for share in (0, 0.3, 0.6, 0.9, 1)]
    known, rhs = problem(5, masks)
    found = solve_batch(*(stack_boxes(part)[0] for part in (known, masks, rhs)), 0.01)
    for i, mask in enumerate(masks):
        truth = exact(known[i], mask, rhs[i])
        assert np.abs(found[i].movedim(0, -1).numpy() - truth).max() < 0.02


def test_no_mask_no_boxes():
    values = torch.rand(2, 3, 9, 8)
    assert torch.equal(solve_batch(values, torch.zeros(2, 9, 8, dtype=torch.bool)), values)
    empty = solve_batch(values[:0], torch.zeros(0, 9, 8, dtype=torch.bool))
    assert empty.shape == (0, 3, 9, 8)


def test_no_gradients_are_recorded(families):
    values = families.target.clone().requires_grad_()
    assert not solve_batch(values, families.mask, None, LEVEL, families.sizes).requires_grad
    assert not seamless_batch(values, values, families.mask).requires_grad


def test_a_box_that_does_not_converge_is_solved_by_itself(monkeypatch, caplog):
    monkeypatch.setattr(_conjugate, "_MOST_STEPS", 2)
    rng = np.random.default_rng(6)
    masks = [MASKS["one pixel"]((30, 35), rng), MASKS["disc"]((25, 39), rng)]
    boxes = Boxes(masks)
    with caplog.at_level(logging.WARNING, "blemish.poisson.batch"):
        found = boxes.batch("mixed")
    assert [record.args for record in caplog.records] == [(1,)]
    for i, mask in enumerate(masks):
        truth = exact_seamless(boxes.sources[i], boxes.targets[i], mask, "mixed")
        assert error_levels(boxes.of(found, i), truth) < 0.25
    outside = ~boxes.mask[:, None].expand_as(boxes.target)
    assert torch.equal(found[outside], boxes.target[outside])


def wrong(**changes):
    """Arguments of `solve_batch`, one of them wrong."""
    right = {
        "known": torch.zeros(2, 3, 8, 9),
        "mask": torch.zeros(2, 8, 9, dtype=torch.bool),
        "rhs": None,
    }
    return right | changes


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (wrong(known=torch.zeros(2, 3, 8, 9).double()), TypeError, "float32, not torch.float64"),
        (wrong(known=np.zeros((2, 3, 8, 9), np.float32)), TypeError, "not float32"),
        (wrong(mask=torch.zeros(2, 8, 9)), TypeError, "mask must be a tensor of torch.bool"),
        (wrong(rhs=torch.zeros(2, 3, 8, 9).half()), TypeError, "rhs"),
        (wrong(known=torch.zeros(3, 8, 9)), ValueError, r"\(B, C, H, W\)"),
        (wrong(mask=torch.zeros(2, 9, 8, dtype=torch.bool)), ValueError, r"mask .*\(2, 8, 9\)"),
        (wrong(rhs=torch.zeros(2, 1, 8, 9)), ValueError, "rhs must be"),
        (wrong(rhs=torch.zeros(2, 3, 8, 9, device="meta")), ValueError, "rhs is on meta"),
        (wrong(tolerance=0.0), ValueError, "tolerance must be above 0"),
        (wrong(tolerance=float("nan")), ValueError, "tolerance must be above 0"),
        (wrong(sizes=[(8, 9)]), ValueError, r"sizes must be \(2, 2\)"),
        (wrong(sizes=[(8, 9), (8, 10)]), ValueError, "sizes"),
        (wrong(sizes=[(8, 9), (0, 9)]), ValueError, "sizes"),
    ],
)
def test_arguments_that_do_not_fit(arguments, error, said):
    with pytest.raises(error, match=said):
        solve_batch(**arguments)


def test_values_that_are_no_numbers():
    values, mask = torch.zeros(2, 3, 8, 9), torch.zeros(2, 8, 9, dtype=torch.bool)
    mask[:, 3:5, 3:5] = True
    for bad in (torch.nan, torch.inf):
        beside = values.clone()
        beside[1, 2, 3, 2] = bad
        with pytest.raises(ValueError, match="NaN or infinity"):
            solve_batch(beside, mask)
        with pytest.raises(ValueError, match="NaN or infinity"):
            solve_batch(values, mask, torch.full_like(values, bad))
    far = values.clone()
    far[0, 0, 7, 7] = torch.nan
    assert torch.equal(solve_batch(far, mask).nan_to_num(9), far.nan_to_num(9))


def test_gradients_and_boxes_that_do_not_exist(families):
    with pytest.raises(ValueError, match="import, mixed, average, monochrome"):
        seamless_batch(families.source, families.target, families.mask, "strong")
    with pytest.raises(ValueError, match="source must be"):
        seamless_batch(families.source[:, :1], families.target, families.mask)
    with pytest.raises(ValueError, match="one array or more"):
        stack_boxes([])
    with pytest.raises(ValueError, match="all"):
        stack_boxes([np.zeros((3, 4)), np.zeros((3, 4, 1))])


def test_importing_the_editor_does_not_import_torch():
    code = "import sys, blemish.poisson, blemish.poisson.editing; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@needs_cuda
@pytest.mark.parametrize("gradients", GRADIENTS)
def test_the_gpu_gives_what_the_cpu_gives(families, solved, gradients):
    parts = [part.cuda() for part in (families.source, families.target, families.mask)]
    found = seamless_batch(*parts, gradients, LEVEL / 4, families.sizes.cuda())
    assert found.is_cuda
    assert error_levels(found.cpu().numpy(), solved[gradients].numpy()) < 0.5
    for i, mask in enumerate(families.masks):
        h, w = mask.shape
        one = seamless_batch(*(part[i : i + 1, ..., :h, :w] for part in parts), gradients)
        assert torch.equal(found[i, :, :h, :w], one[0])

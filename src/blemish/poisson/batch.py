"""Many boxes at once, on the GPU: `solve` and `seamless` in torch. Importing this imports torch.

A batch gives what its boxes give one by one, bit for bit on one device.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import LEVEL
from .guidance import check_gradients
from .solving import solve

try:
    import torch
    from torch import Tensor
    from torch.nn.functional import pad
except ImportError as error:
    raise ImportError("batches need torch: pip install blemish[torch]") from error

from ._conjugate import converged, free_of, levels_of, start

_LOG = logging.getLogger(__name__)


def stack_boxes(boxes: Sequence[NDArray[Any]], device: Any = None) -> tuple[Tensor, Tensor]:
    """Return arrays of several sizes as one tensor, and their sizes (B, 2).

    Args:
        boxes: (h, w, C) each, which become (B, C, H, W); or masks (h, w), which become (B, H, W).
            H and W are those of the largest; beyond a smaller box there are zeros.
        device: where the tensors shall be.
    """
    if not boxes or any(box.ndim != boxes[0].ndim for box in boxes):
        raise ValueError("boxes must be one array or more, all (h, w, C) or all (h, w)")
    sizes = np.array([box.shape[:2] for box in boxes])
    stack = np.zeros((len(boxes), *sizes.max(axis=0), *boxes[0].shape[2:]), boxes[0].dtype)
    for room, box in zip(stack, boxes, strict=True):
        room[: box.shape[0], : box.shape[1]] = box
    if stack.ndim == 4:
        stack = np.ascontiguousarray(stack.transpose(0, 3, 1, 2))
    return torch.as_tensor(stack, device=device), torch.as_tensor(sizes, device=device)


def seamless_batch(
    source: Tensor,
    target: Tensor,
    mask: Tensor,
    gradients: str = "import",
    tolerance: float = LEVEL / 4,
    sizes: Any = None,
) -> Tensor:
    """Return `target` outside the masks, the seamless clones of `source` inside them.

    Args:
        source, target: float32 (B, C, H, W), of any range, upon one another.
        gradients: as for `clone`.
        tolerance: the largest error of a value, in the unit of the values.
        mask, sizes: as for `solve_batch`.
    """
    check_gradients(gradients)
    mask, exists = _checked({"target": target, "source": source, "mask": mask}, sizes)
    with torch.no_grad():
        rhs = None if gradients == "import" else _surplus(source, target, gradients, exists)
        change = solve_batch(target - source, mask, rhs, tolerance, sizes)
        return torch.where(mask & exists, source + change, target)


def solve_batch(
    known: Tensor,
    mask: Tensor,
    rhs: Tensor | None = None,
    tolerance: float = LEVEL / 4,
    sizes: Any = None,
) -> Tensor:
    """Return f with sum over q of (f_p - f_q) = rhs_p in each mask, and f = known outside it.

    The equation of `solve`, box by box: q are the neighbours that p has in its box. In a box that
    is mask all over f keeps the mean of `known`, and the mean of rhs, which no f can have, is left
    out. A box that has not converged within 30 steps, which none is known to do, is solved by
    `solve`. No gradients are recorded.

    Args:
        known: float32 (B, C, H, W), on any device.
        mask: bool (B, H, W) or (B, 1, H, W).
        rhs: float32 (B, C, H, W), or None for 0 everywhere.
        tolerance: the largest error of a value, in the unit of `known`; but of the solution's
            range float32 gives no more than 1 part in 100,000.
        sizes: (B, 2), the height and width of each box, which lies at the top left; what is beyond
            does not exist and comes back as it is. None: all are (H, W).

    Raises:
        TypeError, ValueError: for tensors that do not fit, and for NaN or infinity that would
            reach a solution.
    """
    mask, exists = _checked(
        {"known": known, "mask": mask} | ({} if rhs is None else {"rhs": rhs}), sizes
    )
    if not tolerance > 0:
        raise ValueError(f"tolerance must be above 0, not {tolerance!r}")
    if not known.numel():
        return known.clone()
    height, width = known.shape[-2:]
    # Even sides, so that four cells make one.
    room = 0, width % 2, 0, height % 2
    with torch.no_grad():
        inside, there = pad(mask & exists, room), pad(exists, room)
        b = None if rhs is None else pad(rhs, room)
        free = free_of(inside, there)
        shift, residual = start(pad(known, room), b, inside, there, free)
        change, done = converged(levels_of(inside, there), residual, tolerance, free)
        solved = torch.where(mask & exists, (shift + change)[..., :height, :width], known)
    if not bool(done.all()):
        for i in torch.nonzero(~done)[:, 0].tolist():
            _LOG.warning("box %d of the batch has not converged: it is solved by itself", i)
            h, w = (int(exists[i].any(dim=axis).sum()) for axis in (-1, -2))
            box = np.s_[i, :, :h, :w]
            right_side = None if rhs is None else rhs[box]
            solved[box] = _solved_alone(known[box], mask[box], right_side, tolerance)
    return solved


def _solved_alone(known: Tensor, mask: Tensor, rhs: Tensor | None, tolerance: float) -> Tensor:
    """Return what `solve` finds for one box: (C, h, w)."""

    def array(part: Tensor) -> NDArray[Any]:
        return np.ascontiguousarray(part.detach().cpu().numpy().transpose(1, 2, 0))

    found = solve(array(known), array(mask)[..., 0], None if rhs is None else array(rhs), tolerance)
    return torch.from_numpy(found).movedim(-1, 0).to(known.device)


def _checked(tensors: dict[str, Tensor], sizes: Any) -> tuple[Tensor, Tensor]:
    """Return the mask and what exists, bool (B, 1, H, W); all tensors must be like the first."""
    (first, like), *_ = tensors.items()
    for name, tensor in tensors.items():
        wanted = torch.bool if name == "mask" else torch.float32
        if not isinstance(tensor, Tensor) or tensor.dtype != wanted:
            kind = getattr(tensor, "dtype", type(tensor).__name__)
            raise TypeError(f"{name} must be a tensor of {wanted}, not {kind}")
        if tensor.device != like.device:
            raise ValueError(f"{name} is on {tensor.device}, {first} on {like.device}: move it")
        if like.ndim != 4:
            raise ValueError(f"{first} must be (B, C, H, W), not {tuple(like.shape)}")
        b, _, h, w = like.shape
        shapes = [(b, h, w), (b, 1, h, w)] if name == "mask" else [tuple(like.shape)]
        if tuple(tensor.shape) not in shapes:
            raise ValueError(
                f"{name} must be {shapes[0]} for {first} {tuple(like.shape)}, "
                f"not {tuple(tensor.shape)}"
            )
    return tensors["mask"].reshape(b, 1, h, w), _existing(sizes, (b, h, w), like.device)


def _existing(sizes: Any, shape: tuple[int, int, int], device: torch.device) -> Tensor:
    if sizes is None:
        return torch.ones(shape, dtype=torch.bool, device=device)[:, None]
    sizes, limit = (torch.as_tensor(size, device=device) for size in (sizes, shape[1:]))
    if sizes.shape != (shape[0], 2) or not bool(((sizes > 0) & (sizes <= limit)).all()):
        raise ValueError(f"sizes must be ({shape[0]}, 2), from 1 to {shape[1:]}, not {sizes}")
    y, x = (torch.arange(size, device=device) for size in shape[1:])
    rows, columns = y < sizes[:, :1], x < sizes[:, 1:]
    exists: Tensor = rows[:, None, :, None] & columns[:, None, None]
    return exists


def _surplus(source: Tensor, target: Tensor, gradients: str, exists: Tensor) -> Tensor:
    """Return the divergence of the guidance field less that of the source's own differences."""
    rhs = torch.zeros_like(source)
    for axis in (-2, -1):
        size = source.shape[axis] - 1

        def link(image: Tensor, axis: int = axis, size: int = size) -> Tensor:
            return image.narrow(axis, 0, size) - image.narrow(axis, 1, size)

        new, old = link(source), link(target)
        if gradients == "mixed":
            # Rounding shall not decide between differences of as many levels.
            field = torch.where(old.abs() > new.abs() + 1e-6, old - new, 0)
        elif gradients == "average":
            field = 0.5 * (old - new)
        else:
            # Not torch's mean, which does not say in which order it adds.
            total = sum(new.unbind(1), torch.zeros((), device=new.device))
            field = (total / new.shape[1])[:, None] - new
        both = exists.narrow(axis, 0, size) & exists.narrow(axis, 1, size)
        field = torch.where(both, field, 0)
        rhs.narrow(axis, 0, size).add_(field)
        rhs.narrow(axis, 1, size).sub_(field)
    return rhs

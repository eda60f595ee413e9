"""Values yet to be drawn: what they are, how they are found and replaced in a recipe."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from dataclasses import fields as fields_of
from typing import Any, NoReturn

import numpy as np

from .file import POOLS, File, Pool


@dataclass(frozen=True)
class Dice:
    """What a value is drawn with: a generator and the pools."""

    rng: np.random.Generator
    pools: Mapping[str, Pool]


class Value(ABC):
    """A value yet to be drawn. Any use of it as a number says what to call."""

    @abstractmethod
    def draw(self, dice: Dice) -> Any:
        """Return the drawn value."""

    def support(self) -> tuple[Any, ...]:
        """Return the extreme values that can be drawn, where they are known."""
        return ()

    def _undrawn(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(
            f"{self!r:.80} has not been drawn yet. Give a seed, synthesize(recipe, image, rng=0), "
            "or draw it first: draw(recipe, rng_of(seed, index), pools)."
        )

    __float__ = __int__ = __index__ = __bool__ = __len__ = __iter__ = __call__ = _undrawn
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __pow__ = __neg__ = _undrawn
    __truediv__ = __rtruediv__ = __lt__ = __le__ = __gt__ = __ge__ = __round__ = _undrawn
    __array__ = __abs__ = __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = _undrawn
    __rpow__ = __pos__ = __trunc__ = __floor__ = __ceil__ = __complex__ = __getitem__ = _undrawn
    __contains__ = __divmod__ = __rdivmod__ = _undrawn


@dataclass(frozen=True)
class Choice(Value):
    """See `choice`."""

    options: tuple[Any, ...]
    p: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", tuple(self.options))
        if not self.options:
            raise ValueError("choice needs at least one option")
        if self.p is None:
            return
        object.__setattr__(self, "p", tuple(float(weight) for weight in self.p))
        if len(self.p) != len(self.options) or min(self.p) < 0 or not sum(self.p) > 0:
            raise ValueError(
                f"choice: p must hold one weight >= 0 an option, and one above 0: {self.p}"
            )

    def pick(self, rng: np.random.Generator) -> Any:
        """Return one of the options, as it stands: what is in it is not drawn."""
        if self.p is None:
            return self.options[int(rng.integers(len(self.options)))]
        edges = np.cumsum(self.p)
        found = int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))
        return self.options[min(found, len(self.options) - 1)]

    def draw(self, dice: Dice) -> Any:
        return drawn(self.pick(dice.rng), dice)

    def support(self) -> tuple[Any, ...]:
        options = (o.support() if isinstance(o, Value) else (o,) for o in self.options)
        return tuple(extreme for option in options for extreme in option)


@dataclass(frozen=True)
class Some(Value):
    """See `some`."""

    k: int
    options: tuple[Any, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", tuple(self.options))
        most = self.k.support() if isinstance(self.k, Value) else (self.k,)
        if most and not 0 <= min(most) <= max(most) <= len(self.options):
            raise ValueError(f"some({self.k}, ...): k must be 0 to {len(self.options)}")

    def draw(self, dice: Dice) -> tuple[Any, ...]:
        k = drawn(self.k, dice)
        order = dice.rng.permutation(len(self.options))[:k]
        return tuple(drawn(self.options[i], dice) for i in order)


@dataclass(frozen=True)
class Repeated(Value):
    """`count` independently drawn copies of `item`; see `blemish.several`."""

    item: Any
    count: int

    def __post_init__(self) -> None:
        least = self.count.support() if isinstance(self.count, Value) else (self.count,)
        if least and min(least) < 1:
            raise ValueError(f"several: count must be at least 1, not {self.count!r}")

    def draw(self, dice: Dice) -> tuple[Any, ...]:
        return tuple(drawn(self.item, dice) for _ in range(drawn(self.count, dice)))


@dataclass(frozen=True)
class Files(Value):
    """See `files`."""

    pool: str
    kind: str = ""

    def __post_init__(self) -> None:
        if self.pool not in POOLS:
            raise ValueError(f"files({self.pool!r}): the pools are {', '.join(POOLS)}")

    def draw(self, dice: Dice) -> File:
        pool = dice.pools.get(self.pool)
        if pool is None or len(pool) == 0:
            option = "" if self.pool == "sources" else f" (on the command line --{self.pool} DIR)"
            raise LookupError(
                f"this recipe draws from the pool {self.pool!r}, which was not given or is empty: "
                f"pass {self.pool}=FOLDER{option}"
            )
        if self.kind:
            pool = pool.of_kind(self.kind)
            if len(pool) == 0:
                raise LookupError(f"the pool {self.pool!r} holds nothing of the kind {self.kind!r}")
        return pool[int(dice.rng.integers(len(pool)))]


@dataclass(frozen=True)
class Given(Value):
    """See `given`."""

    pool: str
    part: Any
    otherwise: Any

    def draw(self, dice: Dice) -> Any:
        return drawn(self.part if dice.pools.get(self.pool) else self.otherwise, dice)


@dataclass(frozen=True)
class Seed(Value):
    """See `seed`."""

    def draw(self, dice: Dice) -> int:
        return int(dice.rng.integers(2**63))


def drawn(thing: Any, dice: Dice) -> Any:
    """Return `thing` with every value in it drawn, once."""
    return rebuilt(thing, lambda leaf: leaf.draw(dice) if isinstance(leaf, Value) else leaf)


def rebuilt(thing: Any, leaf: Callable[[Any], Any]) -> Any:
    """Return `thing` with `leaf` applied to every value and file in it.

    A part none of whose fields changes is returned as it is.
    """
    names = _fields_of(thing.__class__)
    if not names:
        if isinstance(thing, (Value, File)):
            return leaf(thing)
        if isinstance(thing, (tuple, list)):
            items = tuple([rebuilt(item, leaf) for item in thing])
            same = all(after is before for after, before in zip(items, thing, strict=True))
            return thing if same else items
        return thing
    fields, same = {}, True
    for name in names:
        fields[name] = before = getattr(thing, name)
        if before.__class__ in _PLAIN:
            continue
        fields[name] = after = rebuilt(before, leaf)
        same = same and after is before
    return thing if same else thing.__class__(**fields)


_PLAIN = frozenset({float, int, str, bool, type(None)})
_names: dict[type, tuple[str, ...]] = {}


def _fields_of(part: type) -> tuple[str, ...]:
    """Return the fields of a part; none of a value or a file, which are replaced as a whole."""
    names = _names.get(part)
    if names is None:
        is_part = is_dataclass(part) and not issubclass(part, (Value, File))
        names = _names[part] = tuple(f.name for f in fields_of(part)) if is_part else ()
    return names


def children(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield (name, what is there) for the fields of a part or value, or the items of a tuple."""
    if isinstance(thing, (tuple, list)):
        yield from ((str(number), item) for number, item in enumerate(thing))
    names: Iterable[str] = vars(thing) if isinstance(thing, Value) else _fields_of(type(thing))
    for name in names:
        yield name, getattr(thing, name)


def leaves(thing: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (path, value) for every value and file inside `thing`, values inside values too."""
    if isinstance(thing, (Value, File)):
        yield path, thing
    for name, child in children(thing):
        yield from leaves(child, f"{path}.{name}" if path else name)


def check_range(name: str, value: Any, low: float, high: float = math.inf) -> None:
    """Raise ValueError where `value`, drawn or not, can leave [low, high]."""
    extremes = value.support() if isinstance(value, Value) else (value,)
    for extreme in extremes:
        if isinstance(extreme, bool) or not isinstance(extreme, (int, float, np.number)):
            raise TypeError(f"{name} must be a number, not {extreme!r}")
        if not low <= extreme <= high:
            bounds = f"at least {low}" if high == math.inf else f"in [{low}, {high}]"
            raise ValueError(f"{name} must be {bounds}, not {extreme}")

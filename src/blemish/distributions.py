"""Numbers yet to be drawn, as classes; `blemish.random` has the functions that make them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .values import Dice, Value


@dataclass(frozen=True)
class Uniform(Value):
    """See `uniform`."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"uniform({self.low}, {self.high}): low must not exceed high")

    def draw(self, dice: Dice) -> float:
        return self.low + (self.high - self.low) * float(dice.rng.random())

    def support(self) -> tuple[float, ...]:
        return (self.low, self.high)


@dataclass(frozen=True)
class LogUniform(Value):
    """See `loguniform`."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high:
            raise ValueError(f"loguniform({self.low}, {self.high}): needs 0 < low <= high")

    def draw(self, dice: Dice) -> float:
        drawn = self.low * math.exp(math.log(self.high / self.low) * float(dice.rng.random()))
        return min(max(drawn, self.low), self.high)

    def support(self) -> tuple[float, ...]:
        return (self.low, self.high)


@dataclass(frozen=True)
class Normal(Value):
    """See `normal`."""

    mean: float
    deviation: float
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if not (self.deviation >= 0 and self.low <= self.high):
            raise ValueError(f"{self!r}: needs deviation >= 0 and low <= high")

    def draw(self, dice: Dice) -> float:
        drawn = self.mean + self.deviation * float(dice.rng.standard_normal())
        return min(max(drawn, self.low), self.high)

    def support(self) -> tuple[float, ...]:
        return (self.low, self.high)


@dataclass(frozen=True)
class Gamma(Value):
    """See `gamma`."""

    shape: float
    scale: float
    offset: float = 0.0
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if not (self.shape > 0 and self.scale > 0 and self.low <= self.high):
            raise ValueError(f"{self!r}: needs shape > 0, scale > 0 and low <= high")

    def draw(self, dice: Dice) -> float:
        drawn = self.offset + self.scale * float(dice.rng.standard_gamma(self.shape))
        return min(max(drawn, self.low), self.high)

    def support(self) -> tuple[float, ...]:
        return (min(max(self.offset, self.low), self.high), self.high)


@dataclass(frozen=True)
class Integers(Value):
    """See `integers`."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"integers({self.low}, {self.high}): low must not exceed high")

    def draw(self, dice: Dice) -> int:
        return int(dice.rng.integers(self.low, self.high + 1))

    def support(self) -> tuple[int, ...]:
        return (self.low, self.high)

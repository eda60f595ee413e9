"""The recipe: one sentence of the language region, placement, content, blend, label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .composition import Limits, defect_of
from .file import Pool
from .images import BadFile
from .kinds import check_kind
from .labels import Changed
from .parts import Blend, Content, Label, Placement, Region
from .pools import PoolLike, open_pools
from .random import bind, draw, generator
from .refused import Refused
from .sample import Defect, Sample
from .scene import Scene
from .values import Choice, Dice, Repeated, Value, children, leaves

ATTEMPTS = 20
"""How often a refused defect is drawn again before the source is given up."""


class NoDefect(ValueError):
    """No acceptable defect could be drawn: an outcome that a caller may want to tell apart."""

    def __init__(self, reasons: list[str], bad: dict[str, str]) -> None:
        self.attempts = len(reasons)
        self.bad = bad
        counts = {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)}
        told = "; ".join(f"{reason} ({count}x)" for reason, count in counts.items())
        super().__init__(f"no acceptable defect in {self.attempts} draws: {told}")


class MakesSamples:
    """What every kind of recipe does: called on a picture, it returns a sample."""

    def __call__(
        self,
        image: NDArray[Any] | Scene,
        rng: np.random.Generator | int | None = None,
        *,
        textures: PoolLike = None,
        defects: PoolLike = None,
        sources: PoolLike = None,
    ) -> Sample:
        """Return a sample of `image`; see `synthesize`."""
        return synthesize(self, image, rng, textures=textures, defects=defects, sources=sources)


@dataclass(frozen=True)
class Recipe(MakesSamples):
    """A way to make one defect: five parts, each a pure function once its fields are drawn.

    Attributes:
        region: (scene) -> Stencil, which shape; a donor brings its layer too.
        content: (scene, stencil) -> layer, what is seen; None for a donor's own layer.
        placement: (stencil, scene) -> Stencil, where; None leaves it where the region put it.
        blend: (base, layer, mask) -> pixels, how they meet.
        label: (change, mask) -> label, what is labelled.
        kind: what the defect is called, also the folder it is filed in; None takes the donor's.
        limits: what is acceptable.
    """

    region: Region
    content: Content | None
    blend: Blend
    placement: Placement | None = None
    label: Label = Changed()
    kind: str | None = None
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        for name in ("region", "content", "placement", "blend", "label"):
            part = getattr(self, name)
            if isinstance(part, type):
                raise TypeError(f"Recipe.{name} is a class: write {part.__name__}(...)")
            if not (callable(part) or (part is None and name in ("content", "placement"))):
                raise TypeError(f"Recipe.{name} must be a part, not {part!r}")
        if self.kind is not None and not isinstance(self.kind, Value):
            check_kind(self.kind)

    def chosen(self, dice: Dice) -> Recipe:
        """Return the recipe whose fields are to be drawn: itself."""
        return self

    def made(
        self, scene: Scene, dice: Dice | None, earlier: tuple[Defect, ...] = (), null: bool = False
    ) -> Sample:
        """Return the sample of one defect more, or raise NoDefect.

        Without `dice` the recipe must be drawn, and there is one attempt.
        """
        reasons: list[str] = []
        bad: dict[str, str] = {}
        for _ in range(ATTEMPTS if dice else 1):
            try:
                drawn = draw(self, dice.rng, dice.pools) if dice else self
                defect = defect_of(drawn, scene, earlier, null)
            except Refused as refused:
                reasons.append(str(refused))
            except BadFile as error:
                # One bad file of a pool must not end a long run: another is drawn, and it is told.
                bad[error.file] = str(error)
                reasons.append(str(error))
            else:
                made = (*earlier, defect)
                return Sample(scene.image, made, drawn, len(reasons) + 1, bad)
        raise NoDefect(reasons, bad)


@dataclass(frozen=True)
class Combined(MakesSamples):
    """Several recipes on one picture: each content reads the clean scene, each blend the picture
    so far, and each defect has its own label. `several` makes one.
    """

    recipes: Any

    def __post_init__(self) -> None:
        if isinstance(self.recipes, list):
            object.__setattr__(self, "recipes", tuple(self.recipes))
        if not isinstance(self.recipes, (tuple, Repeated)) or self.recipes == ():
            raise TypeError(f"Combined.recipes must be one or more recipes: {self.recipes!r}")
        for recipe in _every(self.recipes):
            if getattr(recipe, "of_whole_picture", False):
                raise TypeError("Then goes around several recipes, not among them")

    def chosen(self, dice: Dice) -> Combined:
        """Return how many and which recipes, their own fields not yet drawn."""
        recipes = self.recipes
        if isinstance(recipes, Repeated):
            count = draw(recipes.count, dice.rng, dice.pools)
            recipes = (recipes.item,) * count
        return Combined(tuple(chosen(recipe, dice) for recipe in recipes))

    def made(
        self, scene: Scene, dice: Dice | None, earlier: tuple[Defect, ...] = (), null: bool = False
    ) -> Sample:
        """Return the sample of all defects, or raise NoDefect where one of them is refused."""
        drawn, attempts, bad = [], 0, {}
        for recipe in self.recipes:
            sample = recipe.made(scene, dice, earlier, null)
            earlier, attempts = sample.defects, attempts + sample.attempts
            bad.update(sample.bad)
            drawn.append(sample.made_by)
        together = Sample(scene.image, earlier, Combined(tuple(drawn)), attempts, bad)
        most = max(defect.made_by.limits.max_area for defect in earlier)
        if cv2.countNonZero(together.mask) > most * together.mask.size:
            raise NoDefect([f"together larger than {most:.0%} of the image"], bad)
        return together


def _every(recipes: Any) -> Iterator[Any]:
    """Yield every recipe of a tuple, of one repeated, or of a choice."""
    if isinstance(recipes, (tuple, Repeated, Choice)):
        for _, inner in children(recipes):
            yield from _every(inner)
    else:
        yield recipes


def several(recipe: Any, count: Any) -> Combined:
    """Return the recipe of `count` defects (a number, or `integers(1, 3)`), drawn independently."""
    return Combined(Repeated(recipe, count))


def chosen(recipe: Any, dice: Dice) -> Any:
    """Return the recipe with every choice between recipes made, and nothing else drawn.

    What is drawn again after a refusal are the fields of the chosen recipe, so that the weights
    of a choice hold however often one of its options is refused.
    """
    while isinstance(recipe, Choice):
        recipe = recipe.pick(dice.rng)
    return check_recipe(recipe).chosen(dice)


def check_recipe(recipe: Any) -> Any:
    """Return `recipe`, which is one, or a choice of some; TypeError otherwise."""
    if isinstance(recipe, Choice):
        for option in recipe.options:
            check_recipe(option)
    elif isinstance(recipe, type) or not hasattr(recipe, "chosen"):
        raise TypeError(
            f"a recipe was expected, not {recipe!r:.80}; blemish.find gives one by name"
        )
    return recipe


def synthesize(
    recipe: Any,
    image: NDArray[Any] | Scene,
    rng: np.random.Generator | int | None = None,
    *,
    textures: PoolLike = None,
    defects: PoolLike = None,
    sources: PoolLike = None,
) -> Sample:
    """Return a sample: `image` with what `recipe` makes of it, and exact labels.

    Args:
        recipe: a recipe, or `choice` of recipes. A drawn one needs no `rng`.
        image: (H, W), (H, W, 1 to 4); uint8, uint16 or float in [0, 1]; RGB. Never written to.
        rng: a seed or a generator, for a recipe with values yet to be drawn.
        textures, defects, sources: the pools it draws from: folders, lists of files or arrays;
            defects may also be a list of pairs (image, mask).

    Raises:
        NoDefect: if no acceptable defect could be drawn in 20 attempts.
        TypeError: if the recipe is not drawn and no `rng` is given.
        LookupError: if it draws from a pool that is not given.
    """
    pools = open_pools(textures=textures, defects=defects, sources=sources)
    scene = image if isinstance(image, Scene) else Scene(image)
    return sampled(recipe, scene, rng, pools)


def sampled(
    recipe: Any,
    scene: Scene,
    rng: np.random.Generator | int | None,
    pools: Mapping[str, Pool],
    null: bool = False,
) -> Sample:
    """Return a sample, as `synthesize` does, from opened pools; a null sample shows nothing."""
    if rng is None:
        for path, leaf in leaves(recipe):
            if isinstance(leaf, Value):
                raise TypeError(
                    f"{path or 'the recipe'} is {leaf!r:.80}, yet to be drawn: pass rng, as in "
                    "synthesize(recipe, image, rng=0)"
                )
        drawn: Sample = check_recipe(bind(recipe, pools)).made(scene, None, (), null)
        return drawn
    dice = Dice(generator(rng), pools)
    made: Sample = chosen(recipe, dice).made(scene, dice, (), null)
    return made

"""Scratch: a groove of a hard point, one side lit and the other in the shade.

Half of them are single strokes, others bundles of up to twelve; half have gaps. The bottom is
darker on some and brighter on others: bare metal shines, a worn coat does not.
"""

from ..blends import Cover
from ..contents import Relief
from ..placements import OnObject
from ..random import uniform
from ..recipe import Recipe
from ..regions import Scratch

scratch = Recipe(
    region=Scratch(),
    content=Relief(depth=uniform(-0.7, 0.5)),
    placement=OnObject(),
    blend=Cover(),
    kind="scratch",
)

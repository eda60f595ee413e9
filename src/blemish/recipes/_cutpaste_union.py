"""CutPaste union: CutPaste or CutPaste-scar, with equal chance.

The paper's three-way classification tells the two apart. Here they are drawn together, and the kind
of each defect says which it is.
"""

from ..random import choice
from ..recipe import several
from ._cutpaste import REFERENCE, cutpaste
from ._cutpaste_scar import cutpaste_scar

__all__ = ["REFERENCE", "cutpaste_union"]

# One of a choice, and not the choice itself, which cannot be called.
cutpaste_union = several(choice(cutpaste, cutpaste_scar), 1)

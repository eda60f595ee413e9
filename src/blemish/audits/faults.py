"""What can be wrong with a dataset."""

from __future__ import annotations

from dataclasses import dataclass

FAULTS = {
    "unreadable": "a picture or mask that cannot be read",
    "no mask": "a picture of a defect without a mask",
    "no image": "a mask without a picture",
    "size": "a mask of another size than its picture",
    "empty mask": "a mask that marks nothing",
    "whole picture": "a mask that marks more than 95 % of its picture",
    "soft mask": "a mask with more than two values, as resizing or JPEG leaves them",
    "marked good": "a good picture whose mask marks something",
    "clean": "a picture without the defect that cannot be used",
    "unlabelled": "pixels that changed and are not labelled",
    "invisible": "a defect that nobody can see",
    "leak": "a picture of test/good that is in train/good too",
}
"""The sorts of faults, and what they are."""


@dataclass(frozen=True)
class Fault:
    """Something wrong with a file.

    Attributes:
        file: the picture or mask, relative to the dataset.
        what: a key of `FAULTS`.
        told: what it is, in words.
    """

    file: str
    what: str
    told: str


@dataclass(frozen=True)
class Duplicate:
    """A picture with the same pixels as another: no fault, many a real dataset has some.

    Attributes:
        file: the picture, relative to the dataset; `of`: the one that it is the same as.
    """

    file: str
    of: str

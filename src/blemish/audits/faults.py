"""What can be wrong with a dataset."""

from __future__ import annotations

from dataclasses import dataclass

SERIOUS = {
    "unreadable": "a picture or mask that cannot be read",
    "no mask": "a picture of a defect without a mask",
    "no image": "a mask without a picture",
    "size": "a mask of another size than its picture",
    "empty mask": "a mask that marks nothing",
    "soft mask": "a mask with more than two values, as resizing or JPEG leaves them",
    "marked good": "a good picture whose mask marks something",
    "clean": "a picture without the defect that cannot be used",
    "unlabelled": "pixels that changed and are not labelled",
    "invisible": "a defect that nobody can see",
    "leak": "a picture of test/good that is in train/good too",
}
"""The faults that make `blemish audit --strict` fail, and what they are."""

MINOR = {"duplicate": "a picture with the same pixels as another"}
"""What is told, and no fault by itself."""


@dataclass(frozen=True)
class Fault:
    """Something wrong with a file.

    Attributes:
        file: the picture or mask, relative to the dataset.
        what: a key of `SERIOUS` or `MINOR`.
        told: what it is, in words.
    """

    file: str
    what: str
    told: str

    @property
    def serious(self) -> bool:
        """Whether it makes a strict audit fail."""
        return self.what in SERIOUS

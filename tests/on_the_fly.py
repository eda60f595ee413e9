"""A dataset of torch that makes its samples when they are asked for.

A module of its own, because a spawned worker has to import it by name.
"""

import numpy as np
import torch

import blemish as bl
from blemish import changes, choice, recipes, several
from conftest import defects, picture, textures

PICTURES = [np.asarray(picture(64, 80, seed=s)) for s in range(3)]
MIXED = bl.Then(
    several(choice(recipes.cutpaste, recipes.draem, recipes.real_defects, recipes.scratch), 2),
    choice(changes.Flip(), None),
    changes.SensorNoise(),
)


class Synthetic(torch.utils.data.Dataset):
    """Item i of epoch e is a function of seed, e and i: there is no worker to seed."""

    def __init__(self, length, seed=0):
        self.length, self.seed, self.epoch = length, seed, 0

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        rng = bl.rng_of(self.seed, self.epoch * self.length + i)
        image = PICTURES[i % len(PICTURES)]
        sample = MIXED(image, rng, textures=textures(), defects=defects())
        return i, torch.from_numpy(sample.image), torch.from_numpy(sample.mask)

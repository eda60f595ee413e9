"""The catalog: parts and recipes by name, and those of packages that the user names."""

import json

import numpy as np
import pytest

import blemish as bl
from blemish import catalog, from_dict, to_dict
from blemish.blends import Paste
from blemish.contents import Marbled, Texture
from blemish.recipe import Recipe
from blemish.regions import DefectBank, Rectangle
from conftest import picture

DISC = '''
from dataclasses import dataclass

import numpy as np

from blemish import Recipe, Stencil, uniform
from blemish.blends import Paste
from blemish.contents import Shifted
from blemish.placements import Anywhere

__all__ = ["Disc", "disc", "helper"]


@dataclass(frozen=True)
class Disc:
    """A disc."""

    radius: float = uniform(0.1, 0.2)

    def __call__(self, scene):
        reach = max(1, round(self.radius * scene.side))
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        return Stencil((y * y + x * x <= reach * reach).astype(np.float32))


def helper():
    """Something else."""


disc = Recipe(Disc(), Shifted(), Paste(), Anywhere(), kind="disc")
'''


def test_every_export_is_found():
    names = [
        name
        for group in ("regions", "placements", "contents", "changes", "blends", "labels")
        for name in getattr(bl, group).__all__
        if isinstance(getattr(getattr(bl, group), name), type)
    ]
    assert sorted(catalog.parts()) == sorted(names), "two parts have one name"
    assert catalog.parts()["Rectangle"] is Rectangle


def test_recipes_are_sorted_by_name():
    assert list(catalog.recipes()) == sorted(bl.recipes.__all__)
    assert catalog.find("draem") is bl.recipes.draem


@pytest.mark.parametrize(
    ("name", "near"),
    [("dream", "draem"), ("CutPaste", "cutpaste"), ("real_defect", "real_defects")],
)
def test_an_unknown_recipe_names_the_nearest(name, near):
    with pytest.raises(LookupError, match=f"unknown recipe '{name}'; did you mean '{near}'"):
        catalog.find(name)


def test_nothing_is_suggested_where_nothing_is_near():
    with pytest.raises(LookupError, match="unknown recipe 'zzzzzz'") as raised:
        catalog.find("zzzzzz")
    assert "did you mean" not in str(raised.value)


@pytest.mark.parametrize("name", ["os.system", "blemish.regions:Scar", "../draem", "a b", "", "é/"])
def test_import_paths_are_refused(name):
    with pytest.raises(ValueError, match="import paths are refused"):
        catalog.find(name)


def test_describe_and_cite():
    told = catalog.describe("real_defects")
    assert told["needs"] == ["defects"] and told["name"] == "real_defects"
    assert catalog.cite("draem").startswith("@inproceedings{zavrtanik2021draem")
    assert catalog.cite("cutpaste") == catalog.cite("cutpaste_scar")
    with pytest.raises(LookupError, match="did you mean 'cutpaste'"):
        catalog.cite("cutpast")


def test_needs_are_what_cannot_be_done_without():
    donor = Recipe(DefectBank(), None, Paste())
    foreign = Recipe(Rectangle(0.1), Texture(), Paste())
    optional = bl.given("textures", Texture(), otherwise=Marbled())
    assert catalog.needs(bl.choice(donor, foreign)) == ["defects", "textures"]
    assert catalog.needs(bl.several(foreign, 2)) == ["textures"]
    assert catalog.needs(Recipe(Rectangle(0.1), optional, Paste())) == []


def test_a_pool_that_is_optional_here_and_needed_there_is_needed():
    optional = bl.given("textures", Texture(), otherwise=Marbled())
    here = Recipe(Rectangle(0.1), optional, Paste())
    there = Recipe(Rectangle(0.1), Texture(), Paste())
    assert catalog.needs(bl.choice(here, there)) == ["textures"]


# plugins


def test_a_part_of_another_package_is_found_listed_and_written(plugin):
    assert "Disc" not in catalog.parts()
    with pytest.raises(LookupError, match="unknown part"):
        from_dict({"Disc": {"radius": 0.1}})
    name = plugin("my_defects", DISC)
    catalog.add_plugin(name)
    catalog.add_plugin(name)
    part = from_dict({"Disc": {"radius": 0.1}})
    assert type(part) is catalog.parts()["Disc"] and part.radius == 0.1
    assert list(catalog.recipes()) == sorted([*bl.recipes.__all__, "disc"])
    recipe = catalog.find("disc")
    assert from_dict(json.loads(json.dumps(to_dict(recipe)))) == recipe
    sample = recipe(picture(64, 64), rng=0)
    assert sample.kind == "disc"
    again = from_dict(json.loads(json.dumps(to_dict(sample.made_by))))(picture(64, 64))
    assert np.array_equal(again.image, sample.image)
    told = catalog.describe("disc")
    assert told["needs"] == [] and told["reference"] == ""
    with pytest.raises(LookupError, match="names no publication"):
        catalog.cite("disc")


def test_the_catalog_forgets_a_plugin_after_a_test():
    assert "Disc" not in catalog.parts() and "disc" not in catalog.recipes()


def test_a_plugin_that_is_not_there():
    with pytest.raises(ImportError, match="no_such_defects"):
        catalog.add_plugin("no_such_defects")


@pytest.mark.parametrize("source", ["", "__all__ = ['x']\nx = 3\n", "class Disc: pass\n"])
def test_a_plugin_without_parts_is_refused(plugin, source):
    name = plugin("empty_defects", source)
    with pytest.raises(ValueError, match="exports no part and no recipe in __all__"):
        catalog.add_plugin(name)
    assert name not in catalog._plugins


PART = "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass {}:\n    x: int = 1\n"


# "Recipe" and "uniform" are names that notation reads as something else than a part.
@pytest.mark.parametrize("exported", ["Scar", "draem", "Recipe", "uniform"])
def test_a_name_that_is_taken_is_refused(plugin, exported):
    source = PART.format(exported) + f"__all__ = [{exported!r}]\n"
    name = plugin(f"clashing_{exported}", source)
    before = dict(catalog.parts()), dict(catalog.recipes())
    with pytest.raises(ValueError, match=f"{exported} is the name of another part"):
        catalog.add_plugin(name)
    assert name not in catalog._plugins
    assert (catalog.parts(), catalog.recipes()) == before

"""Recipes as plain data: what is written is read back, and what is no recipe is refused."""

import json
import math
import re

import numpy as np
import pytest
import yaml

import blemish as bl
from blemish import (
    Limits,
    Recipe,
    choice,
    files,
    from_dict,
    gamma,
    given,
    integers,
    loguniform,
    normal,
    seed,
    several,
    some,
    to_dict,
    uniform,
)
from blemish.blends import Alpha, Paste
from blemish.changes import Gamma, Invert, Rotate
from blemish.contents import Marbled, Shifted, Texture
from blemish.file import File
from blemish.labels import Opacity
from blemish.notation import dump, load_recipe, replaced
from blemish.placements import Anywhere, At
from blemish.recipes import cutpaste, draem
from blemish.regions import PerlinBlobs, Rectangle, Scar
from conftest import picture

BY_HAND = """
Recipe:
  region:
    Scar: {length: {uniform: [0.1, 0.4]}, width: 0.02, angle: {choice: [0, {normal: [0, 0.2]}]}}
  content:
    choice:
      options: [Shifted, {Marbled: {bands: 2}}]
      p: [3, 1]
  blend: Paste
  placement: Anywhere
  kind: scratch
"""
MEANT = Recipe(
    region=Scar(length=uniform(0.1, 0.4), width=0.02, angle=choice(0, normal(0, 0.2))),
    content=choice(Shifted(), Marbled(bands=2), p=(3, 1)),
    blend=Paste(),
    placement=Anywhere(),
    kind="scratch",
)


def there_and_back(thing):
    data = to_dict(thing)
    assert from_dict(yaml.safe_load(dump(data))) == thing
    return from_dict(json.loads(json.dumps(data)))


@pytest.mark.parametrize(
    "thing",
    [
        uniform(0, 1),
        uniform(1, 2.5),
        loguniform(0.1, 3),
        normal(0, 1),
        normal(0, 1, -2),
        normal(0, 1, high=2),
        gamma(2, 1),
        gamma(2, 1, 0.5, 0, 9),
        integers(1, 3),
        seed(),
        files("textures"),
        choice(1, 2.5, None),
        choice(1),
        choice((0.1, 0.2, 0.3), (1, 2, 3)),
        choice(1, 2, p=(1, 3)),
        choice(uniform(0, 1), choice(1, Invert())),
        some(2, Invert(), Gamma(), Rotate(uniform(0, 1))),
        some(integers(0, 2), Invert(), Gamma()),
        given("textures", Texture(), Marbled()),
        several(choice(cutpaste, draem), integers(1, 3)),
        several(cutpaste, 2),
        (),
        (Invert(), (Invert(), None)),
        Limits(max_area=0.5),
        Paste(),
        File("textures", "a/b.png", "0" * 64),
        File("defects", "os.system", "0" * 64, "scratch"),
        Recipe(Rectangle(0.1), Shifted(0.5, 0.5, (Invert(),)), Alpha(0.5), label=Opacity()),
        MEANT,
    ],
    ids=repr,
)
def test_what_is_written_is_read_back(thing):
    assert there_and_back(thing) == thing


def test_a_choice_of_names_is_read_back():
    recipe = Recipe(Rectangle(0.1), Shifted(), Paste(), kind=choice("scratch", "dent"))
    assert there_and_back(recipe) == recipe
    weighted = Recipe(Rectangle(0.1), Shifted(), Paste(), kind=choice("a", "b", p=(1, 2)))
    assert there_and_back(weighted) == weighted


def test_numpy_numbers_are_written_as_numbers():
    part = Rectangle(np.float64(0.1), np.float32(0.5))
    assert there_and_back(part) == part
    assert there_and_back(PerlinBlobs(seed=np.int64(3))).seed == 3


def test_a_list_of_changes_is_read_back():
    content = Shifted(changes=[Invert(), Rotate(0.1)])
    assert there_and_back(content) == content


def test_what_is_no_data_is_not_written():
    with pytest.raises(TypeError, match="cannot be written as data"):
        to_dict(Shifted(changes=lambda layer: layer))
    with pytest.raises(TypeError, match="cannot be written as data"):
        to_dict(np.zeros(3))


def test_a_hand_written_recipe():
    assert from_dict(yaml.safe_load(BY_HAND)) == MEANT


def test_a_name_stands_for_a_recipe_or_a_part_with_its_defaults():
    assert from_dict("draem") is draem
    assert from_dict("PerlinBlobs") == PerlinBlobs()
    assert from_dict({"PerlinBlobs": None}) == from_dict({"PerlinBlobs": {}}) == PerlinBlobs()
    assert from_dict({"choice": ["draem", "cutpaste"]}) == choice(draem, cutpaste)
    mixed = {"Combined": {"recipes": {"repeated": {"item": "draem", "count": 2}}}}
    assert from_dict(mixed) == several(draem, 2)
    assert from_dict({"PerlinBlobs": {"seed": "seed"}}) == PerlinBlobs()


def test_fields_of_a_value_by_name_or_in_order():
    assert from_dict({"uniform": {"low": 1, "high": 2}}) == from_dict({"uniform": [1, 2]})
    assert from_dict({"some": [1, ["Invert", "Gamma"]]}) == some(1, Invert(), Gamma())
    assert from_dict({"files": ["textures"]}) == files("textures")


# what is refused


def recipe(**fields):
    """The data of a recipe with some fields of it exchanged."""
    given = {"region": {"Rectangle": {"area": 0.1}}, "content": "Shifted", "blend": "Paste"}
    return {"Recipe": given | fields}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("dream", r"^recipe: unknown part or recipe 'dream'; did you mean 'draem'"),
        ({"Rectangel": {}}, r"^recipe: unknown part 'Rectangel'; did you mean 'Rectangle'"),
        (
            recipe(region={"rectangle": {}}),
            r"^recipe\.region: unknown part 'rectangle'; did you mean 'Rectangle'",
        ),
        (
            recipe(region={"Rectangle": {"aera": 0.1}}),
            r"^recipe\.region: Rectangle has no field 'aera'; did you mean 'area'.*area, aspect",
        ),
        (recipe(blnd="Paste"), r"^recipe: Recipe has no field 'blnd'; did you mean 'blend'"),
        (recipe(blend={"Paste": {"x": 1}}), r"recipe\.blend: Paste has no field 'x'.*are none"),
        (
            recipe(content={"choice": ["Shifted", {"Textur": {}}]}),
            r"^recipe\.content\.choice\.options\.1: unknown part 'Textur'; did you mean 'Texture'",
        ),
        (
            recipe(region={"Rectangle": {"area": {"unifrom": [0, 1]}}}),
            r"^recipe\.region\.area: unknown part 'unifrom'; did you mean 'uniform'",
        ),
        (
            recipe(region={"Rectangle": {"area": {"uniform": {"lo": 0, "high": 1}}}}),
            r"^recipe\.region\.area\.uniform: Uniform has no field 'lo'; did you mean 'low'",
        ),
        ({"File": {"origin": "/etc/passwd"}}, "File has no field 'origin'"),
    ],
)
def test_what_is_unknown_is_told_with_its_place_and_the_nearest_name(data, told):
    with pytest.raises(LookupError) as raised:
        from_dict(data)
    assert re.search(told, str(raised.value.args[0])), raised.value


@pytest.mark.parametrize(
    "name",
    ["os.system", "blemish.regions:Scar", "blemish.regions.Scar", "__import__('os')", "a/b", "!x"],
)
@pytest.mark.parametrize(
    "place",
    [
        lambda name: name,
        lambda name: {name: {}},
        lambda name: {name: ["ls"]},
        lambda name: [name],
        lambda name: recipe(region=name),
        lambda name: recipe(region={name: {"area": 0.1}}),
        lambda name: recipe(region={"Rectangle": {"area": name}}),
        lambda name: recipe(region={"Rectangle": {"area": {name: [0, 1]}}}),
        lambda name: recipe(content={"Shifted": {"changes": [{name: {}}]}}),
        lambda name: recipe(content={"Shifted": {"changes": name}}),
        lambda name: {"choice": ["draem", name]},
        lambda name: {"choice": {"options": [name]}},
        lambda name: {"some": {"k": 1, "options": [{name: {}}]}},
        lambda name: {"Combined": {"recipes": [name]}},
        lambda name: {"given": {"pool": "textures", "part": name, "otherwise": None}},
        lambda name: recipe(kind={name: {}}),
    ],
)
def test_an_import_path_is_refused_wherever_a_name_may_stand(place, name):
    with pytest.raises(ValueError, match="import paths are refused") as raised:
        from_dict(place(name))
    assert "recipe" in str(raised.value)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"Rectangle": [0.1]}, "recipe: Rectangle takes fields by name, not a list"),
        ({"Rectangle": 0.1}, "recipe: the fields of Rectangle must be a mapping, not 0.1"),
        ({"uniform": 5}, "the fields of uniform must be a mapping, not 5"),
        ({"uniform": [0, 1, 2]}, "recipe.uniform takes at most 2 values, not 3"),
        ({}, "a part is one name with its fields.*here are 0 names"),
        (
            recipe(blend={"Paste": {}, "Alpha": {}}),
            "recipe.blend: a part is one name .*here are 2 names: Paste, Alpha",
        ),
        ({"uniform": [2, 1]}, "recipe.uniform: .*low must not exceed high"),
        ({"Rectangle": {"area": 7}}, r"recipe: Rectangle.area must be in \[0, 1\], not 7"),
        ({"Rectangle": {"area": math.nan}}, "Rectangle.area must be in"),
        ({"files": ["/etc"]}, "the pools are textures"),
        (recipe(kind="a/b"), "names a folder"),
        ({1: {}}, "recipe: '1' is no name of a part"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(data, told):
    with pytest.raises(ValueError, match=told):
        from_dict(data)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"Rectangle": {}}, r"recipe: .*missing.*'area'"),
        ({"uniform": [1]}, "recipe.uniform: .*missing.*'high'"),
        ({"Rectangle": {"area": None}}, r"recipe\.area must be float, not None"),
        ({"Rectangle": {"area": True}}, r"recipe\.area must be float, not True"),
        ({"Rectangle": {"area": [0.1, 0.2]}}, r"recipe.*area must be"),
        ({"Rectangle": {"area": "Paste"}}, r"recipe.*area must be"),
        ({"Rectangle": {"area": {"Paste": {}}}}, r"recipe.*area must be"),
        ({"Rotate": {"angle": [1, 2]}}, r"recipe\.angle must be"),
        ({"Rotate": {"angle": "Paste"}}, r"recipe\.angle must be"),
        ({"Rotate": {"angle": {"Paste": {}}}}, r"recipe\.angle must be"),
        ({"PerlinBlobs": {"seed": 1.5}}, r"recipe\.seed must be int, not 1\.5"),
        ({"DefectBank": {"flip": 1}}, r"recipe\.flip must be bool, not 1"),
        (recipe(region=3), r"Recipe\.region must be a part"),
        (recipe(content=True), r"Recipe\.content must be a part"),
        (recipe(kind=3), r"recipe\.kind must be str or None, not 3"),
        ({"Combined": {"recipes": 3}}, r"recipe: Combined\.recipes must be"),
    ],
)
def test_a_value_of_another_type_is_told_with_its_place(data, told):
    with pytest.raises(TypeError, match=told):
        from_dict(data)


# one field exchanged


@pytest.mark.parametrize("prefix", ["", "recipe."])
def test_replaced(prefix):
    assert replaced(MEANT, f"{prefix}region.width", 0.05).region == Scar(
        uniform(0.1, 0.4), 0.05, choice(0, normal(0, 0.2))
    )
    drawn = replaced(MEANT, f"{prefix}region.width", {"uniform": [0.1, 0.2]})
    assert drawn.region.width == uniform(0.1, 0.2)
    assert replaced(MEANT, f"{prefix}blend", "Alpha").blend == Alpha()
    assert replaced(MEANT, f"{prefix}placement", None).placement is None
    assert replaced(MEANT, f"{prefix}kind", "dent").kind == "dent"
    assert replaced(MEANT, f"{prefix}limits.min_area_px", 3).limits == Limits(min_area_px=3)
    assert replaced(MEANT, f"{prefix}region.length.high", 0.9).region.length == uniform(0.1, 0.9)


def test_replaced_goes_into_tuples_by_their_index():
    content = Shifted(changes=(Invert(), Rotate(0.1), Gamma()))
    before = Recipe(Rectangle(0.1), content, Paste())
    after = replaced(before, "content.changes.1.angle", 0.5)
    assert after.content.changes == (Invert(), Rotate(0.5), Gamma())
    assert replaced(before, "content.changes.0", "Gamma").content.changes[0] == Gamma()
    options = replaced(choice(cutpaste, before), "options.1.region.area", 0.3)
    assert options.options == (cutpaste, Recipe(Rectangle(0.3), content, Paste()))
    assert replaced(several(before, 2), "recipes.count", 3) == several(before, 3)


def test_replaced_leaves_what_it_was_given():
    told = repr(MEANT)
    replaced(MEANT, "region.width", 0.05)
    assert repr(MEANT) == told


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("regin.area", "recipe: Recipe has no field 'regin'; did you mean 'region'"),
        ("region.aera", "recipe.region: Rectangle has no field 'aera'; did you mean 'area'"),
        ("region.area.high.x", "which has no field 'x'"),
        ("kind.x", "recipe.kind is 'spot', which has no field 'x'"),
        ("content.changes.2", "recipe.content.changes has items 0 to 1, no '2'"),
        ("content.changes.-1", "no '-1'"),
        ("content.changes.first", "no 'first'"),
        ("", "has no field ''"),
        ("region..area", "has no field ''"),
        ("region.__class__", "has no field '__class__'"),
    ],
)
def test_a_path_that_leads_nowhere(path, told):
    thing = Recipe(
        Rectangle(uniform(0.1, 0.2)), Shifted(changes=(Invert(), Gamma())), Paste(), kind="spot"
    )
    with pytest.raises(LookupError) as raised:
        replaced(thing, path, 1)
    assert told in str(raised.value.args[0])


def test_a_value_that_does_not_fit_is_refused_when_replaced():
    with pytest.raises(ValueError, match=r"Scar\.width must be in \[0, 1\], not 5"):
        replaced(MEANT, "region.width", 5)
    with pytest.raises(TypeError, match=r"recipe\.region\.width must be float, not None"):
        replaced(MEANT, "region.width", None)
    with pytest.raises(ValueError, match="import paths are refused"):
        replaced(MEANT, "region", "os.system")
    with pytest.raises(ValueError, match="path of a field is missing"):
        replaced(MEANT, "recipe", 1)


# files


def test_load_of_a_hand_written_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(BY_HAND, encoding="utf-8")
    assert load_recipe(path) == MEANT
    assert load_recipe(path)(picture(64, 64), rng=0).kind == "scratch"


def test_load_of_json_and_of_what_show_prints(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(to_dict(MEANT)), encoding="utf-8")
    assert load_recipe(path) == MEANT
    path.write_text(dump(to_dict(draem)), encoding="utf-8")
    assert load_recipe(path) == draem


def test_load_of_a_record_and_of_a_file_of_runs(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text(dump({"recipe": to_dict(MEANT), "seed": 3}), encoding="utf-8")
    assert load_recipe(path) == MEANT
    runs = [{"recipe": "draem"}, {"recipe": to_dict(MEANT)}]
    path.write_text(dump({"runs": runs}), encoding="utf-8")
    assert load_recipe(path) == MEANT


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Recipe: {region: [", "not readable as YAML"),
        ("Recipe: {regin: Paste}", "has no field 'regin'; did you mean 'region'"),
        ("dream", "did you mean 'draem'"),
        ("os.system", "import paths are refused"),
        ("!!python/object/apply:os.system ['ls']", "not readable as YAML"),
        ("Rectangle: {area: 7}", "must be in"),
        ("Rectangle: {area: true}", "must be float"),
        ("", "recipe"),
        ("5", "recipe"),
        ("[draem, cutpaste]", "recipe"),
        ("Paste: {}", "recipe"),
        ("uniform: [0, 1]", "recipe"),
        ("runs: []", "recipe"),
        ("recipe:", "recipe"),
    ],
)
def test_what_is_no_recipe_is_told_with_the_file(tmp_path, text, told):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=told) as raised:
        load_recipe(path)
    assert str(path) in str(raised.value)


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\x89PNG\r\n\xff\xfe")
    with pytest.raises(ValueError, match="not readable as YAML"):
        load_recipe(path)
    with pytest.raises(FileNotFoundError):
        load_recipe(tmp_path / "none.yaml")


def test_at_is_read_from_yaml_as_it_is_written():
    assert from_dict(yaml.safe_load("At: {y: 0, x: 1}")) == At(0, 1)
    assert bl.from_dict is from_dict

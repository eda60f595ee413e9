"""Parts typed as calls: what is read, and that nothing is run."""

import math

import pytest

from blemish import choice, integers, some, uniform
from blemish.calls import from_call
from blemish.changes import Blur, Brightness, Flip, Rotate, Translate, Transpose
from blemish.values import Choice
from making import goods, made, pixels, records, shell, told

READ = {
    "Flip": Flip(),
    "Flip()": Flip(),
    " Rotate(pi/2) ": Rotate(math.pi / 2),
    "Rotate(-pi / 2)": Rotate(-math.pi / 2),
    "Rotate(angle=2*pi - 1)": Rotate(2 * math.pi - 1),
    "Rotate(choice(0, pi/2, pi))": Rotate(choice(0, math.pi / 2, math.pi)),
    "Blur(uniform(0, 1.5))": Blur(uniform(0, 1.5)),
    "Translate(0.1, x=-0.05)": Translate(0.1, -0.05),
    "Brightness(1, integers(-3, 3))": Brightness(1, integers(-3, 3)),
    "choice(Flip(), None)": choice(Flip(), None),
    "choice(Flip, None, p=(1, 3))": choice(Flip(), None, p=(1, 3)),
    "some(1, Flip, Transpose)": some(1, Flip(), Transpose()),
}
REFUSED = {
    "Rotat(1)": (LookupError, "Rotate"),
    "Rotate(1": (ValueError, "never closed"),
    "Rotate(1, 2)": (ValueError, "at most 1"),
    "Rotate(1, angle=2)": (ValueError, "angle is given twice"),
    "Rotate(**{})": (ValueError, "not read"),
    "Rotate(x=1)": (LookupError, "no field 'x'"),
    "Rotate(True)": (TypeError, "float"),
    "Rotate(1/0)": (ValueError, "division"),
    "Rotate(9**9**9)": (ValueError, "no name, number or call"),
    "Blur(-1)": (ValueError, "sigma_px"),
    "__import__('os').system('false')": (ValueError, "no name, number or call"),
    "open('x')": (LookupError, "unknown part 'open'"),
    "[Flip for _ in (1,)]": (ValueError, "no name, number or call"),
    "Flip; Flip": (ValueError, "not a call"),
    "": (ValueError, "not a call"),
}


@pytest.mark.parametrize("text", READ)
def test_what_is_read(text):
    assert from_call(text) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused(text):
    error, words = REFUSED[text]
    with pytest.raises(error, match=words.replace("(", r"\(")):
        from_call(text)


def test_a_made_pair_is_turned(tmp_path):
    """The operations of --then are those of `Then`, on picture, mask and clean picture alike."""
    goods(tmp_path / "parts", 4)
    given = ("-n", 3, "--recipe", "cutpaste", "--with-clean")
    made(tmp_path / "parts", tmp_path / "plain", *given)
    made(
        tmp_path / "parts", tmp_path / "turned", *given, "--then", "Rotate(pi/2)", "--then", "Flip"
    )
    for r in records(tmp_path / "plain"):
        for name in (r["image"], r["mask"], f"clean/{r['kind']}/{r['id']}.png"):
            before, after = (pixels(tmp_path / out / name) for out in ("plain", "turned"))
            turned = before.swapaxes(0, 1)[::-1][:, ::-1]
            assert after.shape == turned.shape and (after == turned).all(), name


def test_a_quota_keeps_its_counts(tmp_path):
    goods(tmp_path / "parts", 4)
    quota = ("--quota", "scratch=2,stain=1", "--then", "Flip")
    made(tmp_path / "parts", tmp_path / "out", *quota)
    found = records(tmp_path / "out")
    assert sorted(r["kind"] for r in found) == ["scratch", "scratch", "stain"]
    assert all("Then" in r["recipe"] for r in found)


def test_then_is_refused_with_its_words(tmp_path):
    goods(tmp_path / "parts", 2)
    run = ("make", tmp_path / "parts", tmp_path / "out", "--then")
    told(shell(*run, "Rotat(1)"), "--then Rotat(1)", "did you mean 'Rotate'?")
    told(shell(*run, "Equalize"), "Equalize looks at the whole picture")
    assert not (tmp_path / "out").exists()


def test_a_choice_of_operations_is_drawn(tmp_path):
    goods(tmp_path / "parts", 4)
    made(tmp_path / "parts", tmp_path / "out", "-n", 12, "--then", "choice(Flip, None)")
    drawn = [r["recipe"]["Then"]["operations"] for r in records(tmp_path / "out")]
    assert {bool(operations[0]) for operations in drawn} == {True, False}
    assert isinstance(READ["choice(Flip(), None)"], Choice)

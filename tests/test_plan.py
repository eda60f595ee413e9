"""The plan: which pictures, which sample from which, in which chunks."""

from pathlib import Path

import numpy as np
import pytest

import blemish as bl
from blemish.blends import Paste
from blemish.contents import Texture
from blemish.plan import Job, plan
from blemish.regions import Rectangle
from blemish.sources import find_sources
from making import goods, save, textured


def planned(source, out, recipe="cutpaste", n=10, start=0, **options):
    return plan(Job(str(source), bl.find(recipe), n, Path(out), **options), start)


@pytest.fixture
def source(tmp_path):
    return goods(tmp_path / "parts", 12)


def relative(sources):
    return [s.relative for s in sources]


class TestSources:
    def test_folder_is_searched_recursively_and_in_order(self, tmp_path):
        for name in ("b/x.png", "a/deep/er/y.jpg", "a/z.BMP", "t.TIF", "u.tiff", "v.webp"):
            save(tmp_path / "parts" / name, textured(1))
        (tmp_path / "parts" / "notes.txt").write_text("no image")
        save(tmp_path / "parts" / ".hidden" / "x.png", textured(1))
        root, found = find_sources(str(tmp_path / "parts"))
        assert root == tmp_path / "parts"
        wanted = ["a/deep/er/y.jpg", "a/z.BMP", "b/x.png", "t.TIF", "u.tiff", "v.webp"]
        assert relative(found) == wanted
        assert {s.name for s in found} == {"parts"}
        assert all(s.size == s.path.stat().st_size for s in found)

    def test_mvtec_class_gives_its_train_good_alone(self, tmp_path):
        bottle = tmp_path / "bottle"
        goods(bottle / "train" / "good", 3)
        goods(bottle / "test" / "good", 2)
        goods(bottle / "test" / "broken", 2)
        goods(bottle / "ground_truth" / "broken", 2)
        _, found = find_sources(str(bottle))
        assert [s.path.parent.parent.name for s in found] == ["train"] * 3
        assert {s.name for s in found} == {"bottle"}

    def test_train_good_itself_is_named_for_its_class(self, tmp_path):
        goods(tmp_path / "bottle" / "train" / "good", 2)
        _, found = find_sources(str(tmp_path / "bottle" / "train" / "good"))
        assert {s.name for s in found} == {"bottle"}
        assert relative(found) == ["000.png", "001.png"]

    def test_tree_gives_every_class_under_its_name(self, tmp_path):
        for name in ("bottle", "cable"):
            goods(tmp_path / "tree" / name / "train" / "good", 2)
            goods(tmp_path / "tree" / name / "test" / "good", 1)
        _, found = find_sources(str(tmp_path / "tree"))
        assert [s.name for s in found] == ["bottle", "bottle", "cable", "cable"]
        with pytest.raises(ValueError, match="several"):
            find_sources(str(tmp_path / "tree"), "one")

    def test_glob(self, tmp_path, monkeypatch):
        goods(tmp_path / "line" / "a", 2)
        goods(tmp_path / "line" / "b", 2, ".jpg")
        (tmp_path / "line" / "a" / "list.txt").write_text("x")
        root, found = find_sources(str(tmp_path / "line" / "*" / "00*"))
        assert root == tmp_path / "line"
        assert relative(found) == ["a/000.png", "a/001.png", "b/000.jpg", "b/001.jpg"]
        _, found = find_sources(str(tmp_path / "line" / "**" / "*.jpg"))
        assert relative(found) == ["b/000.jpg", "b/001.jpg"]
        monkeypatch.chdir(tmp_path / "line" / "a")
        _, found = find_sources("*.png")
        assert relative(found) == ["000.png", "001.png"] and found[0].name == "a"

    def test_folder_whose_name_looks_like_a_glob(self, tmp_path):
        goods(tmp_path / "parts [1]", 2)
        assert len(find_sources(str(tmp_path / "parts [1]"))[1]) == 2

    def test_missing_empty_and_single_file(self, tmp_path, source):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            find_sources(str(tmp_path / "nowhere"))
        with pytest.raises(FileNotFoundError, match="It is a file"):
            find_sources(str(source / "000.png"))
        (tmp_path / "empty").mkdir()
        with pytest.raises(ValueError, match="holds no image"):
            find_sources(str(tmp_path / "empty"))
        with pytest.raises(ValueError, match="holds no image"):
            find_sources(str(tmp_path / "empty" / "*.png"))

    @pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "clean"])
    def test_name_must_name_a_folder(self, source, name):
        with pytest.raises(ValueError, match="must name a folder"):
            find_sources(str(source), name)


class TestSplit:
    @pytest.mark.parametrize(
        ("count", "share", "held"),
        [(12, 0.1, 1), (12, 0.25, 3), (12, 0, 0), (2, 0.9, 1), (1, 0.5, 0)],
    )
    def test_share_held_back(self, tmp_path, count, share, held):
        p = planned(goods(tmp_path / "g", count), tmp_path / "o", test_good=share)
        assert len(p.held) == held and len(p.train) == count - held
        assert not set(p.held) & set(p.train)
        assert p.sources == p.train

    def test_of_a_tree_each_class_holds_back_its_share(self, tmp_path):
        for name, count in (("a", 10), ("b", 4)):
            goods(tmp_path / "tree" / name / "train" / "good", count)
        p = planned(tmp_path / "tree", tmp_path / "o", test_good=0.2)
        assert sorted(s.name for s in p.held) == ["a", "a", "b"]

    def test_held_back_depends_on_the_seed_alone(self, source, tmp_path):
        first = planned(source, tmp_path / "o", test_good=0.3, seed=3)
        same = planned(source, tmp_path / "p", "draem", test_good=0.3, seed=3, n=99, null=0.5)
        other = planned(source, tmp_path / "o", test_good=0.3, seed=4)
        assert first.held == same.held
        assert first.held != other.held

    def test_disjoint(self, source, tmp_path):
        p = planned(source, tmp_path / "o", disjoint=True, n=4)
        assert len(p.sources) == 4
        assert not set(p.sources) & set(p.train)
        assert len(p.sources) + len(p.train) + len(p.held) == 12
        many = planned(source, tmp_path / "o", disjoint=True, n=100)
        assert len(many.sources) == 5 and len(many.train) == 6

    def test_disjoint_of_one_picture_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="disjoint"):
            planned(goods(tmp_path / "g", 1), tmp_path / "o", disjoint=True)


class TestOrder:
    def test_all_sources_before_any_repeats(self, source, tmp_path):
        p = planned(source, tmp_path / "o", n=33)
        used = [p.source(i) for i in range(33)]
        for first in range(0, 33, 11):
            assert set(used[first : first + 11]) == set(p.sources)
        assert used[:11] != used[11:22]

    def test_further_sources_are_others(self, source, tmp_path):
        p = planned(source, tmp_path / "o")
        for index in range(10):
            tried = [p.source(index, further) for further in range(p.tries())]
            assert len(set(tried)) == 6
        assert planned(goods(tmp_path / "g", 3), tmp_path / "o", test_good=0).tries() == 3

    def test_seed_shuffles(self, source, tmp_path):
        a, b = (planned(source, tmp_path / "o", seed=s, test_good=0) for s in (0, 1))
        assert [a.source(i) for i in range(12)] != [b.source(i) for i in range(12)]

    @pytest.mark.parametrize(("share", "n"), [(0.0, 7), (0.1, 50), (1 / 3, 30), (0.5, 9), (1.0, 4)])
    def test_null_share_is_exact(self, source, tmp_path, share, n):
        p = planned(source, tmp_path / "o", null=share, n=n, start=5)
        count = sum(p.is_null(5 + i) for i in range(n))
        assert count == int(n * share + 1e-9)

    def test_a_sample_never_draws_itself_or_a_held_back_picture(self, source, tmp_path):
        assert "sources" not in planned(source, tmp_path / "o").pools_for(None)
        others = bl.Recipe(Rectangle(0.1), Texture(bl.files("sources")), Paste(), kind="other")
        p = plan(Job(str(source), others, 10, tmp_path / "o", test_good=0.3))
        own = p.source(0)
        pool = p.pools_for(own)["sources"]
        names = {pool[i].path for i in range(len(pool))}
        assert own.relative not in names
        assert not names & {s.relative for s in p.held}
        assert len(names) == len(p.sources) - 1


class TestChunks:
    @pytest.mark.parametrize("count", [1, 2, 3, 7])
    def test_shards_are_a_partition(self, source, tmp_path, count):
        p = planned(source, tmp_path / "o", n=100)
        parts = [
            planned(source, tmp_path / "o", n=100, shard=(i + 1, count)).own_chunks()
            for i in range(count)
        ]
        keys = [chunk.key for part in parts for chunk in part]
        assert sorted(keys) == sorted(chunk.key for chunk in p.chunks())
        assert len(set(keys)) == len(keys)
        samples = [c for c in p.chunks() if c.what == "samples"]
        assert [i for c in samples for i in range(c.first, c.last)] == list(range(100))

    def test_normals_of_one_name_do_not_hide_each_other(self, tmp_path):
        for name in ("a/b.png", "a_b.png", "c.png"):
            save(tmp_path / "g" / name, textured(1))
        p = planned(tmp_path / "g", tmp_path / "o")
        paths = [path for _, path in p.normals()]
        assert len(set(paths)) == 3

    def test_no_normals(self, source, tmp_path):
        p = planned(source, tmp_path / "o", normals=False)
        assert p.normals() == [] and {c.what for c in p.chunks()} == {"samples"}


class TestJob:
    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({"n": -1}, "n must be"),
            ({"workers": 0}, "workers"),
            ({"test_good": 1.0}, "test_good"),
            ({"test_good": float("nan")}, "test_good"),
            ({"null": 1.5}, "null"),
            ({"shard": (4, 3)}, "shard"),
            ({"shard": (0, 3)}, "shard"),
            ({"seed": -1}, "seed"),
            ({"seed": 2**64}, "seed"),
        ],
    )
    def test_wrong_numbers_are_refused(self, source, tmp_path, options, told):
        with pytest.raises(ValueError, match=told):
            Job(str(source), bl.find("cutpaste"), **{"n": 1, "out": tmp_path / "o", **options})

    def test_a_missing_pool_is_told_before_any_work(self, source, tmp_path):
        with pytest.raises(LookupError, match="--defects"):
            planned(source, tmp_path / "o", "real_defects")
        assert not (tmp_path / "o").exists()

    def test_settings_tell_what_the_bytes_depend_on(self, source, tmp_path):
        a = planned(source, tmp_path / "o").settings
        assert a == planned(source, tmp_path / "elsewhere", workers=4).settings
        save(source / "new.png", textured(99))
        assert a["sources"] != planned(source, tmp_path / "o").settings["sources"]

    def test_pools_may_be_arrays(self, source, tmp_path):
        one = planned(source, tmp_path / "o", "draem", textures=[textured(1)])
        two = planned(source, tmp_path / "o", "draem", textures=[textured(2)])
        assert one.settings["pools"].keys() == {"textures"}
        assert isinstance(one.pools["textures"][0].origin, np.ndarray)
        assert two.pools["textures"][0].sha256 != one.pools["textures"][0].sha256

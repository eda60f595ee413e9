"""What defects are called, by us and by the folders of others."""

import pytest

from blemish.kinds import check_kind, kind_named


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("scratch", "scratch"),
        ("deep scratch", "deep_scratch"),
        ("a/b", "a_b"),
        ("combined", "combined_defect"),
        ("good", "good_defect"),
        ("", "defect"),
        ("...", "defect"),
        ("Kratzer groß", "Kratzer_groß"),
        ("_x", "_x"),
    ],
)
def test_any_name_of_a_folder_gives_a_kind(name, kind):
    assert kind_named(name) == kind
    assert check_kind(kind) == kind

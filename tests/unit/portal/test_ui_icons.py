from __future__ import annotations

from portal.ui.icons import icon


def test_an_icon_is_decoration_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in icon("search")
    assert 'role="img" aria-label="yes"' in icon("check-lg", "yes")


def test_a_label_is_escaped() -> None:
    assert "&lt;b&gt;" in icon("check-lg", "<b>")


def test_an_unknown_icon_is_a_circle() -> None:
    assert icon("no-such-icon") == icon("circle")

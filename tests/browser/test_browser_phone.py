"""Lists on a phone: the first rows on the first screen, filters behind a button, boxes in the rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.visit import PHONE, Person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("role", "station", "path"),
    [
        ("service_advisor", "", "/service/"),
        ("warranty_clerk", "", "/claims/"),
        ("auditor", None, "/claims/queue"),
        ("administrator", None, "/auth/audit"),
    ],
)
def test_the_first_rows_are_on_the_first_screen(
    enter: Callable[..., Person], role: str, station: str | None, path: str
) -> None:
    person = enter(role, station)
    person.open(path)
    person.tab.set_viewport_size(PHONE)  # type: ignore[arg-type]
    toggle, form = person.main.locator("button[data-fold]"), person.main.locator("form.filters")
    expect(form).to_be_hidden()
    first = person.main.locator("table.list tbody tr").first.bounding_box()
    assert first is not None
    assert first["y"] + first["height"] / 2 < PHONE["height"]
    toggle.click()
    expect(form).to_be_visible()
    assert toggle.get_attribute("aria-expanded") == "true"
    person.look_for_barriers()


def test_the_button_counts_the_filters_that_are_set(enter: Callable[..., Person]) -> None:
    person = enter("warranty_clerk")
    person.open("/claims/?type=repair&since=2020-01-01")
    expect(person.main.locator(".filters-count")).to_be_hidden()  # a wide window shows the filters themselves
    expect(person.main.locator("form.filters")).to_be_visible()
    person.tab.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(person.main.locator(".filters-count")).to_have_text("2")
    person.open("/claims/?since=never")
    person.tab.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(person.main.locator("form.filters .field-error")).to_be_visible()  # what is wrong is not folded away


def test_claims_are_ticked_in_their_rows_and_decided_together(enter: Callable[..., Person]) -> None:
    person = enter("auditor", None)
    person.open("/claims/queue?state=submitted")
    person.tab.set_viewport_size(PHONE)  # type: ignore[arg-type]
    boxes = person.main.locator("table.list tbody input[data-select]")
    assert boxes.count() == person.main.locator("table.list tbody tr").count() >= 1
    button, chosen = person.button("Decide the chosen claims"), person.main.locator("[data-selected-count]")
    expect(button).to_be_disabled()
    boxes.first.check()
    expect(chosen).to_have_text("1")
    expect(person.main.locator("table.list thead input[data-select-all]")).to_be_checked(checked=boxes.count() == 1)
    boxes.first.uncheck()
    person.field("All on this page", within=person.main.locator("#ticks")).check()
    expect(chosen).to_have_text(str(boxes.count()))
    person.field("Type how many, to confirm").fill(str(boxes.count()))
    with person.tab.expect_navigation():
        button.click()
    person.look()
    assert person.path == "/claims/queue/batch"

"""Old parts are inspected with a scanner, which types what it reads and ends with Enter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from parts.returns.rules.labels import payload
from tests.support.running import Running
from tests.support.visit import Person

pytestmark = pytest.mark.browser

TABLET = {"width": 820, "height": 1180}
SIGNED = "select number from old_part where state = 'signed' order by id limit 1"


def test_a_part_is_scanned_put_on_a_shelf_and_judged_with_one_press(
    enter: Callable[..., Person], running: Running
) -> None:
    number = running.value(SIGNED)
    desk = enter("parts_desk", None)
    desk.tab.set_viewport_size(TABLET)  # type: ignore[arg-type]
    desk.open("/returns/inspect")
    assert desk.focused == "label"
    desk.tab.keyboard.type("LSVAM4187R2000001")
    desk.go_by_key("Enter")
    expect(desk.main).to_contain_text("LSVAM4187R2000001")
    desk.field("Scan a label").fill(payload(number))
    desk.go_by_key("Enter")
    desk.look_for_barriers()
    desk.field("Place in the store").fill("b-07")
    desk.key("Enter")  # of the shelf's own code: it judges nothing
    assert running.value(f"select state from old_part where number = '{number}'") == "signed"
    desk.press("Damaged")
    assert (desk.path, desk.focused) == ("/returns/inspect", "label")  # ready for the next one
    found = running.value(f"select outcome || ' ' || place from old_part where number = '{number}'")
    assert found == "damaged B-07"
    desk.open(f"/returns/parts/{number}")
    desk.look_for_barriers()
    expect(desk.main).to_contain_text(desk.words("in the next statement"))

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


#: Codes of a page that stand in more than one line.
BROKEN = """() => [...document.querySelectorAll("td.kind-code, td.code, td .code")].filter(cell => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
}).map(cell => cell.textContent.trim())"""


@pytest.mark.parametrize("width", [1440, 1024])
def test_no_code_is_broken_at_its_hyphen(enter: Callable[..., Person], running: Running, width: int) -> None:
    """English words are wider than Chinese ones: what has room in one language may have none in the other."""
    box = running.value("select number from return_box where state <> 'packing' order by id limit 1")
    desk = enter("parts_desk", None)
    desk.tab.set_viewport_size({"width": width, "height": 900})
    every = "dealer,number,state,part_number,part_name,vin,claim_number,box,maker,cost,outcome,inspected_by"
    for address in (
        f"/returns/?columns={every}",
        "/returns/boxes",
        f"/returns/boxes/{box}",
        "/part-orders/",
        "/claims/",
    ):
        desk.open(address)
        assert desk.tab.locator("td.kind-code, td .code, td.code").count() > 0, address
        assert desk.tab.evaluate(BROKEN) == [], address

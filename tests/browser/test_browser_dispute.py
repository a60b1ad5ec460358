"""A statement is disputed line by line, answered, and confirmed after all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.running import Running
from tests.support.visit import Person

pytestmark = pytest.mark.browser

REASON, ANSWER = "工时与审核金额不一致", "已按审核金额核对，维持原金额"


def test_a_disputed_line_is_answered(enter: Callable[..., Person], running: Running) -> None:
    number = running.value("select number from settlement where dealer_id = 1 and state = 'generated'")
    manager = enter("service_manager")
    manager.open(f"/settlement/{number}")
    with manager.tab.expect_navigation():
        manager.main.get_by_role("link", name=manager.words("Dispute")).first.click()
    manager.look()
    manager.look_for_barriers()
    manager.field("What is wrong with this line?").fill(REASON)
    manager.press("Mark the line as disputed")
    manager.press("Send the disputes to headquarters")
    clerk = enter("settlement", None)
    clerk.open(f"/settlement/{number}")
    clerk.follow("Answer the disputes")
    expect(clerk.main).to_contain_text(REASON)
    clerk.field("The line stays").check()
    clerk.field("Answer to the dealer").fill(ANSWER)
    clerk.press("Send the answers")
    manager.open(f"/settlement/{number}")
    expect(manager.main).to_contain_text(ANSWER)
    manager.button("Confirm the statement").click()
    manager.press("Confirm the statement", within=manager.tab.get_by_role("dialog"))
    expect(manager.tab.locator(".page-title .badge-tone").first).to_have_text(manager.words("Confirmed"))

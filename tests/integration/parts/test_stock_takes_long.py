"""A shelf of more lines than a sheet holds is counted sheet by sheet, each line once."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.stock.models import StockBin, StockItem
from parts.stock.queries.takes import take_page
from parts.stock.services import Line, add_found, open_take, receive_goods, take
from portal.kernel.errors import DomainError, NotFoundError
from tests.factories.network import act_as
from tests.factories.stock import make_clerk, make_part, make_stock
from tests.support.faults import told
from tests.support.figures import d


def test_a_sheet_is_no_longer_than_two_people_count_in_a_morning_and_the_next_goes_on(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six lines, four of them in one bin: two sheets hold each of them once, in the order of the shelf."""
    clerk, part = act_as(session, make_clerk(session)), make_part(session, "BP100")
    for bin_ in ("A-01", "A-02", "B-01"):
        make_stock(session, clerk, part, now, "1", "10.00", bin_=bin_)
    assert take.MOST_LINES == 300
    monkeypatch.setattr(take, "MOST_LINES", 3)
    more = [make_part(session, f"MORE{place}") for place in range(4)]
    receive_goods(session, [Line(one.number, d("1"), "A-015") for one in more], clerk, now)
    wanted = sorted((row.bin, row.part_id) for row in session.execute(select(StockBin.bin, StockItem.part_id).join(
        StockItem, StockItem.id == StockBin.item_id).where(StockBin.bin.startswith("A"))))  # fmt: skip
    assert len(wanted) == 6
    first = open_take(session, "A", clerk, now)
    page = take_page(session, first.number)
    assert page.goes_on
    add_found(session, first.number, "BP100", "Z-99", d("1"), clerk)  # no place to go on from
    second = open_take(session, "", clerk, now, first.number)
    third = take_page(session, second.number)
    assert (second.bins, third.goes_on) == ("A", False)
    seen = [
        (row.bin, row.part_id) for one in (first, second) for row in take_page(session, one.number).lines if row.book
    ]
    assert seen == wanted
    with pytest.raises(DomainError) as over:
        open_take(session, "", clerk, now, second.number)
    assert told(over) == {"bins": "Nothing more lies behind the last line of that sheet."}
    with pytest.raises(DomainError):  # what stands on an open sheet is not counted on another one
        open_take(session, "A", clerk, now)
    stranger = act_as(session, make_clerk(session))
    with pytest.raises(NotFoundError):
        open_take(session, "", stranger, now, first.number)

"""Contracts come in from a list: new ones are filed, kept ones must say the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.network import make_dealer
from tests.factories.vehicles import make_vehicle
from tests.support.lists import counts, import_list, rejected_rows, write_list
from warranty.coverage.models import ServiceContract

ROW = {
    "合同号": "yb-1", "产品": "动力总成延保", "总成": "变速器、发动机", "含易损件": "是", "起始日": "2026-01-01",
    "截止日": "2027-12-31", "截止里程": "150,000",
}  # fmt: skip


def test_a_list_of_contracts_is_filed_once(session: Session, tmp_path: Path) -> None:
    dealer, first, second = make_dealer(session), make_vehicle(session), make_vehicle(session)
    code, key = dealer.code, dealer.id
    rows = [
        {**ROW, "车架号": first.vin.lower(), "经销商代码": code},
        {"合同号": "YB-2", "车架号": second.vin, "产品": "整车延保", "起始日": "2026-01-01", "截止日": "2026-12-31"},
    ]
    path = write_list(tmp_path / "contracts.csv", rows)
    assert counts(import_list(session, "contracts", path)) == (2, 2, 0, 0, 0)
    one, two = session.scalars(select(ServiceContract).order_by(ServiceContract.number))
    assert (one.number, one.components, one.wear_parts, one.until_km, one.seller_id) == (
        "YB-1", ["engine", "transmission"], True, 150_000, key,
    )  # fmt: skip
    assert (two.components, two.wear_parts, two.until_km, two.seller_id) == ([], False, None, None)
    assert (two.begins_on, two.until_on) == (date(2026, 1, 1), date(2026, 12, 31))
    assert counts(import_list(session, "contracts", path)) == (2, 0, 0, 2, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"车架号": "LSVAM4187R2999999"}, "This car is not known."), ({"合同号": "A/B"}, "Only letters"),
        ({"合同号": "A" * 41}, "At most 40"), ({"截止日": "2025-12-31"}, "before the first"),
        ({"起始日": "1026-01-01"}, "too far away"), ({"总成": "翅膀"}, "Nobody knows this word"),
        ({"经销商代码": "NONE"}, "This dealer is not known."), ({"产品": "整车延保"}, "Another contract is kept"),
        ({"截止里程": "160000"}, "Another contract is kept"), ({"截止里程": "0"}, "A whole number"),
    ],
)  # fmt: skip
def test_a_row_with_a_fault_comes_back_with_its_reason(
    session: Session, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    row = {**ROW, "车架号": make_vehicle(session).vin}
    import_list(session, "contracts", write_list(tmp_path / "good.csv", [row]))
    result = import_list(session, "contracts", write_list(tmp_path / "bad.csv", [{**row, **changes}]))
    assert counts(result) == (1, 0, 0, 0, 1)
    [told] = rejected_rows(result)
    assert any(reason in cell for cell in told.values())

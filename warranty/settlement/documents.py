"""The printed statement (结算单) and its amount in capital figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import cn2an
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.money import MoneyError, round_fen
from warranty.settlement import queries
from warranty.settlement.rules import Amount, Sums, reckon


def capital_figures(amount: Decimal) -> str:
    """Write yuan as an invoice does (壹仟陆佰捌拾元零叁角贰分), by the central bank's rules of 1997.

    Where the last figure of the yuan is nought and jiao follow, 零 stands after 元: the first of the
    two ways that the rules' examples show. Raises `MoneyError` for a negative amount.
    """
    fen = round_fen(amount)
    if fen != amount or amount < 0:
        raise MoneyError(f"no amount for a paper: {amount!r}")
    words = str(cn2an.an2cn(str(fen), "rmb"))
    yuan, jiao = divmod(int(fen * 10), 10)
    if yuan and yuan % 10 == 0 and jiao:
        words = words.replace("元", "元零", 1)
    return words


@dataclass(frozen=True)
class PaperLine:
    """One row: its place, claim, VIN, kind and yuan before tax."""

    position: int
    claim: str
    vin: str
    kind: str
    amount: Decimal


@dataclass(frozen=True)
class StatementPaper:
    """All that a printed statement says. What the dealer's record lacks is None."""

    number: str
    month: str
    state: str
    dealer_code: str
    dealer_name: str
    address: str | None
    uscc: str | None
    phone: str | None
    bank_name: str | None
    bank_account: str | None
    generated_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str | None
    invoice_no: str | None
    claims: int
    lines: tuple[PaperLine, ...]
    sums: Sums
    capital: str


def build(session: Session, number: str) -> StatementPaper:
    """Load a statement for printing; its sums are reckoned from the lines that are printed."""
    statement = queries.find(session, number)
    dealer = session.get_one(Dealer, statement.dealer_id)
    lines = tuple(_lines(session, statement.id))
    sums = reckon((Amount(line.kind, line.amount) for line in lines), statement.tax_rate)
    if sums.gross != statement.gross:
        raise MoneyError(f"{number}: the lines come to {sums.gross}, the statement says {statement.gross}")
    return StatementPaper(
        number=statement.number, month=statement.month, state=statement.state, dealer_code=dealer.code,
        dealer_name=dealer.name, address=dealer.address, uscc=dealer.uscc, phone=dealer.phone,
        bank_name=dealer.bank_name, bank_account=dealer.bank_account, generated_at=statement.generated_at,
        confirmed_at=statement.confirmed_at, confirmed_by=statement.confirmed_by, invoice_no=statement.invoice_no,
        claims=statement.claims, lines=lines, sums=sums, capital=capital_figures(statement.gross),
    )  # fmt: skip


def _lines(session: Session, settlement_id: int) -> Iterator[PaperLine]:
    for position, row in enumerate(queries.all_lines(session, settlement_id), 1):
        yield PaperLine(position, row.claim_number, row.vin, row.kind, row.amount)

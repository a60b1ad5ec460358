"""The printed statement (结算单) and its amount in capital figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

import cn2an
from sqlalchemy.orm import Session

from portal.kernel.money import ZERO, MoneyError, round_fen, total
from warranty.settlement import queries
from warranty.settlement.rules import Amount, Sums, reckon

#: The kinds on the paper: it is Chinese with English beside, whatever language the reader uses.
KIND_NAMES = {
    "labour": ("工时费", "Labour"),
    "part": ("材料费", "Parts"),
    "handling": ("配件管理费", "Handling fee"),
    "sublet": ("外委", "Sublet work"),
    "out_call": ("外出救援费", "Out-call"),
    "towing": ("拖车费", "Towing"),
    "substitute": ("代步车/交通补偿", "Substitute car or transport"),
    "other": ("其他", "Other"),
    "old_part": ("旧件扣款", "Old parts"),
    "audit": ("审计扣款", "Audit"),
    "administrative": ("行政扣款", "Administrative"),
    "debit": ("二次抵扣", "Debits"),
    "credit": ("返还", "Credits"),
    "brought_forward": ("上期结转扣款", "Brought forward"),
    "carried_over": ("结转下期", "Carried over"),
}


#: Why an old part's deduction was made, as the paper says it.
ENTRY_REASONS = {
    "wrong_part": "错件 wrong part", "no_fault": "无故障 no fault found", "missing": "缺件 missing",
    "not_genuine": "非纯正件 not genuine", "not_causal": "非主因件 not causal", "damaged": "人为损坏 damaged",
    "no_label": "无标签 no label", "overdue": "逾期未返 not sent back in time",
    "arrived": "逾期扣款后补返 came after it was written off",
}  # fmt: skip


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


def in_words(amount: Decimal) -> str:
    """Write an amount as it stands on a paper: the currency, then capital figures."""
    return f"人民币{capital_figures(amount)}"


@dataclass(frozen=True)
class ClaimRow:
    """One row of the paper: a claim's yuan before tax, by column."""

    claim: str
    vin: str
    labour: Decimal
    part: Decimal
    handling: Decimal
    other: Decimal
    total: Decimal


@dataclass(frozen=True)
class EntryRow:
    """A deduction or credit on the paper: what it comes from, its claim, why, and yuan before tax as it counts."""

    zh: str
    en: str
    source: str
    claim: str | None
    reason: str
    amount: Decimal


@dataclass(frozen=True)
class StatementPaper:
    """All that a printed statement says. What the dealer's record lacks is None."""

    number: str
    month: str
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
    claim_rows: tuple[ClaimRow, ...]
    totals: ClaimRow
    deductions: tuple[EntryRow, ...]
    by_kind: tuple[tuple[str, str, str, Decimal], ...]
    sums: Sums
    capital: str


def build(session: Session, number: str) -> StatementPaper:
    """Load a statement for printing; its sums are reckoned from the lines that are printed.

    Raises `MoneyError` when they are not what the statement says: such a paper is not printed.
    """
    statement = queries.find(session, number)
    dealer = queries.dealer_of(session, statement)
    lines = queries.all_lines(session, statement.id)
    entries = queries.entries_of(session, statement.id)
    amounts = [Amount(line.kind, line.amount) for line in lines] + [Amount(row.kind, row.amount) for row in entries]
    sums = reckon(amounts, statement.tax_rate)
    rows = tuple(_claim_rows(lines))
    totals = _totals(rows)
    if (sums.gross, sums.net, totals.total) != (statement.gross, statement.net, sums.claims):
        raise MoneyError(f"{number}: the lines come to {sums.gross}, the statement says {statement.gross}")
    return StatementPaper(
        number=statement.number, month=statement.month, dealer_code=dealer.code,
        dealer_name=dealer.name, address=dealer.address, uscc=dealer.uscc, phone=dealer.phone,
        bank_name=dealer.bank_name, bank_account=dealer.bank_account, generated_at=statement.generated_at,
        confirmed_at=statement.confirmed_at, confirmed_by=statement.confirmed_by, invoice_no=statement.invoice_no,
        claims=statement.claims, claim_rows=rows, totals=totals, sums=sums,
        deductions=tuple(
            EntryRow(*KIND_NAMES[row.kind], row.source, row.claim_number, ENTRY_REASONS.get(row.reason, row.reason),
                     row.amount)
            for row in entries
        ),
        by_kind=tuple((kind, *KIND_NAMES[kind], amount) for kind, amount in sums.by_kind.items()),
        capital=in_words(statement.gross),
    )  # fmt: skip


def _claim_rows(lines: Iterable[Any]) -> Iterator[ClaimRow]:
    """Put a claim's lines, which follow each other, into one row."""
    for (claim, vin), group in groupby(lines, key=lambda line: (line.claim_number, line.vin)):
        amounts = {line.kind: line.amount for line in group}
        whole = total(amounts.values())
        labour, part, handling = (amounts.get(kind, ZERO) for kind in ("labour", "part", "handling"))
        yield ClaimRow(claim, vin, labour, part, handling, whole - labour - part - handling, whole)


def _totals(rows: Iterable[ClaimRow]) -> ClaimRow:
    columns = [(row.labour, row.part, row.handling, row.other, row.total) for row in rows]
    sums = [total(column) for column in zip(*columns, strict=True)] or [ZERO] * 5
    return ClaimRow("", "", *sums)

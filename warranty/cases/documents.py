"""The papers of a case: the reply with reasons (答复书), its supplement (补充答复书), 换车证明 and 退车证明.

What the owner has in hand is printed again word for word, whatever the case says since.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from portal.kernel.clock import utc_now
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from warranty.cases.queries.cases import case_sheet
from warranty.cases.queries.papers import CERTIFICATE, REPLY, SUPPLEMENT, CasePaper, paper_of
from warranty.settlement.documents import in_words


def build_reply(session: Session, number: str) -> CasePaper:
    """Load the reply; there is one as soon as headquarters has decided."""
    sheet = case_sheet(session, number, utc_now())
    if not sheet.decided:
        raise NotFoundError(Fault(N_("Nothing is decided yet, so there is no answer to print.")))
    return _printed(paper_of(session, sheet, REPLY))


def build_supplement(session: Session, number: str) -> CasePaper:
    """Load the supplement to a reply, of a case in which the owner asked for the money afterwards."""
    sheet = case_sheet(session, number, utc_now())
    if SUPPLEMENT not in sheet.case.given:
        raise NotFoundError(Fault(N_("The reply was not supplemented.")))
    return _printed(paper_of(session, sheet, SUPPLEMENT))


def build_certificate(session: Session, number: str) -> CasePaper:
    """Load the certificate of a completed case."""
    sheet = case_sheet(session, number, utc_now())
    if sheet.case.completed_on is None:
        raise NotFoundError(Fault(N_("The case is not completed yet, so there is no certificate.")))
    return _printed(paper_of(session, sheet, CERTIFICATE))


def reply_name(paper: CasePaper) -> str:
    """Name the file of a reply."""
    return f"{paper.number}-reply"


def supplement_name(paper: CasePaper) -> str:
    """Name the file of a supplement."""
    return f"{paper.number}-supplement"


def certificate_name(paper: CasePaper) -> str:
    """Name the file of a certificate."""
    return f"{paper.number}-{'return' if paper.returned else 'replacement'}"


def _printed(paper: CasePaper) -> CasePaper:
    return replace(paper, capital=in_words(abs(paper.sums.to_owner)))

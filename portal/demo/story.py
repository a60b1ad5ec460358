"""The main job, done through the running portal by HTTP: one car from the counter to the statement."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from portal.demo.base import PASSWORD
from portal.demo.visitor import Page, VisitError, Visitor
from portal.kernel.clock import local, month_of

#: What fails in the story: concern, cause, correction, component, labour operation, part.
CONCERN = "加速到六十以上前轮嗡嗡响，车速越高越响"
CAUSE = "举升检查，右前轮毂轴承滚道剥落，手感松旷"
CORRECTION = "更换右前轮毂轴承单元，路试二十公里无异响"
COMPONENT, MODE, OPERATION, PART = "driveline", "noise", "DR0112", "3104-00200"
WAIT_SECONDS = 90


@dataclass
class Story:
    """Who does what: ``say`` hears each step; papers are saved in ``folder``."""

    home: str
    folder: Path
    station: str
    vin: str
    odometer_km: int
    now: datetime
    say: Callable[[str], None]
    papers: list[Path] = field(default_factory=list)

    def run(self) -> None:
        """Tell the whole story; a `VisitError` names the step that did not work."""
        order = self.repair()
        claim = self.claim(order)
        self.decide(claim)
        statement = self.settle()
        self.confirm(statement)

    def repair(self) -> str:
        """Open, fill and complete a repair order, and print its repair record."""
        advisor = self._enter("service_advisor")
        car = advisor.get(f"/search?q={self.vin[-8:]}")
        if self.vin not in car.url:
            raise VisitError(f"the search for {self.vin[-8:]} led to {car.url}")
        page = advisor.get(f"/service/new?vin={self.vin}")
        received = local(self.now)
        opened = advisor.send(
            page, page.form(action="/service/new", having="concern"), vin=self.vin, odometer_km=str(self.odometer_km),
            type="general", received_at=f"{received:%Y-%m-%dT%H:%M}",
            promised_at=f"{received + timedelta(hours=6):%Y-%m-%dT%H:%M}", presenter_name="王建国",
            presenter_phone="13800138000", concern=CONCERN,
        )  # fmt: skip
        number = self._number(opened, "RO")
        self.say(f"service advisor opened repair order {number} for {self.vin}")
        page = self._work(advisor, opened, number)
        self.say(f"the order was completed with labour {OPERATION} and part {PART}")
        self._print(advisor, page, "repair_record", number)
        return number

    def claim(self, order: str) -> str:
        """Make the claim with one click, submit it, and print its form."""
        clerk = self._enter("warranty_clerk")
        panel = clerk.get(f"/claims/order/{order}/panel")
        page = clerk.send(panel, panel.form(action="/claims/make"))
        number = self._number(page, "CL")
        self.say(f"warranty clerk made claim {number} from {order}")
        page = clerk.get(f"/claims/{number}")
        page = clerk.send(page, page.form(having="row_version"), to=f"/claims/{number}/submit", damage_degree="severe")
        self.say("the claim was submitted")
        self._print(clerk, clerk.get(f"/claims/{number}"), "claim_form", number)
        return number

    def decide(self, number: str) -> None:
        """Approve the claim at headquarters."""
        auditor = self._enter("auditor", headquarters=True)
        page = auditor.get(f"/claims/{number}")
        auditor.send(page, page.form(action="/decide"), outcome="approve")
        self.say(f"headquarters approved {number}")

    def settle(self) -> str:
        """Close the running month and find the station's statement."""
        clerk, month = self._enter("settlement", headquarters=True), month_of(self.now)
        page = clerk.get(f"/settlement/close?month={month}")
        form = next(form for form in page.forms if form.method == "post" and "month" in form.fields)
        clerk.send(page, form, sure="y")
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            listed = clerk.get(f"/settlement/?month={month}&dealer={self.station}").text
            found = re.search(rf"ST-{self.station}-[0-9]+-[0-9]+", listed)
            if found:
                self.say(f"headquarters closed {month}: statement {found[0]}")
                return found[0]
            time.sleep(0.5)
        raise VisitError(f"no statement of {month} for {self.station} after {WAIT_SECONDS} s")

    def confirm(self, number: str) -> None:
        """Confirm the statement as the station's manager, and print it."""
        manager = self._enter("service_manager")
        page = manager.get(f"/settlement/{number}")
        page = manager.send(page, page.form(action="/confirm"))
        self.say(f"service manager confirmed {number}")
        self._print(manager, manager.get(f"/settlement/{number}"), "settlement_statement", number)

    def _enter(self, role: str, *, headquarters: bool = False) -> Visitor:
        visitor = Visitor(self.home)
        visitor.sign_in(role if headquarters else f"{role}.{self.station.lower()}", PASSWORD)
        return visitor

    def _work(self, advisor: Visitor, page: Page, number: str) -> Page:
        """Fill in the three C, add labour and part, mark the causal part, complete."""
        form = page.form(action=f"/{number}/work")
        place = re.sub("-concern$", "", next(name for name in form.fields if name.endswith("-concern")))
        three = {f"{place}-cause": CAUSE, f"{place}-correction": CORRECTION, f"{place}-component": COMPONENT,
                 f"{place}-failure_mode": MODE, f"{place}-payer": "warranty"}  # fmt: skip
        page = advisor.send(page, form, do="save", **three, **{f"{place}-add_labour": OPERATION})
        page = advisor.send(page, page.form(action=f"/{number}/work"), do="save", **{f"{place}-add_part": PART})
        form = page.form(action=f"/{number}/work")
        part = next(name.split("-")[1] for name in form.fields if name.startswith("part-"))
        return advisor.send(page, form, do="complete", **{f"{place}-causal": part})

    def _print(self, visitor: Visitor, page: Page, kind: str, key: str) -> None:
        """Ask for a paper as the page's button does, wait for the worker, save it."""
        form = next(form for form in page.forms if form.fields.get("kind") == kind)
        waiting = visitor.send(page, form)
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            paper = visitor.get(f"{waiting.url}/file")
            if paper.kind == "application/pdf":
                path = self.folder / f"{key}.pdf"
                path.write_bytes(paper.content)
                self.papers.append(path)
                self.say(f"printed {path.name} ({len(paper.content):,} bytes)")
                return
            time.sleep(0.4)
        raise VisitError(f"the paper of {key} was not ready after {WAIT_SECONDS} s")

    @staticmethod
    def _number(page: Page, series: str) -> str:
        found = re.search(rf"{series}-[A-Z0-9]+-[0-9]+-[0-9]+", page.url) or re.search(
            rf"{series}-[A-Z0-9]+-[0-9]+-[0-9]+", page.text
        )
        if found is None:
            raise VisitError(f"no {series} number on {page.url}")
        return found[0]

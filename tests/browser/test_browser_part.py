"""One part from the order to the money that its supplier pays back, pressed through by everybody concerned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pytest
from playwright.sync_api import Locator, expect

from parts.returns.rules.labels import payload, printed
from portal.demo.base import HOURLY, RISE
from tests.support.running import Running
from tests.support.visit import Person

pytestmark = pytest.mark.browser

#: What the waiting car needs, and nobody has (see portal/demo/stock.py); its supplier has no contract yet.
PART, SUPPLIER, SUPPLIER_CODE = "3550-01330", "芜湖伯制", "G1020"
HOURS, HUNDRED = Decimal("1.80"), Decimal(100)
#: 1,960.00 retail, raised by 3 % in 2026: 2,018.80. The station pays seven tenths of it, and so does the claim.
PRICE = Decimal("1413.16")
#: The car came six days ago: from the sixth day on the customer is due a car, or money for other ways to travel.
TRANSPORT = Decimal("200.00")
#: What the supplier bears of labour, material and handling in percent, and of one claim at most in yuan.
LABOUR_SHARE, PART_SHARE, HANDLING_SHARE = Decimal("62.5"), Decimal(80), Decimal(50)
CLAIM_CAP = Decimal("1300.00")
CARRIER, WAYBILL = "顺丰速运", "SF1528800777"
TODAY = "2026-11-20"
URGENT = "select number from part_order where kind = 'urgent' and dealer_id = 1"
STOCK = "select quantity from stock_item join part on part.id = part_id where dealer_id = 1 and part.number = ?"
WAITING = "select number from repair_order where id = (select repair_order_id from part_order where number = ?)"


def fen(amount: Decimal) -> Decimal:
    """Round to the fen as invoices do."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def money(amount: Decimal) -> str:
    """Write an amount as pages do."""
    return f"{amount:,.2f}"


@pytest.fixture
def locale() -> str:
    """One language: the walk is long, and its pages are read in the other one elsewhere."""
    return "zh_CN"


@dataclass
class Walk:
    """What is known of the part as it goes on."""

    enter: Callable[..., Person]
    running: Running
    repair: str
    order: str
    delivery: str = ""
    claim: str = ""
    old_part: str = ""
    box: str = ""
    report_no: str = ""
    demand: str = ""

    @property
    def labour(self) -> Decimal:
        """Quota hours at the rate of the station's grade."""
        return HOURS * (HOURLY[self.running.network.world.stations[0].grade] + RISE)

    @property
    def handling(self) -> Decimal:
        """A tenth of the part."""
        return fen(PRICE / 10)

    @property
    def applied(self) -> Decimal:
        """What the claim is for."""
        return self.labour + PRICE + self.handling + TRANSPORT

    @property
    def shares(self) -> tuple[Decimal, ...]:
        """What the supplier bears of labour, part and handling before the cap."""
        lines = ((self.labour, LABOUR_SHARE), (PRICE, PART_SHARE), (self.handling, HANDLING_SHARE))
        return tuple(fen(amount * percent / HUNDRED) for amount, percent in lines)

    @property
    def recovered(self) -> Decimal:
        """What one claim brings: the shares, and never more than the cap."""
        return min(sum(self.shares, Decimal(0)), CLAIM_CAP)

    # --- helpers ----------------------------------------------------------------------------------

    def state(self, person: Person, message: str) -> None:
        """Check the state beside the page's heading."""
        expect(person.tab.locator(".page-title .badge-tone").first).to_have_text(person.words(message))

    def by_work(self, person: Person, message: str) -> None:
        """Come to a list from the work that waits."""
        person.open("/")
        with person.tab.expect_navigation():
            person.tab.locator(".work a", has_text=person.words(message)).first.click()
        person.look()

    def by_link(self, person: Person, name: str, within: Locator | None = None) -> None:
        """Follow a link that names something."""
        with person.tab.expect_navigation():
            (within or person.main).get_by_role("link", name=name, exact=True).first.click()
        person.look()

    def fill(self, person: Person, typed: dict[str, object]) -> None:
        """Type into fields, by their labels."""
        for label, text in typed.items():
            person.field(label).fill(str(text))

    def confirm(self, person: Person, message: str, **facts: object) -> None:
        """Press a button that asks first, and say yes."""
        person.button(message, **facts).click()
        person.press(message, within=person.tab.get_by_role("dialog"), **facts)

    # --- the order --------------------------------------------------------------------------------

    def wait_for_it(self, clerk: Person) -> None:
        """The clerk sees which repair waits, for what, and for which day it is promised."""
        self.by_work(clerk, "Repairs that wait for parts")
        self.by_link(clerk, self.repair)
        expect(clerk.main).to_contain_text(clerk.words("Waits for parts."))
        expect(clerk.main).to_contain_text(clerk.words("Promised for %(day)s", day="2026-11-22"))
        clerk.look_for_barriers()

    def send(self) -> None:
        """Headquarters' parts desk sends the part before the promised day."""
        desk = self.enter("parts_desk", None)
        desk.search(self.order)
        self.state(desk, "Confirmed")
        desk.look_for_barriers()
        self.fill(desk, {"Carrier": CARRIER, "Waybill": WAYBILL})
        ships = desk.field("Ships now of %(number)s", number=PART)
        expect(ships).to_have_value("0")  # promised for a later day, so nothing ships unless somebody says so
        ships.fill("1")
        desk.press("Make the delivery note")
        self.delivery = desk.path.split("/")[-1]
        self.state(desk, "On its way")
        desk.look_for_barriers()

    def sign(self, clerk: Person) -> None:
        """The clerk signs for the delivery; the part comes into stock at what the order said."""
        self.by_work(clerk, "Deliveries to sign for")
        self.by_link(clerk, self.delivery)
        expect(clerk.main).to_contain_text(WAYBILL)
        clerk.field("Bin of %(number)s", number=PART).fill("c-09")
        clerk.press("Sign and take into stock")
        self.state(clerk, "Signed for")
        clerk.look_for_barriers()
        assert self.running.value(STOCK, PART) == 1 * HUNDRED

    def issue(self, clerk: Person) -> None:
        """The clerk scans the part: it goes to the job, and the repair waits no more."""
        self.by_link(clerk, self.repair)
        expect(clerk.main).not_to_contain_text(clerk.words("Waits for parts."))
        clerk.follow("Issue parts")
        assert clerk.focused == "scan"
        clerk.look_for_barriers()
        clerk.tab.keyboard.type("0000-00000")
        clerk.go_by_key("Enter")
        assert clerk.focused == "scan"  # marked: the next scan replaces the wrong one
        clerk.tab.keyboard.type(PART)
        clerk.go_by_key("Enter")
        expect(clerk.main).to_contain_text(clerk.words("All that its jobs need is issued."))
        assert self.running.value(STOCK, PART) == 0
        clerk.follow("To the repair order")
        row = clerk.main.locator("tr", has_text=PART).last
        expect(row).to_contain_text(clerk.words("Issued"))
        expect(clerk.main).not_to_contain_text(clerk.words("Waits for parts."))

    # --- the repair -------------------------------------------------------------------------------

    def repair_it(self) -> None:
        """The advisor marks what failed first; the order completes once the customer is seen to after five days."""
        advisor = self.enter("service_advisor")
        advisor.search(self.repair)
        self.state(advisor, "In the shop")
        advisor.field("Causal part").check()
        advisor.button("Complete order").click()
        expect(advisor.tab.locator(".error-summary")).to_contain_text(advisor.words("Instead of the car"))
        advisor.look()
        advisor.look_for_barriers()
        expect(advisor.field("Causal part")).to_be_checked()
        advisor.field("Instead of the car").select_option("transport")
        advisor.field("Transport compensation (yuan)").fill(str(TRANSPORT))
        advisor.press("Complete order")
        self.state(advisor, "Completed")
        expect(advisor.main).to_contain_text(money(TRANSPORT))
        advisor.look_for_barriers()

    def report(self) -> None:
        """The technician reports the part's quality with what the visit does not say."""
        technician = self.enter("technician")
        technician.search(self.repair)
        technician.press("Report a part's quality")
        self.report_no = technician.path.split("/")[-1]
        expect(technician.field("Failed part")).to_have_value(PART)
        technician.look_for_barriers()
        technician.field("Place of the failure").fill("控制板插头")
        for field, choice in (("Road", "city"), ("Speed", "low"), ("Engine or drive", "warm")):
            technician.field(field).select_option(choice)
        technician.press("Submit to headquarters")
        self.state(technician, "Submitted")

    # --- the claim --------------------------------------------------------------------------------

    def make_claim(self) -> Person:
        """A person decides it: the rules do up to 380 yuan at this station, the second level above 2,000."""
        clerk = self.enter("warranty_clerk")
        clerk.search(self.repair)
        clerk.press("Make claim")
        self.claim = clerk.path.split("/")[-1]
        verdict = clerk.tab.locator("#verdict")
        expect(verdict).to_contain_text(money(self.applied))
        expect(verdict).to_contain_text(clerk.words("Amount above the limit"))
        clerk.press("Submit to headquarters")
        self.state(clerk, "Submitted")  # in review it would wait for the second level
        return clerk

    def approve(self) -> None:
        """The first level approves it as it was applied for."""
        auditor = self.enter("auditor", None)
        self.by_work(auditor, "Claims waiting for a decision")
        self.by_link(auditor, self.claim)
        auditor.press("Approve claim")
        auditor.search(self.claim)
        self.state(auditor, "Approved")
        expect(auditor.main.locator("tfoot")).to_contain_text(money(self.applied))
        assert self.running.value("select audited from claim where number = ?", self.claim) == self.applied * HUNDRED

    # --- the old part -----------------------------------------------------------------------------

    def label(self, clerk: Person) -> None:
        """The approved claim asks for the old part; the clerk prints its label."""
        clerk.search(self.claim)
        self.by_link(clerk, f"{self.claim}-2")  # the part is the claim's second line
        self.old_part = clerk.path.split("/")[-1]
        self.state(clerk, "To be sent back")
        clerk.look_for_barriers()
        paper = clerk.print("Print its label")
        missing = [word for word in (printed(self.old_part), PART, self.claim, SUPPLIER) if word not in paper]
        assert missing == [], paper

    def pack(self, clerk: Person) -> None:
        """The parts clerk scans the label into a box and hands it to the carrier."""
        self.by_work(clerk, "Old parts to send back")
        clerk.press("Pack a box")
        self.box = clerk.path.split("/")[-1]
        assert clerk.focused == "label"
        clerk.tab.keyboard.type(payload(self.old_part))
        clerk.go_by_key("Enter")
        expect(clerk.main.locator("tr", has_text=self.old_part)).to_contain_text(clerk.words("Packed"))
        clerk.look_for_barriers()
        self.fill(clerk, {"Carrier": CARRIER, "Waybill no.": WAYBILL})
        clerk.press("Ship the box")
        self.state(clerk, "On its way")

    def inspect(self) -> None:
        """Headquarters counts the box by its labels, then finds the part good and shelves it, all with the scanner."""
        desk = self.enter("parts_desk", None)
        self.by_work(desk, "Boxes on their way to you")
        self.by_link(desk, self.box)
        desk.field("Labels in the box").fill(payload(self.old_part))
        desk.press("Sign for the box")
        self.state(desk, "Received by headquarters")
        self.by_work(desk, "Old parts to inspect")
        assert desk.focused == "label"
        desk.tab.keyboard.type(payload(self.old_part))
        desk.go_by_key("Enter")
        expect(desk.main).to_contain_text(PART)
        desk.field("Place in the store").fill("d-03")
        desk.press("Good")
        expect(desk.main.locator("#done-title + ul")).to_contain_text(self.old_part)
        self.by_link(desk, self.old_part)
        self.state(desk, "In store")
        expect(desk.main).to_contain_text(desk.words("nothing is deducted"))
        desk.look_for_barriers()
        assert self.running.value("select place from old_part where number = ?", self.old_part) == "D-03"

    # --- what became of it ------------------------------------------------------------------------

    def take_up(self, engineer: Person) -> None:
        """The quality engineer reads the station's report and takes it up."""
        self.by_work(engineer, "Quality reports to answer")
        self.by_link(engineer, self.report_no)
        self.state(engineer, "Submitted")
        expect(engineer.main).to_contain_text(self.running.network.station)
        expect(engineer.main).to_contain_text(PART)
        engineer.look_for_barriers()
        engineer.press("Take up")
        self.state(engineer, "In analysis")
        engineer.look_for_barriers()

    def agree_terms(self, engineer: Person) -> None:
        """The engineer enters the contract that was signed with the part's supplier."""
        engineer.open("/recovery/")
        engineer.follow("Recovery contracts")
        engineer.follow("Enter a contract")
        engineer.field("Which parts").select_option("all")
        terms = {"Supplier code": SUPPLIER_CODE, "From": "2026-01-01", "Until": "2027-12-31",
                 "Labour share (percent)": LABOUR_SHARE, "Material share (percent)": PART_SHARE,
                 "Handling fee share (percent)": HANDLING_SHARE, "Cap of a claim (yuan)": CLAIM_CAP}  # fmt: skip
        self.fill(engineer, terms)
        engineer.look_for_barriers()
        engineer.press("Keep this contract")
        self.state(engineer, "In force")
        engineer.look_for_barriers()

    def ask(self, engineer: Person) -> None:
        """The demand of today's decisions holds the one claim, cut at the cap."""
        engineer.open("/recovery/")
        engineer.follow("Make demands")
        days = {"Claims decided from": TODAY, "Claims decided until": TODAY}
        self.fill(engineer, {**days, "Supplier code": SUPPLIER_CODE})
        engineer.press("Show what can be recovered")
        waits = engineer.main.locator("tbody tr", has_text=SUPPLIER_CODE)
        expect(waits).to_contain_text(money(self.labour + PRICE + self.handling))
        engineer.press("Make demands")
        made = engineer.main.get_by_role("link", name=f"RV-{SUPPLIER_CODE}-")
        made.wait_for(timeout=30_000)
        with engineer.tab.expect_navigation():
            made.click()
        engineer.look()
        self.demand = engineer.path.split("/")[-1]
        engineer.look_for_barriers()
        expect(engineer.main.locator("#sums-title ~ * tfoot")).to_contain_text(money(self.recovered))
        self.confirm(engineer, "Mark as sent to the supplier")
        self.state(engineer, "With the supplier")

    def prove(self, engineer: Person) -> None:
        """The evidence names the claim, the part and what its inspection found."""
        paper = engineer.print("Print demand and evidence")
        _pages, _evidence, proof = paper.rpartition("旧件鉴定")
        told = {
            paper: (self.demand, SUPPLIER, self.claim, self.repair, PART, *map(money, (*self.shares, self.recovered))),
            proof: (self.old_part, PART, "合格"),
        }
        missing = [word for text, words in told.items() for word in words if word not in text]
        assert missing == [], paper

    def answer(self, engineer: Person) -> None:
        """The supplier accepts the first line on its page, then the rest; both sides agree."""
        engineer.open(f"/recovery/{self.demand}")
        self.by_link(engineer, "1", engineer.main.locator("#lines"))
        expect(engineer.main).to_contain_text(self.old_part)
        engineer.look_for_barriers()
        engineer.field("Wholly accepted").check()
        engineer.press("Record the answer")
        self.confirm(engineer, "The supplier accepts the rest")
        self.state(engineer, "Answered")
        self.confirm(engineer, "Agree on %(accepted)s yuan", accepted=money(self.recovered))
        self.state(engineer, "Agreed")

    def book(self) -> None:
        """Settlement books what was agreed, and sees what share of its cost came back."""
        clerk = self.enter("settlement", None)
        self.by_work(clerk, "Agreed demands to book")
        self.by_link(clerk, self.demand)
        self.confirm(clerk, "Book %(agreed)s yuan", agreed=money(self.recovered))
        self.state(clerk, "Booked")
        sql = "select sum(amount) from recovery_entry join recovery on recovery.id = recovery_id where number = ?"
        assert self.running.value(sql, self.demand) == self.recovered * HUNDRED
        clerk.look_for_barriers()
        clerk.open("/recovery/shares")
        self.fill(clerk, {"Decided from": TODAY, "Decided until": TODAY, "Supplier code": SUPPLIER_CODE})
        clerk.press("Show")
        row = clerk.main.locator("tbody tr", has_text=SUPPLIER_CODE).first
        back = (self.recovered * HUNDRED / self.applied).quantize(Decimal("0.1"), ROUND_HALF_UP)
        for words in (money(self.applied), f"{back} %"):
            expect(row).to_contain_text(words)
        for name in ("Claimed", "Accepted", "Booked"):
            expect(row.locator(f'td[data-label="{clerk.words(name)}"]')).to_have_text(money(self.recovered))
        clerk.look_for_barriers()


def test_a_part_from_its_order_to_recovery(enter: Callable[..., Person], running: Running) -> None:
    order = running.value(URGENT)
    walk = Walk(enter, running, running.value(WAITING, order), order)
    clerk = enter("parts_clerk")
    walk.wait_for_it(clerk)
    walk.send()
    walk.sign(clerk)
    walk.issue(clerk)
    walk.repair_it()
    walk.report()
    warranty = walk.make_claim()
    walk.approve()
    walk.label(warranty)
    walk.pack(clerk)
    walk.inspect()
    engineer = enter("quality", None)
    for step in (walk.take_up, walk.agree_terms, walk.ask, walk.prove, walk.answer):
        step(engineer)
    walk.book()

"""A person at a browser: presses what people press; every page they come to is looked at closely."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

from portal.demo.base import PASSWORD
from tests.support.running import Running
from tests.support.words import Words

#: The same engine without anything of a window is Debian's package of its own; it needs two thirds of the time.
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
#: Stay on this machine, and let nothing run beside the pages.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: Answers that are no fault: 422 shows a form again with what is wrong in it.
REFUSED = 422
FAILED = 400
#: What htmx says of a request that was let go; one that failed is told by the browser, too.
LET_GO = ("htmx:sendAbort", "htmx:afterRequest")

#: Rows of a list are alike: axe looks at the first eight, for fifty take it ten times as long.
ALIKE = {"exclude": [["table.list tbody tr:nth-child(n+9)"]]}

#: What a page says of itself, and every text on it (nodes and attributes) but for codes, keys, names of parts.
PROBE = """([english, chinese]) => {
  const own = document.documentElement.lang, texts = [];
  const names = `td[data-label="${english}"], td[data-label="${chinese}"]`;
  const apart = `script, style, kbd, .code, time, textarea, [translate=no], ${names}`;
  const keep = (element, text) => {
    const clean = (text ?? "").trim().replace(/\\s+/g, " ");
    if (clean && !element.closest(apart) && element.closest("[lang]").lang === own) texts.push(clean);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) keep(node.parentElement, node.data);
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-confirm"])
    for (const element of document.body.querySelectorAll(`[${name}]`)) keep(element, element.getAttribute(name));
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return {
    lang: own, title: document.title, texts, headings: document.querySelectorAll("h1").length,
    head: document.querySelector("h1")?.textContent.trim() ?? "",
    repeated: [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))],
  };
}"""
#: How much wider than the window a page is, and what sticks out of it.
OVERFLOW = """() => {
  const width = document.documentElement.clientWidth, wide = document.documentElement.scrollWidth;
  if (wide <= width) return "";
  const visible = (element) => getComputedStyle(element).overflowX === "visible";
  const scrolls = (element) => element && (!visible(element) || scrolls(element.parentElement));
  const out = [...document.body.querySelectorAll("*")].filter(
    (element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element.parentElement));
  const named = out.slice(0, 4).map((element) => element.tagName.toLowerCase() + "." + element.className);
  return `${wide} instead of ${width} px: ${named.join(", ")}`;
}"""


@dataclass
class Findings:
    """What is wrong with the pages of a test, each once; and which title belongs to which page."""

    told: dict[str, None] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)

    def tell(self, place: str, what: str) -> None:
        """Note something that is wrong."""
        self.told[f"{place}: {what}"] = None

    def title(self, place: str, title: str) -> None:
        """Note a page's title; two different pages may not share one (a page shown again after a fault may)."""
        other = self.titles.setdefault(title, place)
        if not (place.startswith(other) or other.startswith(place)):
            self.tell(place, f"has the title of {other}: {title}")


def pdf_text(paper: bytes) -> str:
    """Return what a PDF says, its columns kept side by side."""
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=paper, check=True, capture_output=True, timeout=60).stdout.decode()


class Person:
    """Somebody signed in at a browser window of their own."""

    def __init__(self, chromium: Browser, running: Running, locale: str, findings: Findings) -> None:
        self.running, self.findings, self.words = running, findings, Words(locale)
        self.context = chromium.new_context(
            locale="zh-CN" if locale == "zh_CN" else "en-GB", timezone_id="Asia/Shanghai", viewport=WIDE,  # type: ignore[arg-type]
        )  # fmt: skip
        self.context.set_default_timeout(10_000)
        self.tab: Page = self.context.new_page()
        self.tab.on("pageerror", lambda error: self._tell(f"script error: {error}"))
        self.tab.on("console", self._console)
        self.tab.on("response", self._response)
        self.tab.on("requestfailed", lambda request: self._failed(request.url, request.failure))

    # --- going about -----------------------------------------------------------------------------

    def sign_in(self, username: str) -> None:
        """Come in by the door, and choose the language where the account has the other one."""
        self.open("/")
        self.field("User name").fill(username)
        self.field("Password").fill(PASSWORD)
        self.press("Sign in", look=False)
        if self.tab.evaluate("document.documentElement.lang") != self.words.lang:
            with self.tab.expect_navigation():
                self.tab.locator(f'.languages button[lang="{self.words.lang}"]').click()
        self.look()

    def open(self, path: str) -> None:
        """Go to an address of the portal."""
        self.tab.goto(f"{self.running.url}{path}")
        self.look()

    def press(self, message: str, *, look: bool = True, within: Locator | None = None, **facts: object) -> None:
        """Press the button with these words; it leads to a page."""
        with self.tab.expect_navigation():
            self.button(message, within=within, **facts).click()
        if look:
            self.look()

    def follow(self, message: str, *, within: Locator | None = None, **facts: object) -> None:
        """Follow the link with these words."""
        with self.tab.expect_navigation():
            (within or self.main).get_by_role("link", name=self.words(message, **facts), exact=True).first.click()
        self.look()

    def key(self, *keys: str) -> None:
        """Press keys, without going anywhere."""
        for key in keys:
            self.tab.keyboard.press(key)

    def go_by_key(self, key: str) -> None:
        """Press a key that leads to a page."""
        with self.tab.expect_navigation():
            self.tab.keyboard.press(key)
        self.look()

    def button(self, message: str, *, within: Locator | None = None, **facts: object) -> Locator:
        """Return the button with these words (a short cut may stand behind them)."""
        words = re.compile(rf"^\s*{re.escape(self.words(message, **facts))}(\s+\w)?\s*$")
        return (within or self.tab.locator("main")).get_by_role("button", name=words).first

    def field(self, message: str, *, within: Locator | None = None, **facts: object) -> Locator:
        """Return the field with this label (a star may stand behind it)."""
        words = re.compile(rf"^\s*{re.escape(self.words(message, **facts))}(\s*\*)?\s*$")
        return (within or self.main).get_by_label(words).first

    @property
    def main(self) -> Locator:
        """The page without menu and head."""
        return self.tab.locator("main")

    @property
    def path(self) -> str:
        """The address of the page, without the server."""
        return self.tab.url.removeprefix(self.running.url).split("?")[0].split("#")[0]

    @property
    def focused(self) -> str:
        """The id of what has the focus."""
        return str(self.tab.evaluate("document.activeElement.id"))

    def search(self, text: str) -> None:
        """Press the search key, type, and go where it leads."""
        self.key("/")
        assert self.focused == "search"
        self.tab.keyboard.type(text)
        self.go_by_key("Enter")

    def print(self, message: str) -> str:
        """Press the button that prints a paper, wait until it is made, and return its text."""
        self.press(message)
        words = self.words("Open %(name)s").split("%")[0].strip()
        link = self.main.get_by_role("link", name=re.compile(rf"^\s*{words}"))
        link.wait_for(timeout=60_000)
        self.look()
        made = self.tab.url
        with self.tab.expect_response(f"{self.running.url}{link.get_attribute('href')}") as shown:
            link.click()
        assert shown.value.headers["content-type"] == "application/pdf"
        paper = self.context.request.get(shown.value.url)  # the viewer keeps what it was given to itself
        self.tab.goto(made)  # not a step back: without a viewer of PDFs the browser stayed where it was
        return pdf_text(paper.body())

    def close(self) -> None:
        """Leave."""
        self.context.close()

    # --- looking closely --------------------------------------------------------------------------

    def look(self) -> None:
        """Check what must be true of every page; faults are noted, the visit goes on."""
        self.settle()
        found: dict[str, Any] = self.tab.evaluate(PROBE, [self.words("English name"), self.words("Chinese name")])
        if found["lang"] != self.words.lang:
            self._tell(f"is in {found['lang']}, not in {self.words.lang}")
        if not found["title"].split("·")[0].strip():
            self._tell("has no title")
        self.findings.title(self.path, found["title"])
        if found["headings"] != 1 or not found["head"]:
            self._tell(f"has {found['headings']} main headings")
        for name in found["repeated"]:
            self._tell(f"the id {name} stands there more than once")
        for text in self.words.foreign(found["texts"]):
            self._tell(f"not in {self.words.lang}: {text}")
        self.look_on_a_phone()

    def settle(self) -> None:
        """Wait until every fragment of the page is there."""
        self.tab.wait_for_load_state("load")
        expect(self.tab.locator(".htmx-request")).to_have_count(0)

    def look_on_a_phone(self) -> None:
        """Check that a narrow window needs no scrolling to the side."""
        self.tab.set_viewport_size(PHONE)  # type: ignore[arg-type]
        out = self.tab.evaluate(OVERFLOW)
        if out:
            self._tell(f"is too wide for a phone, {out}")
        self.tab.set_viewport_size(WIDE)  # type: ignore[arg-type]

    def look_for_barriers(self) -> None:
        """Let axe look at the page: wide in one language, on a phone in the other, for it takes its time."""
        size = WIDE if self.words.lang == "zh-CN" else PHONE
        self.tab.set_viewport_size(size)  # type: ignore[arg-type]
        for fault in Axe().run(self.tab, context=ALIKE).response["violations"]:
            places = "; ".join(node["html"][:160] for node in fault["nodes"][:3])
            self._tell(f"axe at {size['width']} px, {fault['id']} ({fault['impact']}): {places}")
        self.tab.set_viewport_size(WIDE)  # type: ignore[arg-type]

    def _tell(self, what: str) -> None:
        self.findings.tell(self.path, what)

    def _console(self, said: ConsoleMessage) -> None:
        place = said.location["url"]
        viewer = place.startswith("chrome-extension:") or place.endswith("/favicon.ico")  # the viewer of PDFs asks
        meant = f"status of {REFUSED}" in said.text or said.text.startswith(LET_GO)
        if said.type in {"error", "warning"} and not viewer and not meant:
            self._tell(f"console: {said.text}")

    def _response(self, answer: Response) -> None:
        if not answer.url.startswith(self.running.url):  # the viewer of PDFs brings pages of its own
            return
        if answer.status >= FAILED and answer.status != REFUSED:
            self._tell(f"{answer.request.method} {answer.url} answered {answer.status}")
        if answer.request.resource_type == "document" and "text/html" in answer.headers.get("content-type", ""):
            policy = answer.headers.get("content-security-policy", "")
            if "default-src 'none'" not in policy or "unsafe" in policy:
                self.findings.tell(answer.url, f"content security policy: {policy or 'none'}")

    def _failed(self, url: str, why: str | None) -> None:
        """A page that is left lets go of what it was asking for; anything else is a fault."""
        if why != "net::ERR_ABORTED":
            self._tell(f"{url} failed: {why}")

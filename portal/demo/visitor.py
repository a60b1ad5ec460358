"""A visitor of the running portal: keeps cookies, fills in forms, as a browser without a screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener


class VisitError(RuntimeError):
    """The portal did not answer as the visit expected."""


@dataclass
class Form:
    """A form of a page: where it goes and what stands in its fields."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    identity: str = ""


@dataclass(frozen=True)
class Page:
    """An answer: its final address, status, type, text and forms."""

    url: str
    status: int
    content: bytes
    kind: str

    @property
    def text(self) -> str:
        """The page as text."""
        return self.content.decode()

    @property
    def forms(self) -> list[Form]:
        """Every form of the page, in order."""
        reader = _Forms()
        reader.feed(self.text)
        return reader.forms

    def form(self, *, action: str = "", having: str = "") -> Form:
        """Return the first form whose action contains ``action`` and that has the field ``having``."""
        for form in self.forms:
            if action in form.action and (not having or having in form.fields):
                return form
        raise VisitError(f"no form for {action or having} on {self.url}")


class _Forms(HTMLParser):
    """Collects forms with what a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower(), identity=given.get("id", ""))
            self.forms.append(self._form)
        form = next((f for f in self.forms if f.identity and f.identity == given.get("form")), self._form)
        name = given.get("name", "")
        if form is None or not name:
            if (
                tag == "option"
                and self._form
                and self._select
                and ("selected" in given or self._select not in self._form.fields)
            ):
                self._form.fields[self._select] = given.get("value", "")
            return
        if tag == "input" and given.get("type") not in {"submit", "button", "image", "file"}:
            ticked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
            if ticked:
                form.fields[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            form.fields[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


class Visitor:
    """One person at one browser."""

    def __init__(self, home: str) -> None:
        self.home = home
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), ProxyHandler({}))

    def get(self, path: str) -> Page:
        """Open a page."""
        return self._open(Request(urljoin(self.home, path), headers={"Accept-Language": "zh-CN"}))  # noqa: S310

    def send(self, page: Page, form: Form, *, to: str = "", **fields: str) -> Page:
        """Fill fields of a form in and send it, or to where the pressed button says (``to``)."""
        data = urlencode({**form.fields, **fields})
        target = urljoin(page.url, to or form.action or page.url)
        if form.method == "get":
            return self.get(f"{target}?{data}")
        headers = {"Referer": page.url, "Accept-Language": "zh-CN"}
        return self._open(Request(target, data.encode(), headers))  # noqa: S310  (the demo's own server)

    def sign_in(self, username: str, password: str) -> Page:
        """Sign in and land on the home page."""
        page = self.get("/")
        landed = self.send(page, page.form(having="password"), username=username, password=password)
        if "password" in {name for form in landed.forms for name in form.fields}:
            raise VisitError(f"{username} was not let in")
        return landed

    def _open(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Page(answer.url, answer.status, answer.read(), answer.headers.get_content_type())
        except HTTPError as error:
            text = error.read().decode(errors="replace")
            raise VisitError(f"{request.full_url} answered {error.code}: {_words(text)}") from error


def _words(html: str) -> str:
    """Return the words of an error page, for a message."""

    class Text(HTMLParser):
        words: list[str]

        def handle_data(self, data: str) -> None:
            self.words.append(data.strip())

    reader = Text()
    reader.words = []
    reader.feed(html)
    return " ".join(word for word in reader.words if word)[:600]

"""The audit chain as a file that anybody can check, away from the database: JSON, one object a line.

First the chains, link by link, each followed by the entries it seals; then a last line with the
counts and the newest digest of each chain. Write that digest down elsewhere: it is what proves that
nobody rewrote the whole chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.audit import AuditEntry, AuditSeal, Verdict, check_link, link_data, payload


def export(session: Session) -> Iterator[str]:
    """Yield the lines of an export; the session's transaction makes them one moment's picture."""
    heads: dict[str, str] = {}
    links = entries = 0
    for link in session.scalars(select(AuditSeal).order_by(AuditSeal.chain, AuditSeal.number)).yield_per(500):
        yield _line("link", {**link_data(link), "sealed_at": link.sealed_at.isoformat()})
        links, heads[link.chain] = links + 1, link.digest
        for entry in session.scalars(select(AuditEntry).where(AuditEntry.seal_id == link.id).order_by(AuditEntry.id)):
            yield _line("entry", payload(entry))
            entries += 1
    unsealed = session.scalar(select(func.count()).where(AuditEntry.seal_id.is_(None))) or 0
    yield _line("end", {"links": links, "entries": entries, "unsealed": unsealed, "heads": heads})


def _line(kind: str, content: dict[str, Any]) -> str:
    return json.dumps({kind: content}, ensure_ascii=False, sort_keys=True)


@dataclass
class _Reader:
    """What was read of an export so far."""

    links: int = 0
    entries: int = 0
    unsealed: int = 0
    faults: list[str] = field(default_factory=list)
    last: dict[str, dict[str, Any]] = field(default_factory=dict)
    link: dict[str, Any] | None = None
    held: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = False

    def close_link(self) -> None:
        """Check the link that is complete now."""
        if self.link is None:
            return
        self.faults += check_link(self.link, self.held, self.last.get(self.link["chain"]))
        self.last[self.link["chain"]] = self.link
        self.links, self.entries = self.links + 1, self.entries + len(self.held)
        self.link, self.held = None, []

    def take(self, kind: str, content: dict[str, Any], place: str) -> None:
        """Take one line."""
        if self.ended:
            self.faults.append(f"{place}: stands after the end")
        elif kind == "link":
            self.close_link()
            self.link = content
        elif kind == "entry" and self.link is not None:
            self.held.append(content)
        elif kind == "end":
            self.close_link()
            self.finish(content)
        else:
            self.faults.append(f"{place}: is no line of an export")

    def finish(self, content: dict[str, Any]) -> None:
        """Compare the counts and digests at the end with what was read."""
        self.ended, self.unsealed = True, int(content["unsealed"])
        if (content["links"], content["entries"]) != (self.links, self.entries):
            self.faults.append(
                f"the end speaks of {content['links']} links and {content['entries']} entries, "
                f"{self.links} and {self.entries} are there"
            )
        if content["heads"] != {chain: link["digest"] for chain, link in self.last.items()}:
            self.faults.append("the newest digests are not those that the end names")


def verify_export(lines: Iterable[str]) -> Verdict:
    """Check an export without a database; every fault is a line of the verdict."""
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        try:
            ((kind, content),) = json.loads(line).items()
            reader.take(kind, content, f"line {number}")
        except (ValueError, TypeError, KeyError, AttributeError):
            reader.faults.append(f"line {number}: cannot be read")
    reader.close_link()
    if not reader.ended:
        reader.faults.append("the file is cut short: its end is missing")
    return Verdict(reader.links, reader.entries, reader.unsealed, tuple(reader.faults))

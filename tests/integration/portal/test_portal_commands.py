from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import cli, operate
from portal.auth.lockout import account_key
from portal.auth.models import LockOut, User
from portal.auth.passwords import matches
from portal.kernel.audit import AuditEntry, AuditSeal, record
from tests.factories.network import make_dealer
from tests.support.door import person, post

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(app: Flask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``sanbao …`` on the test's database: exit code, output, errors."""
    monkeypatch.setattr(cli, "application", lambda: app)
    monkeypatch.setattr(operate, "application", lambda: app)

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as done:
            cli.main(list(words))
        said = capsys.readouterr()
        return int(done.value.code or 0), said.out, said.err

    return command


def test_an_account_is_made_with_a_password_that_is_printed_once(app: Flask, session: Session, run: Run) -> None:
    make_dealer(session, code="A08752")
    session.commit()
    code, out, err = run("user", "create", "Li.Wei", "--name", "李伟", "--role", "technician", "--dealer", "a08752")
    assert (code, err) == (0, "")
    password = re.search(r": ([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})\n", out)
    assert password is not None
    user = session.scalars(select(User)).one()
    assert (user.username, user.must_change_password, user.roles) == ("li.wei", True, ["technician"])
    assert matches(user.password_hash, password[1])
    made = session.scalars(select(AuditEntry).where(AuditEntry.table_name == "user_account")).one()
    assert (made.actor, made.origin) == ("sanbao", "cli")
    session.rollback()
    assert "li.wei\tA08752\ttechnician\tactive\t-\t李伟\n" in run("user", "list")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "x", "--name", "X", "--role", "auditor"), "3 to 64 characters"),
        (("create", "new", "--name", "X", "--role", "auditor", "--dealer", "B1"), "no dealer with this code"),
        (("create", "new", "--name", "X", "--role", "technician"), "headquarters"),
        (("create", "new", "--name", "X", "--role", "emperor"), "'emperor' is not one of"),
        (("create", "new", "--role", "auditor"), "Missing option '--name'"),
        (("create", "li.wei", "--name", "X", "--role", "auditor"), "taken"),
        (("unlock", "nobody"), "no account with this user name"),
        (("reset-password", "nobody"), "no account with this user name"),
        (("dance",), "No such command 'dance'"),
    ],
)
def test_a_fault_is_one_line_and_exit_2(session: Session, run: Run, words: tuple[str, ...], said: str) -> None:
    person(session)
    code, out, err = run("user", *words)
    assert (code, out) == (2, "")
    assert err.startswith("sanbao: ")
    assert err.count("\n") == 1
    assert said in err


def test_unlocking_and_a_new_first_password(app: Flask, session: Session, run: Run) -> None:
    person(session)
    for _ in range(5):
        post(app.test_client(), password="wrong")
    assert run("user", "unlock", "li.wei") == (0, "li.wei can try again.\n", "")
    assert post(app.test_client()).status_code == 302
    assert run("user", "unlock", "li.wei")[1] == "li.wei had no failed attempts.\n"
    out = run("user", "reset-password", "li.wei")[1]
    assert post(app.test_client()).status_code == 422
    assert post(app.test_client(), password=out.split()[-1]).status_code == 302


def test_the_trail_is_sealed_verified_and_taken_away(session: Session, run: Run, tmp_path: Path) -> None:
    for number in range(3):
        record(session, "download", "dealer", {"number": number})
    session.commit()
    file = tmp_path / "trail.jsonl"
    assert run("audit", "seal") == (0, "3 entries sealed.\n", "")
    proved = "1 links, 3 entries, 0 not sealed yet.\nNobody changed the trail.\n"
    assert run("audit", "verify") == (0, proved, "")
    assert run("audit", "export", str(file)) == (0, f"5 lines written to {file}.\n", "")
    assert run("audit", "verify", "--from", str(file)) == (0, proved, "")
    trace = session.scalars(select(AuditEntry).where(AuditEntry.action == "file made")).one()
    assert (trace.table_name, trace.changes) == ("audit_entry", {"file": file.name, "rows": 5})
    file.write_text(file.read_text(encoding="utf-8").replace('"number": 1}', '"number": 7}', 1), encoding="utf-8")
    code, out, _ = run("audit", "verify", "--from", str(file))
    assert code == 1
    assert out.startswith("hq #1: an entry was changed after it was sealed\n")
    session.execute(update(AuditEntry).values(actor="x"))
    session.commit()
    assert run("audit", "verify")[:2] == (
        1,
        "hq #1: an entry was changed after it was sealed\n1 links, 3 entries, 1 not sealed yet.\n",
    )


def test_an_export_is_verified_without_a_database(
    session: Session, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "trail.jsonl"
    file.write_text(json.dumps({"end": {"links": 0, "entries": 0, "unsealed": 0, "heads": {}}}) + "\n")
    monkeypatch.setattr(cli, "application", None)
    assert run("audit", "verify", "--from", str(file))[0] == 0
    code, _, err = run("audit", "verify", "--from", str(tmp_path / "absent"))
    assert (code, err.count("\n")) == (2, 1)


def test_the_worker_seals_by_itself(session: Session, now: datetime, run: Run) -> None:
    record(session, "download", "dealer", {})
    session.add(
        LockOut(key=account_key("old"), failures=2, first_at=datetime.fromisoformat("2026-11-01T00:00:00+00:00"))
    )
    session.add(LockOut(key=account_key("new"), failures=2, first_at=now))
    session.commit()
    assert run("worker", "--once")[0] == 0
    assert session.scalars(select(AuditSeal.entries)).all() == [1]
    assert session.scalars(select(LockOut.key)).all() == [account_key("new")]


def test_the_configuration_is_checked(app: Flask, session: Session, run: Run) -> None:
    code, out, err = run("check-config")
    assert (code, err) == (0, "")
    assert "tables: " in out
    assert app.config["SECRET_KEY"] not in out
    session.connection().exec_driver_sql("select 1")
    session.rollback()


def test_a_database_that_does_not_answer_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SANBAO_ENV", "development")
    monkeypatch.setenv("SANBAO_VAR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/none")
    for words in (["user", "list"], ["db", "upgrade"], ["audit", "verify"], ["check-config"]):
        with pytest.raises(SystemExit) as done:
            cli.main(words)
        said = capsys.readouterr()
        assert done.value.code == 2, words
        assert said.err.startswith("sanbao: the database "), words
        assert said.err.count("\n") == 1, (words, said.err)
        assert "secret" not in said.out + said.err

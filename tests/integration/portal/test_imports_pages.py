from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.auth.models import User
from portal.imports.kinds import all_kinds
from portal.kernel.importing.binding import bind
from portal.kernel.jobs import Job, run_one
from portal.kernel.scoping import leave
from portal.kernel.storage import storage
from tests.factories.network import make_user

REAL = Path(__file__).parents[2] / "data" / "dealers-real.csv"


@pytest.fixture
def client(session: Session, sign_in: Callable[[User], FlaskClient]) -> FlaskClient:
    user = make_user(session, "administrator")
    session.commit()
    return sign_in(user)


def _upload(client: FlaskClient, kind: str, content: bytes, name: str) -> tuple[int, str, str]:
    answer = client.post(f"/imports/{kind}", data={"file": (io.BytesIO(content), name)})
    return answer.status_code, answer.text, answer.headers.get("Location", "")


def test_a_list_is_uploaded_imported_by_the_worker_and_its_faults_handed_out(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    status, _text, place = _upload(client, "dealers", REAL.read_bytes(), "网络 2026.csv")
    assert status == 303
    assert "hx-get" in client.get(place).text
    leave(session)
    session.rollback()
    assert run_one("test")
    done = client.get(place).text
    assert "571" in done
    assert "hx-get" not in done
    job = session.scalars(select(Job)).one()
    assert (job.state, job.error) == ("done", None)
    assert {key: job.result[key] for key in ("read", "created", "updated", "unchanged", "rejected")} == {
        "read": 573, "created": 571, "updated": 0, "unchanged": 0, "rejected": 2,
    }  # fmt: skip
    assert job.file_name == "网络 2026-errors.xlsx"
    assert (job.done, job.total) == (573, 573)
    place = f"/downloads/{job.id}/file"
    session.rollback()  # who takes the file leaves a trace: nothing of ours may hold the lock
    book = client.get(place)
    assert book.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["行号", "出错列", "出错值", "原因"]
    assert "65" in str(rows[1][3])
    assert session.scalar(select(func.count(Dealer.id))) == 571


def test_what_is_wrong_with_a_list_as_a_whole_is_told_at_the_form(session: Session, client: FlaskClient) -> None:
    for content, words in ((b"", "文件是空的"), (b"a,b\n1,2\n", "经销商代码"), (b"\0\1", "无法读取")):
        status, text, _place = _upload(client, "dealers", content, "a.csv")
        assert status == 422
        assert words in text
    assert client.post("/imports/dealers").status_code == 422
    assert session.scalar(select(func.count(Job.id))) == 0


def test_a_file_that_vanished_fails_in_words(session: Session, client: FlaskClient) -> None:
    _status, _text, place = _upload(client, "dealers", REAL.read_bytes(), "a.csv")
    job = session.scalars(select(Job)).one()
    storage().delete(job.payload["file_key"])
    leave(session)
    session.rollback()
    run_one("test")
    assert "上传的文件已不存在" in client.get(place).text


@pytest.mark.parametrize("kind", [kind.key for kind in all_kinds()])
def test_every_template_fits_its_own_import(
    session: Session, client: FlaskClient, sign_in: Callable[[User], FlaskClient], kind: str
) -> None:
    if kind == "recovery-answers":  # the quality engineers' matter, not the administrator's
        user = make_user(session, "quality")
        session.commit()
        client = sign_in(user)
    answer = client.get(f"/imports/{kind}/template")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    headings = [str(cell) for cell in book.get_sheet_by_index(0).to_python()[0]]
    found = next(item for item in all_kinds() if item.key == kind)
    binding = bind(found, headings)
    assert set(binding.places) == {item.key for item in found.fields}
    assert binding.notes == ()
    assert len(book.get_sheet_by_index(1).to_python()) == len(found.fields) + 1


def test_pages_are_there_for_whoever_imports_and_nobody_else(
    session: Session, client: FlaskClient, sign_in: Callable[[User], FlaskClient]
) -> None:
    assert client.get("/imports/").status_code == 200
    assert client.get("/imports/vehicles").status_code == 200
    assert client.get("/imports/moods").status_code == 404
    assert client.get("/imports/jobs/999").status_code == 404
    stranger = make_user(session, "reader")
    session.commit()
    assert sign_in(stranger).get("/imports/").status_code == 403


def test_somebody_elses_import_does_not_exist(
    session: Session, client: FlaskClient, sign_in: Callable[[User], FlaskClient]
) -> None:
    _status, _text, place = _upload(client, "dealers", REAL.read_bytes(), "a.csv")
    other = make_user(session, "administrator")
    session.commit()
    assert sign_in(other).get(place).status_code == 404


def test_headings_in_either_language_and_every_alias_belong_to_one_column() -> None:
    for kind in all_kinds():
        for item in kind.fields:
            for heading in (item.key, item.zh, item.en, *item.aliases):
                required = [other.zh for other in kind.fields if other.required and other.key != item.key]
                assert bind(kind, [heading, *required]).places[item.key] == 0, (kind.key, heading)


def test_the_command_prints_exactly_the_counts(
    app: Flask, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    from portal import cli, operate

    leave(session)
    session.rollback()
    monkeypatch.setattr(operate, "application", lambda: app)
    monkeypatch.chdir(tmp_path)
    shutil.copy(REAL, tmp_path / "network.csv")

    def run(*argv: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(argv))
        said = capsys.readouterr()
        return int(str(ended.value.code)), said.out, said.err

    code, out, err = run("import", "dealers", "network.csv", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "read": 573, "created": 571, "updated": 0, "unchanged": 0, "rejected": 2,
        "errors_file": "network-errors.xlsx",
    }  # fmt: skip
    assert (tmp_path / "network-errors.xlsx").exists()
    code, out, err = run("import", "dealers", "network.csv", "--errors", "e.xlsx")
    assert (code, out.splitlines()[0]) == (
        0, "573 rows read: 0 created, 0 updated, 571 unchanged, 2 rejected."
    )  # fmt: skip
    for argv in (
        ("import", "dealers", "nothing.csv"), ("import", "moods", "network.csv"),
        ("import", "vehicles", "network.csv"), ("import", "dealers", "network.csv", "--errors", "no/such/e.xlsx"),
        ("import", "template", "moods", "t.xlsx"),
    ):  # fmt: skip
        code, out, err = run(*argv)
        assert (code, out, err.count("\n")) == (2, "", 1), argv
    assert run("import", "template", "vehicles", "t.xlsx")[0] == 0
    assert (tmp_path / "t.xlsx").exists()

"""Real recall records of the American road-safety agency become campaigns, by a mapping."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.auth.models import User
from portal.imports.kinds import kind_of
from portal.imports.models import ImportMapping
from portal.kernel.access import Actor
from portal.kernel.importing.kinds import ImportKind
from portal.kernel.importing.mapping import from_plain, mapped
from portal.kernel.importing.reading import open_source
from portal.kernel.importing.run import Result, run_import
from portal.kernel.jobs import Job, run_one, worker_name
from tests.factories.campaigns import make_campaign
from tests.factories.network import make_user
from tests.factories.vehicles import make_model, make_vehicle, make_vin
from tests.support.code import ROOT
from warranty.campaigns.models import Campaign, CampaignScope
from warranty.campaigns.services.run import step

SAMPLE = ROOT / "tests" / "data" / "nhtsa-recalls-sample.tsv"
BODY: dict[str, Any] = json.loads((ROOT / "docs" / "mappings" / "nhtsa-recalls.json").read_text(encoding="utf-8"))


@pytest.fixture
def kind() -> ImportKind:
    found = kind_of("campaigns")
    assert found is not None
    return found


def bring(session: Session, kind: ImportKind, folder: Path, now: datetime, path: Path = SAMPLE) -> Result:
    session.commit()
    source = mapped(open_source(path), from_plain(BODY, kind), kind)
    result = run_import(session, kind, source, folder / "errors.xlsx", now, ("en",))
    session.commit()
    return result


def test_the_sample_becomes_campaigns(session: Session, kind: ImportKind, tmp_path: Path, now: datetime) -> None:
    focus = make_model(session, code="FOCUS")
    result = bring(session, kind, tmp_path, now)
    assert result.tally.as_dict() == {"read": 100, "created": 96, "updated": 0, "unchanged": 0, "rejected": 4}
    ford = session.scalars(select(Campaign).where(Campaign.number == "02V288000")).one()
    assert (ford.kind, ford.state, ford.maker, ford.maker_number) == ("recall", "draft", "Ford Motor Company", "02S41")
    assert (ford.announced, ford.filed_on, ford.owners_told_on) == (291_854, date(2002, 11, 6), date(2003, 2, 10))
    assert (ford.built_from, ford.built_until) == (date(1999, 7, 19), date(2001, 5, 31))
    assert [(scope.label, scope.model_id, scope.position) for scope in ford.scopes] == [
        ("FORD FOCUS 2001", focus.id, 1),
        ("FORD FOCUS 2000", focus.id, 2),
    ]
    assert ford.created_at == now
    assert session.scalar(select(func.count()).select_from(CampaignScope)) == 96
    unknown = session.scalars(select(CampaignScope).where(CampaignScope.label == "JAYCO FT EAGLE 10 SG 2003")).one()
    assert unknown.model_id is None


def test_models_of_one_campaign_built_on_other_days_keep_theirs(
    session: Session, kind: ImportKind, tmp_path: Path, now: datetime
) -> None:
    bring(session, kind, tmp_path, now)
    found = session.scalars(select(Campaign).where(Campaign.number == "02V241001")).one()
    assert (found.built_from, found.built_until) == (date(2002, 4, 29), date(2002, 10, 16))
    assert len({(scope.since, scope.until) for scope in found.scopes}) > 1


def test_what_is_no_car_comes_back_with_its_reason(
    session: Session, kind: ImportKind, tmp_path: Path, now: datetime
) -> None:
    result = bring(session, kind, tmp_path, now)
    assert result.errors is not None
    rows = CalamineWorkbook.from_path(str(result.errors)).get_sheet_by_index(0).to_python()
    assert [int(row[0]) for row in rows[1:]] == [37, 38, 51, 69]  # type: ignore[arg-type]
    assert {row[2] for row in rows[1:]} == {"E"}
    assert all("Only campaigns of cars" in str(row[3]) for row in rows[1:])


def test_the_same_list_again_changes_nothing(session: Session, kind: ImportKind, tmp_path: Path, now: datetime) -> None:
    bring(session, kind, tmp_path, now)
    again = bring(session, kind, tmp_path, now)
    assert again.tally.as_dict() == {"read": 100, "created": 0, "updated": 0, "unchanged": 96, "rejected": 4}


def test_a_campaign_that_says_two_things_comes_in_with_neither(
    session: Session, kind: ImportKind, tmp_path: Path, now: datetime
) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()[:3]
    cells = lines[1].split("\t")
    cells[11] = "7"
    path = tmp_path / "two.tsv"
    path.write_text("\n".join([lines[0], "\t".join(cells), lines[2]]), encoding="utf-8")
    result = bring(session, kind, tmp_path, now, path)
    assert (result.tally.created, result.tally.rejected) == (1, 2)
    assert session.scalars(select(Campaign.number)).all() == ["02V236000"]


def test_a_long_vin_list_comes_in_as_a_list(session: Session, tmp_path: Path, now: datetime) -> None:
    campaign = make_campaign(session, now, opened=False, number="RC-9")
    over = make_campaign(session, now, make_vehicle(session), number="RC-OVER")
    step(session, over.id, "close", "over", Actor.system("test"), now)
    known = make_vehicle(session)
    path = tmp_path / "vins.csv"
    rows = [f"RC-9,{known.vin}", f"rc-9,{make_vin(777)}", f"RC-OVER,{known.vin}", "RC-9,LSV"]
    path.write_text("\n".join(["活动编号,VIN", *rows]), encoding="utf-8")
    session.commit()
    vins = kind_of("campaign-vins")
    assert vins is not None
    result = run_import(session, vins, open_source(path), tmp_path / "errors.xlsx", now, ("en",))
    session.commit()
    assert result.tally.as_dict() == {"read": 4, "created": 2, "updated": 0, "unchanged": 0, "rejected": 2}
    assert [note.facts for note in result.notes] == [{"campaign": "RC-9", "count": 2, "known": 1}]
    found = session.scalars(select(CampaignScope.kind).where(CampaignScope.campaign_id == campaign.id)).all()
    assert found == ["vin_list"]
    again = run_import_again(session, vins, path, tmp_path, now)
    assert again.tally.unchanged == 2


def run_import_again(session: Session, kind: ImportKind, path: Path, folder: Path, now: datetime) -> Result:
    session.rollback()
    result = run_import(session, kind, open_source(path), folder / "errors.xlsx", now, ("en",))
    session.commit()
    return result


# --- the pages --------------------------------------------------------------------------------------


@pytest.fixture
def quality(session: Session, sign_in: Callable[[User], FlaskClient]) -> FlaskClient:
    user = make_user(session, "quality", None)
    session.commit()
    return sign_in(user)


def test_somebody_makes_a_mapping_and_imports_by_it(session: Session, quality: FlaskClient) -> None:
    content = SAMPLE.read_bytes()
    sent = {"name": "NHTSA", "file": (io.BytesIO(content), "recalls.tsv")}
    begun = quality.post("/imports/campaigns/mappings/new", data=sent, content_type="multipart/form-data")
    assert begun.status_code == 302
    page = quality.get(begun.location).get_data(as_text=True)
    assert "12: 291854" in page
    fields: dict[str, str] = {"name": "NHTSA"}
    lacking = quality.post(begun.location, data=fields)
    assert lacking.status_code == 422
    for key, one in BODY["fields"].items():
        fields |= {f"{part}-{key}": text for part, text in one.items()}
    kept = quality.post(begun.location, data=fields)
    assert kept.status_code == 302
    session.rollback()
    row = session.scalars(select(ImportMapping)).one()
    assert row.body == BODY
    upload = {"file": (io.BytesIO(content), "recalls.tsv"), "mapping": str(row.id)}
    session.rollback()
    queued = quality.post("/imports/campaigns", data=upload, content_type="multipart/form-data")
    assert queued.status_code == 303
    session.rollback()
    assert run_one(worker_name())
    session.rollback()
    job = session.scalars(select(Job)).one()
    assert (job.state, job.result["created"], job.result["rejected"]) == ("done", 96, 4)


def test_a_list_that_lacks_a_mapped_column_is_refused_at_once(session: Session, quality: FlaskClient) -> None:
    body = {"fields": {"number": {"column": "No"}, "kind": {"constant": "recall"}, "title": {"column": "What"}},
            "headings": True, "delimiter": "", "quotes": True}  # fmt: skip
    row = ImportMapping(kind="campaigns", name="x", body=body, sample=[["No", "What"]], made_by="x",
                        made_at=datetime.fromisoformat("2026-11-20T00:00:00+00:00"))  # fmt: skip
    session.add(row)
    session.flush()
    upload = {"file": (io.BytesIO(b"No,Other\n1,2\n"), "list.csv"), "mapping": str(row.id)}
    session.commit()
    refused = quality.post("/imports/campaigns", data=upload, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "What" in refused.get_data(as_text=True)

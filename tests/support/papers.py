"""A paper as somebody who is signed in prints it: asked for, made by the worker, read."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.jobs import Job, run_one
from portal.kernel.storage import storage
from tests.support.visit import pdf_text


def printed(session: Session, client: FlaskClient, kind: str, key: str) -> str:
    """Print a paper and return what it says."""
    assert client.post("/documents/", data={"kind": kind, "key": key}).status_code == 302
    assert run_one("test")
    job = session.scalars(select(Job).order_by(Job.id.desc())).first()
    assert job is not None
    assert (job.state, job.error) == ("done", None)
    content = storage().get(job.file_key or "")
    session.rollback()
    return pdf_text(content or b"")

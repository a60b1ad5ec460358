"""``sanbao photos look``: what older photos look like."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from click.testing import CliRunner
from flask import Flask
from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.cli import photos
from dealers.service.models import RepairPhoto
from dealers.service.pictures import look_of_file
from portal.kernel.access import Actor
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from portal.kernel.storage import storage
from tests.factories.analytics import make_photo
from tests.factories.network import make_dealer
from tests.factories.vehicles import make_vehicle


def picture() -> bytes:
    image, buffer = Image.linear_gradient("L").resize((300, 200)), BytesIO()
    ImageDraw.Draw(image).ellipse((40, 30, 200, 170), fill="white")
    image.save(buffer, "JPEG")
    return buffer.getvalue()


def test_photos_without_a_look_get_theirs_and_the_others_keep_it(app: Flask, session: Session, now: datetime) -> None:
    dealer, car = make_dealer(session), make_vehicle(session)
    bare, lost, known = (make_photo(session, dealer, car, look, now) for look in (None, None, 77))
    storage().put(bare.storage_key, picture())
    looks = {bare.id: look_of_file(picture()), lost.id: None, known.id: 77}
    assert looks[bare.id] is not None
    session.commit()
    leave(session)
    done = CliRunner().invoke(photos, ["look"], obj=lambda: app)
    assert (done.exit_code, done.output) == (0, "2 photos looked at.\n")
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    assert dict(session.execute(select(RepairPhoto.id, RepairPhoto.look)).all()) == looks

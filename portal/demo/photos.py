"""Some photos of the demo's visits: drawn, not taken; a few of them a second time on another order."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from dealers.service.models import RepairOrder, RepairPhoto
from dealers.service.pictures import shrink
from portal.demo.base import World
from portal.kernel.access import Actor
from portal.kernel.scoping import HeadOfficeScope, enter
from portal.kernel.storage import storage
from warranty.claims.models import Claim

#: Visits with a photo, of which every sixth shows a picture that an earlier one has.
VISITS, AGAIN = 36, 6
SIZE = (960, 720)
METAL = ((62, 66, 70), (98, 102, 106), (140, 142, 140), (176, 172, 164), (110, 84, 62), (44, 40, 38), (150, 112, 74))


def take_photos(engine: Engine, world: World, now: datetime, say: Callable[[str], None]) -> None:
    """Keep a photo with each of the newest claimed visits."""
    random = Random(f"{world.seed} photos")
    pictures: list[Image.Image] = []
    with Session(engine) as session:
        enter(session, Actor.system("demo"), HeadOfficeScope("making the demo network"))
        newest = (
            select(RepairOrder.id, RepairOrder.number, RepairOrder.dealer_id, RepairOrder.advisor_name,
                   RepairOrder.completed_at)
            .where(RepairOrder.id.in_(select(Claim.order_id)))
            .order_by(RepairOrder.received_at.desc(), RepairOrder.id).limit(VISITS)
        )  # fmt: skip
        for place, order in enumerate(reversed(session.execute(newest).all())):
            again = pictures and place % AGAIN == AGAIN - 1
            picture = _touched(random, random.choice(pictures)) if again else _draw(random)
            pictures.append(picture)
            _keep(session, order, picture, now)
        session.commit()
    say(f"photos: {len(pictures)}")


def _keep(session: Session, order: Any, image: Image.Image, now: datetime) -> None:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    kept = shrink(buffer.getvalue())
    key = f"photos/demo/{order.number}/{kept.sha256}.jpg"
    storage().put(key, kept.content)
    session.add(
        RepairPhoto(
            dealer_id=order.dealer_id, order_id=order.id, storage_key=key, sha256=kept.sha256, look=kept.look,
            width=kept.width, height=kept.height, size=len(kept.content), caption="故障件",
            added_by=order.advisor_name, added_at=order.completed_at or now,
        )
    )  # fmt: skip


def _draw(random: Random) -> Image.Image:
    """Draw what might be a part on a bench: plates, bores and bolts in the colours of metal and rust."""
    image = Image.new("RGB", SIZE, random.choice(METAL))
    pen = ImageDraw.Draw(image)
    for _ in range(14):
        left, top = random.randrange(-80, SIZE[0] - 60), random.randrange(-80, SIZE[1] - 60)
        box = (left, top, left + random.randrange(90, 520), top + random.randrange(90, 420))
        shape = random.choice((pen.ellipse, pen.rectangle, pen.rounded_rectangle))
        shape(box, fill=random.choice(METAL), outline=(30, 30, 30), width=3)
    return image.filter(ImageFilter.GaussianBlur(2))


def _touched(random: Random, image: Image.Image) -> Image.Image:
    """Return the picture as it comes back: brighter or darker, and smaller."""
    factor = random.choice((85, 100, 115))
    changed = ImageEnhance.Brightness(image).enhance(factor / 100)
    return changed.resize((SIZE[0] * 3 // 4, SIZE[1] * 3 // 4))

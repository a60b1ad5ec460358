"""Photos from phones: checked, turned upright, shrunk, and rid of all that a phone writes into them."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from portal.kernel.errors import DomainError
from portal.kernel.i18n import N_

#: Longest side and JPEG quality of what is kept: a part number stays readable.
LONGEST, QUALITY = 2_000, 85
#: More pixels than any phone's camera makes: such a file is made to fill the memory.
PIXEL_LIMIT = 120_000_000
SIZE_LIMIT = 30 * 1024 * 1024
#: The thumbnail that a look is taken from, and how few bits tell nothing.
COLUMNS, ROWS, PLAIN = 8, 8, 4
READABLE = frozenset({"image/jpeg", "image/png", "image/webp"})
#: What an ISO media file says of itself (bytes 4 to 12) when it is a picture of an Apple phone.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


@dataclass(frozen=True)
class Picture:
    """What is kept of a photo: JPEG bytes, their hash, size in pixels, and how it looks."""

    content: bytes
    sha256: str
    width: int
    height: int
    look: int | None


def shrink(content: bytes) -> Picture:
    """Return the photo as it is kept; `DomainError` at ``photo`` says why it is refused."""
    if len(content) > SIZE_LIMIT:
        raise DomainError.at("photo", N_("The photo is larger than 30 MB."))
    _refuse_foreign(content)
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > PIXEL_LIMIT:
                raise DomainError.at("photo", N_("The photo has too many pixels."))
            image.draft("RGB", (LONGEST, LONGEST))  # a JPEG is decoded at a fitting size at once
            return _keep(image)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError) as error:
        raise DomainError.at("photo", N_("The photo cannot be read. Please take it again.")) from error


def _keep(image: Image.Image) -> Picture:
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST, LONGEST))
    canvas = Image.new("RGB", upright.size, "white")  # a fresh picture carries no EXIF, place or profile
    coloured = upright.convert("RGBA")
    canvas.paste(coloured, mask=coloured)
    buffer = io.BytesIO()
    canvas.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    kept = buffer.getvalue()
    return Picture(kept, hashlib.sha256(kept).hexdigest(), *canvas.size, look_of(canvas))


def look_of(image: Image.Image) -> int | None:
    """Return the picture's difference hash (dHash), kept with a sign as databases keep 64 bits.

    Each bit tells whether a cell of a 9 × 8 grey thumbnail is darker than its right neighbour, so that
    scaling, pressing and brightening change few bits. None for a picture with next to no contrast: a
    wall looks like every other wall.
    """
    cells = image.convert("L").resize((COLUMNS + 1, ROWS), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(ROWS):
        start = row * (COLUMNS + 1)
        for place in range(start, start + COLUMNS):
            bits = bits << 1 | (cells[place] < cells[place + 1])
    if not PLAIN < bits.bit_count() < COLUMNS * ROWS - PLAIN:
        return None
    return bits - (1 << COLUMNS * ROWS) if bits >> (COLUMNS * ROWS - 1) else bits


def look_of_file(content: bytes) -> int | None:
    """Return the look of a photo as it is kept; None where it cannot be read."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
            return look_of(image)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError):
        return None


def _refuse_foreign(content: bytes) -> None:
    """Look at the bytes, not at the name: only JPEG, PNG and WebP come in."""
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        raise DomainError.at(
            "photo",
            N_("HEIC photos cannot be read here. On the phone choose Settings › Camera › Formats › Most Compatible."),
        )
    try:
        kinds = {match.mime_type for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        kinds = set()
    if not kinds & READABLE:
        raise DomainError.at("photo", N_("This is no photo. JPEG, PNG and WebP can be kept."))

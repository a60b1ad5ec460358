from __future__ import annotations

import hashlib
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from dealers.service.pictures import shrink
from portal.kernel.errors import DomainError


def saved(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB") -> bytes:
    buffer = BytesIO()
    Image.new(mode, size, "blue").save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")])
def test_photos_are_kept_as_jpeg_with_their_hash(kind: str, mode: str) -> None:
    kept = shrink(saved(kind, mode=mode))
    assert (kept.width, kept.height) == (40, 20)
    assert kept.content.startswith(b"\xff\xd8")
    assert kept.sha256 == hashlib.sha256(kept.content).hexdigest()


def test_the_longest_side_is_two_thousand() -> None:
    kept = shrink(saved("JPEG", (2_600, 5_200)))
    assert (kept.width, kept.height) == (1_000, 2_000)


def test_nothing_of_the_phone_stays() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Phone maker", 8
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 0.0)  # where the photo was taken
    buffer = BytesIO()
    Image.new("RGB", (40, 20)).save(buffer, "JPEG", exif=exif, comment=b"secret")
    kept = shrink(buffer.getvalue())
    assert (kept.width, kept.height) == (20, 40)
    assert b"Phone maker" not in kept.content
    with Image.open(BytesIO(kept.content)) as image:
        assert not image.getexif()
        assert "comment" not in image.info


def bomb() -> bytes:
    """Return a tiny PNG that claims 20,000 × 20,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "HEIC"),
        (b"", "no photo"),
        (b"%PDF-1.7 not a photo", "no photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no photo"),
        (saved("GIF"), "no photo"),
        (saved("JPEG")[:200], "cannot be read"),
        (bomb(), "pixels|cannot be read"),
        (b"\xff\xd8\xff" + b"\0" * (30 * 1024 * 1024), "30 MB"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_reason(content: bytes, words: str) -> None:
    with pytest.raises(DomainError, match=words) as refused:
        shrink(content)
    assert refused.value.faults[0].field == "photo"

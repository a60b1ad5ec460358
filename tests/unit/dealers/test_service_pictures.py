from __future__ import annotations

import hashlib
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageEnhance

from dealers.service.pictures import look_of, look_of_file, shrink
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


def drawing(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (900, 640)) -> Image.Image:
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    pen = ImageDraw.Draw(image)
    for place, box in enumerate(boxes):
        pen.ellipse(box, fill=("white", "black", "grey")[place % 3])
    return image


ONE = drawing((50, 50, 400, 300), (450, 80, 850, 600), (200, 350, 420, 620))
OTHER = drawing((500, 20, 700, 200), (30, 200, 350, 630), (600, 300, 880, 500))


def apart(one: int | None, other: int | None) -> int:
    assert one is not None
    assert other is not None
    return ((one ^ other) & 2**64 - 1).bit_count()


def test_the_look_stays_through_scaling_pressing_and_brightening() -> None:
    buffer = BytesIO()
    ImageEnhance.Brightness(ONE).enhance(0.8).resize((450, 320)).save(buffer, "JPEG", quality=40)
    assert apart(look_of(ONE), look_of_file(buffer.getvalue())) <= 6
    assert apart(look_of(ONE), look_of(OTHER)) > 6


def test_a_look_fits_sixty_four_bits_with_a_sign_and_shrink_keeps_it() -> None:
    for image in (ONE, OTHER, ONE.transpose(Image.Transpose.FLIP_LEFT_RIGHT)):
        look = look_of(image)
        assert look is not None
        assert -(2**63) <= look < 2**63
    buffer = BytesIO()
    ONE.save(buffer, "PNG")
    assert apart(shrink(buffer.getvalue()).look, look_of(ONE)) <= 6


def test_a_picture_without_contrast_has_no_look() -> None:
    assert shrink(saved("JPEG")).look is None
    assert look_of(Image.linear_gradient("L").rotate(90)) is None  # dark to bright, everywhere alike
    assert look_of_file(b"no picture") is None

"""What a customer's name and phone must look like."""

from __future__ import annotations

import re

NAME_LENGTH, PHONE_LENGTH = 80, 32
_PHONE = re.compile(r"\+?[0-9]{7,15}(?:(?:转|ext\.?|x)[0-9]{1,6})?", re.IGNORECASE)


def clean_phone(typed: str) -> str:
    """Return a phone number without spaces, hyphens, dots and brackets."""
    return re.sub(r"[\s\-‐–—().（）]+", "", typed)


def phone_fault(phone: str) -> str | None:
    """Return ``form`` where a cleaned number is no phone number: 7 to 15 figures, an extension after 转."""
    return None if _PHONE.fullmatch(phone) else "form"


def clean_name(typed: str) -> str:
    """Return a name with its spaces tidied."""
    return " ".join(typed.split())

"""What templates say an answer with; pages of other rooms show it too."""

from __future__ import annotations

from typing import Any

from warranty.coverage import words
from warranty.coverage.rules.texts import limit, reason, summary

SAID: dict[str, Any] = {"words": words, "limit": limit, "reason": reason, "summary": summary}

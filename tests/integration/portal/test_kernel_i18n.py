from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import gettext, ngettext

from portal.kernel.i18n import force_locale, locale_key

pytestmark = pytest.mark.databases("sqlite")


def test_chinese_is_found_although_babel_calls_it_otherwise(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "zh-CN,zh;q=0.9"}):
        assert locale_key() == "zh_CN"
        assert gettext("Work list") == "待办"
        assert ngettext("%(num)d row on this page", "%(num)d rows on this page", 3) == "本页 3 条"


def test_a_job_speaks_the_language_it_was_asked_in(app: Flask) -> None:
    with force_locale("zh_CN"):
        assert gettext("Work list") == "待办"
    with force_locale("en"):
        assert gettext("Work list") == "Work list"

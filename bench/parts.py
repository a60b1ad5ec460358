"""The search among 200,000 parts beside a bare Flask page, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any
from urllib.parse import quote

from flask_migrate import upgrade
from sqlalchemy import Connection, func, select, text

from bench.pages import ROUNDS, SIGNING, sign_in
from bench.support import (
    POSTGRESQL,
    VAR,
    Result,
    gunicorn,
    in_turn,
    own_database,
    ratio,
    requests_per_second,
    result,
    seconds,
    sow,
)
from parts.catalogue.models import Part, PartTerm
from parts.catalogue.queries.offers import PartsCatalogue
from parts.catalogue.rules.words import model_term, plain, terms
from portal.app import create_app
from portal.config import from_environment
from portal.demo.load import Loader
from portal.kernel.access import Actor
from portal.kernel.db import Base, db
from portal.kernel.pinyin import initials
from portal.kernel.scoping import HeadOfficeScope, enter, leave

PARTS, MODELS = 200_000, 40
#: Brakes are group 35 of a part number.
FIRST_GROUP = 35
TODAY = date(2026, 11, 20)


def _words(text: str) -> dict[str, str]:
    """Read Chinese=English pairs."""
    return dict(pair.split("=") for pair in text.split())


#: What names of a maker's catalogue are made of: place, thing, form; and what each says in English.
PLACES = {"": ""} | _words(
    "前=Front 后=Rear 左=Left 右=Right 左前=Left-front 右前=Right-front 左后=Left-rear 右后=Right-rear "
    "上=Upper 下=Lower 中=Centre"
)
THINGS = _words(
    "制动=brake 转向=steering 车门=door 发动机=engine 变速器=transmission "
    "悬架=suspension 空调=climate 燃油=fuel 冷却=cooling "
    "排气=exhaust 座椅=seat 仪表=instrument 大灯=head-lamp "
    "保险杠=bumper 电池=battery 电机=motor 天窗=sunroof 雨刮=wiper "
    "安全带=belt 车身=body"
)
FORMS = _words(
    "片=pad 盘=disc 泵=pump 管=pipe 软管=hose 支架=bracket 总成=assembly 密封条=seal "
    "传感器=sensor 控制单元=control-unit "
    "线束=harness 螺栓=bolt 垫片=gasket 衬套=bush 轴承=bearing 护板=guard 开关=switch 电机=motor 滤芯=element 阀=valve "
    "罩盖=cover 拉线=cable 卡扣=clip 铭牌=badge"
)

#: What is typed: a word of two characters that thousands of parts have, a whole name, a number's beginning,
#: initials that few and that many have, an English word; and a model.
WORDS = {
    "two characters, thousands of hits (制动)": f"q={quote('制动')}",
    "a name (前制动片)": f"q={quote('前制动片')}",
    "a number's beginning (3501-0)": "q=3501-0",
    "initials, some hits (qzdp)": "q=qzdp",
    "an English word (pump)": "q=pump",
    "a model": "model=M007",
    "a model and two characters": f"model=M007&q={quote('制动')}",
}
#: Measured and shown without an aim: three meanings at once, with thousands of hits.
WIDE = {"two letters, thousands of hits (zd)": "q=zd"}


def run() -> list[Result]:
    """Measure on SQLite, and on PostgreSQL where there is one."""
    VAR.mkdir(parents=True, exist_ok=True)
    found = _measure("SQLite", f"sqlite:///{VAR / 'parts.sqlite'}", 0.20)
    if os.environ.get(POSTGRESQL):
        with own_database(os.environ[POSTGRESQL], "sanbao_bench_parts") as url:
            found += _measure("PostgreSQL", url, 0.15)
    return found


def _measure(name: str, url: str, aim: float) -> list[Result]:
    environment = {"DATABASE_URL": url, "SECRET_KEY": SIGNING, "SANBAO_ENV": "development", "SANBAO_VAR": str(VAR)}
    app = create_app(from_environment(environment))
    with app.app_context():
        parts, held = _fill()
        cookie = sign_in(app)
        counter = _counter()
        db.session.remove()
        db.engine.dispose()
    lists = {"the list, nothing typed": "", **WORDS, **WIDE}
    with gunicorn("bench.bare:app", {}) as bare, gunicorn("wsgi:app", environment) as portal:
        measures = {"bare": lambda: requests_per_second(bare + "/")} | {
            key: (lambda query=query: requests_per_second(f"{portal}/catalogue/parts?{query}", cookie))
            for key, query in lists.items()
        }
        taken = in_turn(ROUNDS, **measures)
    found = [
        result(f"{name}: parts in the catalogue", parts, "parts", note=f"{held:,} terms"),
        result(f"{name}: bare Flask page", statistics.median(taken["bare"]), "pages/s"),
        result(f"{name}: the counter's search, ten texts", counter * 1000, "ms", note="mean of one, in the process"),
    ]
    for key in lists:
        share = ratio(taken[key], taken["bare"])
        aims: dict[str, Any] = {} if key in WIDE else {"aim": f"≥ {aim}", "met": share >= aim}
        pages = statistics.median(taken[key])
        found.append(result(f"{name}: {key} : bare page", share, "ratio", note=f"{pages:.0f} pages/s", **aims))
    return found


def _fill() -> tuple[int, int]:
    """Make suppliers, models, parts and what they are found by; used again where they stand."""
    upgrade()
    with db.engine.begin() as connection:
        if not connection.execute(text("select 1 from part limit 1")).first():
            _ground(connection)
            _parts(connection)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze" if connection.dialect.name == "postgresql" else "analyze"))
        counts = (select(func.count()).select_from(model) for model in (Part, PartTerm))
        parts, held = (int(connection.execute(statement).scalar_one()) for statement in counts)
        return parts, held


def _ground(connection: Connection) -> None:
    tables = Base.metadata.tables
    sow(connection, tables["user_account"], 1, username="'reader'", display_name="'周敏'", roles="'[\"reader\"]'",
        active="true", must_change_password="false")  # noqa: S106  # fmt: skip
    sow(
        connection,
        tables["supplier"],
        400,
        code="'G' || (1000 + i)",
        name_zh="'供应商' || i",
        name_en="'Supplier ' || i",
    )
    models = "'M' || substr(cast(1000 + i as text), 2)"
    sow(connection, tables["vehicle_model"], MODELS, code=models, name_zh="'车型' || i", name_en="'Model ' || i")


def _names() -> Iterator[tuple[str, str, str]]:
    """Yield a group, a Chinese and an English name, again and again, as parts of one group stand together."""
    while True:
        for group, (thing, thing_en) in enumerate(THINGS.items()):
            for form, form_en in FORMS.items():
                for place, place_en in PLACES.items():
                    english = f"{place_en} {thing_en} {form_en}".strip()
                    yield str(FIRST_GROUP + group), place + thing + form, english


def _parts(connection: Connection) -> None:
    loader = Loader(connection)
    rows = loader.table("part", "id", "number", "plain", "name_zh", "name_en", "initials", "unit", "supplier_id",
                        "component", "per_vehicle", "special", "row_version")  # fmt: skip
    prices = loader.table("part_price", "part_id", "valid_from", "dealer", "warranty", "retail")
    found = loader.table("part_term", "term", "number")
    for key, (group, zh, en) in enumerate(islice(_names(), PARTS), start=1):
        number = f"{group}{key % 20 + 1:02d}-{key:06d}"
        letters = initials(zh)
        rows.append((key, number, plain(number), zh, en, letters, "件", key % 400 + 1, "other", 100, 0, 1))
        prices.append((key, "2026-01-01", 7_000, 7_800, 10_000))
        found.extend((term, number) for term in sorted(terms(zh, en, letters)))
        found.append((model_term(f"M{key % MODELS + 1:03d}"), number))
        loader.settle()
    loader.finish()


def _counter() -> float:
    """Return the mean seconds of a search at the counter, over texts as a clerk types them."""
    session, texts = (
        db.session(),
        ("制动", "前制动片", "3501-0", "qzdp", "zd", "q", "pump", "左前车门", "水泵", "控制单元"),
    )
    enter(session, Actor.system("bench"), HeadOfficeScope("bench"))
    search = PartsCatalogue().find_parts
    for typed in texts:
        search(session, typed, TODAY)
    taken = [seconds(lambda typed=typed: search(session, typed, TODAY)) for _round in range(20) for typed in texts]
    leave(session)
    return statistics.mean(taken)


if __name__ == "__main__":
    for line in run():
        print(line)

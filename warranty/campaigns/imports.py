"""The import of campaigns: one row for a campaign, or one for each model that a campaign names.

Lists of authorities name models in their makers' words. A code of our range is taken as our model;
another name is kept as it is, and means no car until somebody says which model it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from portal.kernel.access import Permission
from portal.kernel.clock import at
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import CellError, Field, memo, parse_day, parse_flag, text, whole, word
from portal.kernel.importing.kinds import Agreement, Batch, Desk, ImportKind
from portal.kernel.importing.store import PostgresStore, Store
from portal.kernel.importing.upsert import CREATED, UNCHANGED, UPDATED, Upsert
from portal.kernel.scoping import actor_of
from warranty.campaigns.models import Campaign, CampaignScope
from warranty.campaigns.rules.scopes import PRODUCTION, is_number
from warranty.campaigns.states import CAMPAIGN as LIFE

CAMPAIGN, SCOPE = cast("Table", Campaign.__table__), cast("Table", CampaignScope.__table__)
LABEL_LENGTH = 80
#: What American lists write where they do not know the model year.
NO_YEAR = "9999"
_LEFT = N_("Campaigns that are open already, or over, were left as they are: %(count)s rows, %(rows)s.")
_KINDS = {
    "recall": ("召回", "recall", "r", "safety recall"),
    "service": ("服务活动", "service", "service campaign", "s", "campaign"),
}
_KIND_OF = {spoken: key for key, words in _KINDS.items() for spoken in words}
_VEHICLES = frozenset({"v", "vehicle", "vehicles", "car", "整车", "车辆", "汽车"})
#: What all rows of one campaign say alike.
HEADER = (
    "kind", "title", "maker", "maker_number", "component", "defect", "hazard", "precaution", "measure",
    "part_number", "announced", "stop_sale", "filing_no", "confirmed_on", "filed_on", "published_on",
    "owners_told_on", "starts_on", "ends_on", "note",
)  # fmt: skip


def _number(written: str) -> str:
    number = written.upper()
    if not is_number(number) or len(number) > LABEL_LENGTH // 2:
        raise CellError(N_("A campaign number has letters, figures, hyphens and full stops only."))
    return number


def _product(written: str) -> str:
    if written.lower() not in _VEHICLES:
        raise CellError(N_("Only campaigns of cars come in here; this row is about something else."))
    return written


class CampaignDesk(Desk):
    """Files drafts with the rows of their definitions."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        moment = at(today).strftime("%Y-%m-%d %H:%M:%S.%f") + ("+00" if isinstance(store, PostgresStore) else "")
        self._campaigns = Upsert(store, CAMPAIGN, ("number",), {
            "state": LIFE.initial, "row_version": 1, "stop_sale": False, "defect": "", "hazard": "", "precaution": "",
            "measure": "", "created_by": "import", "created_at": moment,
        })  # fmt: skip
        self._scopes = Upsert(store, SCOPE, ("campaign_id", "label"), {"kind": PRODUCTION, "first": "", "last": ""})
        self._models = {code: key for code, key in store.rows("select code, id from vehicle_model")}  # noqa: C416
        self._states = dict(store.rows("select number, state from campaign"))
        self._verdicts: dict[str, int] = {}  # of each campaign's header, once a run
        self._touched: set[str] = set()  # campaigns whose definition became another
        self._last: dict[int, int] = {}  # the last position of each definition

    def check(self, batch: Batch) -> None:
        """Labels fit; campaigns that are no draft are told."""
        left = [
            batch.numbers[index] for index, number in enumerate(batch.column("number"))
            if number and self._states.get(number, LIFE.initial) != LIFE.initial
        ]  # fmt: skip
        if left:
            self.warnings[_LEFT] += left
        for index, label in enumerate(_labels(batch.values, len(batch.numbers))):
            if len(label) > LABEL_LENGTH:
                batch.refuse(index, "model", Fault(N_("At most %(limit)s characters."), facts={"limit": LABEL_LENGTH}))

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File the campaigns that are new in this run, then the models they name."""
        numbers = values["number"]
        fresh = {number: place for place, number in reversed(list(enumerate(numbers))) if number not in self._verdicts}
        self._write_headers(values, fresh)
        verdicts = [self._verdicts[number] if fresh.get(number) == place else UNCHANGED
                    for place, number in enumerate(numbers)]  # fmt: skip
        labels = _labels(values, len(numbers))
        named = [place for place, label in enumerate(labels) if label and self._is_draft(numbers[place])]
        for place, verdict in zip(named, self._write_scopes(values, labels, named), strict=True):
            if verdict != UNCHANGED:
                self._touched.add(numbers[place])
            if verdicts[place] != CREATED and verdict != UNCHANGED:
                verdicts[place] = CREATED if verdict == CREATED else UPDATED
        return verdicts

    def _is_draft(self, number: str) -> bool:
        return bool(self._states.get(number, LIFE.initial) == LIFE.initial)

    def _write_headers(self, values: dict[str, list[Any]], fresh: dict[str, int]) -> None:
        drafts = [number for number in fresh if self._is_draft(number)]
        self._verdicts |= {number: UNCHANGED for number in fresh if number not in drafts}
        if not drafts:
            return
        columns: dict[str, Sequence[Any]] = {"number": drafts}
        columns |= {
            name: [values[name][fresh[number]] for number in drafts] for name in HEADER if name in values
        }  # fmt: skip
        self._verdicts |= dict(zip(drafts, self._campaigns.write(columns).verdicts, strict=True))

    def _write_scopes(self, values: dict[str, list[Any]], labels: list[str], named: list[int]) -> list[int]:
        if not named:
            return []
        numbers = [values["number"][place] for place in named]
        ids = {row[1]: row[0] for row in self.store.existing(CAMPAIGN, "number", set(numbers), ("number",))}
        keys = [(ids[number], labels[place]) for number, place in zip(numbers, named, strict=True)]
        none = [None] * len(labels)
        since, until = (values.get(name, none) for name in ("built_from", "built_until"))
        models = values.get("model", none)
        columns = {
            "campaign_id": [campaign for campaign, _label in keys], "label": [label for _campaign, label in keys],
            "model_id": [self._models.get(str(models[place] or "").upper()) for place in named],
            "since": [since[place] for place in named], "until": [until[place] for place in named],
        }  # fmt: skip
        return self._scopes.write(columns, {"position": self._positions(keys)}).verdicts

    def _positions(self, keys: list[tuple[int, str]]) -> list[int]:
        """Give new rows of a definition the numbers after its last one."""
        rows = self.store.existing(SCOPE, "campaign_id", {key[0] for key in keys}, ("campaign_id", "label", "position"))
        known = {(campaign, label) for _id, campaign, label, _position in rows}
        for _id, campaign, _label, position in rows:
            self._last[campaign] = max(self._last.get(campaign, 0), position)
        positions = []
        for key in keys:
            if key not in known:
                self._last[key[0]] = self._last.get(key[0], 0) + 1
            positions.append(self._last.get(key[0], 1))
        return positions

    def complete(self, session: Session, source: str, now: datetime) -> None:
        """Sign new drafts, and let their production dates span those of their models."""
        made = [number for number, verdict in self._verdicts.items() if verdict == CREATED]
        actor = actor_of(session)
        session.execute(
            update(Campaign).where(Campaign.number.in_(made))
            .values(created_at=now, created_by=f"{actor.name if actor else 'sanbao'} ({source})"[:120])
        )  # fmt: skip
        for column, span in ((Campaign.built_from, func.min(CampaignScope.since)),
                             (Campaign.built_until, func.max(CampaignScope.until))):  # fmt: skip
            spanned = select(span).where(CampaignScope.campaign_id == Campaign.id).scalar_subquery()
            session.execute(
                update(Campaign)
                .where(Campaign.number.in_(self._touched))
                .values({column: func.coalesce(spanned, column)}),
                execution_options={"synchronize_session": False},
            )


def _labels(values: dict[str, list[Any]], count: int) -> list[str]:
    """Return what each row calls its model: make, model and year."""
    none = [None] * count
    parts = zip(*(values.get(name, none) for name in ("make", "model", "year")), strict=True)
    return [
        " ".join(str(part) for part in row if part and part != NO_YEAR) if row[1] else "" for row in parts
    ]  # fmt: skip


_day = memo(parse_day)
KIND = ImportKind(
    key="campaigns",
    title=N_("Campaigns and recalls"),
    fields=(
        Field("number", "活动编号", "Campaign no.", memo(_number), required=True,
              aliases=("召回编号", "campaign number"), example="RC-2026-001"),
        Field("kind", "活动类型", "Kind", memo(word(lambda spoken: _KIND_OF.get(spoken.lower()), tuple(_KINDS))),
              required=True, aliases=("类型",), example="召回",
              note=N_("召回 (recall) or 服务活动 (service campaign).")),
        Field("title", "标题", "Title", text(120), required=True, aliases=("活动名称", "召回名称"),
              example="燃油泵总成更换"),
        Field("product", "对象", "Product", memo(_product), aliases=("产品类别",), example="整车",
              note=N_("Rows about tyres, seats or equipment are given back; cars if empty.")),
        Field("make", "品牌", "Make", text(30), example="东风"),
        Field("model", "车型", "Model", text(40), aliases=("车型代码", "model code"), example="M001",
              note=N_("A code of the range, or the maker's words for a model: somebody names the code later.")),
        Field("year", "年款", "Model year", text(8), example="2025"),
        Field("built_from", "生产起始日", "Built from", _day, aliases=("生产日期起",), example="2025-01-31"),
        Field("built_until", "生产截止日", "Built until", _day, aliases=("生产日期止",), example="2025-06-30"),
        Field("announced", "涉及数量", "Cars announced", memo(whole(0, 99_999_999)), example="1200"),
        Field("component", "涉及部件", "Component", text(80), example="燃油供给系统"),
        Field("defect", "缺陷描述", "Defect", text(2_000), example="燃油泵叶轮可能开裂"),
        Field("hazard", "可能后果", "What it can lead to", text(2_000), example="行驶中熄火"),
        Field("precaution", "应急处置方法", "What the owner does until then", text(2_000), example="避免低油位行驶"),
        Field("measure", "维修措施", "Measure", text(2_000), aliases=("消除措施",), example="免费更换燃油泵总成"),
        Field("part_number", "更换件号", "Part number", text(32, str.upper), example="1106010-A01"),
        Field("maker", "生产者", "Maker", text(120), aliases=("制造商", "manufacturer"), example="某某汽车有限公司"),
        Field("maker_number", "厂家活动号", "Maker's own number", text(40), example="25S01"),
        Field("filing_no", "备案编号", "Filing no. of the recall plan", text(40), example="S2026M0001V"),
        Field("confirmed_on", "缺陷确认日", "Defect confirmed, or recall ordered", _day, example="2026-01-31"),
        Field("filed_on", "备案日期", "Plan filed", _day, example="2026-02-03"),
        Field("published_on", "公布日期", "Published", _day, example="2026-02-05"),
        Field("owners_told_on", "车主告知日", "Owners' letters sent", _day, example="2026-03-05"),
        Field("starts_on", "起始日期", "Begins", _day, example="2026-03-01"),
        Field("ends_on", "截止日期", "Ends", _day, example="2027-02-28"),
        Field("stop_sale", "停售", "Stop sale", memo(parse_flag), example="是", note=N_("是 or 否 (yes or no).")),
        Field("note", "备注", "Note", text(1_000)),
    ),
    natural_key=("number", "make", "model", "year"),
    tables=(CAMPAIGN, SCOPE),
    desk=CampaignDesk,
    agreements=(
        Agreement(("number",), HEADER, N_("Row %(other)s of the same campaign says something else of it.")),
    ),
    permission=Permission.CAMPAIGN_EDIT,
)  # fmt: skip

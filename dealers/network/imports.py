"""The import of stations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table

from dealers.network.models import Dealer
from dealers.network.rules import GRADES, KINDS, clean_uscc, is_postcode, uscc_fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import CellError, Field, memo, text, whole, word
from portal.kernel.importing.kinds import Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import Upsert
from portal.kernel.money import MoneyError, exact

DEALER = cast("Table", Dealer.__table__)

_USCC_FAULTS = {
    "length": N_("A unified social credit code has 18 characters."),
    "character": N_("A unified social credit code has figures and capital letters without I, O, S, V and Z."),
    "check": N_("The check character (the last one) does not fit: compare the code with the licence."),
}
_KIND_OF = {"4s": "4s", "4s店": "4s", "station": "station", "服务站": "station", "维修站": "station"}
#: A coordinate of China needs no more; what a map gives in excess is kept as it is given.
_DEGREES_LENGTH = 24


def _degrees(limit: int) -> Any:
    def parse(written: str) -> str:
        try:
            if abs(exact(written)) <= limit and len(written) <= _DEGREES_LENGTH:
                return written
        except MoneyError:
            pass
        raise CellError(N_("A number of degrees between -%(limit)s and %(limit)s."), limit=limit)

    return parse


def _uscc(written: str) -> str:
    code = clean_uscc(written)
    fault = uscc_fault(code)
    if fault is not None:
        raise CellError(_USCC_FAULTS[fault])
    return code


def _postcode(written: str) -> str:
    if not is_postcode(written):
        raise CellError(N_("A postcode has six figures."))
    return written


class DealerDesk(Desk):
    """Files stations: a new one is open."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        self._dealers = Upsert(store, DEALER, ("code",), {"kind": "4s", "state": "open", "row_version": 1})

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File stations by their codes."""
        return self._dealers.write(values).verdicts


KIND = ImportKind(
    key="dealers",
    title=N_("Dealers"),
    fields=(
        Field("region", "区域", "Region", text(32), required=True, aliases=("大区",), example="东区"),
        Field("province", "省份", "Province", text(32), required=True, aliases=("省", "省市"), example="上海"),
        Field("city", "城市", "City", text(32), required=True, aliases=("市",), example="上海"),
        Field("code", "经销商代码", "Dealer code", text(16, str.upper), required=True,
              aliases=("代码", "经销商编码", "服务站代码", "code"), example="A12075"),
        Field("name", "经销商名称", "Dealer name", text(120), required=True, aliases=("名称", "服务站名称", "name"),
              example="上海九华汽车服务有限公司"),
        Field("kind", "类型", "Kind", memo(word(lambda spoken: _KIND_OF.get(spoken.lower()), KINDS)),
              aliases=("经销商类型",), example="4S", note=N_("4S or 服务站 (station); 4S if empty.")),
        Field("address", "地址", "Address", text(255), example="上海市松江区松卫北路1189号"),
        Field("postcode", "邮政编码", "Postcode", memo(_postcode), aliases=("邮编",), example="201600"),
        Field("longitude", "经度", "Longitude", memo(_degrees(180)), example="121.55012618634"),
        Field("latitude", "纬度", "Latitude", memo(_degrees(90)), example="31.211914749767"),
        Field("uscc", "统一社会信用代码", "Unified social credit code", memo(_uscc),
              aliases=("税号", "纳税人识别号", "tax code", "uscc"), example="91310110MA1K00001C",
              note=N_("18 characters with a right check character.")),
        Field("grade", "星级", "Grade", memo(whole(min(GRADES), max(GRADES))), aliases=("级别",), example="3",
              note=N_("Stars, 1 to 5; the labour rate goes by them.")),
        Field("phone", "电话", "Phone", text(32), aliases=("服务电话", "联系电话"), example="021-55000001"),
        Field("bank_name", "开户行", "Bank", text(120), aliases=("开户银行",), example="工商银行上海分行"),
        Field("bank_account", "银行账号", "Bank account", text(40), aliases=("账号",), example="6222000000000001"),
    ),
    natural_key=("code",),
    tables=(DEALER,),
    desk=DealerDesk,
)  # fmt: skip

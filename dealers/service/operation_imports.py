"""The import of labour operations with their quota hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table

from dealers.service.models import LabourOperation
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import Field, hundredths, lookup, memo, text, word
from portal.kernel.importing.kinds import Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import Upsert
from portal.kernel.pinyin import initials

OPERATION = cast("Table", LabourOperation.__table__)

#: The assemblies of the three-guarantees order as lists call them.
_COMPONENT_WORDS = {
    "engine": ("发动机", "发动机系统"), "transmission": ("变速器", "变速箱", "变速器系统"),
    "traction_battery": ("动力蓄电池", "动力电池", "traction battery"),
    "drive_motor": ("驱动电机", "行驶驱动电机", "drive motor"), "steering": ("转向系统", "转向"),
    "brakes": ("制动系统", "制动", "brake"), "suspension": ("悬架系统", "悬架"),
    "driveline": ("传动系统", "传动", "驱动桥"), "pollution_control": ("污染控制装置", "排放", "pollution control"),
    "body": ("车身", "车身附件"), "other": ("其他", "其它"),
}  # fmt: skip
COMPONENTS = tuple(_COMPONENT_WORDS)
_COMPONENT_OF = {spoken: key for key, words in _COMPONENT_WORDS.items() for spoken in (key, *words)}


def component_of(spoken: str) -> str | None:
    """Return the assembly a list's word means, or None."""
    return _COMPONENT_OF.get(spoken.lower())


class OperationDesk(Desk):
    """Files operations; without a model an operation is for every model."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        models = dict(store.rows("select code, id from vehicle_model"))
        self.parsers = {"model": lookup(models, N_("No model has this code. Import the models first."))}
        self._operations = Upsert(store, OPERATION, ("code", "model_id"), {"component": "other"})

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File operations by code and model."""
        codes, none = values["code"], [None] * len(values["code"])
        columns = {
            "code": codes, "model_id": values.get("model", none), "name_zh": values["name_zh"],
            "initials": [initials(name) for name in values["name_zh"]], "hours": values["hours"],
        }  # fmt: skip
        columns |= {name: values[name] for name in ("name_en", "component") if name in values}
        english = zip(values.get("name_en", none), values["name_zh"], strict=True)
        return self._operations.write(columns, {"name_en": [en or zh for en, zh in english]}).verdicts


KIND = ImportKind(
    key="labour-operations",
    title=N_("Labour operations"),
    fields=(
        Field("code", "工时代码", "Operation code", text(24, str.upper), required=True,
              aliases=("作业代码", "工位代码", "代码", "code"), example="BR0101"),
        Field("model", "车型代码", "Model code", memo(str), aliases=("车型", "model"), example="M001",
              note=N_("For every model if empty.")),
        Field("name_zh", "作业名称", "Name (Chinese)", text(120), required=True,
              aliases=("工时名称", "中文名称", "名称", "name"), example="更换前制动片"),
        Field("name_en", "英文名称", "Name (English)", text(120), aliases=("english name",),
              example="Replace front brake pads"),
        Field("hours", "定额工时", "Quota hours", memo(hundredths(Decimal("0.01"), Decimal(999))), required=True,
              aliases=("工时", "hours"), example="0.80"),
        Field("component", "总成", "Component", memo(word(component_of, COMPONENTS)), aliases=("系统", "总成类别"),
              example="制动系统"),
    ),
    natural_key=("code", "model"),
    tables=(OPERATION,),
    desk=OperationDesk,
)  # fmt: skip

"""The demo's parts catalogue: suppliers, parts with their prices and places, what fits, what is replaced."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from parts.catalogue.rules.words import model_term, plain, terms
from portal.demo import range as makers
from portal.demo.load import Loader
from portal.kernel.money import round_fen, to_fen
from portal.kernel.pinyin import initials

PRICES_FROM, RISE_FROM = date(2024, 1, 1), date(2026, 1, 1)
RISE = Decimal("1.03")

#: Name of each supplier → its English name and city.
SUPPLIERS: dict[str, tuple[str, str]] = {
    "江岳动力": ("Jiangyue Powertrain", "江岳汽车工业园"),
    "江岳电驱": ("Jiangyue E-Drive", "江岳汽车工业园"),
    "江岳车身": ("Jiangyue Body", "江岳汽车工业园"),
    "宁波华辰": ("Ningbo Huachen", "浙江省宁波市"),
    "苏州恒密": ("Suzhou Hengmi Sealing", "江苏省苏州市"),
    "上海滤洁": ("Shanghai Lvjie Filter", "上海市嘉定区"),
    "中石润滑": ("Zhongshi Lubricants", "北京市朝阳区"),
    "芜湖永泵": ("Wuhu Yongbeng Pumps", "安徽省芜湖市"),
    "无锡威增": ("Wuxi Weizeng Turbo", "江苏省无锡市"),
    "联电喷射": ("Liandian Injection", "上海市浦东新区"),
    "株洲湘火": ("Zhuzhou Xianghuo Ignition", "湖南省株洲市"),
    "长春一驰": ("Changchun Yichi", "吉林省长春市"),
    "重庆鼎索": ("Chongqing Dingsuo Cables", "重庆市渝北区"),
    "宁海时代": ("Ninghai Shidai Battery", "福建省宁德市"),
    "厦门宏电": ("Xiamen Hongdian Relays", "福建省厦门市"),
    "杭州富充": ("Hangzhou Fuchong Chargers", "浙江省杭州市"),
    "株洲易转": ("Zhuzhou Yizhuan Steering", "湖南省株洲市"),
    "玉环球杰": ("Yuhuan Qiujie Joints", "浙江省台州市玉环市"),
    "烟台信制": ("Yantai Xinzhi Brakes", "山东省烟台市"),
    "芜湖伯制": ("Wuhu Bozhi Brakes", "安徽省芜湖市"),
    "成都九减": ("Chengdu Jiujian Dampers", "四川省成都市"),
    "杭州向传": ("Hangzhou Xiangchuan Driveline", "浙江省杭州市"),
    "襄阳汽轴": ("Xiangyang Qizhou Bearings", "湖北省襄阳市"),
    "上海实升": ("Shanghai Shisheng", "上海市松江区"),
    "宁海建密": ("Ninghai Jianmi Sealing", "浙江省宁波市宁海县"),
    "保定风蓄": ("Baoding Fengxu Batteries", "河北省保定市"),
    "常州星灯": ("Changzhou Xingdeng Lighting", "江苏省常州市"),
    "惠州德显": ("Huizhou Dexian Displays", "广东省惠州市"),
    "南京奥缩": ("Nanjing Aosuo Climate", "江苏省南京市"),
    "贵阳万刮": ("Guiyang Wangua Wipers", "贵州省贵阳市"),
    "中策轮胎": ("Zhongce Tyres", "浙江省杭州市"),
}


#: The maker numbers its parts by the groups of QC/T 265: two figures for the system, four for the assembly.
SYSTEMS: dict[str, tuple[str, str]] = {
    "10": ("发动机", "Engine"), "11": ("供给系统", "Fuel and air supply"), "12": ("排气系统", "Exhaust"),
    "16": ("离合器", "Clutch"), "17": ("变速器", "Transmission"), "21": ("电驱动系统", "Electric drive"),
    "22": ("传动轴", "Drive shafts"), "29": ("悬架", "Suspension"), "31": ("车轮与轮毂", "Wheels and hubs"),
    "34": ("转向系统", "Steering"), "35": ("制动系统", "Brakes"), "36": ("电子控制", "Electronic control"),
    "37": ("电气设备", "Electrical equipment"), "40": ("线束", "Wiring"), "52": ("风窗", "Windscreen"), "54": ("车身侧围", "Body side"),
    "57": ("车顶", "Roof"), "61": ("车门", "Doors"), "79": ("影音与信息", "Infotainment"), "81": ("空调", "Climate"),
}  # fmt: skip
ASSEMBLIES: dict[str, tuple[str, str]] = {
    "1001": ("发动机悬置与总成", "Engine and mounts"), "1004": ("活塞连杆与正时", "Pistons and timing"),
    "1006": ("曲轴箱通风", "Crankcase ventilation"), "1009": ("气门室罩", "Valve cover"),
    "1010": ("机油滤清", "Oil filtering"), "1025": ("水泵", "Water pump"), "1109": ("空气滤清器", "Air filter"),
    "1112": ("喷油器", "Injectors"), "1118": ("增压器", "Turbocharger"), "1205": ("催化转化器", "Catalyst"),
    "1207": ("燃油蒸发控制", "Evaporative control"), "1601": ("离合器总成", "Clutch assembly"),
    "1701": ("变速器总成", "Gearbox"), "1702": ("变速器操纵", "Gearbox control"), "1703": ("换挡机构", "Gear shift"),
    "2101": ("动力蓄电池", "Traction battery"), "2102": ("高压配电", "High-voltage distribution"),
    "2103": ("驱动电机", "Drive motor"), "2109": ("车载充电", "On-board charging"), "2203": ("驱动半轴", "Half shafts"),
    "2901": ("前减振器", "Front dampers"), "2904": ("前悬架摆臂", "Front control arms"),
    "2906": ("横向稳定杆", "Stabiliser"), "3101": ("车轮", "Wheels"), "3104": ("轮毂轴承", "Hub bearings"),
    "3401": ("转向机", "Steering gear"), "3404": ("转向管柱", "Steering column"), "3411": ("转向拉杆", "Tie rods"),
    "3501": ("前制动器", "Front brakes"), "3540": ("制动助力器", "Brake booster"), "3550": ("防抱死制动", "ABS"),
    "3610": ("整车控制", "Vehicle control"), "3703": ("蓄电池", "Battery"), "3707": ("点火装置", "Ignition"),
    "3711": ("前照灯", "Head lamps"), "4001": ("主线束", "Main harness"), "5205": ("刮水器", "Wipers"), "5401": ("车门焊接总成", "Door bodies"),
    "5703": ("天窗", "Sunroof"), "6105": ("车门附件", "Door fittings"), "6107": ("车门密封", "Door seals"),
    "7901": ("中控显示", "Centre display"), "7903": ("影像系统", "Cameras"), "8101": ("鼓风机", "Blower"),
    "8103": ("压缩机", "Compressor"), "8107": ("空调滤清器", "Cabin filter"),
}  # fmt: skip
#: What only a car with a combustion engine has, and only one with a traction battery; the rest every car has.
COMBUSTION, ELECTRIC = ("10", "11", "12", "16", "17", "3707"), ("21",)
#: Hundredths of a unit that a car takes, where it is not one.
TAKEN = {
    "1010-00990": 450, "1112-00660": 400, "3707-00140": 400, "3501-00530": 200, "2901-00610": 200, "2904-00290": 200,
    "2906-00880": 200, "2203-00370": 200, "3104-00200": 400, "3411-00180": 200, "6105-00930": 200, "6105-01040": 200,
    "6105-01045": 200, "6107-00120": 200, "5205-00190": 200, "3101-00280": 400,
}  # fmt: skip
#: Made for one VIN (特殊零部件, GB/T 29632-2021).
SPECIAL = frozenset({"4001-00110"})
#: What replaces what: old and new number, from when on, and which way they can be exchanged.
REPLACED = (
    ("1004-03210", "1004-03215", date(2025, 6, 1), "one_way"),
    ("6105-01040", "6105-01045", date(2026, 3, 1), "both_ways"),
)
#: Who writes the catalogue, and the moment (UTC) at which the year's prices were announced.
DESK, ANNOUNCED = "配件管理部", "2025-12-15 02:00:00.000000"


def prices(retail: Decimal) -> tuple[int, int, int]:
    """Return dealer, warranty and retail price in fen."""
    return tuple(to_fen(round_fen(retail * Decimal(rate))) for rate in ("0.70", "0.78", "1"))  # type: ignore[return-value]


def make_parts(loader: Loader) -> None:
    """Write suppliers, levels, parts with dated prices, what replaces what, what fits which model, and the news."""
    supplied, places = _suppliers(loader), _levels(loader)
    rows = loader.table("part", "id", "number", "plain", "name_zh", "name_en", "initials", "unit", "supplier_id",
                        "group_id", "component", "per_vehicle", "wear_class", "special", "superseded_by",
                        "superseded_on", "interchange", "row_version")  # fmt: skip
    price_rows = loader.table("part_price", "part_id", "valid_from", "dealer", "warranty", "retail")
    term_rows = loader.table("part_term", "term", "number")
    replaced = {old: (new, day.isoformat(), ways) for old, new, day, ways in REPLACED}
    for key, part in enumerate(makers.PARTS, start=1):
        letters = initials(part.name_zh)
        rows.append((key, part.number, plain(part.number), part.name_zh, part.name_en, letters, part.unit,
                     supplied[part.supplier], places[part.number[:4]], part.component,
                     400 if part.unit in {"升", "副", "条"} else 200, part.wear_class, int(part.number in SPECIAL),
                     *replaced.get(part.number, (None, None, None)), 1))  # fmt: skip
        price_rows.append((key, PRICES_FROM.isoformat(), *prices(part.retail)))
        price_rows.append((key, RISE_FROM.isoformat(), *prices(round_fen(part.retail * RISE))))
        term_rows.extend((term, part.number) for term in sorted(terms(part.name_zh, part.name_en, letters)))
    _fitments(loader, term_rows)
    _news(loader)


def _levels(loader: Loader) -> dict[str, int]:
    """Write systems and assemblies; return the keys of the assemblies by code."""
    rows = loader.table("part_group", "id", "code", "parent_id", "name_zh", "name_en")
    for key, (code, names) in enumerate(SYSTEMS.items(), start=1):
        rows.append((key, code, None, *names))
    systems = {code: key for key, code in enumerate(SYSTEMS, start=1)}
    for key, (code, names) in enumerate(ASSEMBLIES.items(), start=len(SYSTEMS) + 1):
        rows.append((key, code, systems[code[:2]], *names))
    return {code: key for key, code in enumerate(ASSEMBLIES, start=len(SYSTEMS) + 1)}


def _fitments(loader: Loader, term_rows: list[tuple[Any, ...]]) -> None:
    """Write what fits which model; a part that replaces another comes with the cars built since."""
    rows = loader.table("part_fitment", "part_id", "model_id", "quantity", "built_from", "note", "row_version")
    since = {new: day for _old, new, day, _ways in REPLACED}
    for key, part in enumerate(makers.PARTS, start=1):
        for number, model in enumerate(makers.MODELS, start=1):
            if not _has(model.powertrain, part.number):
                continue
            built = since.get(part.number)
            rows.append((key, number, TAKEN.get(part.number, 100), built.isoformat() if built else None, "", 1))
            term_rows.append((model_term(model.code), part.number))


def _has(powertrain: str, number: str) -> bool:
    if number.startswith(COMBUSTION):
        return powertrain != "electric"
    return powertrain != "petrol" if number.startswith(ELECTRIC) else True


def _news(loader: Loader) -> None:
    """Write what was new in the last year: the prices of 2026, and the two parts that replaced others."""
    rows = loader.table("part_change", "part_id", "kind", "day", "detail", "changed_by", "changed_at")
    keys = {part.number: key for key, part in enumerate(makers.PARTS, start=1)}
    events: list[tuple[int, str, date | None, str, str, str]] = [
        (keys[part.number], "price", RISE_FROM, f"{round_fen(part.retail * RISE):.2f}", DESK, ANNOUNCED)
        for part in makers.PARTS
    ]
    for old, new, day, _ways in REPLACED:
        moment = f"{day - timedelta(days=14)} 03:30:00.000000"
        events += [
            (keys[new], "new", None, "", DESK, moment), (keys[old], "superseded", day, new, DESK, moment),
            *((keys[new], "fitment", None, model.code, DESK, moment)
              for model in makers.MODELS if _has(model.powertrain, new)),
        ]  # fmt: skip
    rows.extend(
        (part_id, kind, day.isoformat() if day else None, *rest)
        for part_id, kind, day, *rest in sorted(events, key=lambda event: event[-1])
    )


def _suppliers(loader: Loader) -> dict[str, int]:
    """Write the suppliers; return their keys by name."""
    rows = loader.table("supplier", "id", "code", "name_zh", "name_en", "initials", "contact", "phone", "email",
                        "address", "row_version")  # fmt: skip
    for key, (name, (english, place)) in enumerate(SUPPLIERS.items(), start=1):
        rows.append((key, f"G{1000 + key}", name, english, initials(name), "质量部", f"400-820-{1000 + key}",
                     f"quality@g{1000 + key}.example", place, 1))  # fmt: skip
    return {name: key for key, name in enumerate(SUPPLIERS, start=1)}

"""The demo's parts catalogue: suppliers, parts with their prices and places, what fits, what is replaced."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from parts.catalogue.rules.words import plain, terms
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


def prices(retail: Decimal) -> tuple[int, int, int]:
    """Return dealer, warranty and retail price in fen."""
    return tuple(to_fen(round_fen(retail * Decimal(rate))) for rate in ("0.70", "0.78", "1"))  # type: ignore[return-value]


def make_parts(loader: Loader) -> None:
    """Write suppliers, parts and dated prices."""
    supplied = _suppliers(loader)
    rows = loader.table("part", "id", "number", "plain", "name_zh", "name_en", "initials", "unit", "supplier_id",
                        "component", "per_vehicle", "wear_class", "special", "row_version")  # fmt: skip
    price_rows = loader.table("part_price", "part_id", "valid_from", "dealer", "warranty", "retail")
    term_rows = loader.table("part_term", "term", "number")
    for key, part in enumerate(makers.PARTS, start=1):
        letters = initials(part.name_zh)
        rows.append((key, part.number, plain(part.number), part.name_zh, part.name_en, letters, part.unit,
                     supplied[part.supplier], part.component, 400 if part.unit in {"升", "副", "条"} else 200,
                     part.wear_class, 0, 1))  # fmt: skip
        price_rows.append((key, PRICES_FROM.isoformat(), *prices(part.retail)))
        price_rows.append((key, RISE_FROM.isoformat(), *prices(round_fen(part.retail * RISE))))
        term_rows.extend((term, part.number) for term in sorted(terms(part.name_zh, part.name_en, letters)))


def _suppliers(loader: Loader) -> dict[str, int]:
    """Write the suppliers; return their keys by name."""
    rows = loader.table("supplier", "id", "code", "name_zh", "name_en", "initials", "contact", "phone", "email",
                        "address", "row_version")  # fmt: skip
    for key, (name, (english, place)) in enumerate(SUPPLIERS.items(), start=1):
        rows.append((key, f"G{1000 + key}", name, english, initials(name), "质量部", f"400-820-{1000 + key}",
                     f"quality@g{1000 + key}.example", place, 1))  # fmt: skip
    return {name: key for key, name in enumerate(SUPPLIERS, start=1)}

"""Names, phones, plates, VINs and codes for the demo: made up, well formed, by seed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文斌浩宇欣怡梓涵子轩雨泽诗琪俊豪嘉宁思远晓东海燕春梅立新永庆云飞雪松林峰凯瑞晨阳博雅天佑若曦清源景行"
COMPANIES = (
    "长顺物流",
    "恒达商贸",
    "联众建材",
    "金禾农业",
    "启航科技",
    "安捷租赁",
    "宏远工程",
    "百川餐饮",
    "同泰医疗",
    "新程文化",
)
DEALER_NAMES = (
    "华安",
    "永顺",
    "鑫通",
    "恒信",
    "众诚",
    "瑞达",
    "百福",
    "长盛",
    "金桥",
    "联合",
    "凯达",
    "东方",
    "天成",
    "广汇",
    "锦泰",
    "宝源",
)
ROADS = (
    "人民路",
    "解放大道",
    "中山东路",
    "建设路",
    "迎宾大道",
    "工业园区纬三路",
    "长江路",
    "机场高速辅路",
    "汽车城大道",
    "科技路",
)
COLOURS = ("珠光白", "曜石黑", "星空灰", "极地蓝", "烈焰红", "冰川银")
BANKS = ("中国工商银行", "中国建设银行", "中国农业银行", "中国银行", "交通银行", "招商银行")
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PLATE_CHARACTERS = "0123456789" + PLATE_LETTERS
USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

VIN_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        (*range(10), 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, *range(2, 10)),
        strict=True,
    )
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
#: GB 16735's letters for the model year, from 2021 on.
MODEL_YEARS = {
    2018: "J",
    2019: "K",
    2020: "L",
    2021: "M",
    2022: "N",
    2023: "P",
    2024: "R",
    2025: "S",
    2026: "T",
    2027: "V",
}


def person(random: Random) -> str:
    """Return a name of two or three characters."""
    name = random.choice(SURNAMES) + random.choice(GIVEN)
    return name + random.choice(GIVEN) if random.random() < 0.7 else name


def phone(random: Random) -> str:
    """Return a mobile number."""
    return f"1{random.choice('35789')}{random.randrange(10**9):09d}"


def plate(random: Random, prefix: str, *, electric: bool) -> str:
    """Return a plate of GA 36; new-energy plates have six characters, a D or F first."""
    if electric:
        return f"{prefix}D{random.randrange(10**5):05d}"
    return f"{prefix}{random.choice(PLATE_LETTERS)}{random.randrange(10**4):04d}"


def vin_maker(wmi: str, vds: str, year: int, plant: str) -> Callable[[int], str]:
    """Return a maker of VINs with right check digits for one model and year, by serial number."""
    head, tail = wmi + vds, MODEL_YEARS[year] + plant
    fixed = sum(VIN_VALUES[c] * w for c, w in zip(head, VIN_WEIGHTS[:8], strict=True))
    fixed += sum(VIN_VALUES[c] * w for c, w in zip(tail, VIN_WEIGHTS[9:11], strict=True))

    def make(serial: int) -> str:
        digits = f"{serial:06d}"
        rest = sum(int(c) * w for c, w in zip(digits, VIN_WEIGHTS[11:], strict=True))
        return f"{head}{'0123456789X'[(fixed + rest) % 11]}{tail}{digits}"

    return make


def uscc(random: Random, division: str) -> str:
    """Return a unified social credit code (GB 32100) of a company in a division."""
    body = "91" + division + "".join(random.choice(USCC_CHARACTERS) for _ in range(9))
    total = sum(USCC_CHARACTERS.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return body + USCC_CHARACTERS[(31 - total % 31) % 31]

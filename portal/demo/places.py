"""Where the demo network stands: regions, provinces, cities with their plate letters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A city as a dealer list knows it."""

    region: str
    province: str
    name: str
    plate: str  # the first two characters of its plates
    division: str  # six digits of GB/T 2260, used inside a social credit code


_TABLE = """
东区 上海 上海 沪A 310115|东区 江苏 南京 苏A 320102|东区 江苏 苏州 苏E 320505|东区 江苏 无锡 苏B 320211
东区 江苏 徐州 苏C 320303|东区 江苏 南通 苏F 320602|东区 浙江 杭州 浙A 330106|东区 浙江 宁波 浙B 330203
东区 浙江 温州 浙C 330302|东区 浙江 金华 浙G 330702|东区 安徽 合肥 皖A 340104|东区 安徽 芜湖 皖B 340202
东区 安徽 阜阳 皖K 341202|南区 广东 广州 粤A 440106|南区 广东 深圳 粤B 440305|南区 广东 佛山 粤E 440604
南区 广东 东莞 粤S 441900|南区 广东 惠州 粤L 441302|南区 广西 南宁 桂A 450103|南区 广西 柳州 桂B 450205
南区 福建 福州 闽A 350102|南区 福建 厦门 闽D 350203|南区 福建 泉州 闽C 350502|南区 海南 海口 琼A 460105
北区 北京 北京 京N 110105|北区 天津 天津 津A 120104|北区 河北 石家庄 冀A 130102|北区 河北 唐山 冀B 130203
北区 河北 保定 冀F 130602|北区 山西 太原 晋A 140105|北区 内蒙古 呼和浩特 蒙A 150102|北区 山东 济南 鲁A 370102
北区 山东 青岛 鲁B 370202|北区 山东 烟台 鲁F 370602|北区 山东 临沂 鲁Q 371302|北区 山东 潍坊 鲁G 370702
中区 河南 郑州 豫A 410105|中区 河南 洛阳 豫C 410303|中区 河南 南阳 豫R 411302|中区 湖北 武汉 鄂A 420106
中区 湖北 襄阳 鄂F 420602|中区 湖北 宜昌 鄂E 420502|中区 湖南 长沙 湘A 430102|中区 湖南 株洲 湘B 430202
中区 江西 南昌 赣A 360102|中区 江西 赣州 赣B 360702|西区 四川 成都 川A 510104|西区 四川 绵阳 川B 510703
西区 重庆 重庆 渝A 500103|西区 贵州 贵阳 贵A 520103|西区 云南 昆明 云A 530102|西区 陕西 西安 陕A 610113
西区 甘肃 兰州 甘A 620102|西区 青海 西宁 青A 630103|西区 宁夏 银川 宁A 640104|西区 新疆 乌鲁木齐 新A 650102
东北区 辽宁 沈阳 辽A 210102|东北区 辽宁 大连 辽B 210202|东北区 辽宁 鞍山 辽C 210302|东北区 吉林 长春 吉A 220102
东北区 吉林 吉林 吉B 220202|东北区 黑龙江 哈尔滨 黑A 230102|东北区 黑龙江 大庆 黑E 230602
"""

CITIES: tuple[City, ...] = tuple(
    City(*entry.split()) for line in _TABLE.split("\n") for entry in line.split("|") if entry
)

"""The maker's range in the demo: models, parts, labour operations, and what tends to fail.

江岳汽车 (Jiangyue) is invented; nothing here stands for a real maker.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

MAKER = "江岳汽车有限公司"


@dataclass(frozen=True)
class Model:
    """A model with its price in yuan and its share of sales in percent."""

    code: str
    series: str
    name_zh: str
    name_en: str
    category: str
    powertrain: str
    price: int
    share: int
    vds: str  # characters 4 to 8 of its VIN


MODELS: tuple[Model, ...] = (
    Model("JY7154A", "J3", "江岳J3 1.5L 手动", "Jiangyue J3 1.5", "passenger_car", "petrol", 79_800, 18, "BA1A3"),
    Model("JY7156T", "J5", "江岳J5 1.5T 自动", "Jiangyue J5 1.5T", "passenger_car", "petrol", 112_800, 20, "BB2C5"),
    Model("JY6461T", "X5", "岳行X5 1.5T 两驱", "Yuexing X5 1.5T", "passenger_car", "petrol", 129_800, 22, "CD2C6"),
    Model("JY6480H", "X7", "岳行X7 混动 四驱", "Yuexing X7 hybrid", "passenger_car", "hybrid", 189_800, 12, "CE3H7"),
    Model(
        "JY7001E", "E1", "江岳E1 纯电 405km", "Jiangyue E1 electric", "passenger_car", "electric", 98_800, 14, "EA0E1"
    ),
    Model(
        "JY6470E", "EX", "岳行EX 纯电 620km", "Yuexing EX electric", "passenger_car", "electric", 199_800, 10, "EB0E2"
    ),
    Model("JY1031P", "P9", "江岳P9 皮卡 2.0T", "Jiangyue P9 pickup", "pickup", "petrol", 138_800, 4, "PA4D9"),
)


@dataclass(frozen=True)
class DemoPart:
    """A part: retail price in yuan before tax; dealer and warranty prices follow from it."""

    number: str
    name_zh: str
    name_en: str
    component: str
    retail: Decimal
    supplier: str
    unit: str = "件"
    wear_class: str | None = None


def _part(number: str, zh: str, en: str, component: str, retail: str, supplier: str, **more: str) -> DemoPart:
    return DemoPart(number, zh, en, component, Decimal(retail), supplier, **more)


PARTS: tuple[DemoPart, ...] = (
    _part("1001-00120", "发动机总成", "Engine assembly", "engine", "18600.00", "江岳动力"),
    _part("1004-03210", "正时链条张紧器", "Timing chain tensioner", "engine", "268.00", "宁波华辰"),
    _part("1006-00450", "曲轴箱通风阀", "Crankcase ventilation valve", "engine", "186.50", "宁波华辰"),
    _part("1009-01180", "气门室罩盖垫", "Valve cover gasket", "engine", "64.00", "苏州恒密"),
    _part("1010-00230", "机油滤清器", "Oil filter", "engine", "32.00", "上海滤洁", wear_class="oil_filter"),
    _part("1010-00990", "机油", "Engine oil", "engine", "58.00", "中石润滑", unit="升"),
    _part("1025-01770", "水泵总成", "Water pump", "engine", "412.00", "芜湖永泵"),
    _part("1118-02050", "涡轮增压器", "Turbocharger", "engine", "3260.00", "无锡威增"),
    _part("1112-00660", "喷油器", "Fuel injector", "engine", "388.00", "联电喷射"),
    _part("1109-00310", "空气滤清器滤芯", "Air filter element", "engine", "46.00", "上海滤洁", wear_class="air_filter"),
    _part("3707-00140", "火花塞", "Spark plug", "engine", "42.00", "株洲湘火", wear_class="spark_plug"),
    _part(
        "1601-00820",
        "离合器压盘",
        "Clutch pressure plate",
        "transmission",
        "396.00",
        "长春一驰",
        wear_class="clutch_disc",
    ),
    _part("1701-00150", "双离合变速器总成", "Dual-clutch transmission", "transmission", "15800.00", "江岳动力"),
    _part("1702-04410", "变速器机电控制单元", "Mechatronic unit", "transmission", "4680.00", "联电喷射"),
    _part("1703-00520", "换挡拉线", "Gear shift cable", "transmission", "176.00", "重庆鼎索"),
    _part("2101-00770", "动力蓄电池总成", "Traction battery", "traction_battery", "52800.00", "宁海时代"),
    _part("2101-03120", "电池管理模块", "Battery management unit", "traction_battery", "2680.00", "宁海时代"),
    _part("2102-00460", "高压继电器", "High-voltage relay", "traction_battery", "486.00", "厦门宏电"),
    _part("2103-00100", "驱动电机总成", "Drive motor", "drive_motor", "9800.00", "江岳电驱"),
    _part("2103-02280", "电机位置传感器", "Motor position sensor", "drive_motor", "320.00", "江岳电驱"),
    _part("2109-00340", "车载充电机", "On-board charger", "traction_battery", "3150.00", "杭州富充"),
    _part("3401-00250", "电动助力转向机", "Electric steering gear", "steering", "2860.00", "株洲易转"),
    _part("3404-01060", "转向中间轴万向节", "Steering shaft joint", "steering", "328.00", "株洲易转"),
    _part("3411-00180", "转向横拉杆球头", "Tie rod end", "steering", "118.00", "玉环球杰"),
    _part(
        "3501-00410",
        "前制动片",
        "Front brake pads",
        "brakes",
        "268.00",
        "烟台信制",
        unit="副",
        wear_class="brake_lining",
    ),
    _part("3501-00530", "前制动盘", "Front brake disc", "brakes", "236.00", "烟台信制"),
    _part("3540-00220", "电子真空助力器", "Electronic brake booster", "brakes", "2380.00", "芜湖伯制"),
    _part("3550-01330", "ABS控制单元", "ABS control unit", "brakes", "1960.00", "芜湖伯制"),
    _part("2901-00610", "前减振器", "Front shock absorber", "suspension", "386.00", "成都九减"),
    _part("2904-00290", "前下摆臂", "Front lower control arm", "suspension", "342.00", "玉环球杰"),
    _part("2906-00880", "稳定杆连接杆", "Stabiliser link", "suspension", "86.00", "玉环球杰"),
    _part("2203-00370", "前驱动轴总成", "Front drive shaft", "driveline", "968.00", "杭州向传"),
    _part("3104-00200", "轮毂轴承单元", "Wheel hub bearing", "driveline", "356.00", "襄阳汽轴"),
    _part("1205-00430", "三元催化器", "Catalytic converter", "pollution_control", "3680.00", "无锡威增"),
    _part("1205-01910", "氧传感器", "Oxygen sensor", "pollution_control", "298.00", "联电喷射"),
    _part("1207-00560", "碳罐电磁阀", "Canister purge valve", "pollution_control", "142.00", "宁波华辰"),
    _part("5401-00780", "左前车门总成", "Left front door", "body", "2460.00", "江岳车身"),
    _part("6105-00930", "前门玻璃升降器", "Front window regulator", "body", "286.00", "上海实升"),
    _part("6105-01040", "前门锁总成", "Front door lock", "body", "238.00", "上海实升"),
    _part("6107-00120", "前门密封条", "Front door seal", "body", "96.00", "宁海建密", unit="条"),
    _part("5703-00650", "全景天窗总成", "Panoramic sunroof", "body", "3860.00", "上海实升"),
    _part("3610-00240", "整车控制器", "Vehicle control unit", "other", "1680.00", "联电喷射"),
    _part("3703-00110", "12V蓄电池", "12 V battery", "other", "486.00", "保定风蓄", wear_class="battery"),
    _part("3711-00520", "左前组合大灯", "Left head lamp", "other", "1860.00", "常州星灯"),
    _part("7901-00830", "中控显示屏", "Centre display", "other", "2280.00", "惠州德显"),
    _part("7903-00210", "倒车影像摄像头", "Rear-view camera", "other", "268.00", "惠州德显"),
    _part("8103-00160", "空调压缩机", "Air-conditioning compressor", "other", "1860.00", "南京奥缩"),
    _part("8107-00350", "空调滤芯", "Cabin filter", "other", "38.00", "上海滤洁", wear_class="cabin_filter"),
    _part("8101-00740", "空调鼓风机", "Blower motor", "other", "326.00", "南京奥缩"),
    _part("5205-00190", "雨刮片", "Wiper blade", "other", "52.00", "贵阳万刮", wear_class="wiper_blade"),
    _part(
        "3101-00280", "轮胎 215/55R17", "Tyre 215/55R17", "other", "468.00", "中策轮胎", unit="条", wear_class="tyre"
    ),
    _part("1004-03215", "正时链条张紧器（改进型）", "Timing chain tensioner, improved", "engine", "282.00", "宁波华辰"),
    _part("4001-00110", "全车主线束", "Main wiring harness", "other", "5280.00", "惠州德显"),
    _part("6105-01045", "前门锁总成（防冻型）", "Front door lock, frost-proof", "body", "246.00", "上海实升"),
)


@dataclass(frozen=True)
class Failure:
    """Something that fails: words of the three C, the part, the work, and how often.

    ``rate`` is visits in ten thousand warranty visits. ``batch`` (year, first and last week of
    production) multiplies it by eight: the trend a quality engineer is meant to find.
    """

    mode: str
    component: str
    part: str
    operation: str
    hours: str
    concern: str
    cause: str
    correction: str
    rate: int
    power: str = "any"  # petrol (and hybrid), electric, any
    batch: tuple[int, int, int] | None = None


FAILURES: tuple[Failure, ...] = (
    Failure("leak", "engine", "1009-01180", "EN0105", "1.20", "机舱有油味，发动机上部渗油", "气门室罩盖垫老化，密封不良", "更换气门室罩盖垫，清洁后试车无渗漏", 620, "petrol"),
    Failure("noise", "engine", "1004-03210", "EN0210", "4.50", "冷启动时发动机哒哒响，约十秒后消失", "正时链条张紧器保压不足", "更换正时链条张紧器，冷车复查异响消失", 480, "petrol", (2024, 10, 22)),
    Failure("crack", "engine", "1006-00450", "EN0118", "0.60", "发动机故障灯点亮，怠速抖动", "曲轴箱通风阀膜片破裂，混合气过稀", "更换曲轴箱通风阀，清除故障码，路试正常", 560, "petrol"),
    Failure("no_function", "engine", "1118-02050", "EN0330", "3.80", "急加速无力，伴有哨声", "涡轮增压器泄压阀卡滞", "更换涡轮增压器，路试加速恢复", 190, "petrol"),
    Failure("leak", "engine", "1025-01770", "EN0225", "2.20", "水温偏高，冷却液经常需要补加", "水泵轴封渗漏", "更换水泵总成，加注冷却液并排气", 260, "petrol"),
    Failure("short_circuit", "engine", "1112-00660", "EN0142", "1.50", "发动机抖动，排气有汽油味", "二缸喷油器滴漏", "更换喷油器并匹配", 240, "petrol"),
    Failure("vibration", "transmission", "1702-04410", "TM0215", "3.50", "低速换挡顿挫，偶发空挡", "机电控制单元压力传感器漂移", "更换变速器机电控制单元，自学习后路试正常", 330, "petrol", (2023, 36, 48)),
    Failure("seized", "transmission", "1703-00520", "TM0104", "1.00", "挂挡费力，档位不清晰", "换挡拉线卡滞", "更换换挡拉线并调整", 140, "petrol"),
    Failure("no_function", "traction_battery", "2109-00340", "EV0112", "1.80", "慢充充不进电，提示充电故障", "车载充电机内部电容失效", "更换车载充电机，充电测试正常", 420, "electric", (2024, 30, 40)),
    Failure("software", "traction_battery", "2101-03120", "EV0120", "2.40", "仪表提示动力电池故障，限速行驶", "电池管理模块采样异常", "更换电池管理模块并刷写软件", 260, "electric"),
    Failure("no_function", "traction_battery", "2102-00460", "EV0105", "1.20", "车辆无法上高压，READY灯不亮", "主继电器触点粘连", "更换高压继电器，绝缘检测合格", 180, "electric"),
    Failure("vibration", "drive_motor", "2103-02280", "EV0133", "1.60", "起步抖动，加速时顿挫", "电机位置传感器信号失真", "更换电机位置传感器并标定零位", 190, "electric"),
    Failure("noise", "steering", "3404-01060", "ST0108", "0.90", "低速打方向有咔哒声", "转向中间轴万向节间隙过大", "更换转向中间轴万向节，紧固复查", 540),
    Failure("no_function", "steering", "3401-00250", "ST0201", "2.60", "转向突然变沉，助力灯点亮", "电动助力转向机力矩传感器失效", "更换电动助力转向机，四轮定位", 150),
    Failure("noise", "suspension", "2906-00880", "SU0103", "0.50", "过减速带前部异响", "稳定杆连接杆球头松旷", "更换稳定杆连接杆", 880),
    Failure("leak", "suspension", "2901-00610", "SU0110", "1.40", "前减振器漏油，颠簸路面舒适性差", "减振器油封损坏", "更换前减振器（左右成对检查）", 460),
    Failure("noise", "suspension", "2904-00290", "SU0122", "1.60", "制动时前部咯噔响", "下摆臂衬套开裂", "更换前下摆臂并做四轮定位", 350),
    Failure("vibration", "driveline", "2203-00370", "DR0106", "1.50", "加速时车身抖动", "驱动轴内球笼磨损", "更换前驱动轴总成", 220),
    Failure("noise", "driveline", "3104-00200", "DR0112", "1.10", "车速六十以上嗡嗡响，随车速增大", "轮毂轴承滚道剥落", "更换轮毂轴承单元", 520, "any", (2024, 5, 16)),
    Failure("open_circuit", "brakes", "3550-01330", "BR0214", "1.80", "ABS故障灯常亮", "ABS控制单元内部通信故障", "更换ABS控制单元并编码", 210),
    Failure("no_function", "brakes", "3540-00220", "BR0220", "2.20", "制动踏板变硬，制动距离变长", "电子真空助力器电机不工作", "更换电子真空助力器，排气并路试", 95),
    Failure("open_circuit", "pollution_control", "1205-01910", "EX0104", "0.70", "发动机故障灯点亮，油耗增加", "前氧传感器加热电路断路", "更换氧传感器，清除故障码", 470, "petrol"),
    Failure("seized", "pollution_control", "1207-00560", "EX0109", "0.50", "加油后起动困难，故障灯点亮", "碳罐电磁阀常开", "更换碳罐电磁阀", 290, "petrol"),
    Failure("no_function", "body", "6105-00930", "BO0112", "1.10", "主驾车窗升降卡滞、有异响", "玻璃升降器滑块断裂", "更换前门玻璃升降器并初始化", 610),
    Failure("no_function", "body", "6105-01040", "BO0118", "0.90", "车门锁偶尔打不开", "门锁微动开关失效", "更换前门锁总成", 420),
    Failure("leak", "body", "6107-00120", "BO0103", "0.60", "雨天前门内侧进水", "密封条接头开裂", "更换前门密封条，淋雨试验合格", 310),
    Failure("noise", "body", "5703-00650", "BO0140", "3.20", "天窗关闭后异响，过坎明显", "天窗导轨间隙超差", "更换全景天窗总成并排水检查", 170),
    Failure("no_function", "other", "7901-00830", "EL0215", "0.80", "中控屏黑屏、反复重启", "显示屏主板虚焊", "更换中控显示屏并在线配置", 680, "any", (2024, 18, 30)),
    Failure("no_function", "other", "7903-00210", "EL0206", "0.50", "倒车影像花屏", "摄像头进水", "更换倒车影像摄像头", 430),
    Failure("no_function", "other", "8103-00160", "AC0110", "2.10", "空调不制冷", "空调压缩机电磁离合器烧蚀", "更换空调压缩机，抽真空加注制冷剂", 360),
    Failure("noise", "other", "8101-00740", "AC0104", "0.80", "鼓风机低速异响", "鼓风机轴承干磨", "更换空调鼓风机", 340),
    Failure("no_function", "other", "3703-00110", "EL0101", "0.30", "停放一夜后无法起动", "12V蓄电池单格短路", "更换12V蓄电池，检测静态电流合格", 640),
    Failure("software", "other", "3610-00240", "EL0301", "0.90", "仪表多个故障灯同时点亮，偶发跛行", "整车控制器程序跑飞", "更换整车控制器并刷写最新软件", 160),
    Failure("leak", "other", "3711-00520", "EL0122", "1.00", "左前大灯内部有水雾，不消散", "灯体密封胶开裂", "更换左前组合大灯并调光", 260),
)  # fmt: skip

#: Work that is not a warranty matter: code, names, hours.
MAINTENANCE: tuple[tuple[str, str, str, str], ...] = (
    ("MA0001", "定期保养", "Regular service", "0.60"),
    ("MA0002", "首次保养", "First free service", "0.60"),
    ("MA0003", "四轮定位", "Wheel alignment", "0.80"),
    ("MA0004", "更换前制动片", "Replace front brake pads", "0.70"),
    ("PD0001", "售前检查PDI", "Pre-delivery inspection", "1.00"),
)

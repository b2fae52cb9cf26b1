"""Units that targets are stated in, as words; ``figures`` reads them with 万 and 亿 before them."""

from __future__ import annotations

_COUNTERS = """
家 户 个 项 件 名 人次 人·年 人年 人 位 座 处 所 台套 台 套 辆 架 艘 列 款 只 头 羽 匹 株 棵
篇 部 册 张 条 对 批次 批 期 场次 场 届 班次 班 支 门 片 块 栋 幢 间 床 席 枚 笔 宗 例 单 种 类
次 家次 门次 户次 类次 件次 课时 学时 学位 席位 车位 标箱 标准箱 teu 版 节 组 孔 口 眼 盏 杆 根
团 队
"""
_MEASURES = """
元 美元 港元 港币 欧元 日元 英镑 人民币
% ‰ 个百分点 百分点 个点 倍 成
吨标准煤 吨标煤 标准煤 吨公里 吨 公斤 千克 克 毫克 微克 斤 担 箱
立方米 标方 方 平方千米 平方公里 平方米 平米 公里 千米 米 海里 厘米 毫米 微米 纳米 公顷 亩
千瓦时 千瓦 兆瓦 吉瓦 瓦时 瓦 千伏安 千伏 伏安 安时 度 马力 卡 焦耳
mw gw kw kva kwh gwh mwh mbps gbps tbps kbps tb pb eb gb tflops pflops eflops flops
兆 赫兹 ghz mhz db dbm hz khz
pa kpa mpa h ms km/h cm3 m3 mm3 m2 km2 nm um mm cm km pt tops gops ops kv v mah wh ppm fps m
天 日 小时 分钟 秒钟 秒 毫秒 个工作日 工作日 个月 年 岁 周岁 分 票 字 页
"""
_BASES = """
年 日 天 月 周 人 户 亩 公顷 平方公里 平方米 立方米 吨 公里 辆 台 小时 秒 元 床 百人 千人 次 家
h min s w kg t km
"""
_DURATIONS = "年 岁 周岁 天 日 小时 分钟 秒钟 秒 毫秒 个工作日 工作日 个月 分 h ms"
_PLAIN = "家 个 项 座 所 名 处 人 户 亩 公里 元 吨 套 辆 台"
_TECHNICAL = """
db dbm pa kpa mpa h ms mhz ghz khz hz nm um mm cm cm3/h pt tops gops ops tops/w tflops tflops/w
pflops eflops flops gbps mbps tbps 纳米 微米 毫米 微秒 毫秒 kv v mah wh/kg wh fps ppm m 安时 瓦时
"""
_NAMING = """
千伏 伏 千伏安 kv kva 吨 吨/日 吨/年 立方米/日 千瓦 兆瓦 吉瓦 瓦 mw gw kw 千瓦时 兆瓦时 mwh gwh
箱 毫米 微米 纳米
"""
_SIZES = "毫米 厘米 微米 纳米 米 毫克 克 分 度 倍 兆"

COUNTERS = frozenset(_COUNTERS.split())
"""Units that count things: 家, 个, 人."""
MEASURES = frozenset(_MEASURES.split())
"""Units of money, share, mass, length, power, data and time."""
BASES = frozenset(_BASES.split())
"""What a figure may be per: 元/人, 吨/日."""
DURATIONS = frozenset(_DURATIONS.split())
"""Units of time and age: a target only with a verb of reaching (预期寿命达到80岁)."""
TECHNICAL = frozenset(_TECHNICAL.split())
"""Units of what a product is to achieve: 信噪比达到70dB."""
NAMING = frozenset(_NAMING.split())
"""Units that before a plant or a machine tell its size: 220千伏变电站, 8万吨压机."""
RATES = frozenset(("%", "‰", "个百分点", "百分点", "个点"))
"""Units of shares and their changes."""
MONEY = frozenset(("元", "美元"))
"""Units of money that come before a noun: 完成20亿元投资."""
PLAIN = frozenset(_PLAIN.split())
"""Units that a number in Chinese numerals counts in; 三大, 六条 are parts of names."""
SIZES = frozenset(_SIZES.split())
"""Units that before a noun tell its kind (16毫米影片), not how much of it there is to be."""

"""Verbs that plans set targets with: 新增, 实施 … stay in an indicator's name, 培育 … do not.

新增企业 30家 and 企业 30家 are two indicators, one a flow and one a stock; 培育企业, 打造企业 and
建成企业 30家 are the same stock.
"""

from __future__ import annotations

import re

from corpus.facts.patterns import any_of

_FLOW = """
新增培育 新增培养 新增招引 新增引进 新增建设 累计新建 累计新增 新改扩建 新建改建 新建改造 新建扩建
新培育 新引育 新引进 新创建 新签约 新开工 新授权 新认定 新建成 新增 新建 新设 新培养
新申创 新申报 新入库 招引落地 引进落地 培育引进 引进培育 招引 引进 引育 组织实施 组织发布
组织 滚动实施 实施 完成
改造提升 建设改造 提升改造 改造 改建 扩建 培训 举办 开展 培养 推广 转化 发放 开工 竣工 投产
招收 招募 选派 选树 认定 制定 修订 开发 开通 推出 整治 修复 治理 淘汰 关停 压减 消化 盘活 供应
建设筹措 筹集 筹措 筹建 争取 落实 投放 发行 吸引 复垦 种植 退出 攻克 转移 解决 安置 帮扶 搬迁
创成 孵化 支持 安排 处置 收储 设立 遴选推介 遴选 征集 布局建设 布局 谋划 储备 推动 推进 安装 更新
更换 补充 造林 出让 消除 引导 动员 吸纳 促成 选取 取得 预留 加强 承担 联通 打通 接入 发布 覆盖
惠及 增加 净增 申报 获得 参与 上线
升级改造 改扩建 动工 续建 签约 新入驻 入驻 新开辟 开辟 清理整合 清理 整合 统筹安排 提供 承办 增设
铺设 栽植 收购 配备 招录 选聘 培优 引聚 研制 转移转化 规划建设
新布局 突破 共建 部署 组建 成立 创办 评定 归集
"""
_STOCK = """
重点打造 重点培育 推行打造 努力打造 打造 培育形成 形成 培育壮大 累计培育 孵化培育 培育 累计建成
建成投用 建成 创建成 创建 集聚 建设 建立 拥有 争创 构建 壮大 做强 发展 培植 培强 做大 聚集 汇聚
评选 推选 扶持
"""
_TASKS = """
实施 建设 规划建设 新建 新开工 开工建设 开工 动工 续建 建成投用 建成 完成 改造提升 升级改造 提升改造
改扩建 改建 扩建 改造 整治 治理 修复 清理 整合 打造 创建 实现 竣工 投产 签约 引进 招引 落地
"""
_ADVANCES = "推进 推动 加快 加快推进 全力推进 抓好 抓实 启动 新启动 启动实施"
_INSIDE = """
累计新建 累计建成 累计培育 累计新增 重点打造 新增 新建 新培育 新引育 新引进 新改扩建 招引 引进 打造
建成 形成 创建 培育
"""


_AT_START = rf"^(?:(?P<flow>{any_of(_FLOW.split())})|(?P<stock>{any_of(_STOCK.split())}))"
AT_START = re.compile(_AT_START)
"""A verb at the beginning of a phrase; group ``flow`` is kept in the name."""
AT_END = re.compile(
    rf"(?:{any_of([*_FLOW.split(), *_STOCK.split()])}|有|各|至少|增加|确保|实现|力争)"
    r"(?:累计|不少于|不低于|至少|力争|约|近|超过?|突破|达到?|各|了|一?批|总计|共|完成|建设|培育|以上)*$"
)
"""A verb right before a figure, with what may stand between."""
INSIDE = re.compile(rf"(?P<verb>{any_of(_INSIDE.split())})")
"""A verb that parts who acts from what is made: 全市新增…."""
TASK = re.compile(
    rf"^(?:(?P<task>{any_of(_TASKS.split())})|(?P<advances>{any_of(_ADVANCES.split())}))"
)
"""A verb that may stand far before the figure it governs: 建设甲镇、乙镇等9个特色镇."""
FLOW = re.compile(any_of(_FLOW.split()))
FLOW_AT_END = re.compile(r"(?<=.)(?:新?开工|竣工|投产|续建|新?签约|落地|入库|建成|上线)$")

"""The facts of a document as values; every one carries the span of its verbatim clause.

For all of them ``document.text[start:end]`` is the clause that states the fact, and ``section`` the
position of the innermost section it stands in (None above the first heading).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Comparator = Literal[">=", ">", "≈", "<=", "<", "="]
""">= 以上、不低于; > 超、突破; ≈ 左右; <= 以内、不超过; < 低于; = a figure without qualifier."""
SubjectSource = Literal["sentence", "section"]
"""Where the subject of a target was read: in its sentence, or in the headings above it, which name
the industry that a section is about (2.新材料 … 新认定高新技术企业30家)."""
YearSource = Literal["sentence", "section", "plan"]
"""Where the year of a target was read: in its sentence, earlier in its section, or it is the end
of the plan's period, which strictly the text does not say of this figure."""
Role = Literal["责任", "牵头", "配合", "负责"]
"""The first three are what a role clause says; 负责 is a body charged in running text."""
ReferenceRole = Literal["依据", "贯彻", "废止", "印发", "引用"]
"""依据: it is the ground (根据…制定); 贯彻: what is carried out (为贯彻落实…); 废止: what it
repeals; 印发: what a notice issues; 引用: named without any of these."""


@dataclass(frozen=True, slots=True)
class Target:
    """One figure and indicator 指标: 到2021年，新材料产业总产值突破400亿元.

    ``value`` (``value_max`` with it for a range) counts in ``unit`` as written (400, 亿元);
    ``value_base`` in ``unit_base``, with 万 and 亿 resolved (4·10¹⁰, 元). ``[figure_start,
    figure_end)`` is the figure with its qualifier, inside the clause. ``per_year``: a yearly
    amount. ``binding`` is 约束性 or 预期性 where the document says so. ``subject`` is the industry,
    place or body it is for, as written (全市 too); "" where neither the clause nor a heading names
    one, and then ``subject_from`` is None.
    """

    subject: str
    indicator: str
    comparator: Comparator
    value: float
    value_max: float | None
    unit: str
    value_base: float
    value_max_base: float | None
    unit_base: str
    year: int | None
    year_from: YearSource | None
    per_year: bool
    binding: Literal["约束性", "预期性"] | None
    section: int | None
    start: int
    end: int
    figure_start: int
    figure_end: int
    subject_from: SubjectSource | None = None


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One body charged with one task: (责任单位:市科技局、市发改委) gives two.

    ``unit`` is the body's normal form, ``written`` how the clause writes it. The task is the
    section that the clause closes: ``task_label`` and ``task_title`` name it ("" for neither).
    """

    unit: str
    written: str
    role: Role
    task_label: str
    task_title: str
    section: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reference:
    """One document cited: 《title》（number）; one of the two may be missing.

    ``title`` and ``number`` are without white space and outer brackets; ``[start, end)`` covers
    both as written.
    """

    title: str | None
    number: str | None
    role: ReferenceRole
    section: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one document, each kind in text order."""

    targets: tuple[Target, ...] = ()
    responsibilities: tuple[Responsibility, ...] = ()
    references: tuple[Reference, ...] = ()

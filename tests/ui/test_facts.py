"""Facts over HTTP and on the command line, with facts made by hand in a real library."""

import csv
import io
import json
from dataclasses import replace
from typing import get_args

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from corpus.facts import Facts, Reference, Responsibility
from corpus.facts.fact import Role
from corpus.parse import parse
from index.index import Index
from ui.cli import main
from ui.facts_cli import ROLES

SOURCE_FIELDS = {
    "doc_id", "title", "region", "source_name", "section_path", "quote", "start", "end",
}  # fmt: skip
TARGET_FIELDS = SOURCE_FIELDS | {
    "subject", "indicator", "comparator", "value", "value_max", "unit", "value_base",
    "value_max_base", "unit_base", "year", "year_from", "per_year", "binding", "figure_start",
    "figure_end", "subject_from",
}  # fmt: skip
RESPONSIBILITY_FIELDS = SOURCE_FIELDS | {"unit", "written", "role", "task_label", "task_title"}


@pytest.fixture(scope="module")
def facts_folder(library, make_target, encoder, tmp_path_factory):
    """The three documents; two state the output value, one of them twice and differently."""
    plan, notice, _ = library

    def responsible(document, clause, unit, role):
        start = document.text.index(clause)
        return Responsibility(
            unit, unit, role, "（一）", "壮大海洋装备产业", 4, start, start + len(clause)
        )

    def cites(document, clause, **fields):
        start = document.text.index(clause)
        named = {"title": None, "number": None, "role": "依据"} | fields
        return Reference(**named, section=None, start=start, end=start + len(clause))

    plan_facts = Facts(
        (
            make_target(plan, "全市海洋生产总值突破600亿元", "600亿元", value=600.0,
                        value_base=600e8, section=2),
            make_target(plan, "年均增长9%以上", "9%以上", value=650.0, value_base=650e8, section=2),
        ),
        (
            responsible(plan, "（责任单位：市经信局、市科技局）", "市经信局", "责任"),
            responsible(plan, "（责任单位：市经信局、市科技局）", "市科技局", "责任"),
        ),
        (cites(plan, "发展海工装备", title=notice.metadata.title),),
    )  # fmt: skip
    notice_facts = Facts(
        (make_target(notice, "农产品网络零售额突破80亿元", "80亿元", value=800_000.0, unit="万元",
                     value_base=80e8),),
        (responsible(notice, "牵头单位：市商务局", "市商务局", "牵头"),),
        (cites(notice, "《云州市数字乡村建设实施方案》", title="某省乡村振兴规划", role="贯彻"),),
    )  # fmt: skip
    found = (plan_facts, notice_facts, Facts())
    parsed = [replace(parse(one), facts=each) for one, each in zip(library, found, strict=True)]
    folder = tmp_path_factory.mktemp("facts") / "index"
    Index.build(folder, parsed, encoder).close()
    return folder


@pytest.fixture
def facts(facts_folder, service_of, client_of):
    """Get from the service: ``facts("targets", region=…)``."""
    client = client_of(service_of(facts_folder))

    def get(path, **query):
        response = client.get(f"/api/v1/{path}", params=query)
        assert response.status_code == 200, response.text
        return response

    return get


def read_csv(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def test_targets_have_the_fields_of_the_contract_and_verbatim_quotes(facts, plan):
    listed = facts("targets").json()
    assert (listed["total"], [row["value"] for row in listed["rows"]]) == (3, [600, 650, 800_000])
    first = listed["rows"][0]
    assert set(first) == TARGET_FIELDS
    assert first["section_path"] == ["一、总体要求", "（二）主要目标"]
    assert first["quote"] == plan.text[first["start"] : first["end"]]
    assert first["quote"] == "全市海洋生产总值突破600亿元"


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ({"region": "云州市"}, [800_000]),
        ({"indicator": "产值", "year": 2025, "unit": "亿元"}, [600, 650]),
        ({"unit": "元", "limit": 1, "offset": 1}, [650]),
        ({"subject": "海洋"}, []),
        ({"region": "云州"}, [800_000]),
        ({"region": ["云州", "没有的市"]}, [800_000]),
        ({"region": "没有的市"}, []),
    ],
)
def test_targets_are_filtered_and_paged(facts, query, values):
    assert [row["value"] for row in facts("targets", **query).json()["rows"]] == values


@pytest.mark.parametrize("path", ["targets", "responsibilities", "references"])
def test_an_unknown_document_is_404(facts_folder, service_of, client_of, path):
    client = client_of(service_of(facts_folder))
    response = client.get(f"/api/v1/{path}", params={"document_id": "0" * 16})
    assert response.status_code == 404
    assert "没有编号为“0000000000000000”的文件" in response.json()["detail"]


@pytest.mark.parametrize("path", ["targets", "references", "documents", "jobs/1"])
def test_an_unknown_query_parameter_is_422(facts_folder, service_of, client_of, path):
    client = client_of(service_of(facts_folder))
    response = client.get(f"/api/v1/{path}", params={"indicater": "产值"})
    assert response.status_code == 422
    assert "有不认识的查询参数 indicater" in response.json()["detail"]
    assert response.json()["errors"][0]["field"] == "indicater"


@pytest.mark.parametrize("path", ["targets", "responsibilities", "documents"])
def test_a_page_beyond_any_library_is_422(facts_folder, service_of, client_of, path):
    client = client_of(service_of(facts_folder))
    assert client.get(f"/api/v1/{path}", params={"offset": 2**53}).status_code == 200
    assert client.get(f"/api/v1/{path}", params={"offset": 2**64}).status_code == 422


def test_responsibilities_have_the_fields_of_the_contract(facts):
    listed = facts("responsibilities").json()
    assert listed["total"] == 3
    assert set(listed["rows"][0]) == RESPONSIBILITY_FIELDS
    led = facts("responsibilities", role="牵头").json()["rows"]
    assert [(row["unit"], row["quote"]) for row in led] == [("市商务局", "牵头单位：市商务局")]
    assert facts("responsibilities", unit="科学技术局").json()["total"] == 1


def test_places_stand_side_by_side_and_conflicts_are_marked(facts):
    compared = facts("targets/compare").json()
    assert compared["columns"] == ["青溪市", "云州市"]
    (row,) = compared["rows"]
    assert (row["indicator"], row["unit"], row["conflict"]) == ("总产值", "亿元", True)
    assert [cell["conflict"] for cell in row["cells"]] == [True, False]
    (value,) = row["cells"][1]["values"]
    assert (value["value"], value["unit"], value["converted"]) == (800_000, "万元", 80)
    assert set(value) == TARGET_FIELDS | {"converted", "converted_max"}
    only = facts("targets/compare", regions=["云州市", "岚江省"]).json()
    assert (only["columns"], only["total"]) == (["云州市"], 1)
    assert facts("targets/compare", indicator="没有").json() == {
        "columns": [], "total": 0, "rows": [],
    }  # fmt: skip


def test_a_comparison_that_is_too_wide_says_how_to_narrow_it(
    facts_folder, service_of, client_of, monkeypatch
):
    monkeypatch.setattr("ui.facts_api.COMPARED_MAX", 2)
    response = client_of(service_of(facts_folder)).get("/api/v1/targets/compare")
    assert response.status_code == 422
    assert "符合条件的指标有3条。一次对比最多2条。请用 indicator" in response.json()["detail"]


def test_the_graph_has_documents_in_and_outside_the_library(facts, plan, notice):
    graph = facts("references").json()
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert [(edge["source"], edge["target"], edge["role"]) for edge in graph["edges"]] == [
        (plan.id, notice.id, "依据"),
        (notice.id, "cited:某省乡村振兴规划", "贯彻"),
    ]
    assert nodes[notice.id]["doc_id"] == notice.id
    assert nodes[notice.id]["doc_number"] == "云政办发〔2021〕18号"
    outside = nodes["cited:某省乡村振兴规划"]
    assert (outside["doc_id"], outside["in_library"]) == (None, False)
    one = facts("references", document_id=plan.id).json()
    assert [edge["target"] for edge in one["edges"]] == [notice.id]


def test_a_document_names_what_it_cites_and_what_cites_it(facts, plan, notice):
    detail = facts(f"documents/{notice.id}").json()
    (cited,) = detail["references"]
    assert (cited["doc_id"], cited["title"], cited["role"]) == (None, "某省乡村振兴规划", "贯彻")
    assert cited["quote"] == notice.text[cited["start"] : cited["end"]]
    (citing,) = detail["referenced_by"]
    assert (citing["doc_id"], citing["title"]) == (plan.id, plan.metadata.title)
    assert citing["quote"] == plan.text[citing["start"] : citing["end"]] == "发展海工装备"


@pytest.mark.parametrize(
    ("path", "name", "column", "values"),
    [
        ("targets", "%E6%8C%87%E6%A0%87", "数值", ["600", "650", "800000"]),
        ("responsibilities", "%E8%B4%A3%E4%BB%BB%E5%88%86%E5%B7%A5", "单位",
         ["市经信局", "市科技局", "市商务局"]),
        ("references", "%E5%BC%95%E7%94%A8%E5%85%B3%E7%B3%BB", "是否在库", ["是", "否"]),
    ],
)  # fmt: skip
def test_a_file_holds_every_row_with_its_source(facts, path, name, column, values):
    response = facts(path, format="csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    disposition = response.headers["content-disposition"]
    assert disposition == f"attachment; filename=\"{path}.csv\"; filename*=UTF-8''{name}.csv"
    rows = read_csv(response)
    assert [row[column] for row in rows] == values
    assert all(row["文件"] and row["原文"] and row["文件编号"] for row in rows)
    page = load_workbook(io.BytesIO(facts(path, format="xlsx").content)).active
    header, *rest = page.iter_rows(values_only=True)
    assert {"文件", "章节", "原文"} <= set(header)
    assert [str(row[header.index(column)]) for row in rest] == values


def test_the_comparison_as_a_workbook_keeps_the_sources(facts):
    book = load_workbook(io.BytesIO(facts("targets/compare", format="xlsx").content))
    assert book.sheetnames == ["指标对比", "出处"]
    header, row = book["指标对比"].iter_rows(values_only=True)
    assert header == ("对象", "指标", "单位", "青溪市", "云州市")
    assert row[3].startswith("【数值不一致】\n不低于600（2025年）〔《青溪市发展海洋经济行动计划")
    assert row[4].startswith("不低于80（2025年）〔《云州市数字乡村建设实施方案》：农产品网络零售额")
    assert book["出处"].max_row == 4


# -- the command line ----------------------------------------------------------------------------


@pytest.fixture
def run(facts_folder, monkeypatch):
    """Run ``cewen facts …`` over the library."""
    monkeypatch.setenv("CEWEN_INDEX", str(facts_folder))
    monkeypatch.setenv("CEWEN_ENCODER", "hash:64")

    def call(*words):
        return CliRunner().invoke(main, ["facts", *map(str, words)])

    return call


@pytest.fixture(autouse=True)
def _hash_encoder(encoder, monkeypatch):
    monkeypatch.setattr("index.encoder.load_encoder", lambda name: encoder)


def test_targets_are_a_table(run):
    result = run("targets", "--region", "云州市")
    assert result.exit_code == 0, result.output
    gap = " " * 24  # both columns are 26 wide, two apart
    assert result.stdout.splitlines() == [
        f"地区    对象  指标    数值{gap}文件{gap}章节",
        "云州市  －    总产值  不低于800000万元（2025年）  云州市数字乡村建设实施方案  －",
        "共 1 条。",
    ]


def test_a_long_list_says_how_to_see_the_rest(run):
    lines = run("responsibilities", "--limit", 1).stdout.splitlines()
    assert lines[1].startswith("青溪市  市经信局  责任  （一）壮大海洋装备产业")
    assert lines[2] == "共 3 条，以上是前 1 条；--limit 可列出更多。"


def test_nothing_found_says_what_was_searched(run):
    result = run("targets", "--region", "云州市", "--indicator", "粮食产量", "--year", 2030)
    assert result.stdout == "没有找到指标。查找范围：地区 云州市，指标 粮食产量，年份 2030。\n"
    assert result.exit_code == 0


def test_json_is_that_of_the_service(run, facts):
    for kind in ("targets", "responsibilities", "references"):
        assert json.loads(run(kind, "--json").stdout) == facts(kind).json()


def test_a_document_is_named_by_words_of_its_title(run, plan):
    shown = json.loads(run("references", "--document", "海洋经济", "--json").stdout)
    assert [edge["source"] for edge in shown["edges"]] == [plan.id]


def test_every_role_can_be_asked_for():
    assert get_args(Role) == ROLES


def test_files_are_written(run, tmp_path):
    result = run("targets", "--xlsx", tmp_path / "a.xlsx", "--csv", tmp_path / "a.csv")
    assert result.stdout.endswith("：指标 3 条。\n")
    assert load_workbook(tmp_path / "a.xlsx").active.max_row == 4
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_file_that_cannot_be_written_is_an_error(run, tmp_path):
    result = run("references", "--csv", tmp_path / "nowhere" / "a.csv")
    assert result.exit_code == 2
    assert "不能写入" in result.stderr

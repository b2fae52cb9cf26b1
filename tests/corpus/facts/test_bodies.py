"""Lists of bodies, their normal form and the key they are matched by."""

import pytest

from corpus.facts.bodies import (
    bare_name,
    body_key,
    is_body,
    level_of,
    normal_bodies,
    same_body,
    split_bodies,
)


@pytest.mark.parametrize(
    ("names", "bodies"),
    [
        ("市水利局、市教育局", ("市水利局", "市教育局")),
        ("市水利局,市教育局，市民政局；团市委", ("市水利局", "市教育局", "市民政局", "团市委")),
        ("市水利局和市教育局", ("市水利局", "市教育局")),
        ("省级有关部门和单位及各地区", ("省级有关部门和单位", "各地区")),
        ("省财政厅会同省水利厅", ("省财政厅", "省水利厅")),
        ("市水利局 市教育局", ("市水利局", "市教育局")),
        ("市 水利\n局、市教育局", ("市水利局", "市教育局")),
    ],
)
def test_what_parts_bodies(names: str, bodies: tuple[str, ...]) -> None:
    assert split_bodies(names) == bodies


@pytest.mark.parametrize(
    "name",
    [
        "各县（市、区）政府",
        "各市、县〔市、区〕政府",
        "各区、县（市）",
        "经发局<金融办>",
        "市人力资源和社会保障局",
        "各有关部门和单位",
        "市“办事一窗通、一网通”改革办公室",
        "市级有关部门",
        "各级各部门",
    ],
)
def test_what_stays_one_body(name: str) -> None:
    assert split_bodies(name) == (name,)


def test_a_place_before_a_department_is_no_collective() -> None:
    assert split_bodies("各市、市教育局") == ("各市", "市教育局")


@pytest.mark.parametrize(
    ("names", "bodies"),
    [
        ("市民政、财政部门", ("市民政部门", "市财政部门")),
        ("青禾县、云溪县政府", ("青禾县政府", "云溪县政府")),
        ("青禾县政府、云溪县政府", ("青禾县政府", "云溪县政府")),
        ("市水利局、民政部门", ("市水利局", "民政部门")),
    ],
)
def test_a_shared_last_word_is_written_out(names: str, bodies: tuple[str, ...]) -> None:
    assert split_bodies(names) == bodies


@pytest.mark.parametrize(
    ("names", "bodies"),
    [
        ("教育部、水利部等有关部门", ("教育部", "水利部")),
        ("教育部、水利部等国务院相关部门及各地区", ("教育部", "水利部", "各地区")),
        ("省教育厅等", ("省教育厅",)),
    ],
)
def test_and_others_names_no_body(names: str, bodies: tuple[str, ...]) -> None:
    assert split_bodies(names) == bodies


def test_an_abbreviation_is_not_part_of_the_name() -> None:
    assert split_bodies("市水利管理总站（以下简称市水管站）") == ("市水利管理总站",)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("各市、县〔市、区〕政府", ("各市政府", "各县（市、区）政府")),
        ("各县(市、区)政府", ("各县（市、区）政府",)),
        ("各区、县（市）", ("各区", "各县（市）")),
        ("各区县政府", ("各区县政府",)),
        ("经发局＜金融办＞", ("经发局<金融办>",)),
        ("市 水利局", ("市水利局",)),
        ("省水利厅", ("省水利厅",)),
    ],
)
def test_normal_form(written: str, normal: tuple[str, ...]) -> None:
    assert normal_bodies(written) == normal


def test_a_department_without_level_takes_that_of_its_list() -> None:
    assert normal_bodies("水务局", level="市") == ("水务局",)
    assert normal_bodies("审批服务局", level="市") == ("市审批服务局",)
    assert normal_bodies("云州海关", level="市") == ("云州海关",)
    assert normal_bodies("省财政厅", level="省") == ("省财政厅",)


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("市水利局", "市"),
        ("省委宣传部", "省"),
        ("市场监管局", ""),
        ("各市政府", ""),
        ("县级部门", ""),
    ],
)
def test_level_of(name: str, level: str) -> None:
    assert level_of(name) == level


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("科技局", "市科技局"),
        ("发改委", "省发展改革委"),
        ("发展改革委", "发展和改革委员会"),
        ("经信局", "经济和信息化局"),
        ("温州市科学技术局", "市科技局"),
        ("浙江省人力资源和社会保障厅", "省人力社保厅"),
        ("市委组织部", "组织部"),
        ("中共温州市委宣传部", "市委宣传部"),
        ("市委网络安全和信息化委员会办公室", "市委网信办"),
        ("市市场监督管理局", "市场监管局"),
        ("绍兴市人民政府", "市政府"),
        ("市人民政府办公室", "市政府办公室"),
        ("住房和城乡建设局", "市住建局"),
        ("经发局<金融办>", "经发局"),
        ("绍兴科技局", "市科技局"),
        ("市政府金融办", "市金融办"),
        ("各市人民政府", "各市政府"),
    ],
)
def test_two_names_of_one_body(one: str, other: str) -> None:
    assert same_body(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("市科技局", "市教育局"),
        ("省科技厅", "市科技局"),
        ("市政府", "各县（市、区）政府"),
        ("市委办公室", "市政府办公室"),
        ("各市水利局", "市水利局"),
        ("云州海关", "青禾海关"),
        ("组织部", "宣传部"),
        ("", ""),
    ],
)
def test_two_bodies(one: str, other: str) -> None:
    assert not same_body(one, other)


def test_key_and_bare_name_differ_in_the_words_they_keep() -> None:
    assert body_key("浙江省发展和改革委员会") == "发改委"
    assert bare_name("浙江省发展和改革委员会") == "发展和改革委员会"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("市水利局", True),
        ("各有关部门", True),
        ("省“未来工厂”推进专班", True),
        ("2025年底前", False),
        ("坚持党的领导", False),
        ("（市水利局", False),
        ("局", False),
    ],
)
def test_words_that_read_as_a_body(words: str, expected: bool) -> None:
    assert is_body(words) is expected

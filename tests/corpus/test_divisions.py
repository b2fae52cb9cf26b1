"""Places named in text: full and short names, and words that are no places."""

import pytest

from corpus.divisions import all_divisions, find_divisions


def places(text):
    return [(text[start:end], division.name) for division, (start, end) in find_divisions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("杭州、宁波等地", [("杭州", "杭州市"), ("宁波", "宁波市")]),
        ("内蒙古和延边", [("内蒙古", "内蒙古自治区"), ("延边", "延边朝鲜族自治州")]),
        ("玉环市与温岭", [("玉环市", "玉环市"), ("温岭", "温岭市")]),
        ("新昌县改革试点", [("新昌县", "新昌县")]),
        ("上海嘉定", [("上海", "上海市")]),
        ("海南自贸港", [("海南", "海南省")]),
        ("吉林省吉林市", [("吉林省", "吉林省"), ("吉林市", "吉林市")]),
        (
            "香港、澳门和台湾",
            [("香港", "香港特别行政区"), ("澳门", "澳门特别行政区"), ("台湾", "台湾省")],
        ),
    ],
)
def test_find_divisions(text, expected):
    assert places(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "公安机关",
        "合作共赢",
        "和平发展",
        "东方明珠",
        "新城建设",
        "长治久安",
        "大理石",
        "白银价格",
        "城区改造",
        "资源富集",
    ],
)
def test_find_divisions_passes_over_ordinary_words(text):
    assert places(text) == []


def test_find_divisions_takes_the_bearer_of_a_name_in_the_place_around_it():
    (_, _), (division, _) = find_divisions("长春市朝阳区")
    assert (division.province, division.city) == ("吉林省", "长春市")


def test_division_of_a_county_knows_its_city_and_province():
    ((division, span),) = find_divisions("在乐清市")
    assert (division.level, division.city, division.province) == ("county", "温州市", "浙江省")
    assert span == (1, 4)


def test_all_divisions_has_the_34_provinces_and_unique_codes_of_level():
    provinces = [d.name for d in all_divisions() if d.level == "province"]
    assert len(provinces) == len(set(provinces)) == 34
    assert all(d.city is not None for d in all_divisions() if d.level == "city")


def test_a_county_made_of_the_end_of_a_word_and_the_head_of_a_province_is_no_place():
    assert [division.name for division, _ in find_divisions("结合山东实际")] == ["山东省"]

"""The chat page in headless Chromium, served by the real service."""

import json
import time
import urllib.request
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
QUESTION = "温州市到2021年新材料产业总产值目标是多少？"
HOSTILE = """白沙县关于规范<script>document.title='hacked'</script>网络标识的通知

一、总体要求
白沙县网络标识登记数到2031年达到4321个<img src=x onerror="document.title='hacked'">，
全部${document.title='hacked'}备案。
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, url):
    """Open the chat page at a size; every page must have asked this server alone."""
    contexts, requests, errors = [], [], []

    def open_(width=1366, height=768):
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.wait_for_selector(".example")
        return page

    yield open_
    for context in contexts:
        context.close()
    inside = (f"{url}/", "data:", "blob:")
    assert requests
    assert [each for each in requests if not each.startswith(inside)] == []
    assert errors == []


def ask(page, question):
    turns = page.locator(".turn").count()
    box = page.get_by_role("textbox", name="问题", exact=True)
    box.fill(question)
    box.press("Enter")
    page.locator(".turn").nth(turns).wait_for()
    return page.locator(".turn").nth(turns)


def upload(url, name, text):
    boundary = "boundary"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        f"{text}\r\n--{boundary}--\r\n"
    ).encode()
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(f"{url}/api/v1/documents", body, headers)
    with urllib.request.urlopen(request, timeout=10) as accepted:
        job = json.load(accepted)["job_id"]
    for _ in range(100):
        with urllib.request.urlopen(f"{url}/api/v1/jobs/{job}", timeout=10) as response:
            state = json.load(response)
        if state["state"] == "finished":
            return state["files"][0]["document_id"]
        time.sleep(0.2)  # a process that reads it has to start
    raise AssertionError(state)


def delete(url, document_id):
    request = urllib.request.Request(f"{url}/api/v1/documents/{document_id}", method="DELETE")
    urllib.request.urlopen(request, timeout=10).close()


def test_a_citation_opens_its_quote_in_place(open_page, tmp_path):
    page = open_page()
    turn = ask(page, QUESTION)
    quote = turn.locator(".quote").first.text_content()
    assert "400亿元" in quote
    turn.get_by_role("button", name="查看出处1").click()
    mark = page.locator("#evidence mark")
    mark.wait_for()
    assert f"{mark.text_content()}[1]" == quote
    assert mark.text_content() in page.locator("#evidence .document").text_content()
    page.wait_for_function(INSIDE)
    page.screenshot(path=tmp_path / "desktop.png")


INSIDE = """() => {
  const mark = document.querySelector('#evidence mark').getBoundingClientRect();
  const text = document.querySelector('#evidence .document').getBoundingClientRect();
  return mark.top >= text.top && mark.bottom <= text.bottom && mark.bottom <= window.innerHeight;
}"""


def test_a_source_under_the_answer_opens_it_too(open_page):
    page = open_page()
    turn = ask(page, QUESTION)
    turn.locator(".source").first.click()
    page.locator("#evidence mark").wait_for()
    panel = page.locator("#evidence").text_content()
    assert "温州市培育发展五大战略性新兴产业行动计划" in panel
    assert "二、主要任务和发展重点 › （五）构建完善新材料产业体系" in panel


def test_the_whole_document_can_be_read_around_the_quote(open_page):
    page = open_page()
    ask(page, QUESTION).locator(".cite").first.click()
    page.get_by_role("button", name="看全文").click()
    page.get_by_role("button", name="只看前后文").wait_for()
    assert len(page.locator("#evidence .document").text_content()) > 5000
    page.wait_for_function(INSIDE)


def test_a_follow_up_is_understood_from_what_came_before(open_page):
    page = open_page()
    ask(page, QUESTION)
    turn = ask(page, "那绍兴呢？")
    assert "绍兴" in turn.locator(".understood").text_content()
    assert "新材料" in turn.locator(".understood").text_content()


def test_a_new_conversation_starts_empty(open_page):
    page = open_page()
    ask(page, QUESTION).locator(".cite").first.click()
    page.locator("#evidence mark").wait_for()
    page.get_by_role("button", name="新对话").click()
    page.locator(".example").first.wait_for()
    assert page.locator(".turn").count() == 0
    assert page.locator("#evidence mark").count() == 0
    assert ask(page, "那绍兴呢？").locator(".understood").count() == 0


def test_an_example_is_asked_by_a_click(open_page):
    page = open_page()
    example = page.locator(".example").first
    question = example.text_content()
    example.click()
    page.locator(".turn").wait_for()
    assert page.locator(".question").text_content() == question


def test_a_refusal_is_said_with_its_reason(open_page):
    turn = ask(open_page(), "金华市新材料产业总产值目标是多少？")
    assert "未作答" in turn.locator(".refusal").text_content()


@pytest.mark.parametrize(("typed", "says"), [("", "问题是空的"), ("问" * 501, "问题有501个字")])
def test_a_wrong_question_is_told_and_kept(open_page, typed, says):
    page = open_page()
    box = page.get_by_role("textbox", name="问题", exact=True)
    box.fill(typed)
    page.get_by_role("button", name="提问").click()
    page.get_by_role("alert").wait_for()
    assert says in page.get_by_role("alert").text_content()
    assert box.input_value() == typed


def test_a_rating_is_thanked_for(open_page):
    turn = ask(open_page(), QUESTION)
    turn.get_by_role("button", name="有用").click()
    turn.get_by_text("已记下").wait_for()


def test_text_of_a_hostile_document_is_shown_not_run(open_page, url):
    document_id = upload(url, "<b>甲.txt", HOSTILE)
    try:
        page = open_page()
        turn = ask(page, "白沙县网络标识登记数到2031年达到多少个？")
        turn.locator(".cite").first.click()
        page.locator("#evidence mark").wait_for()
        assert page.locator("#evidence .document").text_content() == HOSTILE
        for kind in ("script", "img"):
            assert page.locator(f"#conversation {kind}, #evidence {kind}").count() == 0
        page.get_by_role("tab", name="文件库").click()
        page.get_by_text("共6份").wait_for()
        assert page.title() == "策问"
    finally:
        delete(url, document_id)


def test_the_library_lists_and_finds_documents(open_page):
    page = open_page()
    page.get_by_role("tab", name="文件库").click()
    page.get_by_text("共5份").wait_for()
    box = page.get_by_role("textbox", name="查找文件")
    box.fill("台政办发")
    box.press("Enter")
    page.get_by_text("共1份").wait_for()
    assert "台州市" in page.locator("table.library").text_content()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844), (768, 1024)])
def test_the_page_fits_its_window(open_page, tmp_path, width, height):
    page = open_page(width, height)
    ask(page, "各地的产业规模目标分别是多少？").locator(".cite").first.click()
    page.locator("#evidence mark").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    send = page.get_by_role("button", name="提问").bounding_box()
    assert send["x"] >= 0 and send["x"] + send["width"] <= width
    page.screenshot(path=tmp_path / f"{width}.png")


def test_on_a_phone_the_original_comes_into_view(open_page):
    page = open_page(390, 844)
    ask(page, QUESTION).locator(".cite").first.click()
    page.locator("#evidence mark").wait_for()
    page.wait_for_function(INSIDE)


def test_the_page_can_be_used_by_keyboard_alone(open_page):
    page = open_page()
    turn = ask(page, QUESTION)
    turn.locator(".cite").first.focus()
    page.keyboard.press("Enter")
    page.locator("#evidence mark").wait_for()
    page.wait_for_function("() => document.activeElement.matches('#evidence h2')")


def test_the_page_is_in_chinese_and_names_no_framework(open_page):
    page = open_page()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator("footer").is_hidden() or page.locator("footer").count() == 0

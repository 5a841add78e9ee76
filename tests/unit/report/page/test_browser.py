"""The page in Chromium: layout, click, keyboard, dark colours, print. One browser start for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from report.comparison import compare
from report.contents import Contents
from report.page.render import page as rendered
from report.view.effects import Effect
from report.view.gate import GateResult
from tests.browsers import chromium

TIMEOUT_MILLISECONDS = 120_000
BOXES = """() => [...document.querySelectorAll('.box rect.plate')].map((box) => {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  const texts = [...box.parentElement.querySelectorAll('text')].map((text) => text.getBoundingClientRect().right);
  return { left, right, top, bottom, text: Math.max(...texts) };
})"""


SQUEEZED = """() => [...document.querySelectorAll('table code')].filter((code) => {
  const shown = code.getBoundingClientRect();
  return shown.width && shown.width < 40 && code.textContent.trim().length > 8;
}).map((code) => code.textContent)"""
"""Keys in tables that are broken into lines of a few letters."""


GATE = GateResult(
    rules=1200,
    verdicts={"fail": 1, "pass": 2800, "unknown": 0},
    open=(),
    waived=(
        {
            "rule": "CKV_AWS_145",
            "severity": "medium",
            "address": "aws_s3_bucket.access_logs",
            "title": "Ensure that S3 buckets are encrypted with KMS by default",
            "message": "the bucket uses AES256",
            "waiver": {"reason": "Load balancers write to it. " * 4, "owner": "platform", "expires": "2027-01-01"},
        },
    ),
    problems=(),
    exit_code=0,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def file(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("page") / "dev.html"
    written.write_text(rendered([replace(contents, gate=GATE)]), encoding="utf-8")
    return written


class Opened:
    """A page with everything that it logged and requested."""

    def __init__(self, browser: Browser, file: Path, **options: Any) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1400, "height": 1000}, **options)
        self.page.set_default_timeout(TIMEOUT_MILLISECONDS)
        self.logged: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.logged.append(message.text))
        self.page.on("pageerror", lambda error: self.logged.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())


@pytest.mark.feature("O6")
def test_page_requests_nothing_logs_nothing_and_its_boxes_do_not_overlap(browser: Browser, file: Path) -> None:
    opened = Opened(browser, file)
    assert opened.requests == [file.as_uri()]
    assert opened.logged == []
    boxes = opened.page.evaluate(BOXES)
    assert len(boxes) > 8
    assert all(box["text"] <= box["right"] for box in boxes)
    for box, other in combinations(boxes, 2):
        apart = box["right"] <= other["left"] or other["right"] <= box["left"]
        assert apart or box["bottom"] <= other["top"] or other["bottom"] <= box["top"]
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.feature("O6")
def test_click_and_keyboard_show_the_details_of_a_component(browser: Browser, file: Path) -> None:
    page = Opened(browser, file).page
    assert page.locator(".detail:visible").count() == 0
    page.get_by_role("button", name="scheduler, ECS service").click()
    assert page.locator(".detail:visible h3").inner_text() == "scheduler ECS service"
    details = page.locator(".detail:visible").inner_text()
    assert "AIRFLOW__CORE__FERNET_KEY" in details
    assert "task role" in details
    assert "tcp/5432" in details
    page.keyboard.press("Escape")
    assert page.locator(".detail:visible").count() == 0
    page.get_by_role("button", name="broker, ElastiCache").focus()
    page.keyboard.press("Enter")
    assert page.locator(".detail:visible h3").inner_text() == "broker ElastiCache"


@pytest.mark.feature("O6")
def test_two_environments_side_by_side_fit_and_each_picture_answers_a_click(
    browser: Browser, contents: Contents, tmp_path: Path
) -> None:
    other = replace(contents, effects=[*contents.effects, Effect("broker.sharded", "true", "brief outage")])
    file = tmp_path / "both.html"
    file.write_text(rendered([contents, other], compare(contents, other)), encoding="utf-8")
    opened = Opened(browser, file)
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    buttons = opened.page.get_by_role("button", name="scheduler, ECS service")
    assert buttons.count() == 2
    for place in range(2):
        buttons.nth(place).click()
        assert opened.page.locator(".detail:visible h3").all_inner_texts() == ["scheduler ECS service"]
        opened.page.keyboard.press("Escape")
        assert opened.page.locator(".detail:visible").count() == 0
    assert opened.logged == []


@pytest.mark.feature("O6")
def test_dark_colours_follow_the_system_and_the_button(browser: Browser, file: Path) -> None:
    page = Opened(browser, file, color_scheme="dark").page
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(16, 21, 28)"
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(background) == "rgb(245, 247, 250)"


@pytest.mark.feature("O6")
def test_print_shows_every_detail_on_white_without_the_menu(browser: Browser, file: Path) -> None:
    page = Opened(browser, file, color_scheme="dark").page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".top:visible").count() == 0
    assert page.locator(".detail:visible").count() == page.locator(".detail").count() > 8


@pytest.mark.feature("O6")
def test_page_is_readable_without_scripts_and_on_a_phone(browser: Browser, file: Path) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator(".detail:visible").count() > 8
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(SQUEEZED) == []
    assert page.evaluate("document.querySelector('.bar strong').getBoundingClientRect().top") >= 4
    widths = page.evaluate("[...document.querySelectorAll('.findings td')].map((cell) => cell.clientWidth)")
    assert widths
    assert min(widths) >= 200

"""A headless Chromium for tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright
from terraform_harness.tools import require

START = 120_000
"""Longest time of the start, in milliseconds."""


@contextmanager
def chromium(*arguments: str, program: str = "") -> Iterator[Browser]:
    """Start Chromium, and end it.

    Args:
        arguments: further arguments of the program.
        program: path of another program than that on PATH.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program or require("chromium"),
            args=["--no-sandbox", *arguments],
            timeout=START,
        )
        yield browser
        browser.close()

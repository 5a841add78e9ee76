"""The guide is built from docs/: without a broken link, without a request to another host, readable on a phone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser

from local.repository import ROOT
from tests.browsers import chromium

DOCS = ROOT / "docs"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
VIEWED = ("index", "why", "first_environment", "security", "troubleshooting")


def build(configuration: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Build the site as ``make guide`` does."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", configuration, "-d", site],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = build(ROOT / "mkdocs.yml", folder)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.feature("O7")
@pytest.mark.xdist_group("guide")
def test_every_page_of_docs_is_in_the_guide(site: Path) -> None:
    navigation = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    listed = {page for section in navigation for pages in section.values() for page in pages}
    assert all((DOCS / page).is_file() for page in listed)
    pages = {page.stem for page in DOCS.glob("*.md")}
    assert pages <= {page.stem for page in site.glob("*.html")}
    text = (site / "index.html").read_text("utf-8")
    assert [page for page in sorted(pages - {"index"}) if f'href="{page}.html"' not in text] == []


@pytest.mark.feature("O7")
@pytest.mark.parametrize("link", ["missing.md", "index.md#missing"])
def test_broken_link_fails_the_build(tmp_path: Path, link: str) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text(f"# Page\n\n[a link]({link})\n")
    (docs / "guide.css").touch()
    (docs / "guide_hooks.py").write_bytes((DOCS / "guide_hooks.py").read_bytes())
    text = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[0]
    (tmp_path / "mkdocs.yml").write_text(f"{text}\nnav: [{{Start: [index.md]}}]\n")
    assert build(tmp_path / "mkdocs.yml", tmp_path / "site").returncode == 1


@pytest.mark.feature("O7")
@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "policies/README.md", "harness/README.md"])
def test_links_of_the_readme_have_targets(page: str) -> None:
    missing = []
    for link in re.findall(r"\]\(([^)#:]*)(#[^):]*)?\)", (ROOT / page).read_text("utf-8")):
        target = (ROOT / page).parent / link[0] if link[0] else ROOT / page
        if not target.exists() or (link[1] and link[1][1:] not in anchors(target)):
            missing.append("".join(link))
    assert missing == []


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, and those in ``{#...}``."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    named = {found[1] for heading in headings if (found := re.search(r"\{#(.*)\}", heading))}
    return named | {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.feature("O7")
@pytest.mark.xdist_group("guide")
def test_guide_makes_no_request_and_logs_no_error(site: Path, browser: Browser) -> None:
    page = browser.new_page(viewport=DESKTOP)
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((site / "index.html").as_uri())
    page.wait_for_load_state("networkidle")
    page.close()
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert errors == []


@pytest.mark.feature("O7")
@pytest.mark.xdist_group("guide")
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_is_wider_than_the_window(site: Path, browser: Browser, viewport: dict[str, int]) -> None:
    page = browser.new_page(viewport=viewport, color_scheme="dark")  # type: ignore[arg-type]
    wide = []
    for name in VIEWED:
        page.goto((site / f"{name}.html").as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            wide.append(name)
    page.close()
    assert wide == []

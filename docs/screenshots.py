"""Writes the screenshots in docs/pictures: ``make pictures``.

Exit codes: 0 written, 2 when Chromium is missing or the report fails.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from terraform_harness.tools import MissingTool, locate  # noqa: E402

from local.repository import register_tools  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
WIDTH = 1400


def take(browser: Browser, page_file: Path) -> None:
    """Write the page's top in light colours, and a chosen component in dark colours."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 1010}, color_scheme="light")
    page.goto(page_file.as_uri())
    page.screenshot(path=FOLDER / "report.png")
    page = browser.new_page(viewport={"width": WIDTH, "height": 1010}, color_scheme="dark")
    page.goto(page_file.as_uri())
    page.get_by_role("button", name="worker-default").click()
    page.mouse.move(0, 0)
    page.locator("#architecture").screenshot(path=FOLDER / "component.png")


def main() -> int:
    """Write all pictures."""
    register_tools()
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prod.html"
        ended = subprocess.run([sys.executable, "-m", "report", "prod", "--out", str(file)], cwd=ROOT, check=False)
        if ended.returncode:
            return 2
        try:
            chromium = locate("chromium")
        except MissingTool as error:
            print(error, file=sys.stderr)
            return 2
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            take(browser, file)
            browser.close()
    print(f"{FOLDER.relative_to(ROOT)}: written. Next: look at them, then commit them")
    return 0


if __name__ == "__main__":
    sys.exit(main())

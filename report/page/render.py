"""Renders the page with Jinja2: every value is escaped, and a content security policy forbids requests and scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment as Templates
from jinja2 import FileSystemLoader, StrictUndefined
from markupsafe import Markup
from terraform_gate.gate.printable import printable

from report.changes.change import MEANING, Group
from report.comparison import Comparison
from report.contents import Contents
from report.view.component import Component

FOLDER = Path(__file__).parent
ICONS = {
    "ECS service": "service",
    "Scheduled task": "clock",
    "One-off task": "once",
    "Load balancer": "split",
    "RDS database": "cylinder",
    "RDS Proxy": "split",
    "ElastiCache": "layers",
    "VPC endpoint": "plug",
    "Egress": "out",
    "internet": "globe",
}


def page(contents: Sequence[Contents], comparison: Comparison | None = None) -> str:
    """The HTML of one environment, or of two with their comparison."""
    script = (FOLDER / "page.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    html = (
        _templates()
        .get_template("page.html.j2")
        .render(
            contents=contents,
            comparison=comparison,
            style=Markup((FOLDER / "page.css").read_text("utf-8")),  # noqa: S704  a file of this package
            script=Markup(script),  # noqa: S704  a file of this package
            digest=digest,
            groups=list(Group),
            meaning=MEANING,
            title=" and ".join(item.source.environment.name for item in contents),
        )
    )
    return printable(html)


def _templates() -> Templates:
    templates = Templates(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(usd=usd, icon=icon, cut=cut)
    return templates


def usd(value: float | None) -> str:
    """An amount of money; amounts below 10 with cents."""
    if value is None:
        return "not known"
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}"


def icon(component: Component) -> str:
    """Name of the icon of a component."""
    return ICONS.get(component.kind, "host")


def cut(text: str, length: int) -> str:
    """Text that fits into a box of the picture."""
    return text if len(text) <= length else f"{text[: length - 1]}…"

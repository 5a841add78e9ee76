"""A hook of MkDocs: pages that the navigation in mkdocs.yml does not list yet are shown in its last section."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SECTION = "More"


def on_config(config: Any) -> Any:
    """Add the missing pages to the navigation."""
    listed = {page for section in config.nav for pages in section.values() for page in pages}
    found = sorted(file.name for file in Path(config.docs_dir).glob("*.md"))
    if missing := [name for name in found if name not in listed]:
        config.nav.append({SECTION: missing})
    return config

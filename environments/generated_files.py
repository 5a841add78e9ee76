"""Files made from the model: the editors' JSON schema and the reference of all keys."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from environments.error_messages import schema
from environments.fields import decided_at
from environments.schema_text import Node, choices, resolved, words

HOME = Path(__file__).parent
SCHEMA_FILE = HOME / "schema.json"
DOCS_FILE = HOME.parent / "docs" / "environment.md"
MODELINE = "# yaml-language-server: $schema=schema.json"


def schema_text() -> str:
    """The JSON schema of an environment file."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema()}
    return json.dumps(_without_classes(document), indent=2, ensure_ascii=False) + "\n"


def _without_classes(node: Any) -> Any:
    """Class docstrings describe sections to us; in the editor the key's own description is better."""
    if isinstance(node, dict):
        return {key: _without_classes(value) for key, value in node.items() if key != "title" or not _is_text(value)}
    return [_without_classes(item) for item in node] if isinstance(node, list) else node


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def docs_text() -> str:
    """Markdown with a table for each section: key, what it may be, default, when it is decided, description."""
    parts = [HEAD, *_table(schema(), "")]
    return "\n".join(parts) + "\n"


HEAD = """# Keys of an environment file

Written by `python -m environments docs`; do not edit. *Decided* says who looks at the value: at `synth` Python
does, because it decides which resources exist or is computed with; at `plan` Terraform does, and an exported module
takes it as a variable. A key without a default is required.
"""


def _table(node: Node, prefix: str) -> Iterator[str]:
    yield f"## {f'`{prefix}`' if prefix else 'Top level'}\n"
    yield "| key | may be | default | decided | meaning |\n|---|---|---|---|---|"
    sections: list[tuple[Node, str]] = []
    for name, raw in node["properties"].items():
        found = resolved(schema(), raw)
        inner = _section(found)
        if inner is not None:
            sections.append((inner, f"{prefix}.{name}".lstrip(".") + ("[]" if found.get("type") == "array" else "")))
        may_be = "section, see below" if inner is not None else words(schema(), found)
        yield _row(name, found, may_be, required=name in node.get("required", ()))
    yield ""
    for inner, path in sections:
        yield from _table(inner, path)


def _section(node: Node) -> Node | None:
    for option in choices(schema(), node):
        inner = resolved(schema(), option.get("items", {})) if option.get("type") == "array" else option
        if "properties" in inner:
            return inner
    return None


def _row(name: str, node: Node, may_be: str, *, required: bool) -> str:
    default = "" if required else _default(node.get("default"))
    cells = (f"`{name}`", may_be, default, decided_at(node), str(node.get("description", "")))
    return f"| {' | '.join(_escaped(cell) for cell in cells)} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


def _default(value: object) -> str:
    if value is None:
        return "absent"
    return (
        "as below" if isinstance(value, dict) and value else f"`{json.dumps(value)}`" if _short(value) else "as below"
    )


def _short(value: object) -> bool:
    return len(json.dumps(value)) <= 60


def write(path: Path, text: str) -> None:
    """Put ``text`` into ``path`` at once: a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8", suffix=".tmp") as temporary:
        temporary.write(text)
    Path(temporary.name).chmod(0o644)
    os.replace(temporary.name, path)  # noqa: PTH105  # os.replace is the atomic one on every system


def is_current(path: Path, text: str) -> bool:
    """Does ``path`` hold ``text``?"""
    return path.exists() and path.read_text(encoding="utf-8") == text


def without_modeline(folder: Path) -> list[Path]:
    """Environment files whose first line does not tell editors where the schema is."""
    return [file for file in sorted(folder.glob("*.yaml")) if not file.read_text("utf-8").startswith(MODELINE + "\n")]

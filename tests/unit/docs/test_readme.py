"""The examples of README.md work as written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from environments import InvalidEnvironment, parse
from operations.__main__ import app

ROOT = Path(__file__).resolve().parents[3]
PAGE_NAMES = ("README.md", "docs/operations.md", "docs/hcp.md", "docs/pipelines.md")
PAGES = {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGE_NAMES}
README = PAGES["README.md"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {target for line in re.findall(r"^([a-z -]+):", MAKEFILE, re.MULTILINE) for target in line.split()}
COMMANDS = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
COMMANDS |= {group.name for group in app.registered_groups if group.name}
PLACEHOLDER = "COMMAND"


def example() -> str:
    """The environment file that README.md shows."""
    (found,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    return str(found)


def commands(page: str) -> set[str]:
    """Commands of a page: lines after a prompt, and code that starts with ``make``, ``python`` or ``.venv``."""
    text = PAGES[page]
    lines = re.findall(r"^\$ (.*?)(?: {2,}#.*)?$", text, re.MULTILINE)
    return {line for line in [*lines, *re.findall(r"`([^`\n]+)`", text)] if re.match(r"make |\.venv/bin/|python", line)}


@pytest.mark.feature("O1")
def test_environment_of_the_readme_is_valid() -> None:
    assert parse(example(), source="environments/dev.yaml").name == "dev"


@pytest.mark.feature("O1")
def test_error_message_of_the_readme_is_real() -> None:
    wrong = f"{example().rstrip()}\n    cpu: 512\n    memory_mib: 8192\n"
    with pytest.raises(InvalidEnvironment) as error:
        parse(wrong, source="environments/dev.yaml")
    assert str(error.value) in README


@pytest.mark.feature("O1")
@pytest.mark.parametrize("page", PAGES)
def test_commands_of_the_documentation_exist(page: str) -> None:
    assert commands(page)
    for command in commands(page):
        words = command.split()
        assert words[0] != "python", f"{command}: works only inside the virtual environment"
        if words[0] == "make":
            assert words[1] in TARGETS | {PLACEHOLDER}, command
        elif words[1:3] == ["-m", "operations"]:
            assert words[3] in COMMANDS | {PLACEHOLDER}, command

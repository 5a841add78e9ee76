"""Every command of the documentation is run, or says why not; each is parsed by the program that it names."""

from __future__ import annotations

import ast
import re
import shlex
from itertools import groupby
from pathlib import Path

import pytest
import typer
from terraform_harness.tools import require

from local.repository import ROOT
from operations.__main__ import app as operations
from tests.unit.docs.generators import load
from tests.unit.docs.guide_blocks import KINDS, PAGES, SHELL, Block, all_blocks, blocks, has_output
from tests.unit.docs.project_copy import ProjectCopy

BLOCKS = all_blocks()
GENERATED = {"changes", "commands", "environment", "features", "permissions", "policies", "policies_compared", "quotas"}
LIBRARIES = {"container_contract", "containers", "cursed_knowledge", "harness", "scaling"}
WRITTEN = [page for page in PAGES if page.stem not in GENERATED | LIBRARIES]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {target for line in re.findall(r"^([a-z -]+):", MAKEFILE, re.MULTILINE) for target in line.split()}
PLACEHOLDERS = {"COMMAND", "TARGET"}
generate_commands = load("generate_commands")
EXECUTED = {
    page: found for page, group in groupby(BLOCKS, lambda block: block.page) if (found := [b for b in group if b.kind])
}
PAGES_THAT_RUN = [page for page, found in EXECUTED.items() if any(block.kind == "run" for block in found)]
CHANGING = [page for page in PAGES_THAT_RUN if any(block.kind in {"file", "patch"} for block in EXECUTED[page])]


def unmarked(found: list[Block]) -> list[str]:
    """Places of blocks with commands that have no comment."""
    return [block.location for block in found if (block.language in SHELL or block.commands) and not block.kind]


@pytest.mark.feature("O7")
def test_every_block_of_commands_says_how_it_is_checked() -> None:
    assert unmarked(BLOCKS) == [], f"Fix: write <!-- KIND --> on the line before, KIND one of {', '.join(KINDS)}"


@pytest.mark.feature("O7")
def test_block_of_commands_without_a_comment_is_found() -> None:
    text = (
        "# Page\n\n```console\n$ make synth\n```\n\n<!-- not run: it needs an AWS account -->\n```console\n$ ls\n```\n"
    )
    found = list(blocks(ROOT / "README.md", text))
    assert unmarked(found) == ["README.md:3"]
    assert [block.kind for block in found] == ["", "not run"]


@pytest.mark.feature("O7")
def test_reasons_of_commands_that_are_not_run_are_sentences() -> None:
    short = [block.location for block in BLOCKS if block.kind == "not run" and len(block.value.split()) < 4]
    assert short == []


@pytest.fixture(scope="module")
def shared_copy(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    require("node")
    return ProjectCopy(tmp_path_factory.mktemp("project"))


@pytest.mark.feature("O7")
@pytest.mark.xdist_group("commands")
@pytest.mark.parametrize("page", [page for page in PAGES_THAT_RUN if page not in CHANGING], ids=lambda page: page.stem)
def test_commands_of_the_page_run_as_shown(page: Path, shared_copy: ProjectCopy) -> None:
    for block in EXECUTED[page]:
        shared_copy.check(block)


@pytest.mark.feature("O7")
@pytest.mark.parametrize("page", CHANGING, ids=lambda page: page.stem)
def test_first_contributions_work_as_shown(page: Path, tmp_path: Path) -> None:
    require("node")
    copy = ProjectCopy(tmp_path)
    for block in EXECUTED[page]:
        copy.check(block)


@pytest.mark.feature("O7")
def test_output_is_compared_line_by_line_and_in_order() -> None:
    assert has_output("one\n...\ntwo ... four\n", "zero\none\nother\ntwo three four\n")
    assert not has_output("two\none\n", "one\ntwo\n")
    assert not has_output("one\n", "none\n")


def references_to_tests(text: str) -> list[str]:
    """References to tests: ``tests/unit/x/test_y.py::test_z``."""
    return re.findall(r"tests/[\w/]+\.py::test_\w+", text)


def functions(file: Path) -> set[str]:
    """Names of the functions of a Python file, methods included."""
    if not file.is_file():
        return set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, kinds)}


@pytest.mark.feature("O7")
@pytest.mark.parametrize("page", sorted({block.page for block in BLOCKS}), ids=lambda page: page.stem)
def test_tests_that_the_page_names_exist(page: Path) -> None:
    named = references_to_tests(page.read_text(encoding="utf-8"))
    missing = [name for name in named if name.split("::")[1] not in functions(ROOT / name.split("::")[0])]
    assert missing == []
    assert all("::" in block.value for block in BLOCKS if block.page == page and block.kind == "test")


def commands(page: Path) -> set[str]:
    """Commands of a page: lines after a prompt, and inline code that starts with ``make``, ``python`` or ``.venv``."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in BLOCKS if block.page == page for line, _ in block.commands]
    inline = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))
    return {line for line in [*lines, *inline] if re.match(r"make |\.venv/bin/|python ", line)}


@pytest.mark.feature("O7")
def test_every_argument_has_a_meaning() -> None:
    page = generate_commands.PAGE.read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.endswith("|  |")] == []


@pytest.mark.feature("O7")
def test_repeated_argument_has_one_ellipsis() -> None:
    page = generate_commands.PAGE.read_text(encoding="utf-8")
    assert "operations pipelines NAMES...`" in page
    assert "......" not in page


@pytest.mark.feature("O1", "O7")
@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.stem)
def test_commands_of_the_documentation_exist(page: Path) -> None:
    for command in commands(page):
        words = shlex.split(command.split(" && ")[0])
        if words[0] == "make":
            targets = [word for word in words[1:] if "=" not in word]
            assert set(targets) <= TARGETS | PLACEHOLDERS, command
        elif words[1:3] == ["-m", "operations"] and words[3] not in PLACEHOLDERS:
            options = {word for word in before(words, "--") if word.startswith("--")}
            assert options <= options_of(words[3:]), command
        elif words[1:2] == ["-m"]:
            assert words[2] in {*(program.split()[0] for program in generate_commands.PROGRAMS), "pytest", "bench"}, (
                command
            )


def before(words: list[str], end: str) -> list[str]:
    """The words up to ``end``, or all."""
    return words[: words.index(end)] if end in words else words


def options_of(words: list[str]) -> set[str]:
    """The options of a command of operations.

    Raises:
        KeyError: there is no such command.
    """
    command = typer.main.get_command(operations)
    for word in words:
        if hasattr(command, "commands"):
            command = command.commands[word]
    return {option for parameter in command.params for option in parameter.opts} | {"--help"}


@pytest.mark.feature("O1", "O7")
@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.stem)
def test_documentation_uses_the_virtual_environment(page: Path) -> None:
    """`python` outside of a virtual environment lacks every package."""
    assert [command for command in commands(page) if command.startswith("python ")] in ([], ["python main.py"])

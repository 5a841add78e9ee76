"""Labels of checkov's own tests: the expected addresses of ``test_*.py``, and ``expected.yaml`` of its graph checks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.scoreboard.case import Case, Corpus, CorpusError, Source

_ID = re.compile(r"CKV2?_AWS_\d+")
_ADDRESS = re.compile(r"^(module\.[\w-]+\.)*(data\.)?aws_\w+\.[\w-]+(\[[^]]*\])?$")
_MODULE = re.compile(r"checks\.(resource|data)\.aws\.(\w+) import")
_TESTS = Path("tests/terraform")
_CHECKS = Path("checkov/terraform/checks")


def cases(root: Path) -> Iterator[Case]:
    """Yield the cases of a checkout of checkov: examples in files, of checks on resources and data sources of AWS."""
    for kind in ("resource", "data"):
        for test in sorted((root / _TESTS / "checks" / kind / "aws").glob("test_*.py")):
            yield from _of_test(root, kind, test)
    for expected in sorted((root / _TESTS / "graph/checks/resources").glob("*/expected.yaml")):
        yield from _of_graph(root, expected)


def _of_test(root: Path, kind: str, test: Path) -> Iterator[Case]:
    text = test.read_text(encoding="utf-8")
    if not (found := _MODULE.search(text)) or not (check := _check_id(root / _CHECKS / kind / "aws", found[2])):
        return
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef) and (folder := _folder(function, test.parent)):
            source = Source(f"{kind}-{folder.name}", folder=folder)
            for address, is_bad in _labels(function).items():
                yield Case("checkov", source, check, address, is_bad)


def _folder(function: ast.FunctionDef, parent: Path) -> Path | None:
    texts = [
        node.value for node in ast.walk(function) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    folders = {parent / text.strip("/") for text in texts if text.strip("/").startswith("example_")}
    existing = [folder for folder in folders if folder.is_dir()]
    return existing[0] if len(existing) == 1 else None


def _labels(function: ast.FunctionDef) -> dict[str, bool]:
    labels: dict[str, bool] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id.lower()
            if isinstance(node.value, ast.Set | ast.List) and ("pass" in name or "fail" in name):
                values = [item.value for item in node.value.elts if isinstance(item, ast.Constant)]
                labels |= {str(value): "fail" in name for value in values if _ADDRESS.match(str(value))}
    return labels


def _check_id(folder: Path, name: str) -> str:
    file = folder / f"{name}.py"
    found = _ID.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    return found[0] if found else ""


def _of_graph(root: Path, expected: Path) -> Iterator[Case]:
    policy = root / _CHECKS / "graph_checks" / "aws" / f"{expected.parent.name}.yaml"
    if not policy.is_file():
        return
    check = str(yaml.safe_load(policy.read_text(encoding="utf-8"))["metadata"]["id"])
    labels = yaml.safe_load(expected.read_text(encoding="utf-8"))
    if not isinstance(labels, dict):
        raise CorpusError(f"{expected}: lists of 'pass' and 'fail' expected. Fix: check out checkov's main branch")
    source = Source(f"graph-{expected.parent.name}", folder=expected.parent)
    for label in ("pass", "fail"):
        for address in labels.get(label) or ():
            yield Case("checkov", source, check, str(address), label == "fail")


CORPUS = Corpus("checkov", "tests/terraform/checks/resource/aws", cases)

"""Evaluates HCL files without a plan: ``python -m terraform_gate hcl FOLDER...``.

The files are converted with the HCL parser that checkov installs. The conversion leaves most expressions unknown; a
complete result needs a plan (docs/policies.md).
"""

from __future__ import annotations

import argparse
import datetime
import io
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraform_gate.files import write_atomically
from terraform_gate.finding import Verdict
from terraform_gate.gate.evaluation import evaluate
from terraform_gate.gate.outcome import Report
from terraform_gate.gate.printable import printable

_MARKS = ("__start_line__", "__end_line__")
_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class HclResult:
    """The report on a folder of ``*.tf`` files, or the parser's error when the files are not HCL."""

    folder: Path
    report: Report | None
    error: str = ""

    def __str__(self) -> str:
        """Format the result as one line."""
        if self.report is None:
            return f"{self.folder}: not HCL: {self.error}"
        counts = ", ".join(f"{len(self.report.of(verdict))} {verdict}" for verdict in Verdict)
        problems = f"; {self.report.problems[0].reason}" if self.report.problems else ""
        return f"{self.folder}: {self.report.resources} resources, {counts}, exit {self.report.exit_code}{problems}"


def evaluate_folders(folders: Iterable[Path]) -> Iterator[HclResult]:
    """Evaluate each folder at or below ``folders`` that contains ``*.tf`` files as a root of its own."""
    for root in sorted({file.parent for folder in folders for file in folder.rglob("*.tf")}):
        try:
            documents = [to_json(file.read_text(encoding="utf-8")) for file in sorted(root.glob("*.tf"))]
        except Exception as error:  # noqa: BLE001  the parser raises exceptions of many types
            yield HclResult(folder=root, report=None, error=str(error).strip().splitlines()[0])
            continue
        yield HclResult(folder=root, report=_evaluate(documents))


def _evaluate(documents: Sequence[Mapping[str, Any]]) -> Report:
    with tempfile.TemporaryDirectory() as scratch:
        for number, document in enumerate(documents):
            write_atomically(Path(scratch) / f"{number}.tf.json", json.dumps(document))
        return evaluate([Path(scratch)], today=datetime.datetime.now(tz=datetime.UTC).date())


def to_json(text: str) -> dict[str, Any]:
    """Convert HCL to Terraform JSON.

    Raises:
        Exception: ``text`` is not HCL; the parser's own exception.
    """
    import hcl2  # takes a quarter of a second, and only this subcommand needs it

    parsed = hcl2.load(io.StringIO(text))
    return {kind: [_labelled(block, _LABELS.get(kind, 0)) for block in blocks] for kind, blocks in parsed.items()}


def _labelled(block: dict[str, Any], depth: int) -> Any:
    if depth == 0:
        return {name: _value(value) for name, value in block.items() if name not in _MARKS}
    return {label: _labelled(inner, depth - 1) for label, inner in block.items()}


def _value(written: Any) -> Any:
    """Unwrap a value: the parser puts every attribute into a list, and gives a list of bodies for a block."""
    if not isinstance(written, list):
        return written
    items = [_labelled(item, 0) if isinstance(item, dict) else item for item in written]
    return items[0] if len(items) == 1 else items


def hcl_command(arguments: Sequence[str]) -> int:
    """Print a line for each folder of ``*.tf`` files.

    Returns:
        0, whatever the verdicts are; 2 when no folder contains ``*.tf`` files.
    """
    parser = argparse.ArgumentParser(
        prog="python -m terraform_gate hcl",
        description="Evaluate *.tf files without a plan. Exit 0 whatever the verdicts are; 2: no *.tf file was found.",
    )
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="folder of *.tf files; subfolders are searched too"
    )
    found = 0
    for result in evaluate_folders(parser.parse_args(arguments).folders):
        print(printable(str(result)), flush=True)
        found += 1
    if not found:
        sys.stderr.write("no *.tf file found. Fix: name a folder that contains HCL files\n")
        return 2
    print(f"{found} folders evaluated. Next: terraform plan, then python -m terraform_gate --plan, for known values")
    return 0

"""Evaluates HCL configurations: ``python -m terraform_gate.gate.hcl_roots FOLDER``.

Converted with the HCL parser that checkov brings. That is good enough to see how the gate takes what it did not
expect; to be judged for good, a configuration goes through ``terraform plan`` (docs/policies.md).
"""

from __future__ import annotations

import datetime
import io
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2

from terraform_gate.finding import Verdict
from terraform_gate.gate.evaluation import evaluate
from terraform_gate.gate.outcome import Report

_MARKS = ("__start_line__", "__end_line__")
_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A folder of ``*.tf`` files: what the gate said, or why the files are no HCL."""

    folder: Path
    report: Report | None
    complaint: str = ""

    def __str__(self) -> str:
        if self.report is None:
            return f"{self.folder}: not HCL: {self.complaint}"
        told = ", ".join(f"{len(self.report.of(verdict))} {verdict.value}" for verdict in Verdict)
        problems = f"; {self.report.problems[0].reason}" if self.report.problems else ""
        return f"{self.folder}: {self.report.resources} resources, {told}, exit {self.report.exit_code}{problems}"


def judge_all(folders: Iterable[Path]) -> Iterator[Judged]:
    """Every folder at or below these that holds ``*.tf`` files, each as a root of its own."""
    for root in sorted({file.parent for folder in folders for file in folder.rglob("*.tf")}):
        try:
            documents = [to_json(file.read_text(encoding="utf-8")) for file in sorted(root.glob("*.tf"))]
        except Exception as error:  # noqa: BLE001 - the parser raises whatever its grammar raises
            yield Judged(folder=root, report=None, complaint=str(error).strip().splitlines()[0])
            continue
        yield Judged(folder=root, report=_judge(documents))


def _judge(documents: list[dict[str, Any]]) -> Report:
    with tempfile.TemporaryDirectory() as scratch:
        for number, document in enumerate(documents):
            (Path(scratch) / f"{number}.tf.json").write_text(json.dumps(document), encoding="utf-8")
        return evaluate([Path(scratch)], today=datetime.datetime.now(tz=datetime.UTC).date())


def to_json(text: str) -> dict[str, Any]:
    """Terraform JSON of HCL ``text``; raises what the parser raises."""
    parsed = hcl2.load(io.StringIO(text))
    return {kind: [_labelled(block, _LABELS.get(kind, 0)) for block in blocks] for kind, blocks in parsed.items()}


def _labelled(block: dict[str, Any], depth: int) -> Any:
    if depth == 0:
        return {name: _value(value) for name, value in block.items() if name not in _MARKS}
    return {label: _labelled(inner, depth - 1) for label, inner in block.items()}


def _value(written: Any) -> Any:
    """The parser wraps every attribute into a list, and gives a list of its bodies for a block."""
    if not isinstance(written, list):
        return written
    items = [_labelled(item, 0) if isinstance(item, dict) else item for item in written]
    return items[0] if len(items) == 1 else items


def main(words: list[str]) -> int:
    """Print a line for each folder; 2 when there is none, else 0: what is found is the configuration's business."""
    found = 0
    for judged in judge_all(map(Path, words)):
        print(judged, flush=True)
        found += 1
    if not found:
        print("no folder with *.tf files. Usage: python -m terraform_gate.gate.hcl_roots FOLDER...", file=sys.stderr)
        return 2
    print(
        f"{found} configurations judged. Next: terraform plan, and python -m terraform_gate --plan, for a full verdict"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

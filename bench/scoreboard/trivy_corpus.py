"""Labels of trivy-checks: the good and the bad Terraform examples of each check about AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.scoreboard.case import Case, Corpus, Source

_ID = re.compile(r"^#\s+id:\s*(?:AVD-)?(AWS-\d+)", re.MULTILINE)


def cases(root: Path) -> Iterator[Case]:
    """Yield one case for each example; a label is about the whole example."""
    for examples in sorted((root / "checks/cloud/aws").glob("*/*.yaml")):
        rule = examples.with_suffix(".rego")
        found = _ID.search(rule.read_text(encoding="utf-8")) if rule.is_file() else None
        terraform = (yaml.safe_load(examples.read_text(encoding="utf-8")) or {}).get("terraform") or {}
        for label in ("good", "bad") if found else ():
            for number, text in enumerate(terraform.get(label) or (), start=1):
                name = f"{examples.parent.name}-{examples.stem}-{label}-{number}"
                source = Source(name, files=(("main.tf", str(text)),))
                yield Case("trivy-checks", source, str(found and found[1]), "", label == "bad")


CORPUS = Corpus("trivy-checks", "checks/cloud/aws", cases)

"""``python -m bench.rule_table``: writes docs/policies_compared.md, what checkov alone notices of the examples."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from terraform_gate.gate.example_roots import Case, cases, write_common_root, write_roots
from terraform_gate.rules.catalog import all_rules
from terraform_harness.terraform.run import Terraform

TARGET = Path(__file__).parents[1] / "docs" / "policies_compared.md"
_HEAD = """# What checkov alone notices

Written by `python -m bench.rule_table`; measured {day} with checkov {version}.

Each rule brings examples that it fails. checkov notices one when a check of its own fails there that does not
fail the rule's passing examples, whatever it complains of. The JSON here has no `terraform.required_version`:
with it checkov reads nothing at all. The last column is what `test_rule_tells_its_examples_apart_*` proves,
on JSON and, but for AF_ECS_16 (plans carry no `lifecycle`), on the same plan.

"""
Noticed = Mapping[str, set[str]]
"""Example -> ids of checkov's checks that fail it."""


def main() -> int:
    """Run checkov over the examples as JSON and as a plan, and write the table."""
    with tempfile.TemporaryDirectory() as scratch:
        roots, common = Path(scratch) / "roots", Path(scratch) / "common"
        write_roots(roots)
        print("checkov over the examples as JSON ...", file=sys.stderr, flush=True)
        on_json = _noticed(_checkov("--directory", str(roots), "--framework", "terraform_json"))
        write_common_root(common)
        print("plan of the examples ...", file=sys.stderr, flush=True)
        plan = _plan(common)
        print("checkov over the plan ...", file=sys.stderr, flush=True)
        on_plan = _noticed(_checkov("--file", str(plan), "--framework", "terraform_plan"))
    text = "".join(_page(on_json, on_plan))
    temporary = TARGET.with_name(f".{TARGET.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(TARGET)
    print(f"{TARGET.name}: {len(all_rules())} rules")
    return 0


def _plan(root: Path) -> Path:
    runner = Terraform(root)
    runner.init()
    file = root / "plan.json"
    file.write_text(json.dumps(runner.show(runner.plan(refresh=False))), encoding="utf-8")
    return file


def _checkov(*arguments: str) -> list[dict[str, Any]]:
    program = str(Path(sys.executable).with_name("checkov"))
    command = [program, *arguments, "--skip-download", "--quiet", "--compact", "--output", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    reports = json.loads(answer.stdout)
    listed = reports if isinstance(reports, list) else [reports]
    return [check for report in listed for check in report.get("results", {}).get("failed_checks", [])]


def _noticed(checks: list[dict[str, Any]]) -> Noticed:
    found: dict[str, set[str]] = defaultdict(set)
    for check in checks:
        address = str(check.get("resource_address") or "")
        name = address.split(".")[1] if address.startswith("module.") else Path(check["file_path"]).parent.name
        found[name].add(check["check_id"])
    return found


def _page(on_json: Noticed, on_plan: Noticed) -> Iterator[str]:
    yield _HEAD.format(day=datetime.now(tz=UTC).date().isoformat(), version=version("checkov"))
    yield "| rule | holds | checkov on JSON | checkov on a plan | this gate |\n|---|---|---|---|---|\n"
    listed = list(cases())
    for rule in all_rules():
        own = [case for case in listed if case.rule is rule]
        bad = sum(not case.is_good for case in own)
        yield f"| {rule.id} | {rule.title} | {_cell(own, on_json)} | {_cell(own, on_plan)} | {bad} of {bad} |\n"


def _cell(own: list[Case], noticed: Noticed) -> str:
    usual = {check for case in own if case.is_good for check in noticed.get(case.name, ())}
    bad = [noticed.get(case.name, set()) - usual for case in own if not case.is_good]
    ids = ", ".join(sorted(set().union(*bad)))
    return f"{sum(map(bool, bad))} of {len(bad)}" + (f" ({ids})" if ids else "")


if __name__ == "__main__":
    sys.exit(main())

"""The command line of the gate."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from terraform_gate.gate.evaluation import evaluate
from terraform_gate.gate.format_github import github_text
from terraform_gate.gate.format_json import json_text
from terraform_gate.gate.format_junit import junit_text
from terraform_gate.gate.format_sarif import sarif_text
from terraform_gate.gate.format_text import text
from terraform_gate.gate.outcome import Report

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": text,
    "json": json_text,
    "sarif": sarif_text,
    "junit": junit_text,
    "github": github_text,
}


def main(arguments: Sequence[str]) -> int:
    """Run the gate, or `docs`. Exit 0: every resource judged and clean; 1: findings; 2: something not judged."""
    if arguments[:1] == ["docs"] and not Path("docs.tf.json").exists():
        from terraform_gate.gate.documentation import docs_command

        return docs_command(arguments[1:])
    options = _parser().parse_args(arguments)
    report = evaluate(options.paths, plans=options.plan, waiver_files=options.waivers, today=options.today)
    _write(FORMATS[options.format](report), options.output)
    return report.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m terraform_gate",
        description="Judge Terraform JSON and plans by checkov's rules and ours. Exit 0: every resource judged and "
        "clean; 1: findings; 2: something could not be judged.",
        epilog="`python -m terraform_gate docs [--check]` writes docs/policies.md.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="Terraform JSON, a plan, or a folder")
    parser.add_argument(
        "--plan",
        action="append",
        default=[],
        type=_plan,
        metavar="[STACK=]PLAN.json",
        help="`terraform show -json` of a stack among the paths",
    )
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report there instead of to the screen")
    parser.add_argument("--waivers", action="append", default=[], type=Path, metavar="FILE", help="YAML or JSON list")
    parser.add_argument("--today", type=date.fromisoformat, default=datetime.now(tz=UTC).date(), help=argparse.SUPPRESS)
    return parser


def _plan(given: str) -> tuple[str, Path]:
    stack, separator, file = given.partition("=")
    return (stack, Path(file)) if separator else ("", Path(given))


def _write(report: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(report + "\n")
        return
    temporary = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(report + "\n", encoding="utf-8")
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)

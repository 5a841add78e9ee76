"""The command line of the gate."""

from __future__ import annotations

import argparse
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
from terraform_gate.gate.time_limit import add_time_limit
from terraform_gate.gate.waivers import add_waivers
from terraform_gate.output import write_output

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": text,
    "json": json_text,
    "sarif": sarif_text,
    "junit": junit_text,
    "github": github_text,
}


def main(arguments: Sequence[str]) -> int:
    """Run the gate or one of its subcommands.

    Args:
        arguments: The words after ``python -m terraform_gate``: ``compare``, ``reach``, ``docs`` or ``run-task`` with
            its own arguments, else the paths and options of the gate.

    Returns:
        The exit code. For the gate 0: every verdict is ``pass`` or waived; 1: a ``fail``; 2: an ``unknown`` or a
        problem with the input.
    """
    if arguments and (subcommand := _SUBCOMMANDS.get(arguments[0])):
        return subcommand(arguments[1:])
    options = _parser().parse_args(arguments)
    report = evaluate(
        options.paths,
        plans=options.plan,
        waiver_files=options.waivers,
        today=options.today,
        seconds=options.time_limit,
    )
    wanted = [*options.report, (options.format, options.output)]
    failed = max(write_output(FORMATS[name](report), file) for name, file in wanted)
    return failed or report.exit_code


def _compare(arguments: Sequence[str]) -> int:
    from terraform_gate.comparison.command import compare_command

    return compare_command(arguments)


def _docs(arguments: Sequence[str]) -> int:
    from terraform_gate.gate.documentation import docs_command

    return docs_command(arguments)


def _reach(arguments: Sequence[str]) -> int:
    from terraform_gate.network.reach_command import main as reach_command

    return reach_command(arguments)


def _run_task(arguments: Sequence[str]) -> int:
    from terraform_gate.run_task.command import run_task_command

    return run_task_command(arguments)


_SUBCOMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "compare": _compare,
    "docs": _docs,
    "reach": _reach,
    "run-task": _run_task,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m terraform_gate",
        description="Evaluate the rules of the gate and of checkov on Terraform files (HCL and JSON) and plans. "
        "Exit 0: every verdict is pass or waived; 1: a fail; 2: an unknown, or a problem with the input.",
        epilog="Subcommands: `reach PATH...` prints which connections the network allows, `compare OLD NEW` "
        "which connections and permissions a change opens, `docs [--check]` writes docs/policies.md, `run-task` serves "
        "HCP Terraform. "
        "Write ./reach for a path of that name.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="*.tf or *.tf.json, a plan, or a folder")
    parser.add_argument(
        "--plan",
        action="append",
        default=[],
        type=_plan,
        metavar="[STACK=]PLAN.json",
        help="the plan (`terraform show -json`) of a stack among the paths; may be repeated",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="format of the report (default: text)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report to FILE instead of the screen")
    parser.add_argument(
        "--report",
        action="append",
        default=[],
        type=_report,
        metavar="FORMAT=FILE",
        help="write a further report of the same run; may be repeated",
    )
    add_waivers(parser)
    add_time_limit(parser)
    parser.add_argument("--today", type=_day, default=datetime.now(tz=UTC).date(), help=argparse.SUPPRESS)
    return parser


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a date such as 2027-01-31, got {given!r}") from None


def _plan(given: str) -> tuple[str, Path]:
    stack, separator, file = given.partition("=")
    return (stack, Path(file)) if separator else ("", Path(given))


def _report(given: str) -> tuple[str, Path]:
    name, separator, file = given.partition("=")
    if name not in FORMATS or not (separator and file):
        raise argparse.ArgumentTypeError(f"must be FORMAT=FILE with a format of {', '.join(FORMATS)}, got {given!r}")
    return name, Path(file)

"""The report as JUnit XML, which CI systems show as tests."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from terraform_gate.finding import Verdict
from terraform_gate.gate.outcome import Outcome, Report

_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_text(report: Report) -> str:
    """Format a suite for each stack and a case for each verdict.

    ``fail`` is a failure, ``unknown`` an error, a waived finding a skipped test.
    """
    root = Element("testsuites", name="policies")
    for stack in dict.fromkeys([*report.stacks, *(item.finding.resource.stack for item in report.outcomes)]):
        _suite(root, stack, [item for item in report.outcomes if item.finding.resource.stack == stack])
    if report.problems:
        suite = SubElement(root, "testsuite", name="inputs", tests=str(len(report.problems)), failures="0")
        suite.set("errors", str(len(report.problems)))
        for problem in report.problems:
            case = SubElement(suite, "testcase", classname="inputs", name=_legal(problem.where))
            SubElement(case, "error", message=_legal(problem.reason))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _suite(root: Element, stack: str, items: list[Outcome]) -> None:
    count = Counter("skipped" if item.waiver else item.verdict for item in items)
    suite = SubElement(root, "testsuite", name=_legal(stack), tests=str(len(items)))
    suite.set("failures", str(count[Verdict.FAIL]))
    suite.set("errors", str(count[Verdict.UNKNOWN]))
    suite.set("skipped", str(count["skipped"]))
    for item in items:
        _case(suite, item)


def _case(suite: Element, item: Outcome) -> None:
    address = _legal(item.finding.resource.address)
    case = SubElement(suite, "testcase", classname=item.card.id, name=f"{address}: {_legal(item.card.title)}")
    message = _legal(item.finding.message or item.card.title)
    if item.waiver:
        SubElement(case, "skipped", message=_legal(f"waived until {item.waiver.expires}: {item.waiver.reason}"))
    elif item.verdict is Verdict.FAIL:
        SubElement(case, "failure", message=message, type=str(item.card.severity)).text = _legal(item.card.remediation)
    elif item.verdict is Verdict.UNKNOWN:
        SubElement(case, "error", message=message, type="unknown")


def _legal(value: str) -> str:
    """Replace the characters that XML does not allow."""
    return _ILLEGAL.sub("\ufffd", value)

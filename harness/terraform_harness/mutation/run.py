"""Runs detectors on every mutant; a mutant that no detector reports survives."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from terraform_harness.mutation import roots
from terraform_harness.mutation.mutant import Documents, Mutant, mutants
from terraform_harness.mutation.roots import HclRoot

Detector = Callable[[Sequence[Path]], frozenset[str]]
"""Returns what it reports about the stacks in the given folders, each a short name such as ``AF_SG_1 aws_vpc.main``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A mutant and ``detected_by``: what detectors report about it and do not report about the original."""

    mutant: Mutant
    detected_by: frozenset[str]

    @property
    def survived(self) -> bool:
        """Whether no detector reported the mutant."""
        return not self.detected_by


class DetectorError(ValueError):
    """A detector cannot run, or it rejects the unchanged stacks, so that it could never detect a mutant."""


class NothingToMutate(ValueError):
    """No mutant can be generated from the stacks."""


def run(
    folders: Sequence[Path],
    *,
    detectors: Mapping[str, Detector],
    keep: Callable[[Mutant], bool] = lambda _: True,
    progress: Callable[[Result], None] = lambda _: None,
) -> tuple[Result, ...]:
    """Run the detectors on each mutant of the stacks in ``folders``; the other stacks stay as they are.

    Args:
        folders: Folders of root modules, in Terraform JSON or in HCL (which needs the extra ``policies``).
        detectors: Detectors by name. They run in order, until one of them reports the mutant.
        keep: Selects mutants.
        progress: Called with each result.

    Raises:
        NothingToMutate: No mutant is left.
        DetectorError: A detector cannot run, or it rejects the unchanged stacks.
        WorkspaceError: A folder is not a root module.
    """
    read = {folder.name: roots.read(folder) for folder in folders}
    documents = {name: document for name, (document, _) in read.items()}
    hcl = {name: root for name, (_, root) in read.items() if root is not None}
    selected = filter(keep, mutants(documents))
    results = run_mutants(selected, documents, detectors=detectors, progress=progress, hcl=hcl)
    if not results:
        raise NothingToMutate(
            f"{', '.join(documents)}: no mutant can be generated. Fix: pass other stacks or another operator"
        )
    return results


def run_mutants(
    selected: Iterable[Mutant],
    documents: Documents,
    *,
    detectors: Mapping[str, Detector],
    progress: Callable[[Result], None] = lambda _: None,
    hcl: Mapping[str, HclRoot] | None = None,
) -> tuple[Result, ...]:
    """Run the detectors on ``selected`` mutants of ``documents``, generated or written by hand.

    Args:
        selected: Mutants; ``mutants`` generates them, ``written_mutant`` makes one from a function.
        documents: The original stacks by name.
        detectors: Detectors by name. They run in order, until one of them reports the mutant.
        progress: Called with each result.
        hcl: The stacks that are written in HCL, by name (``roots.read`` reads them).
    """
    before = {name: _before(name, documents, detector, hcl) for name, detector in detectors.items()}
    results = []
    for mutant in selected:
        result = Result(mutant=mutant, detected_by=_detected_by(mutant, documents, detectors, before, hcl))
        results.append(result)
        progress(result)
    return tuple(results)


def findings(documents: Documents, detector: Detector, *, hcl: Mapping[str, HclRoot] | None = None) -> frozenset[str]:
    """Return what ``detector`` reports about stacks; they are written to a temporary folder for it."""
    scratch = Path(tempfile.mkdtemp(prefix="terraform-harness-mutation-"))
    try:
        for stack, document in documents.items():
            roots.write(document, (hcl or {}).get(stack), name=stack, into=scratch)
        return detector([scratch / stack for stack in documents])
    finally:
        shutil.rmtree(scratch)


def _before(name: str, documents: Documents, detector: Detector, hcl: Mapping[str, HclRoot] | None) -> frozenset[str]:
    """Return what a detector reports about the unchanged stacks; one that knows only an exit code must report nothing.

    Raises:
        DetectorError: It reports something.
    """
    found = findings(documents, detector, hcl=hcl)
    if found and getattr(detector, "has_only_an_exit_code", False):
        fix = "let the command succeed on the unchanged stacks first"
        raise DetectorError(f"{name}: {'; '.join(sorted(found))} on the unchanged stacks. Fix: {fix}")
    return found


def _detected_by(
    mutant: Mutant,
    documents: Documents,
    detectors: Mapping[str, Detector],
    before: Mapping[str, frozenset[str]],
    hcl: Mapping[str, HclRoot] | None,
) -> frozenset[str]:
    changed = dict(documents) | dict(mutant.documents)
    for name, detector in detectors.items():
        new = findings(changed, detector, hcl=hcl) - before[name]
        if new:
            return frozenset(f"{name}: {finding}" for finding in new)
    return frozenset()

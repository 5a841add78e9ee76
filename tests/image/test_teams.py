"""Airflow's own DagBag and DAG bundles apply the cluster policy for teams; the dag-processor creates their pools."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from local.containers import backing_services, engine
from tests.image.services import Services

pytestmark = pytest.mark.feature("T9")
TEAMS = json.dumps(
    {"sales": {"queues": ["sales"], "pool_slots": 7}, "ops": {"queues": ["ops", "ops.slow"], "pool_slots": 128}}
)
BUNDLE = "airflow.providers.git.bundles.git.GitDagBundle"
BUNDLES = {
    name: {
        "name": name,
        "classpath": BUNDLE,
        "kwargs": {"git_conn_id": f"git_dags{suffix}", "tracking_ref": "main", "subdir": "dags"},
    }
    for name, suffix in {"dags": "", "sales": "_sales", "ops": "_ops"}.items()
}
# Arguments of the DAG and of its task, by bundle and file.
DAGS: dict[str, dict[str, str]] = {
    "dags": {
        "shared.py": "DAG('shared') / T(task_id='t')",
        "queue_of_a_team.py": "DAG('thief') / T(task_id='t', queue='sales')",
        "pool_of_a_team.py": "DAG('swimmer') / T(task_id='t', pool='sales')",
        "id_of_a_team.py": "DAG('sales.report') / T(task_id='t')",
        "dotted.py": "DAG('reports.daily') / T(task_id='t', queue='big')",
    },
    "sales": {
        "plain.py": "DAG('sales.plain') / T(task_id='t')",
        "own.py": "DAG('sales.own') / T(task_id='t', queue='sales', pool='sales', executor='CeleryExecutor')",
        "mapped.py": "DAG('sales.mapped') / T.partial(task_id='t').expand(bash_command=['true', 'false'])",
        "queue_of_ops.py": "DAG('sales.queue') / T(task_id='t', queue='ops')",
        "mapped_queue.py": "DAG('sales.many') / T.partial(task_id='t', queue='ops').expand(bash_command=['true'])",
        "shared_queue.py": "DAG('sales.shared') / T(task_id='t', queue='big')",
        "pool.py": "DAG('sales.pool') / T(task_id='t', pool='ops')",
        "fargate.py": "DAG('sales.fargate') / T(task_id='t', executor='ecs')",
        "id.py": "DAG('ops.report') / T(task_id='t')",
        "no_prefix.py": "DAG('report') / T(task_id='t')",
    },
    "ops": {
        "which_queue.py": "DAG('ops.which') / T(task_id='t')",
        "slow.py": "DAG('ops.slow') / T(task_id='t', queue='ops.slow')",
    },
}
FILE = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG as Dag

def T(**arguments):
    return lambda: BashOperator(bash_command="true", **arguments)

T.partial = lambda **partial: Mapped(partial)

class Mapped:
    def __init__(self, partial):
        self.partial = partial
    def expand(self, **mapped):
        return lambda: BashOperator.partial(**self.partial).expand(**mapped)

class DAG:
    def __init__(self, dag_id):
        self.dag_id = dag_id
    def __truediv__(self, make):
        with Dag(self.dag_id, schedule=None) as self.dag:
            make()
        globals()["dag"] = self.dag

"""
SCRIPT = """
import json, os, pathlib, subprocess, sys
from airflow_fargate import git_connection
dags, preamble = json.loads(sys.argv[1]), sys.argv[2]
for bundle, files in dags.items():
    repository = pathlib.Path("/tmp/repositories") / bundle
    (repository / "dags").mkdir(parents=True)
    for name, text in files.items():
        (repository / "dags" / name).write_text(preamble + text)
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    suffix = "" if bundle == "dags" else f"_{bundle.upper()}"
    os.environ[f"AIRFLOW_GIT_REPO{suffix}"] = str(repository)
os.environ |= git_connection.connections(os.environ)
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag
found = {}
for bundle in DagBundlesManager().get_all_dag_bundles():
    bundle.initialize()
    bag = BundleDagBag(bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
    found[bundle.name] = {
        "errors": {os.path.basename(file): text for file, text in bag.import_errors.items()},
        "dags": {dag.dag_id: [dag.tasks[0].queue, dag.tasks[0].pool] for dag in bag.dags.values()},
    }
from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager
from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager
found["fab knows teams"] = FabAuthManager.is_authorized_team is not BaseAuthManager.is_authorized_team
try:
    DagBundlesManager().get_bundle("nobody")
except ValueError as error:
    found["unknown bundle"] = str(error)
print("FOUND" + json.dumps(found))
"""


@pytest.fixture(scope="module")
def parsed(image: str) -> dict[str, Any]:
    """What Airflow read from the three bundles, in a container without database."""
    done = engine.run(
        engine.Launch(
            image=image,
            name="teams-policy",
            options=("--entrypoint", "python", "--read-only", "--tmpfs", "/tmp:exec"),
            environ={
                "AIRFLOW_TEAMS": TEAMS,
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor,ecs:airflow_fargate.ecs_executor.FargateExecutor",
                "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([*BUNDLES.values()]),
            },
            command=("-c", SCRIPT, json.dumps(DAGS), FILE),
        )
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.rpartition("FOUND")[2])
    return found


@pytest.mark.parametrize(
    ("bundle", "file", "reason"),
    [
        ("dags", "queue_of_a_team.py", "DAG thief, task t: the queue 'sales' belongs to the team sales."),
        ("dags", "pool_of_a_team.py", "DAG swimmer, task t: the pool 'sales' belongs to the team sales."),
        ("dags", "id_of_a_team.py", "DAG sales.report: ids that begin with 'sales.' belong to the team sales"),
        (
            "sales",
            "queue_of_ops.py",
            "the queue 'ops' belongs to the team ops, and the DAG belongs to the team sales. Fix: set queue to",
        ),
        ("sales", "mapped_queue.py", "the queue 'ops' belongs to the team ops, and the DAG belongs to the team sales."),
        (
            "sales",
            "shared_queue.py",
            "the queue 'big' does not belong to a team, and the DAG belongs to the team sales.",
        ),
        ("sales", "pool.py", "the pool 'ops' is not that of the team sales. Fix: remove pool"),
        ("sales", "fargate.py", "the executor 'ecs' does not run DAGs of teams."),
        ("sales", "id.py", "DAG ops.report: ids of DAGs of the team sales begin with 'sales.'"),
        ("sales", "no_prefix.py", "DAG report: ids of DAGs of the team sales begin with 'sales.'"),
        (
            "ops",
            "which_queue.py",
            "no queue is set, and the team ops has several. Fix: set queue to one of ops, ops.slow",
        ),
    ],
)
def test_dag_that_uses_what_is_not_its_teams_is_an_import_error(
    parsed: dict[str, Any], bundle: str, file: str, reason: str
) -> None:
    assert reason in parsed[bundle]["errors"][file]


def test_other_dags_are_imported_with_the_queue_and_the_pool_of_their_team(parsed: dict[str, Any]) -> None:
    assert {bundle: parsed[bundle]["dags"] for bundle in BUNDLES} == {
        "dags": {"shared": ["default", "default_pool"], "reports.daily": ["big", "default_pool"]},
        "sales": {name: ["sales", "sales"] for name in ("sales.plain", "sales.own", "sales.mapped")},
        "ops": {"ops.slow": ["ops.slow", "ops"]},
    }


def test_worker_without_a_bundle_cannot_run_its_dags(parsed: dict[str, Any]) -> None:
    """A worker of one team is configured with the bundle of this team only."""
    assert "not configured" in parsed["unknown bundle"]


def test_fab_still_lacks_what_the_multi_team_mode_of_airflow_needs(parsed: dict[str, Any]) -> None:
    """When this fails, docs/teams.md is out of date: FAB can tell who belongs to a team."""
    assert not parsed["fab knows teams"]


def test_dag_processor_creates_the_pools_of_teams_and_follows_their_slots(migrated: Services) -> None:
    start = "import os, sys; os.execvpe = lambda *_: sys.exit(0); import airflow_fargate.__main__ as m"

    def pools(teams: str) -> list[list[str]]:
        launch = migrated.launch(
            "dag-processor", environ={"AIRFLOW_TEAMS": teams}, options=("--entrypoint", "python"), name="pools"
        )
        done = engine.run(replace(launch, command=("-c", f"{start}; m.main(['dag-processor'])")))
        assert done.returncode == 0, done.stderr
        wanted = "select pool, slots, include_deferred from slot_pool where pool != 'default_pool' order by pool"
        return backing_services.query(migrated.database, wanted)

    try:
        assert pools(TEAMS) == [["ops", "128", "f"], ["sales", "7", "f"]]
        assert pools(TEAMS.replace("7}", "9}")) == [["ops", "128", "f"], ["sales", "9", "f"]]
    finally:
        backing_services.query(migrated.database, "delete from slot_pool where pool != 'default_pool'")

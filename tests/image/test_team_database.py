"""A worker of a team runs Airflow tasks, and code on it reaches nothing of the database but its own results."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from local.containers import backing_services, engine
from tests.image.entrypoint import as_component
from tests.image.fake_rds_tokens import FakeRdsTokens
from tests.image.rds_database import REGION, rds_database
from tests.image.services import Services
from tests.image.team_database_scripts import (
    API,
    DAG,
    EARLIER,
    FORGED,
    NAME,
    OF_OPS,
    OPS,
    OWNER,
    PASSWORD,
    SALES,
    SCRIPT,
    SHARED,
    TABLES,
)

pytestmark = pytest.mark.feature("T9", "D8")
KEYS = {"AKIASERVER": "secret key of the servers", "AKIASALES": "secret key of the workers of sales"}


@dataclass(frozen=True, kw_only=True)
class Run:
    """What happened.

    Args:
        migration: the migration of a database whose environment had no teams.
        found: what the Airflow task tried, and what the scheduler sees.
        rejected: why tokens were rejected.
    """

    migration: subprocess.CompletedProcess[str]
    found: dict[str, Any]
    rejected: list[str]

    @property
    def attempts(self) -> dict[str, Any]:
        value = self.found["attempts"]
        return dict(json.loads(value) if isinstance(value, str) else value)


@pytest.fixture(scope="module")
def rds(migrated: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeRdsTokens]:
    with rds_database(
        migrated,
        tmp_path_factory.mktemp("clock"),
        name=NAME,
        owner=OWNER,
        password=PASSWORD,
        secret_keys=KEYS,
        users={"AKIASERVER": frozenset({OWNER}), "AKIASALES": frozenset({SALES})},
    ) as fake:
        backing_services.query(migrated.database, EARLIER, name=OWNER)
        yield fake


@pytest.fixture(scope="module")
def dags(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dags")
    folder.chmod(0o755)
    (folder / "report.py").write_text(DAG)
    (folder / "forged.py").write_text(FORGED)
    return folder


@pytest.fixture(scope="module")
def run(migrated: Services, rds: FakeRdsTokens, dags: Path) -> Iterator[Run]:
    server = {
        "AIRFLOW_DB_AUTHENTICATION": "iam",
        "AIRFLOW_DB_HOST": NAME,
        "AIRFLOW_DB_PORT": str(rds.port),
        "AIRFLOW_DB_NAME": OWNER,
        "AIRFLOW_DB_USER": OWNER,
        "AIRFLOW_DB_PASSWORD": None,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{API}:8080/execution/",
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "AKIASERVER",
        "AWS_SECRET_ACCESS_KEY": KEYS["AKIASERVER"],
    }
    of_sales = {
        "AIRFLOW_DB_USER": SALES,
        "AIRFLOW_WORKER_QUEUES": "sales",
        "AIRFLOW_WORKER_SERVE_LOGS": "False",
        "AIRFLOW__CORE__FERNET_KEY": None,
        "AIRFLOW__API_AUTH__JWT_SECRET": None,
        "AIRFLOW_ADMIN_PASSWORD": None,
        "AWS_ACCESS_KEY_ID": "AKIASALES",
        "AWS_SECRET_ACCESS_KEY": KEYS["AKIASALES"],
        "TRIED_OWNER": OWNER,
        "TRIED_TABLES": " ".join(TABLES),
    }
    mounted = (*rds.options, "--volume", f"{dags}:/opt/airflow/dags:ro")
    users = {"AIRFLOW_DB_PASSWORD": PASSWORD, "AIRFLOW_DB_WORKER_USERS": f"{SHARED},{OPS},{SALES}"}
    migration = engine.run(
        migrated.launch("migrate", environ={**server, **users}, options=rds.options, name="teams-migrate")
    )
    assert migration.returncode == 0, migration.stdout[-2000:] + migration.stderr[-3000:]
    backing_services.query(migrated.database, OF_OPS, name=OWNER)
    api = migrated.start(
        "api-server", environ=server, options=(*rds.options, "--network-alias", API), name="teams-api-server"
    )
    worker = migrated.start("worker", environ={**server, **of_sales}, options=mounted, name="teams-worker")
    try:
        for container in (api, worker):
            container.wait_healthy(seconds=300)
        launch = migrated.launch(
            "scheduler", environ=server, options=(*mounted, "--entrypoint", "python"), name="teams-scheduler"
        )
        done = engine.run(replace(launch, command=("-c", as_component("scheduler"), SCRIPT)))
        assert "FOUND" in done.stdout, done.stdout[-3000:] + done.stderr[-3000:] + worker.logs()[-3000:]
        found = json.loads(done.stdout.rpartition("FOUND")[2])
        yield Run(migration=migration, found=found, rejected=rds.rejected)
    finally:
        for container in (api, worker):
            container.remove()


def test_worker_of_a_team_runs_airflow_tasks_and_the_executor_sees_their_states(run: Run) -> None:
    assert f"users of workers: {SHARED}, {OPS}, {SALES}" in run.migration.stdout
    assert run.found["states"] == {"attempts": "success", "fails": "failed"}
    assert run.attempts["session_user"] == [[SALES]]
    assert run.attempts["own"] == [["STARTED", SALES]]
    # Celery's state of an Airflow task that fails is a success: the Airflow task reports its own to the execution API.
    assert run.found["seen by the executor"] == ["FAILURE", *["SUCCESS"] * 5]
    assert run.found["failure"] == ["FAILURE", "None", True]


def test_code_on_the_worker_reads_and_changes_its_own_results_only(run: Run) -> None:
    found = run.attempts
    assert found["own as the group"] == [["STARTED", SALES]]
    assert (found["update of ops"], found["update of Airflow"]) == (0, 0)
    assert "permission denied for table celery_taskmeta" in found["delete"]
    for name in ("new owner", "row of ops"):
        assert "violates row-level security policy" in found[name], name
    assert run.found["kept"] == [["earlier", "SUCCESS", OWNER], ["of ops", "SUCCESS", OPS]]


@pytest.mark.parametrize(
    "table",
    TABLES,
)
def test_code_on_the_worker_reads_no_other_table(run: Run, table: str) -> None:
    assert run.attempts[table] == f"permission denied for table {table}"


def test_code_on_the_worker_cannot_lift_the_restriction(run: Run) -> None:
    found = run.attempts
    for name in ("truncate", "create", "sequence"):
        assert "permission denied" in found[name], name
    for name in ("alter", "trigger"):
        assert found[name] == "must be owner of table celery_taskmeta", name


def test_task_role_of_a_team_logs_in_as_its_own_user_only(run: Run) -> None:
    for name in ("Airflow's user", "user of ops"):
        assert "PAM authentication failed" in run.attempts[name], name
    assert {f"AKIASALES lacks rds-db:connect on {user}" for user in (OWNER, OPS)} <= set(run.rejected)


@pytest.mark.feature("S3")
def test_worker_of_a_team_has_no_secret_of_airflow_but_the_key_of_log_requests(run: Run) -> None:
    """The credentials of AWS come from the container's agent on Fargate; those of the broker are docs/teams.md's."""
    known = {"AWS_SECRET_ACCESS_KEY", "AIRFLOW_BROKER_PASSWORD", "AIRFLOW__API__SECRET_KEY"}
    assert set(run.attempts["secrets"]) <= known


@pytest.mark.feature("S3", "S7")
def test_key_of_a_worker_signs_no_cookie_of_the_user_interface(run: Run) -> None:
    """Workers have the key that signs requests for logs; api-servers sign cookies with another one."""
    assert run.attempts["cookie"] == 200
    assert run.found["cookie"] == 302


def test_scheduler_does_not_load_a_pickle_that_a_worker_stored(run: Run) -> None:
    """Celery's column holds pickles: without the trigger, code of a team would run in the scheduler."""
    assert run.attempts["pickle"] == 1
    assert not run.found["harmed"]
    assert sorted(run.found["results"]) == [["SUCCESS", True]] * 3


def test_migration_is_repeatable_and_drops_the_user_of_a_removed_team(run: Run) -> None:
    assert run.found["columns"] == 13
    assert run.found["rights"] == [["airflow_workers", right] for right in ("INSERT", "SELECT", "UPDATE")]
    assert run.found["users"] == [[SHARED, True], [SALES, True], ["airflow_workers", False]]


def test_user_that_owns_something_loses_its_login_until_a_team_has_it_again(run: Run) -> None:
    assert run.found["users that own something"] == [[SHARED, False], [SALES, True], ["airflow_workers", False]]
    assert run.found["users again"] == run.found["users"]


def test_migration_ends_with_one_message_while_another_transaction_holds_the_table(run: Run) -> None:
    assert (
        "users of workers: canceling statement due to lock timeout. Fix: run the migration again"
        in run.found["message"]
    )

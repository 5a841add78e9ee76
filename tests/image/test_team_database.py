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
from tests.image.fake_rds_tokens import FakeRdsTokens
from tests.image.rds_database import REGION, rds_database
from tests.image.services import Services

pytestmark = pytest.mark.feature("T9", "D8")
NAME, OWNER, PASSWORD = "teams.example", "team_owner", "password of the owner"
SALES, OPS, SHARED = "airflow_worker_sales", "airflow_worker_ops", "airflow_worker"
KEYS = {"AKIASERVER": "secret key of the servers", "AKIASALES": "secret key of the workers of sales"}
API = "api-server-of-teams"
# Celery's table of an environment that had no teams, with a result; rights on the schema as in PostgreSQL 14.
EARLIER = f"""grant create on schema public to public;
set role {OWNER};
create sequence task_id_sequence;
create table celery_taskmeta (id integer primary key, task_id varchar(155) unique, status varchar(50), result bytea,
    date_done timestamp, traceback text, name varchar(155), args bytea, kwargs bytea, worker varchar(155),
    retries integer, queue varchar(155));
insert into celery_taskmeta (id, task_id, status) values (nextval('task_id_sequence'), 'earlier', 'SUCCESS')"""  # noqa: S608
OF_OPS = f"""insert into celery_taskmeta (id, task_id, status, owner)
values (nextval('task_id_sequence'), 'of ops', 'SUCCESS', '{OPS}')"""  # noqa: S608
# What code on a worker of sales tries. The pickle would run in the scheduler.
TABLES = ("connection", "variable", "task_instance", "dag_run", "xcom", "ab_user", "session", "celery_tasksetmeta")
DAG = """
from airflow.sdk import dag, task

@task(queue="sales")
def attempts():
    WORDS = ("PASSWORD", "SECRET", "FERNET")
    import os, pickle, sys
    sys.path.append("/opt/airflow/dags")
    from forged import sign_in
    import psycopg2
    from airflow_fargate.backing_services import Database

    def run(statement, *arguments, user=None):
        login = Database.of({**os.environ, **({"AIRFLOW_DB_USER": user} if user else {})})
        try:
            connection = login.connect()
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, arguments)
                return [list(row) for row in cursor.fetchall()] if cursor.description else cursor.rowcount
        except psycopg2.Error as error:
            return str(error).strip().splitlines()[0]

    class Harmful:
        def __reduce__(self):
            return os.system, ("touch /tmp/harmed",)

    own = "select status, owner from celery_taskmeta"
    insert = "insert into celery_taskmeta (id, task_id, status, {}) values (%s, %s, 'SUCCESS', %s)"
    found = {
        "session_user": run("select session_user"),
        "own": run(own),
        "own as the group": run(f"set role airflow_workers; {own}"),
        "update of ops": run("update celery_taskmeta set status = 'FAILURE' where task_id = 'of ops'"),
        "update of Airflow": run("update celery_taskmeta set status = 'FAILURE' where task_id = 'earlier'"),
        "delete": run("delete from celery_taskmeta where task_id = 'of ops'"),
        "new owner": run("update celery_taskmeta set owner = 'airflow_worker_ops'"),
        "row of ops": run(insert.format("owner"), -1, "forged", "airflow_worker_ops"),
        "pickle": run(insert.format("result"), -2, "harmful", pickle.dumps(Harmful())),
        "truncate": run("truncate celery_taskmeta"),
        "create": run("create table public.own (a int)"),
        "alter": run("alter table celery_taskmeta disable row level security"),
        "trigger": run("alter table celery_taskmeta disable trigger all"),
        "sequence": run("select setval('task_id_sequence', 1)"),
        "Airflow's user": run("select 1", user=os.environ["TRIED_OWNER"]),
        "user of ops": run("select 1", user="airflow_worker_ops"),
        "secrets": [name for name in os.environ if any(word in name for word in WORDS)],
    }
    found["cookie"] = sign_in(os.environ["AIRFLOW__API__SECRET_KEY"])
    for table in os.environ["TRIED_TABLES"].split():
        found[table] = run(f"select * from {table} limit 1")
    return found

@task(queue="sales", retries=0)
def fails():
    raise ValueError("on purpose")

@dag(dag_id="sales.report", schedule=None)
def report():
    attempts() >> fails()

report()
"""
# A cookie with which Flask-Login signs in as the person with the id 1; the status is 302 if it does, 200 if not.
FORGED = f"""
import hashlib, hmac, http.client

def sign_in(key):
    connection = http.client.HTTPConnection("{API}", 8080)
    cookie = "remember_token=1|" + hmac.new(key.encode(), b"1", hashlib.sha512).hexdigest()
    connection.request("GET", "/auth/login/", headers={{"Cookie": cookie}})
    return connection.getresponse().status
"""
# Runs in the environment that the entrypoint prepares for the scheduler.
ENTRY = "import os, sys; import airflow_fargate.__main__ as m; become = os.execvpe; script = sys.argv.pop(1)"
AS_SCHEDULER = (
    f"{ENTRY}; os.execvpe = lambda *words: become('python', ['python', '-c', script], words[2]); m.main(['scheduler'])"
)
# Airflow's own minimal scheduler with the CeleryExecutor; then a database without Celery's table, and a team less.
SCRIPT = """KEPT = ('earlier', 'of ops')
import json, os, pathlib, subprocess, sys, time
subprocess.run(["airflow", "dags", "test", "sales.report", "--use-executor"], check=False)
from airflow.providers.celery.executors.celery_executor_utils import BulkStateFetcher, app
from airflow_fargate import worker_users
from airflow_fargate.sign_on import cookies
from airflow_fargate.backing_services import Database
sys.path.append("/opt/airflow/dags")
from forged import sign_in
database = Database.of(os.environ)

def query(statement):
    connection = database.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None

found = {
    "attempts": query("select value from xcom where task_id = 'attempts'")[0][0],
    "cookie": sign_in(cookies.key(os.environ)),
    "states": dict(query("select task_id, state from task_instance where dag_id = 'sales.report'")),
    "results": query(f"select status, result is null from celery_taskmeta where owner = 'airflow_worker_sales'"),
    "kept": query(f"select task_id, status, owner from celery_taskmeta where task_id in {KEPT} order by 1"),
}
failing = app.send_task("execute_workload", args=["no workload"], queue="sales")
deadline = time.monotonic() + 60
while BulkStateFetcher(1).get_many([failing])[failing.task_id][0] != "FAILURE" and time.monotonic() < deadline:
    time.sleep(0.2)
found["failure"] = [failing.state, str(failing.result), "ValidationError" in failing.traceback]
known = [app.AsyncResult(name) for (name,) in query("select task_id from celery_taskmeta")]
found["seen by the executor"] = sorted(state for state, _ in BulkStateFetcher(1).get_many(known).values())
found["harmed"] = pathlib.Path("/tmp/harmed").exists()
query("drop table celery_taskmeta cascade")
query("drop sequence if exists task_id_sequence")
users = ["airflow_worker", "airflow_worker_sales"]
worker_users.ensure(database, users)
worker_users.ensure(database, users)
columns, grants = ("information_schema." + name for name in ("columns", "role_table_grants"))
found["columns"] = query(f"select count(*) from {columns} where table_name = 'celery_taskmeta'")[0][0]
found["rights"] = query(f"select grantee, privilege_type from {grants} where grantee ~ '^airflow_worker' order by 2")
logins = "select rolname, rolcanlogin from pg_roles where rolname ~ '^airflow_worker' order by 1"
found["users"] = query(logins)
query("grant airflow_worker to current_user")
query("set role airflow_worker; select lo_create(0)")
worker_users.ensure(database, users[1:])
found["users that own something"] = query(logins)
worker_users.ensure(database, users)
found["users again"] = query(logins)
reader = database.connect()
reader.cursor().execute("select from celery_taskmeta")
worker_users.RESTRICT = ("set local lock_timeout = '1ms'", *worker_users.RESTRICT[1:])
try:
    worker_users.ensure(database, users)
except SystemExit as message:
    found["message"] = str(message)
print("FOUND" + json.dumps(found))
"""


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
        done = engine.run(replace(launch, command=("-c", AS_SCHEDULER, SCRIPT)))
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

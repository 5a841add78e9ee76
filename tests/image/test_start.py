"""A start that cannot succeed ends with one line and an exit code; every component runs with restricted privileges."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import replace

import boto3
import pytest
from cryptography.fernet import Fernet

from local.containers import backing_services, engine
from local.containers.engine import Container, docker
from tests.image.services import PRINTABLE, SECRETS, Services

GROUPS = '{"default": {"queues": ["default"], "concurrency": 4}}'
STARTUP_ERRORS: list[tuple[str, str, dict[str, str | None], int, str]] = [
    ("unknown component", "webserver", {}, 2, "unknown component 'webserver'. Allowed: api-server, scheduler"),
    ("missing secret", "scheduler", {"AIRFLOW_DB_PASSWORD": None}, 2, "AIRFLOW_DB_PASSWORD missing or empty. Fix"),
    ("empty secret", "triggerer", {"AIRFLOW__API__SECRET_KEY": " "}, 2, "AIRFLOW__API__SECRET_KEY missing or empty"),
    (
        "Fernet key",
        "scheduler",
        {"AIRFLOW__CORE__FERNET_KEY": "tooshort"},
        2,
        "key 1 is not 32 bytes in URL-safe base64",
    ),
    ("no host", "api-server", {"AIRFLOW_DB_HOST": None}, 2, "AIRFLOW_DB_HOST is missing or empty"),
    ("port", "migrate", {"AIRFLOW_DB_PORT": "postgres"}, 2, "AIRFLOW_DB_PORT: expected a port from 1 to 65535"),
    ("no certificates", "metrics", {"AIRFLOW_CA_FILE": "/nowhere.pem"}, 2, "file /nowhere.pem does not exist"),
    (
        "concurrency",
        "worker",
        {"AIRFLOW_WORKER_CONCURRENCY": "0"},
        2,
        "AIRFLOW_WORKER_CONCURRENCY: expected a whole number",
    ),
    ("metrics groups", "metrics", {"AIRFLOW_METRICS_WORKER_GROUPS": '{"a": 1}'}, 2, "AIRFLOW_METRICS_WORKER_GROUPS"),
    ("teams", "dag-processor", {"AIRFLOW_TEAMS": '{"sales": {}}'}, 2, "AIRFLOW_TEAMS must be JSON such as"),
    ("no region", "metrics", {"AIRFLOW_METRICS_WORKER_GROUPS": GROUPS}, 2, "CloudWatch: You must specify a region"),
    ("clean days", "db-clean", {"AIRFLOW_CLEAN_DAYS": "many"}, 1, "AIRFLOW_CLEAN_DAYS is a whole number"),
    ("downgrade to nothing", "downgrade", {}, 1, "downgrade: expected one argument"),
    ("wrong password", "metrics", {"AIRFLOW_DB_PASSWORD": "no"}, 3, "password authentication failed"),
    ("unreachable broker", "worker", {"AIRFLOW_BROKER_PORT": "1"}, 3, "Connection refused"),
    ("wrong token", "worker", {"AIRFLOW_BROKER_PASSWORD": "no"}, 3, "invalid username-password pair"),
    # PostgreSQL's certificate is for another name. The image's own authorities signed neither server's certificate.
    ("another name", "metrics", {"AIRFLOW_DB_HOST": "impostor.example"}, 3, "does not match host name"),
    ("unknown authority", "worker", {"AIRFLOW_CA_FILE": None}, 3, "certificate verify failed"),
]


@pytest.mark.parametrize(
    ("component", "environ", "code", "message"),
    [case[1:] for case in STARTUP_ERRORS],
    ids=[case[0] for case in STARTUP_ERRORS],
)
def test_start_that_cannot_succeed_ends_with_its_reason(
    migrated: Services, component: str, environ: dict[str, str | None], code: int, message: str
) -> None:
    hosts = ("--add-host", f"impostor.example:{migrated.database.address}")
    launch = migrated.launch(
        component, environ={"AIRFLOW_WAIT_SECONDS": "1", **environ}, options=hosts, name="rejected"
    )
    done = engine.run(launch)
    last = (done.stdout + done.stderr).strip().splitlines()[-1]
    assert done.returncode == code, last
    assert message in last
    assert "Traceback" not in done.stdout + done.stderr
    assert not _leaks(done.stdout + done.stderr)


@pytest.mark.feature("C5")
def test_schema_of_another_version_is_reported(migrated: Services) -> None:
    backing_services.query(migrated.database, "update alembic_version set version_num = 'abc'")
    try:
        done = engine.run(migrated.launch("scheduler", environ={"AIRFLOW_WAIT_SECONDS": "1"}, name="rejected"))
    finally:
        revision = json.loads(engine.run(_cat(migrated, "schema.json")).stdout)["revisions"]["alembic_version"]
        backing_services.query(migrated.database, f"update alembic_version set version_num = '{revision}'")  # noqa: S608
    assert done.returncode == 3
    assert f"alembic_version is at abc, Airflow 3.3.2 needs {revision}" in done.stderr
    assert "Fix: run the migrate task" in done.stderr


@pytest.mark.feature("S6")
def test_fernet_key_of_another_database_is_rejected_without_the_right_key(migrated: Services) -> None:
    right, wrong = SECRETS["AIRFLOW__CORE__FERNET_KEY"], Fernet.generate_key().decode()
    value = Fernet(right.encode()).encrypt(b"a password").decode()
    columns = "conn_id, conn_type, password, is_encrypted, is_extra_encrypted"
    insert = f"insert into connection ({columns}) values ('kept', 'http', '{value}', true, false)"  # noqa: S608
    backing_services.query(migrated.database, insert)

    def start(keys: str) -> subprocess.CompletedProcess[str]:
        # Exits instead of becoming Airflow.
        script = "import os, sys; os.execvpe = lambda *_: sys.exit(0); import airflow_fargate.__main__ as m"
        environ = {"AIRFLOW__CORE__FERNET_KEY": keys}
        launch = migrated.launch("scheduler", environ=environ, options=("--entrypoint", "python"), name="keys")
        return engine.run(replace(launch, command=("-c", f"{script}; m.main(['scheduler'])")))

    try:
        rejected, during_rotation = start(wrong), start(f"{wrong},{right}")
    finally:
        backing_services.query(migrated.database, "delete from connection where conn_id = 'kept'")
    assert rejected.returncode == 2
    (line,) = rejected.stderr.splitlines()
    assert "decrypts none of 1 encrypted connections and variables of database.example:5432/airflow. Fix: " in line
    assert not _leaks(line)
    assert wrong not in line
    assert during_rotation.returncode == 0, during_rotation.stderr


def _cat(services: Services, file: str) -> engine.Launch:
    return engine.Launch(
        image=services.image,
        name=f"{services.network}-cat",
        options=("--entrypoint", "cat"),
        command=(f"/opt/airflow-fargate/{file}",),
    )


@pytest.mark.feature("S4", "C7")
def test_components_run_with_restricted_privileges_and_any_password(
    components: Mapping[str, Container],
) -> None:
    assert set(PRINTABLE) <= set(SECRETS["AIRFLOW_DB_PASSWORD"])
    for name, container in components.items():
        host = container.inspect()["HostConfig"]
        assert container.state["Health"]["Status"] == "healthy", name
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert container.exec("id", "-u").stdout.strip() == "50000", name
        assert container.exec("touch", "/opt/venv/x", check=False).returncode != 0, name


@pytest.mark.feature("S4")
def test_admin_can_log_in_with_a_password_of_every_printable_character(components: Mapping[str, Container]) -> None:
    script = (
        "import json, os, urllib.request as u;"
        "body = json.dumps({'username': 'admin', 'password': os.environ['AIRFLOW_ADMIN_PASSWORD']}).encode();"
        "r = u.Request('http://127.0.0.1:8080/auth/token', body, {'Content-Type': 'application/json'});"
        "print(u.urlopen(r).status)"
    )
    assert components["api-server"].exec("python", "-c", script).stdout.strip() == "201"


def _leaks(text: str) -> list[str]:
    return [name for name, value in SECRETS.items() if value in text or value[-20:] in text]


@pytest.mark.feature("S2")
def test_no_secret_in_image_process_list_or_logs(services: Services, components: Mapping[str, Container]) -> None:
    image = docker("image", "inspect", services.image).stdout + docker("history", "--no-trunc", services.image).stdout
    assert not _leaks(image)
    for name, container in components.items():
        assert not _leaks(container.logs()), name
        processes = docker("top", container.id, "-eo", "pid,args").stdout
        assert "airflow" in processes, name
        assert not _leaks(processes), name
        assert "%24%25" not in processes, name


@pytest.mark.feature("S2")
def test_search_for_leaks_finds_a_leak() -> None:
    assert _leaks(f"--password {SECRETS['AIRFLOW_ADMIN_PASSWORD']}") == ["AIRFLOW_ADMIN_PASSWORD"]


@pytest.mark.feature("C5")
def test_concurrent_migrations_both_succeed(migrated: Services) -> None:
    backing_services.query(migrated.database, "create database twice")
    environ = {"AIRFLOW_DB_NAME": "twice"}
    pair = [engine.start(migrated.launch("migrate", environ=environ, name=f"migrate-{number}")) for number in (1, 2)]
    codes = [container.wait(seconds=600) for container in pair]
    logs = [container.logs() for container in pair]
    for container in pair:
        container.remove()
    assert codes == [0, 0], logs[0][-2000:] + logs[1][-2000:]
    reports = [json.loads(log.strip().splitlines()[-1]) for log in logs]
    assert len({report["to"] for report in reports}) == 1
    users = backing_services.query(migrated.database, "select count(*) from ab_user", name="twice")
    assert users == [["1"]]


@pytest.mark.feature("C5")
def test_second_migration_changes_nothing_and_reports_the_downgrade(migrated: Services) -> None:
    done = engine.run(migrated.launch("migrate", name="migrate-again"))
    report = json.loads(done.stdout.strip().splitlines()[-1])
    assert report["from"] == report["to"]
    assert report["admin"] == "unchanged"
    assert report["way_back"] == f"downgrade {report['to']}"


@pytest.mark.feature("S3")
def test_worker_runs_without_fernet_key_and_jwt_secret(migrated: Services) -> None:
    environ = {"AIRFLOW__CORE__FERNET_KEY": None, "AIRFLOW__API_AUTH__JWT_SECRET": None}
    worker = migrated.start("worker", environ=environ, name="lean-worker")
    worker.wait_healthy()
    worker.remove()


AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-1"}


def test_parameters_are_read_from_parameter_store_outside_ecs(migrated: Services, aws: str) -> None:
    ssm = boto3.client(
        "ssm",
        endpoint_url=aws,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    ssm.put_parameter(Name="/airflow/test/database-password", Value=SECRETS["AIRFLOW_DB_PASSWORD"], Type="SecureString")
    where = {"AIRFLOW_PARAMETER_PATH": "/airflow/test", "AWS_ENDPOINT_URL": aws, **AWS}
    done = engine.run(migrated.launch("db-clean", environ={**where, "AIRFLOW_DB_PASSWORD": None}, name="outside"))
    assert done.returncode == 0, done.stderr[-2000:]


def test_missing_parameter_is_reported(migrated: Services, aws: str) -> None:
    where = {"AIRFLOW_PARAMETER_PATH": "/airflow/other", "AWS_ENDPOINT_URL": aws, **AWS}
    done = engine.run(migrated.launch("db-clean", environ={**where, "AIRFLOW_DB_PASSWORD": None}, name="outside"))
    assert done.returncode == 2
    assert "Fix: give a value to the parameter /airflow/other/database-password" in done.stderr

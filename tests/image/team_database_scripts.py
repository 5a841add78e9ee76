"""Code that a worker of a team runs against the database, and what the scheduler then sees."""

from __future__ import annotations

NAME, OWNER, PASSWORD = "teams.example", "team_owner", "password of the owner"
SALES, OPS, SHARED = "airflow_worker_sales", "airflow_worker_ops", "airflow_worker"
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

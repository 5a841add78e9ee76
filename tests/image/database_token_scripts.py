"""Code that Airflow's components run against a database that checks tokens."""

from __future__ import annotations

SCRIPT = """
import asyncio, datetime, json, os, pathlib
import botocore.auth, psycopg2, sqlalchemy
from airflow import settings
from airflow.configuration import conf
from airflow_fargate import health, iam_token
from airflow_fargate.backing_services import Database

clock, found = pathlib.Path("/clock/offset"), {}
now = botocore.auth.get_current_datetime
botocore.auth.get_current_datetime = lambda *a, **k: now(*a, **k) + datetime.timedelta(seconds=int(clock.read_text()))
WHO = sqlalchemy.text("select session_user")

def try_login(**login):
    server = {"host": database.host, "port": database.port, "dbname": database.name, **database.tls}
    try:
        psycopg2.connect(**server, **{"user": database.user, **login}).close()
        return "accepted"
    except psycopg2.OperationalError as error:
        return str(error).strip().splitlines()[-1]

async def asynchronous():
    async with settings.async_engine.connect() as connection:
        user = (await connection.execute(WHO)).scalar()
    await settings.async_engine.dispose()
    return user

def synchronous(engine):
    with engine.connect() as connection:
        return connection.execute(WHO).scalar()

database = Database.of(os.environ)
token = database.current_password()
found["first token"] = try_login(password=token)
found["synchronous"] = synchronous(settings.engine)
found["asynchronous"] = asyncio.run(asynchronous())
celery = sqlalchemy.create_engine(conf.get("celery", "result_backend").removeprefix("db+"))
found["celery"] = synchronous(celery)
with settings.engine.connect() as kept:
    clock.write_text("960")
    found["open connection after 16 minutes"] = kept.execute(WHO).scalar()
    found["pool after 16 minutes"] = synchronous(settings.engine)
found["first token after 16 minutes"] = try_login(password=token)
settings.engine.dispose()
found["reconnected pool"] = synchronous(settings.engine)
found["another user"] = try_login(user="airflow_reader", password=database.current_password())
found["password"] = try_login(password=os.environ["TRIED_PASSWORD"])
try:
    health._check_job(component="triggerer", environ=os.environ)
except health.Unhealthy as reason:
    found["health check"] = str(reason)
os.environ |= {"AWS_ACCESS_KEY_ID": "AKIAOTHER", "AWS_SECRET_ACCESS_KEY": os.environ["OTHER_SECRET_KEY"]}
iam_token._source.cache_clear()
found["role without permission"] = try_login(password=database.current_password())
print(json.dumps(found))
"""
# A worker has no engine of Airflow: Celery's configuration registers the listener.
WORKER_SCRIPT = """
import os
import airflow_fargate.celery_config, sqlalchemy
engine = sqlalchemy.create_engine(os.environ["AIRFLOW__CELERY__RESULT_BACKEND"].removeprefix("db+"))
with engine.connect() as connection:
    print("worker:", connection.execute(sqlalchemy.text("select session_user")).scalar())
"""

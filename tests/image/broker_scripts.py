"""Code that Celery's components of two teams run against the broker."""

from __future__ import annotations

TASK = """
from celery import shared_task

@shared_task(name="reversed")
def reverse(text):
    return text[::-1]
"""
SENDER = """
import json, sys, redis
from airflow.providers.celery.executors.celery_executor import app

admin = redis.Redis(host=sys.argv[1], port=int(sys.argv[2]), username="admin", password=sys.argv[3])
found = {"first": app.send_task("reversed", ("abc",), queue="sales").get(timeout=60)}
found["killed"] = admin.client_kill_filter(user="airflow-dev-team-sales")
found["second"] = app.send_task("reversed", ("def",), queue="sales").get(timeout=60)
found["keys"] = sorted(key.decode() for key in admin.keys())
app.send_task("reversed", ("of ops",), queue="ops")
admin.hset("unacked:ops", "tag", "message of ops")
admin.zadd("unacked_index:ops", {"tag": 1})
admin.hset("unacked", "tag", "message of no team")
print(json.dumps(found))
"""
ATTEMPTS = """
import datetime, json, os
import botocore.auth, redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from airflow_fargate import broker_token
from airflow_fargate.backing_services import Broker

broker, found = Broker.of(os.environ), {}
ONCE = Retry(NoBackoff(), 0)
USER, TEAM = broker.user, "airflow-dev-team-"

def attempt(name, act):
    try:
        found[name] = repr(act())
    except redis.RedisError as error:
        found[name] = f"denied: {error}"

def client(user=USER, token_of=USER, cache=broker.cache, password=None):
    password = password or broker_token.make(cache=cache, user=token_of, region=broker.region)
    return redis.Redis(host=broker.host, port=broker.port, username=user, password=password, ssl=True,
        ssl_cert_reqs="required", ssl_ca_certs=broker.ca_file, retry=ONCE)

own = client()
for words in (
    "LLEN ops", "LRANGE ops 0 -1", "LPUSH ops forged", "BRPOP ops 1", "DEL ops", "RPUSH ops.slow forged",
    "HGET unacked:ops tag", "HGET unacked tag", "ZRANGE unacked_index:ops 0 -1", "SET unacked_mutex:ops x",
    "SMEMBERS _kombu.binding.ops", "SADD _kombu.binding.ops forged", "SADD _kombu.binding.celery.pidbox forged",
    "PUBLISH /0.celery.pidbox shutdown", "PSUBSCRIBE *", "FLUSHALL", "FLUSHDB", "CONFIG GET *", "KEYS *", "SCAN 0",
    "RANDOMKEY", "ACL LIST", "CLIENT LIST", "MONITOR", "SCRIPT FLUSH", "DBSIZE", "INFO",
):
    attempt(words, lambda: own.execute_command(*words.split()))
attempt("script", lambda: own.eval("return redis.call('LRANGE', 'ops', 0, -1)", 0))
digest = own.script_load("return redis.call('LRANGE', KEYS[1], 0, -1)")
attempt("loaded script", lambda: own.evalsha(digest, 1, "ops"))
attempt("own queue", lambda: own.llen("sales"))
attempt("airflow", lambda: client(user="airflow-dev-airflow", token_of="airflow-dev-airflow").ping())
attempt("ops", lambda: client(user=TEAM + "ops", token_of=TEAM + "ops").ping())
attempt("own token as ops", lambda: client(user=TEAM + "ops").ping())
attempt("default", lambda: client(user="default", password="any").ping())
attempt("no login", lambda: redis.Redis(host=broker.host, port=broker.port, ssl=True,
    ssl_ca_certs=broker.ca_file, retry=ONCE).ping())
attempt("another cache", lambda: client(cache="airflow-prod").ping())
now = botocore.auth.get_current_datetime
botocore.auth.get_current_datetime = lambda *a, **k: now(*a, **k) - datetime.timedelta(minutes=16)
attempt("expired", lambda: client().ping())
print(json.dumps(found))
"""

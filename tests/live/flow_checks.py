"""Short checks of what needs a flow. Each gives, for some sources of the flow, what fails; empty where nothing does.

A check of several sources at once looks at each of them on its own: no source needs the flow of another.
"""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from local.airflow_client import AirflowError
from local.containers import backing_services
from local.containers.engine import EngineError
from tests.live.conftest import Live
from tests.live.workload import trigger_on_fargate

REQUEST_SECONDS = 8
# git-sync fetches every 5 s.
FOLLOW_SECONDS = 20
MIGRATION_SECONDS = 90
SHORTEST_RUN_SECONDS = 15
# A separate Fargate task starts containers, clones the DAG repository and starts Airflow first.
FARGATE_RUN_SECONDS = 60
RESULTS = """select count(*) from task_instance i join celery_taskmeta m on m.task_id = i.external_executor_id
where i.run_id = '{run}' and i.task_id = '{task}' and m.status = 'SUCCESS'"""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The running environment, and what the checks need of it.

    Args:
        live: the environment.
        long_run: a run of the DAG ``long``, whose Airflow tasks run or wait for the whole time.
        run_seconds: longest time that the Airflow tasks of the DAG ``kinds`` may take.
    """

    live: Live
    long_run: str
    run_seconds: float
    lock: threading.Lock = field(default_factory=threading.Lock)


Check = Callable[[Bench, Sequence[str]], Mapping[str, str]]


@contextmanager
def running_bench(live: Live) -> Iterator[Bench]:
    """Start the long run, and measure how long a short one takes; end the long run afterwards."""
    airflow = live.airflow
    for name in ("long", "kinds"):
        airflow.wait_for_dag(name)
    long_run = airflow.trigger("long")
    airflow.wait_for_state("long", long_run, "running", count=2)
    airflow.wait_for_state("long", long_run, "deferred", count=1)
    started = time.monotonic()
    airflow.finish("kinds", airflow.trigger("kinds"))
    seconds = max(SHORTEST_RUN_SECONDS, 2 * (time.monotonic() - started))
    try:
        yield Bench(live=live, long_run=long_run, run_seconds=seconds)
    finally:
        airflow.call("PATCH", f"dags/long/dagRuns/{long_run}", {"state": "failed"})


def single(check: Callable[[Bench, str], str]) -> Check:
    """The check of one source as a check of several, side by side."""

    def run(bench: Bench, sources: Sequence[str]) -> Mapping[str, str]:
        with ThreadPoolExecutor(max_workers=len(sources)) as pool:
            return dict(zip(sources, pool.map(lambda source: check(bench, source), sources), strict=True))

    return run


def new_task(bench: Bench, source: str) -> str:
    """Make the network interface of one more Fargate task, through which ECS pulls image and secrets."""
    ecs = bench.live.ecs
    catalog, runner = ecs.runner.catalog, ecs.runner
    services = {service.name: service for service in catalog.services()}
    groups = services[source].groups if source in services else [catalog.group(f"{ecs.name}-{source}")]
    with bench.lock:
        interface = runner.interfaces(source, catalog.services()[0].subnets, groups)
    try:
        container = interface.open(f"{ecs.vpc.name}-flow-{source}-{time.monotonic_ns()}")
    except EngineError as error:
        if "ResourceInitializationError" not in str(error):
            raise
        what = "S3" if ": S3 (" in str(error) else "the AWS APIs"
        return f"ECS cannot start a Fargate task, because the task does not reach {what} for image and secrets"
    interface.close()
    container.remove()
    return ""


def new_commit(bench: Bench, sources: Sequence[str]) -> Mapping[str, str]:
    """Push a commit; git-sync of every source must show it."""
    live = bench.live
    commit = live.push(message="a change", script="date +%s%N >changed.txt")
    deadline = time.monotonic() + FOLLOW_SECONDS
    while (behind := [name for name in sources if not _shows(live, name, commit)]) and time.monotonic() < deadline:
        time.sleep(1)
    return {name: "git-sync does not get a new commit" if name in behind else "" for name in sources}


def _shows(live: Live, service: str, commit: str) -> bool:
    (task, *_) = live.ecs.runner.running(service)
    link = task.containers["git-sync"].exec("readlink", "/opt/airflow/dags/current", check=False)
    return link.stdout.strip().endswith(commit)


def health(bench: Bench, source: str) -> str:
    """Run the health check of the service's container."""
    (task, *_) = bench.live.ecs.runner.running(source)
    test = next(item.health.test for item in task.definition.containers if item.essential and item.health)
    done = task.main.exec(*test[1:], check=False)
    if not done.returncode:
        return ""
    what = "no connection to the database" if "database:" in done.stdout else done.stdout.strip()
    return f"the health check fails ({what}), and ECS replaces the Fargate task"


def login_page(bench: Bench, _: str) -> str:
    """Request a page through the load balancer."""
    url = f"{bench.live.ecs.gateways.published()}/api/v2/version"
    try:
        with urllib.request.urlopen(url, timeout=2 * REQUEST_SECONDS):  # noqa: S310 - a loopback address
            return ""
    except (OSError, urllib.error.URLError):
        return "no request through the load balancer is answered"


def request(bench: Bench, _: str) -> str:
    """Request a list from the API, which reads the database."""
    try:
        replace(bench.live.airflow, timeout=REQUEST_SECONDS).call("GET", "dags?limit=1", within=1)
    except AirflowError:
        return "requests to the API are not answered"
    return ""


def log_of(task: str, words: str, text: str) -> Check:
    """The check that api-servers show the log of an Airflow task that runs or waits."""

    def check(bench: Bench, _: str) -> str:
        try:
            return "" if words in bench.live.airflow.log("long", bench.long_run, task) else text
        except (AirflowError, OSError):
            return text

    return single(check)


def run_of(task: str) -> Check:
    """The check that an Airflow task succeeds in two runs: a worker may have asked for its first message before."""

    def check(bench: Bench, _: str) -> str:
        for _turn in range(2):
            run = bench.live.airflow.trigger("kinds")
            if not _succeeds(bench, run, task):
                return "Airflow tasks do not succeed"
        return ""

    return single(check)


def result_of(task: str) -> Check:
    """The check that the worker stores Celery's result of an Airflow task, which the scheduler waits for."""

    def check(bench: Bench, _: str) -> str:
        run = bench.live.airflow.trigger("kinds")
        if not _succeeds(bench, run, task):
            return "Airflow tasks do not succeed"
        statement = RESULTS.format(run=run, task=task)
        deadline = time.monotonic() + REQUEST_SECONDS
        while backing_services.query(bench.live.ecs.database, statement) == [["0"]]:
            if time.monotonic() > deadline:
                return "the scheduler gets no result of Airflow tasks"
            time.sleep(1)
        return ""

    return single(check)


def run_on_fargate(bench: Bench, _: str) -> str:
    """Check that an Airflow task in its own Fargate task succeeds."""
    run = trigger_on_fargate(bench.live, seconds=1)
    found = _succeeds(bench, run, "alone", dag="on_fargate", seconds=FARGATE_RUN_SECONDS)
    return "" if found else "Airflow tasks do not succeed"


def _succeeds(bench: Bench, run: str, task: str, *, dag: str = "kinds", seconds: float = 0) -> bool:
    deadline = time.monotonic() + max(bench.run_seconds, seconds)
    while time.monotonic() < deadline:
        tasks = bench.live.airflow.tasks(dag, run)
        if {item["state"] for item in tasks if item["task_id"] == task} == {"success"}:
            return True
        time.sleep(1)
    return False


def migration(bench: Bench, _: str) -> str:
    """Run the migration, which takes seconds where there is nothing to do."""
    ecs = bench.live.ecs
    catalog, family = ecs.runner.catalog, f"{ecs.name}-migrate"
    subnets = catalog.services()[0].subnets
    try:
        code, _log = ecs.runner.run_task(
            family, subnets=subnets, groups=[catalog.group(family)], seconds=MIGRATION_SECONDS
        )
    except EngineError:
        return f"the migration does not end within {MIGRATION_SECONDS} s"
    return "the migration fails" if code else ""

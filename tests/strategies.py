"""Hypothesis strategies that generate valid environments, for every tier.

``environment_data()`` generates the plain values of a YAML file, ``environments()`` the typed model. Every generated
environment is valid by construction: a validation error is a bug in the model or in the strategy.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from environments import Environment
from environments.facts.airflow_memory import SLOT_MIB, WORKER_MIB
from environments.facts.fargate_sizes import MEMORY_MIB
from environments.facts.regions import REGIONS
from environments.facts.topology import COMPONENTS, TOPOLOGIES, can_use_ecs, uses_celery, uses_local_executor
from environments.load import from_data
from environments.sections.operation import CLOUDWATCH_RETENTION_DAYS
from tests.unit.environments.cases import HOST_KEY

Data = dict[str, Any]

names = st.from_regex(r"[a-z][a-z0-9]{1,7}(-[a-z0-9]{1,4})?", fullmatch=True)
accounts = st.from_regex(r"[1-9][0-9]{11}", fullmatch=True)
weekday_hours = st.integers(0, 23)


@st.composite
def networks(draw: st.DrawFn, *, region: str) -> Data:
    """A new VPC or an existing one, in two or three zones."""
    zones = draw(st.sampled_from([["a", "b"], ["b", "c"], ["a", "b", "c"]]))
    network: Data = {
        "cidr": f"10.{draw(st.integers(0, 255))}.0.0/{draw(st.integers(16, 19))}",
        "zones": [region + zone for zone in zones],
        "egress": draw(st.sampled_from(["none", "single_nat", "nat_per_zone"])),
    }
    if draw(st.booleans()):
        network["flow_logs"] = draw(st.booleans())
    if draw(st.booleans()):
        network["existing"] = _existing(network["cidr"], len(zones))
    return network


def _existing(cidr: str, zones: int) -> Data:
    tiers = enumerate(("public", "application", "data"))
    subnets = {f"{tier}_subnet_ids": [f"subnet-{t}{zone}0000000" for zone in range(zones)] for t, tier in tiers}
    return {"vpc_id": "vpc-00000001", "cidr": cidr, "application_route_table_ids": ["rtb-00000001"], **subnets}


@st.composite
def load_balancers(draw: st.DrawFn, *, region: str, account: str) -> Data:
    """An existing or a created certificate; internal, or open to listed CIDR blocks."""
    balancer: Data = draw(st.fixed_dictionaries({}, optional={key: st.booleans() for key in ("access_logs", "waf")}))
    if draw(st.booleans()):
        balancer["certificate_arn"] = f"arn:aws:acm:{region}:{account}:certificate/0000"
    else:
        balancer |= {"domain_name": "airflow.example.com", "hosted_zone_id": "Z00000EXAMPLE"}
    if draw(st.booleans()):
        balancer |= {
            "scheme": "internet-facing",
            "allowed_cidrs": draw(st.sampled_from([["203.0.113.0/24"], ["0.0.0.0/0"]])),
        }
    return balancer


@st.composite
def states(draw: st.DrawFn, *, region: str, account: str) -> Data:
    """All three backends."""
    return draw(
        st.sampled_from(
            [
                {"bucket": f"state-{account}"},
                {"bucket": "state", "region": "us-east-1", "role_arn": "arn:aws:iam::999999999999:role/state"},
                {"bucket": "state", "kms_key_arn": f"arn:aws:kms:{region}:{account}:key/0000"},
                {"backend": "cloud", "organization": "example", "project": "airflow"},
                {"backend": "cloud", "organization": "example", "hostname": "terraform.example.com"},
                {"backend": "local", "path": "state"},
            ]
        )
    )


@st.composite
def sizes(draw: st.DrawFn, *, least_mib: int = 512) -> Data:
    """A Fargate size with at least ``least_mib``."""
    pairs = [(cpu, mib) for cpu, allowed in MEMORY_MIB.items() for mib in allowed if mib >= least_mib and cpu <= 4096]
    cpu, memory = draw(st.sampled_from(pairs))
    size: Data = {"cpu": cpu, "memory_mib": memory}
    if draw(st.booleans()):
        size |= {"spot_percent": draw(st.integers(0, 99)), "stop_timeout_seconds": draw(st.integers(2, 120))}
    return size


@st.composite
def components(draw: st.DrawFn, *, topology: str) -> Data:
    """Sizes of some components of the topology."""
    least = {"standalone": 2048, "scheduler": 1024}
    known = COMPONENTS[topology]
    chosen = {name: draw(sizes(least_mib=least.get(name, 512))) for name in known if draw(st.booleans())}
    if not uses_local_executor(topology) and "scheduler" in chosen:
        chosen["scheduler"]["count"] = draw(st.integers(1, 3))
    if "api_server" in chosen:
        chosen["api_server"] |= {"count": draw(st.integers(1, 3)), "max_count": draw(st.integers(3, 6))}
    return chosen


@st.composite
def ecs_executors(draw: st.DrawFn) -> Data:
    """Airflow tasks as Fargate tasks, with up to two further sizes."""
    chosen = draw(st.lists(names, max_size=2, unique=True))
    size = {key: value for key, value in draw(sizes()).items() if key in {"cpu", "memory_mib"}}
    further = [{"name": name, "cpu": 4096, "memory_mib": 8192 * (index + 1)} for index, name in enumerate(chosen)]
    return {**size, "spot": draw(st.booleans()), "max_count": draw(st.integers(1, 40)), "sizes": further}


@st.composite
def worker_groups(draw: st.DrawFn) -> list[Data]:
    """One to three groups, each with its own queues."""
    groups = draw(st.lists(names.filter(lambda name: name != "default"), min_size=1, max_size=3, unique=True))
    drawn = [draw(_worker_group(name)) for name in groups]
    drawn[0]["queues"].append("default")
    return drawn


@st.composite
def _worker_group(draw: st.DrawFn, name: str) -> Data:
    size = draw(sizes(least_mib=1024))
    most = min(16, (size["memory_mib"] - WORKER_MIB) // SLOT_MIB)
    least_count = draw(st.integers(0, 3))
    return {
        "name": name,
        "queues": [name] if draw(st.booleans()) else [name, f"{name}.second"],
        "concurrency": draw(st.integers(1, most)),
        "min_count": least_count,
        "max_count": draw(st.integers(max(1, least_count), 10)),
        **size,
    }


@st.composite
def dags(draw: st.DrawFn, *, network: Data) -> Data:
    """All deliveries, from public and private repositories; git only in a network that reaches the internet."""
    isolated = network["egress"] == "none" and "existing" not in network
    delivery = "baked" if isolated else draw(st.sampled_from(["git_sync", "git_bundle", "baked"]))
    if delivery == "baked":
        return {"delivery": delivery}
    if draw(st.booleans()):
        return {"delivery": delivery, "repository": "https://github.com/example/dags.git", "subdirectory": ""}
    repository = draw(st.sampled_from(["git@github.com:example/dags.git", "ssh://git@github.com/example/dags.git"]))
    return {"delivery": delivery, "repository": repository, "deploy_key": True, "known_hosts": [HOST_KEY]}


@st.composite
def stores(draw: st.DrawFn, *, production: bool, topology: str) -> Data:
    """Database and, with Celery, broker."""
    database: Data = {"instance_class": "db.r7g.2xlarge", "proxy": draw(st.booleans())}
    if not database["proxy"]:
        database["authentication"] = draw(st.sampled_from(["password", "iam"]))
    broker = draw(st.sampled_from([{"engine": "redis", "engine_version": "7.1"}, {"engine_version": "8.1"}, {}]))
    broker = {**broker, "authentication": draw(st.sampled_from(["token", "iam"]))}
    if not production and draw(st.booleans()):
        database |= {"multi_az": False, "deletion_protection": False, "final_snapshot": False}
        broker = {**broker, "replicas": 0}
    return {"database": database} | ({"broker": broker} if uses_celery(topology) else {})


@st.composite
def environment_data(draw: st.DrawFn, *, topology: str | None = None) -> Data:
    """The plain values of a valid environment file; ``topology`` fixes one key."""
    region, account = draw(st.sampled_from(REGIONS)), draw(accounts)
    topology = topology or draw(st.sampled_from(TOPOLOGIES))
    production = draw(st.booleans())
    network = draw(networks(region=region))
    data: Data = {
        "name": draw(names),
        "account_id": account,
        "region": region,
        "topology": topology,
        "architecture": draw(st.sampled_from(["ARM64", "X86_64"])),
        "production": production,
        "state": draw(states(region=region, account=account)),
        "network": network,
        "load_balancer": draw(load_balancers(region=region, account=account)),
        "components": draw(components(topology=topology)),
        "dags": draw(dags(network=network)),
        "logs": {
            "destination": draw(st.sampled_from(["s3", "cloudwatch"])),
            "retention_days": draw(st.sampled_from(CLOUDWATCH_RETENTION_DAYS)),
        },
        **draw(stores(production=production, topology=topology)),
    }
    if uses_celery(topology) and draw(st.booleans()):
        data["workers"] = draw(worker_groups())
    if can_use_ecs(topology) and draw(st.booleans()):
        data["ecs_executor"] = draw(ecs_executors())
    if draw(st.booleans()):
        data["hibernation"] = {"stop": f"0 {draw(weekday_hours)} * * 1-5", "start": "30 6 * * 1-5"}
    if not production:
        data["alarms"] = {"enabled": draw(st.booleans())}
    return data


def environments(*, topology: str | None = None) -> st.SearchStrategy[Environment]:
    """A valid environment; ``topology`` fixes one key."""
    return environment_data(topology=topology).map(lambda data: from_data(data, source="generated"))

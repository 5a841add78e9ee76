"""AF_ALB_1: load balancers do not forward requests to Airflow's execution API."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.containers import UnknownContainersError, containers_of
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.actions import as_pattern
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT, container, task_definition
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.terraform_resource import Resource, items

_REQUEST_PATH = "/execution/task-instances"
_FIXED_403 = {"type": "fixed-response", "fixed_response": {"content_type": "text/plain", "status_code": "403"}}
_FORWARD = {"type": "forward", "target_group_arn": "${aws_lb_target_group.api.arn}"}


def _load_balancer(*rules: dict[str, object], default: object = _FORWARD) -> Resources:
    api = container(
        name="api-server", command=["api-server"], environment=[{"name": "AIRFLOW_COMPONENT", "value": "api-server"}]
    )
    load_balancer = {
        "target_group_arn": "${aws_lb_target_group.api.arn}",
        "container_name": "api-server",
        "container_port": 8080,
    }
    service = {
        "name": "api-server",
        "cluster": f"arn:aws:ecs:eu-central-1:{ACCOUNT}:cluster/airflow",
        "task_definition": "${aws_ecs_task_definition.api-server.arn}",
        "network_configuration": {"subnets": ["subnet-0a1b2c3d"]},
        "load_balancer": load_balancer,
    }
    listener = {"load_balancer_arn": "${aws_lb.public.arn}", "port": 80, "protocol": "HTTP", "default_action": default}
    listed = {
        f"r{number}": {"listener_arn": "${aws_lb_listener.public.arn}", **item} for number, item in enumerate(rules)
    }
    return merge(
        task_definition(api, name="api-server"),
        {
            "aws_lb": {
                "public": {"name": "airflow", "internal": False, "subnets": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]}
            },
            "aws_lb_target_group": {
                "api": {"name": "api", "port": 8080, "protocol": "HTTP", "vpc_id": "vpc-0a1b2c3d", "target_type": "ip"}
            },
            "aws_lb_listener": {"public": listener},
            "aws_ecs_service": {"api": service},
        },
        {"aws_lb_listener_rule": listed} if listed else {},
    )


def _paths(*patterns: str) -> dict[str, object]:
    return {"path_pattern": {"values": list(patterns)}}


_REJECTED: dict[str, object] = {
    "priority": 1,
    "condition": [_paths("/execution", "/execution/*")],
    "action": [_FIXED_403],
}
_FORWARD_ALL: dict[str, object] = {"priority": 10, "condition": [_paths("/*")], "action": [_FORWARD]}


class ExecutionApi(Rule):
    """Listeners that forward /execution to the api-server."""

    id = "AF_ALB_1"
    title = "No load balancer forwards requests to Airflow's execution API"
    severity = Severity.HIGH
    why = (
        "Workers report results and read connections through the execution API. Only tokens protect it, "
        "and it shares its port with the UI."
    )
    remediation = (
        "Add a listener rule with the lowest priority number: path /execution/*, fixed response 403. "
        "Workers use the internal name of the api-server."
    )
    references = ()
    resource_types = ("aws_lb_listener",)
    passing = (
        Example(title="the first rule returns 403", resources=_load_balancer(_REJECTED)),
        Example(
            title="the default action redirects",
            resources=_load_balancer(
                default={
                    "type": "redirect",
                    "redirect": {"status_code": "HTTP_301", "port": "443", "protocol": "HTTPS"},
                }
            ),
        ),
    )
    failing = (
        Example(title="the default action forwards", resources=_load_balancer()),
        Example(
            title="a forwarding rule precedes the 403 rule",
            resources=_load_balancer({**_REJECTED, "priority": 20}, _FORWARD_ALL),
        ),
        Example(
            title="the 403 rule applies to one host only",
            resources=_load_balancer(
                {**_REJECTED, "condition": [_paths("/execution/*"), {"host_header": {"values": ["a.example.com"]}}]}
            ),
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Follow a request for the execution API through the rules of each listener."""
        airflow = _airflow_groups(configuration)
        for listener in configuration.of_type(*self.resource_types):
            yield _evaluate(listener, airflow, configuration)


def _airflow_groups(configuration: Configuration) -> set[str]:
    """The target groups that lead to an api-server container."""
    groups = set()
    for service in configuration.of_type("aws_ecs_service"):
        task = configuration.find(service.get("task_definition"))
        try:
            serves = task is not None and any(item.component == "api-server" for item in containers_of(task))
        except UnknownContainersError:
            serves = True
        for block in service.blocks("load_balancer") if serves else ():
            group = configuration.find(block.get("target_group_arn"))
            groups |= {group.key} if group else set()
    return groups


def _evaluate(listener: Resource, airflow: set[str], configuration: Configuration) -> Finding:
    rules = configuration.users_of(listener, "aws_lb_listener_rule")
    if not is_known([rule.get("priority") for rule in rules]):
        return Finding.unknown(listener, "the priorities of its rules are not known before the apply")
    for rule_ in sorted(rules, key=_priority):
        if _leads_to(rule_, "action", airflow, configuration) and _may_match(rule_):
            return Finding.fail(listener, f"{rule_.address} forwards {_REQUEST_PATH} to the api-server")
        if _always_matches(rule_):
            return Finding.pass_(listener)
    forwards = _leads_to(listener, "default_action", airflow, configuration)
    return (
        Finding.fail(listener, f"forwards {_REQUEST_PATH} to the api-server in its default action")
        if forwards
        else Finding.pass_(listener)
    )


def _priority(rule_: Resource) -> float:
    given = str(rule_.get("priority"))
    return float(given) if given.isdecimal() else 0.0


def _leads_to(owner: Resource, name: str, airflow: set[str], configuration: Configuration) -> bool:
    return any(item.key in airflow for block in owner.blocks(name) for item in configuration.mentioned_in(dict(block)))


def _path_conditions(rule_: Resource) -> list[bool]:
    """Whether each path condition of a rule matches the execution API."""
    return [
        any(as_pattern(str(value)).fullmatch(_REQUEST_PATH) for value in items(part.get("values")))
        for condition in rule_.blocks("condition")
        for part in _parts(condition.get("path_pattern"))
    ]


def _parts(value: object) -> list[dict[str, list[str]]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _may_match(rule_: Resource) -> bool:
    return all(_path_conditions(rule_))


def _always_matches(rule_: Resource) -> bool:
    """Whether a rule matches every request for the execution API: paths are its only conditions, and they match."""
    paths = _path_conditions(rule_)
    only_paths = all(set(_given(condition)) <= {"path_pattern"} for condition in rule_.blocks("condition"))
    return bool(paths) and all(paths) and only_paths


def _given(condition: object) -> list[str]:
    return [name for name, value in condition.items() if value] if isinstance(condition, dict) else []


rule = ExecutionApi()

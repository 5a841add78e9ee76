"""AF_ALB_2: load balancers require TLS 1.2 or newer with forward secrecy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.terraform_resource import Resource, blocks

GOOD = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
AWS_DEFAULT = "ELBSecurityPolicy-2016-08"
"""The policy of a listener that sets none."""
_WEAK = re.compile(r"ELBSecurityPolicy-(201[56]-|FS-2018-|FS-1-1-|TLS-1-[0-2]-|TLS13-1-[01]-|TLS13-1-2-Ext[12]-)")
_STRONG = re.compile(r"ELBSecurityPolicy-(TLS13-1-[23]-|FS-1-2-)")
_ELB = f"arn:aws:elasticloadbalancing:eu-central-1:{ACCOUNT}"
_FORWARD = {"type": "forward", "target_group_arn": f"{_ELB}:targetgroup/api/0a1b2c3d4e5f6a7b"}


def _redirect(port: str, **to: str) -> dict[str, Any]:
    return {"type": "redirect", "redirect": {"status_code": "HTTP_301", "port": port, **to}}


def _listener(**settings: object) -> Resources:
    given = {
        "load_balancer_arn": f"{_ELB}:loadbalancer/app/public/0a1b2c3d4e5f6a7b",
        "port": 80,
        "protocol": "HTTP",
        "default_action": _FORWARD,
    }
    return {"aws_lb_listener": {"public": {**given, **settings}}}


def _encrypted(protocol: str = "HTTPS", **settings: object) -> Resources:
    certificate = f"arn:aws:acm:eu-central-1:{ACCOUNT}:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
    return _listener(protocol=protocol, port=443, certificate_arn=certificate, **settings)


_TO_HTTPS = _listener(default_action=_redirect("443", protocol="HTTPS"))
_RULE = {
    "listener_arn": "${aws_lb_listener.public.arn}",
    "priority": 1,
    "condition": [{"path_pattern": {"values": ["/api/*"]}}],
    "action": [_FORWARD],
}


class ListenerTls(Rule):
    """The security policy of HTTPS and TLS listeners, and the actions of HTTP listeners."""

    id = "AF_ALB_2"
    title = "Load balancers require TLS 1.2 or newer with forward secrecy"
    severity = Severity.HIGH
    why = (
        "Clients send passwords and API tokens to the listener. AWS's default policy accepts TLS 1.0. Without "
        "forward secrecy, a stolen private key decrypts recorded traffic."
    )
    remediation = f'Set ssl_policy = "{GOOD}"; an HTTP listener may only redirect to HTTPS.'
    references = ("FSBP ELB.1", "FSBP ELB.17", "CKV_AWS_2", "CKV_AWS_103", "trivy AVD-AWS-0047", "trivy AVD-AWS-0054")
    resource_types = ("aws_lb_listener", "aws_alb_listener")
    passing = (
        Example(title="TLS 1.2 and 1.3", resources=_encrypted(ssl_policy=GOOD)),
        Example(title="TLS 1.3 only", resources=_encrypted(ssl_policy="ELBSecurityPolicy-TLS13-1-3-2021-06")),
        Example(title="a redirect to HTTPS", resources=_TO_HTTPS),
    )
    failing = (
        Example(title="TLS 1.0 accepted", resources=_encrypted(ssl_policy="ELBSecurityPolicy-TLS13-1-0-2021-06")),
        Example(title="no policy: AWS's default", resources=_encrypted()),
        Example(title="no forward secrecy", resources=_encrypted(ssl_policy="ELBSecurityPolicy-TLS-1-2-2017-01")),
        Example(title="a network load balancer", resources=_encrypted("TLS", ssl_policy=AWS_DEFAULT)),
        Example(title="no TLS", resources=_listener()),
        Example(
            title="a rule that comes before the redirect",
            resources=merge(_TO_HTTPS, {"aws_lb_listener_rule": {"api": _RULE}}),
        ),
        Example(
            title="a redirect to plain HTTP",
            resources=_listener(default_action=_redirect("8080", protocol="HTTP")),
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at every listener, and at the rules of those without TLS."""
        for listener in configuration.of_type(*self.resource_types):
            protocol = listener.get("protocol") or ("HTTP" if listener.get("port") else None)
            if not is_known(protocol):
                yield Finding.unknown(listener, f"its protocol is not known before the apply: {protocol}")
            elif protocol in ("HTTPS", "TLS"):
                yield _policy(listener)
            else:
                yield _unencrypted(listener, configuration) if protocol == "HTTP" else Finding.pass_(listener)


def _policy(listener: Resource) -> Finding:
    policy = str(listener.get("ssl_policy") or AWS_DEFAULT)
    if not is_known(policy):
        return Finding.unknown(listener, f"ssl_policy is not known before the apply: {policy}")
    if _WEAK.match(policy):
        return Finding.fail(listener, f"{policy} accepts TLS before 1.2 or ciphers without forward secrecy")
    return (
        Finding.pass_(listener)
        if _STRONG.match(policy)
        else Finding.unknown(listener, f"{policy} is not a known security policy")
    )


def _unencrypted(listener: Resource, configuration: Configuration) -> Finding:
    rules = configuration.users_of(listener, "aws_lb_listener_rule", "aws_alb_listener_rule")
    actions = [(listener, item) for item in listener.values("default_action") or (None,)]
    actions += [(rule_, item) for rule_ in rules for item in rule_.values("action") or (None,)]
    verdicts = [(owner, _is_harmless(action)) for owner, action in actions]
    if wrong := next((owner for owner, is_harmless in verdicts if is_harmless is False), None):
        return Finding.fail(listener, f"{wrong.address} serves requests without TLS instead of redirecting to HTTPS")
    if unknown := next((owner for owner, is_harmless in verdicts if is_harmless is None), None):
        return Finding.unknown(listener, f"an action of {unknown.address} is not known before the apply")
    return Finding.pass_(listener)


def _is_harmless(action: object) -> bool | None:
    """Whether an action redirects to HTTPS or returns a fixed response; None if unknown."""
    if not isinstance(action, Mapping) or not is_known(action.get("type")):
        return None
    if action.get("type") != "redirect":
        return bool(action.get("type") == "fixed-response")
    protocols = [part.get("protocol") for part in blocks(action, "redirect")]
    return all(item == "HTTPS" for item in protocols) if protocols and is_known(protocols) else None


rule = ListenerTls()

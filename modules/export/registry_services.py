"""Modules around the services: cluster, door, firewall, CI roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from modules.constructs.certificate import Certificate
from modules.constructs.ci_roles import CiRoles
from modules.constructs.cluster import Cluster
from modules.constructs.load_balancer import LoadBalancer, LoadBalancerSettings
from modules.constructs.web_firewall import WebFirewall
from modules.core.airflow_process import API_SERVER
from modules.export.exportable import ID, Exportable, Output
from modules.export.module_inputs import Ask


def _cluster(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "domain": ask.text("domain", "Private DNS name of the components.", example="prod.airflow.internal"),
        "exec_log_group_name": ask.text(
            "exec_log_group_name", "Log group to make for sessions of ECS Exec.", example="/airflow/prod/exec"
        ),
    }
    cluster = Cluster(scope, ID, **ask.arguments(Cluster, **given))
    return {
        "arn": Output(cluster.arn, "ARN of the cluster."),
        "namespace_id": Output(cluster.namespace_id, "Cloud Map namespace of internal names."),
    }


def _load_balancer(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "certificate_arn": ask.arn("certificate_arn", "Certificate.", service="acm", example="certificate/example"),
        "allowed_cidrs": ask.key("load_balancer.allowed_cidrs") or (ask.structure.network.cidr,),
        "target_port": API_SERVER.port,
        "settings": LoadBalancerSettings(**ask.arguments(LoadBalancerSettings, section="load_balancer")),
    }
    made = LoadBalancer(scope, ID, **ask.arguments(LoadBalancer, **given))
    return {
        "arn": Output(made.arn, "ARN of the load balancer."),
        "dns_name": Output(made.dns_name, "Its own name in DNS."),
        "zone_id": Output(made.zone_id, "Hosted zone of that name, for an alias record."),
        "target_group_arn": Output(made.target_group_arn, "Target group of the api-servers."),
        "security_group_id": Output(made.connections.security_group_id, "Security group of the load balancer."),
    }


def _certificate(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "domain_name": ask.text("domain_name", "Name to certify.", example="airflow.example.com"),
        "hosted_zone_id": ask.text("hosted_zone_id", "Zone that proves it.", example="Z0123456789EXAMPLE"),
    }
    return {"arn": Output(Certificate(scope, ID, **given).arn, "ARN of the certificate, once it is proved.")}


def _web_firewall(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    balancer = "loadbalancer/app/airflow-prod/0123456789abcdef"
    arn = ask.arn("load_balancer_arn", "Load balancer behind it.", service="elasticloadbalancing", example=balancer)
    WebFirewall(scope, ID, **ask.arguments(WebFirewall, load_balancer_arn=arn))
    return {}


def _ci_roles(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "repository": ask.text("repository", "GitHub repository, owner and name.", example="example/airflow-fargate"),
        "branch": ask.text("branch", "Branch that may deploy.", example="main"),
        "state_bucket_arn": ask.arn("state_bucket_arn", "Bucket of states.", service="s3", example="example-states"),
        "state_key_arn": ask.arn("state_key_arn", "KMS key of states.", service="kms", example="key/example"),
        "provider_arn": ask.arn("provider_arn", "OIDC provider.", service="iam", example="oidc-provider/example"),
    }
    made = CiRoles(scope, ID, **ask.arguments(CiRoles, **given))
    return {
        "plan_role_arn": Output(made.plan.arn, "Role of plans, from any branch."),
        "deploy_role_arn": Output(made.deploy.arn, "Role of deployments, from one branch."),
    }


AROUND = (
    Exportable("cluster", "Fargate cluster with recorded ECS Exec and private names.", _cluster),
    Exportable("load-balancer", "ALB that speaks HTTPS only and keeps the execution API inside.", _load_balancer),
    Exportable("certificate", "ACM certificate, proved in a hosted zone.", _certificate),
    Exportable("web-firewall", "AWS WAF with the managed core rules and logs.", _web_firewall),
    Exportable("ci-roles", "Roles that GitHub Actions plans and deploys with, without keys.", _ci_roles),
)

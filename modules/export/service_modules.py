"""Modules of the Airflow services: cluster, load balancer, certificate, web firewall, CI roles."""

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
from modules.export.ci_inputs import github_repository
from modules.export.exportable import ID, Exportable, Output
from modules.export.module_inputs import ModuleInputs


def _cluster(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "domain": inputs.text(
            "domain", "Private DNS namespace of the Airflow components.", example="example.airflow.internal"
        ),
        "exec_log_group_name": inputs.text(
            "exec_log_group_name",
            "Name of the log group that records ECS Exec sessions.",
            example="/airflow/example/exec",
        ),
    }
    cluster = Cluster(scope, ID, **inputs.arguments(Cluster, **given))
    return {
        "arn": Output(cluster.arn, "ARN of the cluster."),
        "namespace_id": Output(cluster.namespace_id, "Id of the Cloud Map namespace."),
    }


def _load_balancer(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "certificate_arn": inputs.arn(
            "certificate_arn", "Certificate of the HTTPS listener.", service="acm", example="certificate/example"
        ),
        "allowed_cidrs": inputs.key("load_balancer.allowed_cidrs"),
        "target_port": API_SERVER.port,
        "authenticates": inputs.structure.auth.at_load_balancer,
    }
    made = LoadBalancer(
        scope,
        ID,
        **inputs.arguments(LoadBalancer, settings=inputs.settings(LoadBalancerSettings, "load_balancer"), **given),
    )
    return {
        "arn": Output(made.arn, "ARN of the load balancer."),
        "dns_name": Output(made.dns_name, "DNS name of the load balancer."),
        "zone_id": Output(made.zone_id, "Hosted zone id of the load balancer's DNS name, for alias records."),
        "target_group_arn": Output(made.target_group_arn, "ARN of the target group of the api-servers."),
        "security_group_id": Output(made.connections.security_group_id, "Id of the load balancer's security group."),
    }


def _certificate(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "domain_name": inputs.text("domain_name", "Domain name of the certificate.", example="airflow.example.org"),
        "hosted_zone_id": inputs.text(
            "hosted_zone_id", "Route 53 hosted zone in which the domain is validated.", example="Z0123456789EXAMPLE"
        ),
    }
    return {"arn": Output(Certificate(scope, ID, **given).arn, "ARN of the validated certificate.")}


def _web_firewall(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    balancer = "loadbalancer/app/airflow-example/0123456789abcdef"
    arn = inputs.arn(
        "load_balancer_arn",
        "Load balancer that the web ACL protects.",
        service="elasticloadbalancing",
        example=balancer,
    )
    WebFirewall(scope, ID, **inputs.arguments(WebFirewall, load_balancer_arn=arn))
    return {}


def _ci_roles(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "repository": github_repository(inputs),
        "state_bucket_arn": inputs.arn(
            "state_bucket_arn", "S3 bucket of the Terraform states.", service="s3", example="example-states"
        ),
        "state_key_arn": inputs.arn(
            "state_key_arn", "KMS key of the Terraform states.", service="kms", example="key/example"
        ),
    }
    made = CiRoles(scope, ID, **inputs.arguments(CiRoles, **given))
    return {
        "plan_role_arn": Output(made.plan.arn, "ARN of the role for plans, which every branch may assume."),
        "deploy_role_arn": Output(made.deploy.arn, "ARN of the role for deployments, which one branch may assume."),
    }


SERVICES = (
    Exportable(
        "cluster", "ECS cluster for Fargate with recorded ECS Exec sessions and a Cloud Map namespace.", _cluster
    ),
    Exportable(
        "load-balancer",
        "Application Load Balancer: HTTPS only, without access to Airflow's execution API.",
        _load_balancer,
    ),
    Exportable("certificate", "ACM certificate, validated in a Route 53 hosted zone.", _certificate),
    Exportable("web-firewall", "AWS WAF web ACL with the managed core rules and logging.", _web_firewall),
    Exportable(
        "ci-roles",
        "IAM roles for plans and deployments from GitHub Actions by OpenID Connect.",
        _ci_roles,
        fixed={"iam_path": "the path of the CI roles themselves is computed from it"},
    ),
)

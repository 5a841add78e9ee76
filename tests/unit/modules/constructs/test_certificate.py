"""The certificate and its validation in DNS."""

from __future__ import annotations

import pytest

from tests.reading import fargate_tasks
from tests.synthesis import deployed
from tests.unit.modules.variants import SINGLE_BY_DAY


@pytest.mark.feature("N6")
def test_certificate_is_validated_in_dns_before_the_listener_uses_it() -> None:
    deployment = deployed(**SINGLE_BY_DAY)
    certificate = deployment.only("aws_acm_certificate", domain_name="airflow.example.com")
    assert certificate.body["validation_method"] == "DNS"
    assert certificate.get("lifecycle", "create_before_destroy") is True
    validation = deployment.only("aws_acm_certificate_validation")
    assert deployment.resolve(validation.body["certificate_arn"]).key == certificate.key
    listener = deployment.only("aws_lb_listener", port=443)
    assert deployment.resolve(listener.body["certificate_arn"]).key == validation.key, (
        "the listener waits for the validation"
    )
    alias = deployment.only("aws_route53_record", name="airflow.example.com").get("alias")
    assert deployment.resolve(alias["name"]).type == "aws_lb"
    for task in fargate_tasks(deployment).values():
        assert task.main.environment["AIRFLOW__API__BASE_URL"] == "https://airflow.example.com", task.name

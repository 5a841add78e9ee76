"""A certificate that proves itself in DNS."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from constructs import Construct


class Certificate(Construct):
    """An ACM certificate for one name, validated by a record in a Route 53 zone."""

    def __init__(self, scope: Construct, id_: str, *, domain_name: str, hosted_zone_id: str) -> None:
        super().__init__(scope, id_)
        certificate = AcmCertificate(
            self,
            "Resource",
            domain_name=domain_name,
            validation_method="DNS",
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags={"Name": domain_name},
        )
        proof = certificate.domain_validation_options.get(0)
        record = Route53Record(
            self,
            "proof",
            zone_id=hosted_zone_id,
            name=proof.resource_record_name,
            type=proof.resource_record_type,
            records=[proof.resource_record_value],
            ttl=60,
            allow_overwrite=True,
        )
        validation = AcmCertificateValidation(
            self, "validation", certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn]
        )
        self.arn: str = validation.certificate_arn


class PublicName(Construct):
    """The name under which people open Airflow, pointing at its load balancer."""

    def __init__(
        self, scope: Construct, id_: str, *, domain_name: str, hosted_zone_id: str, dns_name: str, zone_id: str
    ) -> None:
        super().__init__(scope, id_)
        Route53Record(
            self,
            "Resource",
            zone_id=hosted_zone_id,
            name=domain_name,
            type="A",
            alias=Route53RecordAlias(name=dns_name, zone_id=zone_id, evaluate_target_health=True),
        )

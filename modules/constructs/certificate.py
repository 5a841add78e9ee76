"""An ACM certificate that is validated in DNS."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct


class Certificate(Construct):
    """An ACM certificate for one domain name, validated by a record in a Route 53 hosted zone.

    Args:
        scope: parent construct.
        id_: id of the construct.
        domain_name: domain name of the certificate.
        hosted_zone_id: hosted zone that contains the domain name.

    Example:
        >>> certificate = Certificate(stack, "certificate", domain_name="airflow.example.com", hosted_zone_id="Z01")
        >>> resource("aws_acm_certificate.certificate")["validation_method"]
        'DNS'
    """

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
        option = certificate.domain_validation_options.get(0)
        record = Route53Record(
            self,
            "validation-record",
            zone_id=hosted_zone_id,
            name=option.resource_record_name,
            type=option.resource_record_type,
            records=[option.resource_record_value],
            ttl=60,
            allow_overwrite=True,
        )
        validation = AcmCertificateValidation(
            self, "validation", certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn]
        )
        self.arn: str = validation.certificate_arn

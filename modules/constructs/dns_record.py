"""The public DNS name of Airflow."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from constructs import Construct


class DnsRecord(Construct):
    """A Route 53 alias record that points at a load balancer.

    Args:
        scope: parent construct.
        id_: id of the construct.
        domain_name: name of the record.
        hosted_zone_id: hosted zone that gets the record.
        dns_name: DNS name of the load balancer.
        zone_id: hosted zone of the load balancer's DNS name.

    Example:
        >>> record = DnsRecord(stack, "dns-record", domain_name="airflow.example.com", hosted_zone_id="Z01",
        ...                    dns_name="airflow.eu-central-1.elb.amazonaws.com", zone_id="Z02")
        >>> resource("aws_route53_record.dns_record")["name"]
        'airflow.example.com'
    """

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

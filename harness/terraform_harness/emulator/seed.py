"""Creates certificates (by ARN) and hosted zones (by id) that a configuration refers to and does not declare."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from terraform_harness.extras import imports_of_extra
from terraform_harness.verification.check import Aws

with imports_of_extra("emulator"):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

CERTIFICATE = re.compile(r"arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+")
ZONE_ID = re.compile(r"Z[A-Z0-9]{7,31}")
NAME = "app.example.com"


def seed(aws: Aws, *configurations: Mapping[str, Any]) -> tuple[str, ...]:
    """Create the certificates and the hosted zones that ``configurations`` name by ARN or id.

    Args:
        aws: The emulator.
        configurations: Root modules in Terraform JSON.

    Returns:
        The names, as in the inventory, of what was created or was there already: ARNs of certificates, hosted zones.
    """
    return _certificates(aws, configurations) + _hosted_zones(aws, configurations)


def _hosted_zones(aws: Aws, configurations: tuple[Mapping[str, Any], ...]) -> tuple[str, ...]:
    records = (
        record
        for configuration in configurations
        for record in configuration.get("resource", {}).get("aws_route53_record", {}).values()
    )
    named = {record["zone_id"]: record["name"] for record in records if ZONE_ID.fullmatch(record.get("zone_id", ""))}
    client = aws.client("route53")
    there = {zone["Id"].rsplit("/", 1)[-1] for zone in client.list_hosted_zones()["HostedZones"]} if named else set()
    zones = {zone: name.split(".", 1)[-1] for zone, name in sorted(named.items())}
    for zone, name in zones.items():
        if zone not in there:
            client.create_hosted_zone(Name=name, CallerReference=f"given-id:{zone}")
    return tuple(f"{name.rstrip('.')}." for name in zones.values())


def _certificates(aws: Aws, configurations: tuple[Mapping[str, Any], ...]) -> tuple[str, ...]:
    named = sorted({arn for document in configurations for arn in CERTIFICATE.findall(json.dumps(document))})
    certificate, key = self_signed_certificate()
    for arn in named:
        aws.client("acm").import_certificate(CertificateArn=arn, Certificate=certificate, PrivateKey=key)
    return tuple(named)


@cache
def self_signed_certificate() -> tuple[bytes, bytes]:
    """Return a certificate and its private key, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    encoding = serialization.PrivateFormat.TraditionalOpenSSL
    return certificate.public_bytes(pem), key.private_bytes(pem, encoding, serialization.NoEncryption())

"""A certificate authority for one run, in place of Amazon's for RDS and ElastiCache."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

VALID_DAYS = 30


def make(folder: Path) -> Path:
    """Write a new authority: ``ca.pem`` and ``ca.key`` in ``folder``, which every user can then enter.

    Returns:
        The path of the certificate.
    """
    key = _key()
    name = _name("airflow-fargate test authority")
    builder = _builder(subject=name, issuer=name, key=key)
    certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ca.key").write_bytes(_pem(key))
    (folder / "ca.pem").write_bytes(certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    folder.chmod(0o755)
    return folder / "ca.pem"


def issue(folder: Path, *, name: str) -> tuple[Path, Path]:
    """Sign a server certificate for the DNS name ``name`` with the authority in ``folder``.

    Returns:
        The paths of the certificate and of its private key, both in ``folder``.
    """
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    authority_key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
    if not isinstance(authority_key, rsa.RSAPrivateKey):
        raise TypeError(f"{folder / 'ca.key'}: expected an RSA key")
    key = _key()
    builder = _builder(subject=_name(name), issuer=authority.subject, key=key)
    certificate = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    files = folder / f"{name}.pem", folder / f"{name}.key"
    signed = certificate.sign(authority_key, hashes.SHA256())
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(_pem(key))
    return files


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _builder(*, subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
    )

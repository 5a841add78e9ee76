"""Encryption of a session with a KMS key, on top of TLS.

The client asks KMS for a data key of 64 bytes and sends its encrypted form; the agent asks KMS to decrypt it. The
client decrypts with the first half and encrypts with the second half; the agent does the opposite. Source:
https://github.com/aws/session-manager-plugin/blob/mainline/src/encryption/encrypter.go
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from terraform_harness.extras import imports_of_extra

with imports_of_extra("emulator"):
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES, NONCE_BYTES = 64, 12


class WrongKey(ValueError):
    """The data was not encrypted with the key of the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cipher:
    """AES-GCM with one key for each direction."""

    sending: bytes
    receiving: bytes

    def encrypt(self, plain: bytes) -> bytes:
        """Return a nonce and the encrypted data."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.sending).encrypt(nonce, plain, None)

    def decrypt(self, data: bytes) -> bytes:
        """Return the plain data.

        Raises:
            WrongKey: The data was encrypted with another key.
        """
        try:
            return AESGCM(self.receiving).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            raise WrongKey("the data was not encrypted with the key of the session") from None


def of_client(kms: Any, *, key: str, context: dict[str, str]) -> tuple[bytes, Cipher]:
    """Return a new data key in encrypted form, and the client's cipher.

    Args:
        kms: A boto3 client of KMS, with the credentials of the user.
        key: ARN of the KMS key.
        context: The encryption context.
    """
    made = kms.generate_data_key(KeyId=key, NumberOfBytes=KEY_BYTES, EncryptionContext=context)
    half = KEY_BYTES // 2
    plain = made["Plaintext"]
    return made["CiphertextBlob"], Cipher(sending=plain[half:], receiving=plain[:half])


def of_agent(kms: Any, *, encrypted: bytes, key: str, context: dict[str, str]) -> Cipher:
    """Return the agent's cipher for the data key that the client sent."""
    plain = kms.decrypt(CiphertextBlob=encrypted, KeyId=key, EncryptionContext=context)["Plaintext"]
    half = KEY_BYTES // 2
    return Cipher(sending=plain[:half], receiving=plain[half:])


def context_of(session: str, target: str) -> dict[str, str]:
    """Return the encryption context of a session."""
    return {"aws:ssm:SessionId": session, "aws:ssm:TargetId": target}

"""Certificates for tests: a small authority and what it signs."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Pair:
    cert: Path
    key: Path


class Authority:
    """Signs certificates for 127.0.0.1 and localhost into a folder."""

    def __init__(self, folder: Path, name: str = "test authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.cert = folder / "ca.crt"
        built = self._builder(self._name, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        usage = dict.fromkeys(USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
        built = built.add_extension(x509.KeyUsage(**usage), critical=True)
        self.cert.write_bytes(
            built.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )

    def pair(
        self,
        name: str,
        password: bytes | None = None,
        host: str = "localhost",
        days: float = 2,
    ) -> Pair:
        """Sign a certificate that ends in so many days; below 0 it has ended."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        if host == "localhost":
            names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        built = self._builder(subject, key.public_key(), days).add_extension(
            x509.SubjectAlternativeName(names), critical=False
        )
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        built = built.add_extension(issuer, critical=False)
        pair = Pair(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        pair.cert.write_bytes(
            built.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        how: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if password is not None:
            how = serialization.BestAvailableEncryption(password)
        pair.key.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
        )
        return pair

    def self_signed(self, name: str) -> Pair:
        """Return a certificate that no authority has signed."""
        folder = self._folder / name
        folder.mkdir()
        alone = Authority(folder, name)
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        built = alone._builder(alone._name, alone._key.public_key()).add_extension(names, False)
        pair = Pair(folder / "alone.crt", folder / "alone.key")
        pair.cert.write_bytes(
            built.sign(alone._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        plain, form = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
        pair.key.write_bytes(alone._key.private_bytes(serialization.Encoding.PEM, form, plain))
        return pair

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: float = 2
    ) -> x509.CertificateBuilder:
        now, lifetime = dt.datetime.now(dt.UTC), dt.timedelta(days=days)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(now, now + lifetime) - dt.timedelta(hours=1))
            .not_valid_after(now + lifetime)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )


USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)

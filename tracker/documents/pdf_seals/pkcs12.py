"""The provider that comes along: a certificate and its key in a PKCS#12 file, by pyHanko.

The seal certifies the document and permits no change to it. What is accepted is one seal that covers the whole file;
pyHanko itself also finds a file valid to which bytes were added after the seal.
"""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12, serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from tracker.documents.pdf_seals.provider import Sealed, SealFault, Unusable
from tracker.kernel.text import _l

FIELD = "Seal"
KEY_BITS = 3072
MAX_NAME_BYTES = 64
"""The standard for certificates allows no longer name."""


@cache
def _library(name: str) -> Any:
    """Loading it takes two seconds, and most processes never seal or check."""
    return import_module(name)


def _alone(work: Callable[[], Any]) -> Any:
    """Work in a thread of its own: pyHanko runs an event loop there, and the caller's may have one already."""
    with ThreadPoolExecutor(max_workers=1) as threads:
        return threads.submit(work).result()


class Pkcs12Seal:
    """Seals with the certificate in a file whose password stands in another."""

    code = "pkcs12"

    def __init__(self, path: Path, password: Path) -> None:
        try:
            self._data, self._password = path.read_bytes(), password.read_text(encoding="utf-8").strip().encode()
            bundle = load_pkcs12(self._data, self._password)
        except (OSError, ValueError) as error:
            raise Unusable(_l("印章证书读不出来，请检查 ZEREN_PDF_SEAL 和口令文件。")) from error
        if bundle.cert is None or bundle.key is None:
            raise Unusable(_l("印章证书文件里没有证书或者私钥。"))
        self._certificate = bundle.cert.certificate

    def seal(self, data: bytes, *, reason: str, at: datetime) -> Sealed:
        """The PDF with a certifying signature over all of its bytes; checked before it is given back."""
        signers, fields = _library("pyhanko.sign.signers"), _library("pyhanko.sign.fields")
        terms = signers.PdfSignatureMetadata(
            field_name=FIELD,
            reason=reason,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            md_algorithm="sha256",
        )
        key = signers.SimpleSigner.load_pkcs12_data(self._data, other_certs=[], passphrase=self._password)
        writer = _library("pyhanko.pdf_utils.incremental_writer").IncrementalPdfFileWriter(BytesIO(data))
        made = _alone(lambda: signers.PdfSigner(terms, signer=key).sign_pdf(writer)).getvalue()
        digest = self._certificate.fingerprint(hashes.SHA256()).hex()
        if faults(made, certificate_sha256=digest, at=at):
            raise Unusable(_l("印章证书不能用于盖章，或者不在有效期内。"))
        return Sealed(made, self.code, _name_of(self._certificate), digest)


def faults(data: bytes, *, certificate_sha256: str, at: datetime) -> list[SealFault]:
    """Everything wrong with a PDF that this provider sealed at an instant with a certificate."""
    try:
        with _malformed():
            reader = _library("pyhanko.pdf_utils.reader").PdfFileReader(BytesIO(data))
            signatures = reader.embedded_signatures
    except _Malformed:
        return [SealFault.UNREADABLE]
    if not signatures:
        return [SealFault.UNSEALED]
    try:
        with _malformed():
            found = _faults_of(signatures[0], certificate_sha256, at)
    except _Malformed:
        found = [SealFault.ALTERED]
    if len(signatures) > 1 and SealFault.ADDED_TO not in found:
        found.insert(0, SealFault.ADDED_TO)
    return found


def _faults_of(signature: Any, certificate_sha256: str, at: datetime) -> list[SealFault]:
    validation = _library("pyhanko.sign.validation")
    coverage = _library("pyhanko.sign.validation.status").SignatureCoverageLevel
    # The certificate is known by its hash, so it is trusted as it stands, whoever issued it.
    trust = _library("pyhanko_certvalidator").ValidationContext(
        trust_roots=[signature.signer_cert], allow_fetching=False, moment=at
    )
    status = _alone(lambda: validation.validate_pdf_signature(signature, trust))
    checks = (
        (SealFault.ADDED_TO, status.coverage is coverage.ENTIRE_FILE),
        (SealFault.ALTERED, status.intact and status.valid),
        (SealFault.OTHER_CERTIFICATE, signature.signer_cert.sha256.hex() == certificate_sha256),
    )
    found = [fault for fault, sound in checks if not sound]
    # What is trusted as it stands is trusted for ever, so its dates are looked at here.
    own = signature.signer_cert
    good = status.bottom_line and own.not_valid_before <= at <= own.not_valid_after
    return found or ([] if good else [SealFault.UNTRUSTED])


class _Malformed(Exception):  # noqa: N818 - an answer of this module to itself
    """What was to be read is no PDF, or no signature."""


@contextmanager
def _malformed() -> Iterator[None]:
    """Whatever the library stumbles over in bytes that somebody else wrote says the same: they are not sound."""
    try:
        yield
    except (OSError, MemoryError):
        raise
    except Exception as error:
        raise _Malformed from error


def _name_of(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """A certificate with its key as PKCS#12, the password that opens it, and its SHA-256."""

    data: bytes
    password: str
    sha256: str


def new_certificate(name: str, *, years: int, now: datetime) -> NewCertificate:
    """A certificate of the installation's own, signed by itself, good for sealing and nothing else.

    The name has at most MAX_NAME_BYTES bytes.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC))
        .not_valid_after(now.astimezone(UTC) + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **usage
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    password = secrets.token_urlsafe(32)
    data = serialize_key_and_certificates(b"zeren", key, certificate, None, BestAvailableEncryption(password.encode()))
    return NewCertificate(data, password, certificate.fingerprint(hashes.SHA256()).hex())

"""Seals on PDFs (电子印章): what a provider of them must do, and the one that this product brings along.

docs/seal-providers.md says how another is added.
"""

from collections.abc import Mapping

from tracker.documents.pdf_seals import pkcs12
from tracker.documents.pdf_seals.pkcs12 import Pkcs12Seal
from tracker.documents.pdf_seals.provider import FAULTS, Check, Sealed, SealFault, SealProvider, Unusable
from tracker.kernel.installation import settings

__all__ = ["CHECKS", "FAULTS", "Check", "SealFault", "SealProvider", "Sealed", "Unusable", "provider_at_work"]

CHECKS: Mapping[str, Check] = {Pkcs12Seal.code: pkcs12.faults}
"""How the PDFs of each provider are checked, also after the installation has gone over to another."""


def provider_at_work() -> SealProvider | None:
    """The provider that this installation has set up; None where PDFs are not sealed."""
    own = settings()
    if own.pdf_seal is None or own.pdf_seal_password is None:
        return None
    return Pkcs12Seal(own.pdf_seal, own.pdf_seal_password)

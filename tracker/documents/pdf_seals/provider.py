"""What a provider of seals must do: seal a PDF as it is, and find everything that was done to it afterwards."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tracker.kernel.errors import Refusal
from tracker.kernel.text import Labels, _l


class SealFault(StrEnum):
    """What can be wrong with a sealed PDF."""

    UNREADABLE = "unreadable"
    UNSEALED = "unsealed"
    ADDED_TO = "added_to"
    ALTERED = "altered"
    OTHER_CERTIFICATE = "other_certificate"
    UNTRUSTED = "untrusted"


FAULTS = Labels(
    {
        SealFault.UNREADABLE: _l("不是能读的 PDF"),
        SealFault.UNSEALED: _l("没有电子印章"),
        SealFault.ADDED_TO: _l("盖章之后文件里又追加了内容"),
        SealFault.ALTERED: _l("盖章之后内容被改动"),
        SealFault.OTHER_CERTIFICATE: _l("电子印章出自另一张证书"),
        SealFault.UNTRUSTED: _l("证书不能用于盖章，或者盖章时不在有效期内"),
    }
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed PDF: its bytes, whose provider's it is, and the certificate by its name and SHA-256."""

    data: bytes
    provider: str
    certificate_name: str
    certificate_sha256: str


class SealProvider(Protocol):
    """Puts the installation's seal on PDFs. One that cannot raises Unusable and changes nothing."""

    code: str
    """Kept with every PDF that it seals; chooses the check."""

    def seal(self, data: bytes, *, reason: str, at: datetime) -> Sealed:
        """The PDF with the seal over all of its bytes, such that nothing can be added either."""
        ...


class Check(Protocol):
    """Tells what is wrong with a PDF that a provider sealed; needs neither its key nor the network."""

    def __call__(self, data: bytes, *, certificate_sha256: str, at: datetime) -> list[SealFault]:
        """Everything wrong with bytes that are said to have been sealed with a certificate at an instant."""
        ...


class Unusable(Refusal):
    """The provider cannot seal: a file that is missing, a password that is wrong, a certificate out of date (503)."""

    status = 503

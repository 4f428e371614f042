"""By which channels a message may leave the house. Pure tables."""

from collections.abc import Iterable
from enum import StrEnum

from tracker.kernel.text import Labels, _l


class Channel(StrEnum):
    """A way out of the product. The inbox is none of them: it is always written."""

    MAIL = "mail"
    CHAT = "chat"
    SMS = "sms"


LABELS = Labels({Channel.MAIL: _l("邮件"), Channel.CHAT: _l("群机器人"), Channel.SMS: _l("短信")})


def joined(channels: Iterable[Channel]) -> str:
    """Channels as a message keeps them: comma-joined, in the order of the enum; nothing is the inbox alone."""
    wanted = set(channels)
    return ",".join(channel.value for channel in Channel if channel in wanted)


def parted(text: str) -> tuple[Channel, ...]:
    """The channels that a message keeps."""
    return tuple(Channel(name) for name in text.split(",") if name)

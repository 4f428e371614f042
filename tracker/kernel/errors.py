"""The ways in which a request can be refused, and the status each becomes."""

import errno
from collections.abc import Mapping, Sequence

from tracker.kernel.text import _l

NO_ROOM_LEFT = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What a full disk says."""
OF_THE_DISK = NO_ROOM_LEFT | {errno.EROFS, errno.EACCES}
"""What the disk may say that is for whoever keeps the server to mend, and no fault of the product."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Something was asked that is not done; nothing has changed."""

    status = 400

    def __init__(self, message: object) -> None:
        super().__init__(message)
        self.message = message
        self.ways: Sequence[tuple[object, str]] = ()
        """Where else to go, as words and address, the most useful first; none: the home page."""


class NotVisible(Refusal):
    """The thing does not exist as far as this person is concerned (404)."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_l("没有找到您要的内容，可能已被移走，或者不在您的范围内。"))


class NotAllowed(Refusal):
    """The person sees the thing but may not do this; the sentence says why (403)."""

    status = 403


class Stale(Refusal):
    """Somebody else was first, or the thing is no longer in the state that the act needs (409)."""

    status = 409

    def __init__(self, message: object | None = None) -> None:
        super().__init__(message or _l("内容刚刚被别人改动过。请查看最新情况后再操作。"))


class Invalid(Refusal):
    """The input cannot be taken; each sentence belongs to a field (422)."""

    status = 422

    def __init__(self, errors: Mapping[str, object]) -> None:
        super().__init__(next(iter(errors.values()), _l("填写的内容有误。")))
        self.errors = dict(errors)


class Unconfirmed(Invalid):
    """Whoever acts has not shown just now that it is they (403); the form comes back and asks."""

    status = 403


class OtherKind(Invalid):
    """A file of a kind that is not taken here (415)."""

    status = 415


class TooLarge(Invalid):
    """A file beyond what is taken here (413)."""

    status = 413

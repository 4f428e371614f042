"""The answer of a policy: allowed, or not and why."""

from dataclasses import dataclass

from tracker.kernel.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an act is allowed; if not, the sentence that both the greyed button and the refusal show."""

    allowed: bool
    reason: object = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Verdict(allowed=True)


def refused(reason: object) -> Verdict:
    """Not allowed, for this reason."""
    return Verdict(allowed=False, reason=reason)


def require(verdict: Verdict) -> None:
    """Stop here with 403 and the verdict's sentence unless the act is allowed."""
    if not verdict.allowed:
        raise NotAllowed(verdict.reason)

"""The public page behind the code on a letter: whether it stands, and nothing that the paper does not show."""

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.accounts import gate
from tracker.kernel import clock
from tracker.kernel.errors import NotVisible
from tracker.letters import policy, queries
from tracker.letters.rules import LABELS, LetterState, head_of
from tracker.letters.views.blueprint import bp


@bp.get("/check/<code>")
def check(code: str) -> ResponseReturnValue:
    """Whether the letter of a code is in force, waiting, superseded or withdrawn: number, parties, date, digests.

    Codes that are none are counted like wrong passwords, so that guessing is slow; right ones never are.
    """
    letter = queries.letter_of_code(code)
    text = policy.text_of(letter) if letter is not None else None
    if letter is None or text is None:
        gate.count_wrong_code(now=clock.now())
        raise NotVisible
    in_force_on = clock.local_date(letter.in_force_at) if letter.in_force_at is not None else None
    ends_on = letter.batch.ends_on
    # The state follows within the night; the page is read at any hour.
    is_over = letter.state is LetterState.IN_FORCE and ends_on is not None and ends_on < clock.today()
    state = LetterState.EXPIRED if is_over else letter.state
    shown = {"letter": letter, "state": state, "text": text, "head": head_of(text.text), "labels": LABELS}
    return render_template("letters/check.html", **shown, in_force_on=in_force_on)

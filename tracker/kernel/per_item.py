"""Acts on many tasks: each in its own transaction and with its own result, so that one refusal stops no other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask import request

from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, Refusal
from tracker.kernel.text import _, _l

MOST = 200
"""So many at once; more is a job for another day."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item: done, or the sentence why not."""

    label: str
    done: bool
    sentence: str
    url: str = ""


def ticked(name: str = "task") -> list[int]:
    """The rows that were ticked, from the address or the form, once each; raises Invalid for what is no row."""
    values = list(dict.fromkeys(request.values.getlist(name)))
    if len(values) > MOST:
        raise Invalid({name: _l("一次最多选择 %(count)s 项。", count=MOST)})
    if any(not (text.isascii() and text.isdigit() and len(text) < 10) for text in values):
        raise Invalid({name: _l("所选内容有误，请重新勾选。")})
    return [int(text) for text in values]


def each(items: Iterable[tuple[int, str, str]], act: Callable[[int], object], *, done: str) -> list[Result]:
    """Do something to each item, given as (id, label, url)."""
    results = []
    for row_id, label, url in items:
        try:
            with write_transaction():
                act(row_id)
        except Refusal as refusal:
            results.append(Result(label, done=False, sentence=str(refusal.message), url=url))
        else:
            results.append(Result(label, done=True, sentence=done, url=url))
    return results


def summary(results: Sequence[Result]) -> str:
    """One sentence over the results."""
    done = sum(result.done for result in results)
    if done == len(results):
        return str(_("%(count)s 项全部办理成功。", count=done))
    return str(_("%(done)s 项成功，%(failed)s 项没有办理，原因见下。", done=done, failed=len(results) - done))

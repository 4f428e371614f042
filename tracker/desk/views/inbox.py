"""The inbox: what the product told somebody, unread first; a badge that can reach zero."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.desk.views.blueprint import bp
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.text import _
from tracker.outbox import commands, queries, words
from tracker.outbox.models import InboxItem


@bp.get("/inbox")
def inbox() -> ResponseReturnValue:
    """Messages to the reader, a page at a time."""
    actor = current_actor()
    cursor = request.args.get("after", "")
    page = queries.inbox(actor, cursor=cursor)
    rows = [
        {
            "item": item,
            "text": words.sentence_of(item),
            "icon": kind.icon if (kind := words.message_kind(item)) else "bell",
        }
        for item in page.rows
    ]
    return render_template(
        "desk/inbox.html", rows=rows, unread=queries.unread_count(actor), next_cursor=page.next_cursor, cursor=cursor
    )


@bp.post("/inbox/<int:message_id>/open")
def open_message(message_id: int) -> ResponseReturnValue:
    """Mark a message read and go to what it is about."""
    actor = current_actor()
    with write_transaction():
        item = queries.own_message(actor, message_id)
        commands.mark_read([item.id], by=actor, now=clock.now())
        return redirect(_subject(item))


@bp.post("/inbox/read")
def read_all() -> ResponseReturnValue:
    """Mark everything read."""
    with write_transaction():
        commands.mark_all_read(by=current_actor(), now=clock.now())
    flash(_("消息已全部标为已读。"), "success")
    return redirect(url_for(".inbox"))


def _subject(item: InboxItem) -> str:
    """Where a message leads; back to the inbox for a kind whose page is no more."""
    kind = words.message_kind(item)
    if kind is None or kind.endpoint not in current_app.view_functions:
        return url_for(".inbox")
    named: dict[str, Any] = {kind.argument: item.subject_id} if kind.argument else {}
    return url_for(kind.endpoint, **named)

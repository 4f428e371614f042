"""The pages that refusals and faults become."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Flask, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from tracker.kernel import logs
from tracker.kernel.errors import NO_ROOM_LEFT, OF_THE_DISK, Refusal, Stale
from tracker.kernel.text import _, _l

Pages = Mapping[str, tuple[str, object]]
"""Where to go back to after a refusal, by the name of the thing in the address."""


def _page(status: int, message: object, ways: Sequence[tuple[object, str]] = ()) -> tuple[str, int]:
    known = {400, 403, 404, 405, 409, 413, 415, 422, 429, 503}
    template = f"errors/{status if status in known else 500}.html"
    return render_template(template, message=message, ways=ways), status


def _way_back(pages: Pages, status: int) -> Sequence[tuple[object, str]]:
    """The page of the thing that an act was refused on; none where the thing itself is not to be seen."""
    return _ways(pages, request.view_args or {}, status)


def _ways(pages: Pages, named: Mapping[str, Any], status: int) -> Sequence[tuple[object, str]]:
    return [
        (label, url_for(endpoint, **{name: named[name]}))
        for name, (endpoint, label) in pages.items()
        if status != 404 and name in named and request.endpoint != endpoint
    ]


def _only_submitted(app: Flask, pages: Pages, error: MethodNotAllowed) -> ResponseReturnValue:
    """The address of a button, opened by itself: from a bookmark, or typed."""
    methods = sorted(error.valid_methods or ())
    adapter = app.create_url_adapter(request)
    named = adapter.match(method=methods[0])[1] if adapter is not None and methods else {}
    page, status = _page(405, "", _ways(pages, named, 405))
    return page, status, {"Allow": ", ".join(methods)}


READ_ONLY = "25006"
"""PostgreSQL's code for a database that may only be read, such as a standby or one whose disk is nearly full."""


def _database(app: Flask, error: DBAPIError) -> ResponseReturnValue:
    if not isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", "") != READ_ONLY:
        return _fault(app, error)
    logs.log.exception("database unavailable")
    return _page(503, _("数据库暂时不可用，请稍后再试。"))


NO_ROOM = _l("服务器的磁盘满了，您提交的内容没有保存。请告诉系统管理员，腾出空间后再提交一次。")
CLOSED = _l("服务器的文件夹暂时不能读写，这件事没有办成。请告诉系统管理员，过后再试一次。")


def _disk(app: Flask, error: OSError) -> ResponseReturnValue:
    if error.errno not in OF_THE_DISK:
        return _fault(app, error)
    logs.log.exception("disk")
    return _page(503, NO_ROOM if error.errno in NO_ROOM_LEFT else CLOSED)


def _fault(app: Flask, error: Exception) -> ResponseReturnValue:
    logs.log.exception("fault")
    if app.testing:
        raise error
    return _page(500, "")


def answer_errors(app: Flask, pages: Pages) -> None:
    """Every refusal becomes a page with one sentence that a person can act on."""
    app.register_error_handler(MethodNotAllowed, partial(_only_submitted, app, pages))
    app.register_error_handler(DBAPIError, partial(_database, app))
    app.register_error_handler(OSError, partial(_disk, app))
    app.register_error_handler(Exception, partial(_fault, app))

    @app.errorhandler(Refusal)
    def _refusal(error: Refusal) -> ResponseReturnValue:
        return _page(error.status, error.message, error.ways or _way_back(pages, error.status))

    @app.errorhandler(StaleDataError)
    def _stale(_error: Any) -> ResponseReturnValue:
        return _page(409, Stale().message)

    @app.errorhandler(CSRFError)
    def _forged(_error: Any) -> ResponseReturnValue:
        return _page(400, _("页面停留太久或来路不明，请返回重新提交。"))

    @app.errorhandler(SecurityError)
    def _other_host(_error: Any) -> ResponseReturnValue:
        # No page: addresses cannot be built for a host that is not ours.
        return Response(_("请用本系统的正式网址访问。"), 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> ResponseReturnValue:
        if error.code is not None and error.code < 400:
            return error
        return _page(error.code or 500, "")

"""How gunicorn serves Zeren, by `make run` and in production. WEB_CONCURRENCY and WEB_THREADS change the numbers."""

import os

from config import Settings

settings = Settings.from_environment()

wsgi_app = "wsgi:app"
bind = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 10
# By default gunicorn opens a control socket under $HOME; nobody here needs a second way in.
control_socket_disable = True
# The application believes X-Forwarded-* itself, and only as far as ZEREN_TRUSTED_PROXIES says.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
# Uploads are heartbeaten through a file; in memory it never waits for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112
accesslog = None
errorlog = "-"
loglevel = "warning"

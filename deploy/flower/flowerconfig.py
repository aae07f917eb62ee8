"""Flower's own options; `orderpipe flower` reads this file from its working directory (systemd: /etc/orderpipe)."""

# Where it listens and who may in is said in orderpipe.toml, [flower], and wins over address, port and basic_auth here.
import os

# behind a proxy that speaks TLS: its X-Real-IP and X-Scheme are believed. Without a proxy: False
xheaders = True
# below a path of a host that has more pages: "flower" makes it https://ops.example.com/flower/
url_prefix = os.environ.get("ORDERPIPE_FLOWER_PREFIX", "")
# the same after a restart and on a second Flower, so that open pages go on working; unset: random
if "ORDERPIPE_FLOWER_COOKIE" in os.environ:
    cookie_secret = os.environ["ORDERPIPE_FLOWER_COOKIE"]
# tasks kept in memory: 50,000 rows are about 250 MB. What orders did is in the ledger, for longer
max_tasks = 50_000
# a pickle of events on disk: not needed, the ledger remembers
persistent = False
# workers that have left are not listed for ever (seconds)
purge_offline_workers = 600
# how long a question to the workers may take (ms)
inspect_timeout = 2000.0

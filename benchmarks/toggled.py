"""orderpipe's own Celery app, its task events off at first, so that a broadcast can switch them on and off.

(Celery's `disable_events` does nothing to a worker that was started with them on.)
"""

from tasks.app import app

app.conf.worker_send_task_events = False

"""Celery's settings: those that never change, and those that come from the config. No secret but the broker's URL."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kombu.entity import Queue

from pipeline.config.model import Config
from tasks import queues, schedule

FIXED: Mapping[str, Any] = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "event_serializer": "json",
    "result_serializer": "json",
    "enable_utc": True,
    "timezone": "UTC",
    # hints: early acknowledgement, no results; a lost one is sent again by dispatch_due
    "task_ignore_result": True,
    "task_acks_late": False,
    "task_default_queue": queues.UPKEEP,
    "result_expires": None,  # else beat would add a clean-up of results that do not exist
    "worker_prefetch_multiplier": 1,
    "worker_pool": "prefork",
    # Flower reads root and parent ids from task-received; task-sent would only be one more command a task
    "worker_send_task_events": True,
    "task_send_sent_event": False,
    # our logs are ours
    "worker_redirect_stdouts": False,
    "worker_hijack_root_logger": False,
    # a broker that is away is waited for, as long as it takes
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "beat_scheduler": "tasks.schedule:Scheduler",
    "imports": ("tasks.steps", "tasks.polls", "tasks.upkeep"),
}


def from_config(config: Config) -> Mapping[str, Any]:
    """What `orderpipe.toml` decides. `config.redis_url` is filled in."""
    url = config.broker_url or config.redis_url
    if url is None:
        raise ValueError("the config has no broker")
    broker = url.reveal()
    serve = [name for name in os.environ.get("ORDERPIPE_SERVE", "").split(",") if name]
    return {
        "broker_url": broker,
        "broker_pool_limit": max(10, config.concurrency),
        "broker_transport_options": _transport(broker, config),
        "task_queues": [Queue(name) for name in queues.served(config, serve)],  # type: ignore[no-untyped-call] # kombu has no types
        "worker_concurrency": config.concurrency,
        # just above the longest HTTP call: what is in hand at a stop is finished, not guessed at later
        "worker_soft_shutdown_timeout": config.limits.call_deadline.total_seconds() + 5,
        "beat_schedule": dict(schedule.entries(config)),
        "beat_schedule_filename": str(_beat_file(config)),
        "beat_max_loop_interval": 1,
    }


def _transport(url: str, config: Config) -> Mapping[str, Any]:
    if not url.startswith(("redis", "sentinel", "unix")):
        return {}
    master = config.broker_master if config.broker_url else config.redis_master
    return {
        **({"master_name": master} if master else {}),
        # a half-open connection is noticed after 12 s, not 53
        "health_check_interval": 5,
        "socket_timeout": 5,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        # only prefetched hints are ever unacknowledged; one that comes twice is an empty take
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 30,
        "max_connections": max(20, 2 * config.concurrency + 10),
    }


def _beat_file(config: Config) -> Path:
    return config.data_dir / "beat" / "schedule"

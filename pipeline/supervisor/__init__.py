"""Running processes: the embedded server, `up`, the single roles and the demo."""

from pipeline.supervisor.up import run_role, run_up

__all__ = ["run_role", "run_up"]

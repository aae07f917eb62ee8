"""Running processes: the embedded server, `up`, the single roles and the demo."""

"""One piece at a time; no sockets."""

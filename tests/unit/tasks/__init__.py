"""The rules in `tasks`, without a broker."""

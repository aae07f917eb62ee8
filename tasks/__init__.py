"""All of Celery: thin tasks over `pipeline`."""

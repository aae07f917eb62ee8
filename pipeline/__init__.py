"""The product without Celery."""

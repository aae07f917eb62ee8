"""The outside world, one room a partner."""

"""The command line against a desk that only remembers."""

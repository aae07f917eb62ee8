"""What documents are: standard library only, no I/O."""

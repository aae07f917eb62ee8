"""With a real server and real worker processes."""

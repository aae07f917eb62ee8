"""`python -m pipeline.cli`, as `orderpipe`."""

from pipeline.cli import main

main(prog_name="orderpipe")

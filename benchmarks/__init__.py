"""What orderpipe costs, beside a bare loop and a textbook chain: `python -m benchmarks`."""

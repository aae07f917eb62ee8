"""One room per marketplace."""

"""Partners and their ledger, played at the ports: implementations of `pipeline/ports.py`, never mocks of our code."""

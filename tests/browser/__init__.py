"""Flower's pages clicked through in a real browser, over a real ledger."""

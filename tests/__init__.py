"""The tests: units, conformance, golden pairs, integration, chaos."""

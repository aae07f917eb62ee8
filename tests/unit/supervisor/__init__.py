"""The demo's judgement, without processes."""

"""The five steps, one verb a file: pure orchestration over the ports."""

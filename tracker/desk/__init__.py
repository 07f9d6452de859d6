"""Use cases: each joins pure decisions of the core to the adapters."""

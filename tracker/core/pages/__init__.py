"""Public pages as pure functions: tickets in, HTML and search files out, no generator, no I/O."""

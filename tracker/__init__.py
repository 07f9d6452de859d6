"""A help desk that is a Git repository."""

__version__ = "0.1.0"

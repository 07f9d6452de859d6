"""Accounts of a private desk: keys, records, sealed files. See docs/reference/accounts.md."""

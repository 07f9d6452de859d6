"""The demonstration: an embedded mailbox, a sample of mail, and the very commands of production."""

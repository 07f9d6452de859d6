"""One outside system each: IMAP, SMTP, Git, the index."""

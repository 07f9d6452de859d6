"""The tables of the index. A change of them raises VERSION, which rebuilds it."""

from __future__ import annotations

VERSION = "6"

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tickets (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    path TEXT NOT NULL,
    oid TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    requester TEXT NOT NULL,
    requester_key TEXT NOT NULL,
    assignee TEXT,
    labels TEXT NOT NULL,
    channel TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    priority TEXT NOT NULL,
    taken TEXT NOT NULL,
    phone TEXT NOT NULL,
    phone_tail TEXT NOT NULL,
    folded TEXT NOT NULL,
    side TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    answered_at INTEGER,
    turns TEXT NOT NULL
);
CREATE INDEX tickets_status ON tickets (status, updated_at);
CREATE INDEX tickets_requester ON tickets (requester_key);
CREATE INDEX tickets_phone ON tickets (phone_tail) WHERE phone_tail != '';
CREATE TABLE facts (
    number INTEGER PRIMARY KEY, created INTEGER NOT NULL, answered INTEGER, closed INTEGER
);
CREATE TABLE faults (path TEXT PRIMARY KEY, line INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE messages (
    number INTEGER NOT NULL,
    entry TEXT NOT NULL,
    message_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    sender TEXT NOT NULL,
    day TEXT NOT NULL
);
CREATE INDEX messages_number ON messages (number);
CREATE INDEX messages_id ON messages (message_id);
CREATE INDEX messages_digest ON messages (digest);
CREATE TABLE due (
    number INTEGER NOT NULL,
    entry TEXT NOT NULL,
    recipient TEXT NOT NULL,
    what TEXT NOT NULL,
    proven INTEGER NOT NULL,
    delayed TEXT NOT NULL
);
CREATE INDEX due_number ON due (number);
CREATE TABLE held (number INTEGER NOT NULL, entry TEXT NOT NULL);
CREATE INDEX held_number ON held (number);
CREATE TABLE told (
    number INTEGER NOT NULL, address TEXT NOT NULL, at TEXT NOT NULL, confirmed INTEGER NOT NULL
);
CREATE INDEX told_number ON told (number);
CREATE INDEX told_address ON told (address, at);
CREATE INDEX told_confirmed ON told (confirmed, at);
CREATE TABLE unstamped (number INTEGER PRIMARY KEY);
CREATE TABLE accounts (path TEXT PRIMARY KEY, account TEXT NOT NULL, oid TEXT NOT NULL);
CREATE INDEX accounts_account ON accounts (account);
CREATE TABLE account_words (path TEXT NOT NULL, word TEXT NOT NULL);
CREATE INDEX account_words_word ON account_words (word);
CREATE INDEX account_words_path ON account_words (path);
CREATE TABLE posts (
    path TEXT NOT NULL, post TEXT NOT NULL, kind TEXT NOT NULL, recipient TEXT NOT NULL,
    delayed TEXT NOT NULL, told TEXT NOT NULL, due INTEGER NOT NULL
);
CREATE INDEX posts_path ON posts (path);
CREATE INDEX posts_due ON posts (path) WHERE due;
CREATE INDEX posts_told ON posts (told);
CREATE TABLE indexed (number INTEGER PRIMARY KEY, oid TEXT NOT NULL);
CREATE VIRTUAL TABLE words USING fts5 (title, body, detail = none, tokenize = 'ascii');
"""

OF_A_TICKET = ("tickets", "facts", "messages", "due", "held", "told", "unstamped")
"""The tables with a ``number``: what is deleted before a ticket is indexed anew."""
OF_AN_ACCOUNT = ("accounts", "account_words", "posts")
"""The tables with a ``path`` of an account's record, likewise."""

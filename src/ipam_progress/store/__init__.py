"""What must survive a restart: operations and how they ended, runs of tasks, decisions.

`Store` is a database, SQLite's file or PostgreSQL; `StoreTransaction` is what can be asked of it
and told to it; `StoreWriter` is the thread that does so for a server. docs/store.md is the manual.
Knows records and errors only.
"""

from ipam_progress.store.store import Store
from ipam_progress.store.transaction import StoreTransaction
from ipam_progress.store.writer import StoreWriter

__all__ = ["Store", "StoreTransaction", "StoreWriter"]

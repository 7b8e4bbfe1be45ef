"""Keeps: the statements, SQLite, and the bytes of pictures and files."""

from tabyard.storage.blobs import ObjectBlobs, folder_blobs, memory_blobs, url_blobs
from tabyard.storage.errors import BlobsUnusable, StoreInUse, StoreNewer, StoreOpenFailed
from tabyard.storage.faults import Faults
from tabyard.storage.sqlite.opening import open_store
from tabyard.storage.sqlite.store import SqliteStore

__all__ = [
    "BlobsUnusable",
    "Faults",
    "ObjectBlobs",
    "SqliteStore",
    "StoreInUse",
    "StoreNewer",
    "StoreOpenFailed",
    "folder_blobs",
    "memory_blobs",
    "open_store",
    "url_blobs",
]

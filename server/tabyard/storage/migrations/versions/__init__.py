"""One module per step; `tabyard.storage.sqlite.schema.HEAD` names the newest."""

__all__: list[str] = []

"""Connections that stay: client WebSockets, browser links, server-sent events."""

__all__: list[str] = []

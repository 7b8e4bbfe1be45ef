"""The hub on HTTP and WebSocket: REST, client sockets, browser links, event streams, pages."""

from tabyard.web.app import create_app
from tabyard.web.settings import WebSettings
from tabyard.web.state import WebState

__all__ = ["WebSettings", "WebState", "create_app"]

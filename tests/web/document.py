"""The submission that the REST document shows, as it stands there."""

from typing import Any, Final

DOCUMENT_BODY: Final[dict[str, Any]] = {
    "task_name": "Search Google",
    "task_intention": "Search for browser automation tools",
    "commands": [
        {
            "tool_name": "browser_navigate",
            "intention": "Go to Google",
            "args": {"action": "goto", "url": "https://www.google.com"},
        },
        {
            "tool_name": "browser_interact",
            "intention": "Type search query",
            "args": {
                "action": "type",
                "selector": "textarea[name=q]",
                "text": "browser automation",
            },
        },
        {
            "tool_name": "browser_interact",
            "intention": "Press Enter",
            "args": {"action": "keyboard", "key": "Enter"},
        },
    ],
    "metadata": {"client": "my-app"},
}

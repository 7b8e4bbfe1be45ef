"""The pages that the hub serves itself: status, API reference, demonstration."""

__all__: list[str] = []

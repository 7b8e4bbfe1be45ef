"""What the store does, one transaction each: the same statements on every engine.

An operation is a plain function of an open transaction. It refuses with a `HubError`, or it does
all of its work; whoever runs it commits, or undoes what an operation left half done.
"""

__all__: list[str] = []

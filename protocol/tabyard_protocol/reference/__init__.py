"""The reference pages about the wire, made from the models themselves."""

__all__: list[str] = []

"""The wire: everything that hub, browsers and clients may say to each other, and nothing else."""

__all__: list[str] = []

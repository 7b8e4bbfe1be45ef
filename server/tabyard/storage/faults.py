"""Places where a test may make the store fail. In production nothing happens there."""

__all__ = ["Faults"]


class Faults:
    """No faults. A test derives from it; what a method raises counts as the engine's failure."""

    def before_commit(self) -> None:
        """Every operation of the batch has run, nothing is committed."""

    def after_commit(self) -> None:
        """The batch is on disk, nobody has been told."""

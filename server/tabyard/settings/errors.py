"""What can be wrong with a setting."""

from typing_extensions import override

__all__ = ["BadSetting"]


class BadSetting(Exception):
    """A setting has a value that can't be used; the text names the variable and the remedy."""

    def __init__(self, variable: str, value: str, remedy: str) -> None:
        super().__init__(variable, value, remedy)
        self.variable = variable
        self.value = value
        self.remedy = remedy

    @override
    def __str__(self) -> str:
        return f"{self.variable}={self.value} can't be used: {self.remedy}"

"""What cannot be of people: names and tokens that nobody may have."""


class Unfit(ValueError):
    """`message` is an English msgid with {fields}; `facts` fill them, after translation if need be."""

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message.format(**facts))
        self.message = message
        self.facts = facts

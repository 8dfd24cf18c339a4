"""The one exception of readers: the file itself cannot be read."""


class UnreadableFile(ValueError):
    """The file is not what its name says, is damaged, or is of a kind that is not read.

    code -- that of the finding
    """

    def __init__(self, message: str, code: str = "file_unreadable") -> None:
        super().__init__(message)
        self.code = code

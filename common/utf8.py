"""Where a file is no text in UTF-8, and what to do about it."""

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
BEGINNING = 200
UTF_16_FAULT = "row 1: the file is UTF-16, not UTF-8; save it again as “CSV UTF-8” (or as UTF-8 text)"


def utf8_fault(data: bytes) -> str | None:
    """Return what is wrong, with the row (the first is 1) and the remedy; None when the bytes are text in UTF-8."""
    if data[:2] in UTF_16 or b"\0" in data[:BEGINNING]:
        return UTF_16_FAULT
    try:
        data.decode()
    except UnicodeDecodeError as problem:
        before = data[: problem.start]
        row = 1 + before.count(b"\n") + before.replace(b"\r\n", b"").count(b"\r")
        return (
            f"row {row}: not UTF-8; saved as GBK (GB18030)? Save it again as “CSV UTF-8” (or as UTF-8 text)"
        )
    return None

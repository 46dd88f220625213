"""Unambiguous joining of byte strings, and padding to size classes."""

from __future__ import annotations

from tesa.core.vault.errors import Unopenable

SIZE_CLASSES = (64, 256, 1024, 4096)
_NONE, _TEXT, _BYTES = 0, 1, 2
HEAD = 5  # kind (1) and length (4)
_ZEROS = bytes(SIZE_CLASSES[-1])  # longer than any padding


def joined(*parts: bytes) -> bytes:
    """The parts one after the other, each behind its length in four bytes, so that no two lists give one string."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def size_class(length: int) -> int:
    """The size a content of `length` bytes is padded to."""
    for size in SIZE_CLASSES:
        if length <= size:
            return size
    return -(-length // 4096) * 4096


def padded(content: str | bytes | None) -> bytes:
    """Kind, length, content, zeros. None and the empty text have the same size. Lone surrogates survive."""
    if content is None:
        kind, raw = _NONE, b""
    elif isinstance(content, str):
        kind, raw = _TEXT, content.encode("utf-8", "surrogatepass")
    else:
        kind, raw = _BYTES, content
    head = (kind << 32 | len(raw)).to_bytes(HEAD, "big")
    length = HEAD + len(raw)
    return b"".join((head, raw, _ZEROS[: size_class(length) - length]))


def unpadded(body: bytes) -> str | bytes | None:
    """What `padded` was given. Raises Unopenable when the body is none of its making."""
    if len(body) < HEAD:
        raise Unopenable
    kind, length = body[0], int.from_bytes(body[1:HEAD], "big")
    if size_class(HEAD + length) != len(body) or not _ZEROS.startswith(body[HEAD + length :]):
        raise Unopenable
    raw = body[HEAD : HEAD + length]
    if kind == _NONE and length == 0:
        return None
    if kind == _TEXT:
        try:
            return raw.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise Unopenable from error
    if kind == _BYTES:
        return raw
    raise Unopenable

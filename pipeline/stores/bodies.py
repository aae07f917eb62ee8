"""Bodies at rest: JSON, compressed, and sealed when a key is set.

A stored body begins with one byte: `j` plain JSON (small bodies), `z` zlib, `s` sealed zlib (AES-GCM with the
reference as associated data: a body moved to another record does not open).
"""

import base64
import os
import zlib
from decimal import Decimal
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_NONCE = 12
_SMALL = 200


def to_text(value: Any) -> str:
    """JSON for a header or a timeline line (json.dumps takes ten times as long)."""
    return _ENCODER.encode(value).decode()


class Unsealable(Exception):
    """A sealed body that none of the configured keys opens."""


class Bodies:
    """Packs and unpacks bodies. `keys`: 32 bytes each; the first seals, every one opens."""

    def __init__(self, *keys: bytes) -> None:
        self._ciphers = [AESGCM(key) for key in keys]

    @classmethod
    def from_base64(cls, *keys: str | None) -> "Bodies":
        """Keys as configured. Raises ValueError when one is not base64 of 32 bytes."""
        raw = [base64.b64decode(key, validate=True) for key in keys if key]
        if any(len(key) != 32 for key in raw):
            raise ValueError("a seal key is base64 of 32 bytes: `openssl rand -base64 32` makes one")
        return cls(*raw)

    def pack(self, ref: str, value: Any) -> bytes:
        """A JSON value as stored bytes."""
        text = _ENCODER.encode(value)
        if self._ciphers:
            nonce = os.urandom(_NONCE)
            return b"s" + nonce + self._ciphers[0].encrypt(nonce, zlib.compress(text, 1), ref.encode())
        if len(text) <= _SMALL:
            return b"j" + text
        return b"z" + zlib.compress(text, 1)

    def unpack(self, ref: str, body: bytes) -> Any:
        """The JSON value; numbers with a point are Decimal. Raises Unsealable."""
        mark, rest = body[:1], body[1:]
        if mark == b"s":
            return _DECODER.decode(zlib.decompress(self._open(ref, rest)))
        return _DECODER.decode(zlib.decompress(rest) if mark == b"z" else rest)

    def _open(self, ref: str, sealed: bytes) -> bytes:
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], ref.encode())
            except InvalidTag:
                continue
        raise Unsealable(f"the body of {ref} is sealed with a key that is not configured (ORDERPIPE_SEAL_KEY_OLD?)")

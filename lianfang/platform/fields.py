"""Encrypted columns and keyed look-up hashes for what must not lie open in the database (等保 level 3, PIPL)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

NONCE_BYTES = 12


class UndecipherableError(Exception):
    """No key in the settings opens the stored value."""


@cache
def _ciphers(*keys: bytes) -> tuple[AESGCM, ...]:
    return tuple(AESGCM(key) for key in keys)


def seal(plain: bytes, about: bytes | None = None) -> bytes:
    """AES-GCM under the first key of `FIELD_KEYS`. `about` is not stored, but opening asks for the same again."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _ciphers(*settings.FIELD_KEYS)[0].encrypt(nonce, plain, about)


def unseal(sealed: bytes, about: bytes | None = None) -> bytes:
    """What was sealed, by whichever key opens it. Raises `UndecipherableError`."""
    for cipher in _ciphers(*settings.FIELD_KEYS):
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
        except (InvalidTag, ValueError):
            continue
    raise UndecipherableError


def encrypt(plain: str) -> str:
    """AES-GCM under the first key of `FIELD_KEYS`, as text."""
    return base64.b64encode(seal(plain.encode())).decode()


def encrypt_all(plain: Sequence[str]) -> list[str]:
    """`encrypt` for many values at once; empty ones stay empty."""
    seal, encode = _ciphers(*settings.FIELD_KEYS)[0].encrypt, base64.b64encode
    nonces = os.urandom(NONCE_BYTES * len(plain))
    cuts = range(0, len(nonces), NONCE_BYTES)
    each = zip(plain, (nonces[at : at + NONCE_BYTES] for at in cuts), strict=True)
    return [encode(nonce + seal(nonce, text.encode(), None)).decode() if text else text for text, nonce in each]


def decrypt(stored: str) -> str:
    """The plain text, by whichever key opens it. Raises `UndecipherableError`."""
    return unseal(base64.b64decode(stored)).decode()


def lookup_hash(plain: str) -> str:
    """A keyed hash (HMAC-SHA-256, hex): equal values find each other, the value cannot be guessed back."""
    return hmac.digest(settings.LOOKUP_KEY, plain.encode(), hashlib.sha256).hex()


def lookup_hashes(plain: Iterable[str]) -> list[str]:
    """`lookup_hash` for many values at once."""
    key, digest, algorithm = settings.LOOKUP_KEY, hmac.digest, "sha256"
    return [digest(key, text.encode(), algorithm).hex() for text in plain]


class EncryptedTextField(models.TextField[str, str]):
    """Text that is encrypted in the database and in its history; plain in Python. It cannot be filtered by."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value)) if value else value

    def from_db_value(self, value: str | None, *args: Any) -> str | None:
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in ("exact", "isnull"):
            return None
        return super().get_lookup(lookup_name)

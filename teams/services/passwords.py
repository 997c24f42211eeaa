"""First passwords: made here, shown once, kept nowhere but as a hash."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher

# Nothing that looks or sounds like its neighbour on paper: no 0/o, 1/l/i, 2/z, 5/s, 8/b, q/g, u/v.
ALPHABET = "acdefhjkmnprtwxy34679"
GROUPS, GROUP_LENGTH = 3, 4  # 21^12 possibilities: 52 bits
FIRST_ROUNDS = 60_000


def first_password() -> str:
    """A random password in three groups of four, easy to read aloud: `k7mw-3fha-x9te`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


def first_password_hash(password: str) -> str:
    """The hash of a first password. Its 52 random bits need no slow hash, and a hundred accounts at once can't wait.

    Django hashes it anew, at full strength, at the first sign-in.
    """
    hasher: Any = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), iterations=FIRST_ROUNDS)
    return str(hasher.encode(password, hasher.salt()))

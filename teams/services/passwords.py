"""First passwords: made here, shown once, kept nowhere but as a hash."""

from __future__ import annotations

import secrets

# Nothing that looks or sounds like its neighbour on paper: no 0/o, 1/l/i, 2/z, 5/s, 8/b, q/g, u/v.
ALPHABET = "acdefhjkmnprtwxy34679"
GROUPS, GROUP_LENGTH = 3, 4  # 21^12 possibilities: 52 bits


def first_password() -> str:
    """A random password in three groups of four, easy to read aloud: `k7mw-3fha-x9te`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))

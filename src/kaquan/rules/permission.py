"""Who may do what at a desk: a role is a set of rights, and this table says which.

Roles of an account: ``owner``, ``staff`` (runs the cards), ``developer``, ``cashier``. The platform has operators.
"""

from __future__ import annotations

from typing import Literal

Right = Literal[
    "app.see",
    "member.manage",
    "audit.see",
    "application.see",
    "application.submit",
    "card.see",
    "card.change",
    "code.see",
    "code.change",
    "code.export",
    "statistics.see",
    "develop.see",
    "develop.change",
    "till.use",
    "platform.see",
    "platform.change",
]
OWNER, STAFF, DEVELOPER, CASHIER, OPERATOR = "owner", "staff", "developer", "cashier", "operator"
ROLES = (OWNER, STAFF, DEVELOPER, CASHIER)
# Whose password alone opens nothing.
NEEDS_FACTOR = frozenset({OWNER, OPERATOR})

_GRANTS: dict[Right, tuple[str, ...]] = {
    "app.see": (OWNER, STAFF, DEVELOPER, CASHIER),
    "member.manage": (OWNER,),
    "audit.see": (OWNER,),
    "application.see": (OWNER, STAFF, DEVELOPER),
    "application.submit": (OWNER,),
    "card.see": (OWNER, STAFF, DEVELOPER),
    "card.change": (OWNER, STAFF),
    "code.see": (OWNER, STAFF, DEVELOPER),
    "code.change": (OWNER, STAFF),
    "code.export": (OWNER, STAFF),
    "statistics.see": (OWNER, STAFF, DEVELOPER),
    "develop.see": (OWNER, DEVELOPER),
    "develop.change": (OWNER, DEVELOPER),
    "till.use": (OWNER, STAFF, CASHIER),
    "platform.see": (OPERATOR,),
    "platform.change": (OPERATOR,),
}


def may(role: str, right: Right) -> bool:
    """Tell whether a role has a right; somebody without a role has none."""
    return role in _GRANTS[right]


def roles_of(right: Right) -> tuple[str, ...]:
    """Return the roles that have a right."""
    return _GRANTS[right]

"""Who may do what over HTTP: one table, from the names of operations to the least role that they need.

Lives here: `PERMISSIONS`. Never here: how a token is checked (security), what an operation does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.accounts import ROLES

CONTRIBUTOR, REVIEWER, ADMIN = ROLES


@dataclass(frozen=True, slots=True)
class Permission:
    """What an operation needs.

    Args:
        role: The least role; None for everybody, without a token.
        preview: Whether everybody may ask with `dry_run=true`, which stores nothing.
        budget: The kind of budget that it takes from, beside that of writes.
    """

    role: str | None
    preview: bool = False
    budget: str | None = None

    def needed(self, *, dry_run: bool) -> str | None:
        """Return the role that is needed for one request."""
        return None if self.preview and dry_run else self.role


EVERYBODY = Permission(None)
PERMISSIONS: Mapping[str, Permission] = {
    "what_if_of_body": EVERYBODY,
    "verify_receipt": EVERYBODY,
    "verify_answer": EVERYBODY,
    "sparql_post": EVERYBODY,
    "sign_in": EVERYBODY,
    "sign_out": EVERYBODY,
    "contribute_form": Permission(CONTRIBUTOR),
    "review_form": Permission(REVIEWER),
    "reviews_form": Permission(REVIEWER),
    "undo_form": Permission(REVIEWER),
    "revise_entity_form": Permission(CONTRIBUTOR),
    "revise_claim_form": Permission(CONTRIBUTOR),
    "revise_work_form": Permission(REVIEWER),
    "keep_answer": Permission(CONTRIBUTOR),
    "add_work": Permission(CONTRIBUTOR),
    "add_entity": Permission(CONTRIBUTOR),
    "add_claim": Permission(CONTRIBUTOR),
    "add_evidence": Permission(CONTRIBUTOR, preview=True),
    "revise_evidence": Permission(CONTRIBUTOR),
    "revise_entity": Permission(CONTRIBUTOR),
    "revise_claim": Permission(CONTRIBUTOR),
    "revise_work": Permission(REVIEWER),
    "import_file": Permission(CONTRIBUTOR, budget="imports"),
    "review": Permission(REVIEWER),
    "revoke": Permission(REVIEWER),
    "merge": Permission(REVIEWER),
    "undo": Permission(REVIEWER),
    "retraction": Permission(REVIEWER, preview=True),
}
"""Every operation that is not GET has a row, else it is refused to everybody (a test compares)."""


def allows(role: str, needed: str) -> bool:
    """Say whether a role is at least the one that is needed.

    Example:
        >>> allows("reviewer", "contributor"), allows("contributor", "reviewer")
        (True, False)
    """
    return ROLES.index(role) >= ROLES.index(needed)


def owns_only(role: str) -> bool:
    """Say whether a role revises no more than what it proposed itself, see `kg.revising.Revising.revise`.

    Example:
        >>> owns_only("contributor"), owns_only("reviewer")
        (True, False)
    """
    return not allows(role, REVIEWER)

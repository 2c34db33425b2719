"""Organizations: accounts that belong together, and the accounts that administrate them."""

from collections.abc import Sequence
from dataclasses import dataclass

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Organization:
    """`name` is unique among organizations and user names, and never changes."""

    organization_id: str
    name: str
    title: str | None = None
    description: str | None = None
    link: str | None = None
    email_address: str | None = None
    admin_account_ids: Sequence[AccountId] = ()


class OrganizationUnknown(DomainError):
    code = "organization-unknown"

    def __init__(self, name: str) -> None:
        super().__init__(f"no org named '{name[:100]}'")


class OrganizationNameInvalid(DomainError):
    """The name has other characters than letters, digits and dashes, or too many."""

    code = "organization-name-invalid"


class OrganizationNameTaken(DomainError):
    code = "organization-name-taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"name {name} is already used by some account or organization")


class OrganizationAdminRequired(DomainError):
    code = "organization-admin-required"

    def __init__(self) -> None:
        super().__init__("user must be an admin of the organization or site-admin")


class MemberUnknown(DomainError):
    code = "member-unknown"

    def __init__(self, user: str) -> None:
        super().__init__(f"cannot find user '{user[:254]}'")


class MemberElsewhere(DomainError):
    code = "member-elsewhere"

    def __init__(self, user: str) -> None:
        super().__init__(f"User '{user[:254]}' is already member of another organization")


class MemberIsAdmin(DomainError):
    code = "member-is-admin"

    def __init__(self) -> None:
        super().__init__("admin cannot be removed from org; first remove them from being an admin")


class NotInOrganization(DomainError):
    code = "not-in-organization"

    def __init__(self) -> None:
        super().__init__("user is not in an org")

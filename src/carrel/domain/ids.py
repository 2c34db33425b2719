"""Identifiers: lower-case uuid texts, told apart by type."""

import re
import uuid
from hashlib import sha1
from typing import NewType

AccountId = NewType("AccountId", str)
ProjectId = NewType("ProjectId", str)
CopyId = NewType("CopyId", str)
DistributionId = NewType("DistributionId", str)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_uuid(text: object) -> bool:
    """Whether `text` is a lower-case uuid in the form with dashes."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def path_id(project_id: str, path: str) -> str:
    """The id of a public path, and of a document: 40 hex digits, the SHA-1 of the project's id and the path."""
    return sha1(f"{project_id}{path}".encode(), usedforsecurity=False).hexdigest()


def new_account_id() -> AccountId:
    return AccountId(str(uuid.uuid4()))


def new_project_id() -> ProjectId:
    return ProjectId(str(uuid.uuid4()))


def new_distribution_id() -> DistributionId:
    return DistributionId(str(uuid.uuid4()))


def new_copy_id() -> CopyId:
    return CopyId(str(uuid.uuid4()))

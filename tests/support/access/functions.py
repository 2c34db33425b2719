"""A row for each function of the RPC endpoints."""

import os
from typing import Any

from carrel.hub.api.rpc import hub_functions, project_functions
from support.access.rules import Right, Row, Rows, fixed, on, on_deleted
from support.access.world import NOBODY, World

_ORG_ADMINS = ("owner", "admin")
_TO = "Error: must be collaborator on project to "
_NOT_ON = "Error: user must be a collaborator"
_DENIED = "Error: permission denied -- user must be collaborator on project"
_ORG = "Error: user must be an admin of the organization or site-admin"
_CODE = {"input": "1", "kernel": "no-such"}


def _opts(**params: Any) -> Any:
    return lambda world: {"opts": {"project_id": world.project, **params}}


def _collaborator(world: World) -> Any:
    return {"opts": {"project_id": world.project, "account_id": world.id_of("collaborator")}}


def _org(**params: Any) -> Row:
    """For admins of the organization, and of the site."""
    return Row(lambda world: {"name": world.org, **params}, only=_ORG_ADMINS, says=_ORG)


def _in_org(who: str) -> Any:
    return lambda world: {"name": world.org, "user": world.id_of(who)}


HUB: Rows = {
    "system.ping": Row(),
    "system.test": Row(),
    "system.getNames": Row(lambda _: []),
    "system.userSearch": Row(fixed(query="nobody")),
    "system.getCustomize": Row(lambda _: ["siteName"]),
    "system.manageApiKeys": Row(fixed(action="get")),
    "system.generateUserAuthToken": Row(
        fixed(user_account_id=NOBODY, password="x"), past="incorrect password|banned -- please wait"
    ),
    "system.revokeUserAuthToken": Row(lambda _: "unknown"),
    "system.adminResetPasswordLink": Row(
        lambda world: {"user_account_id": world.id_of("other")}, says="Error: must be an admin"
    ),
    "system.sendEmailVerification": Row(past="Too many mails"),
    "system.deletePassport": Row(fixed(strategy="none", id="1")),
    "system.logClientError": Row(fixed(error="e")),
    "system.webappError": Row(fixed(message="m")),
    "system.userTracking": Row(fixed(event="e")),
    "projects.createProject": Row(),
    "projects.copyPathBetweenProjects": Row(
        lambda world: {"src_project_id": world.project, "src_path": "a.txt", "target_path": "copied.txt"},
        Right.WRITE,
    ),
    "projects.start": Row(on(), Right.WRITE, says=f"{_TO}start it"),
    "projects.stop": Row(
        on_deleted(), Right.WRITE, elsewhere=True, says="Error: must be collaborator on project to stop it"
    ),
    "projects.touch": Row(on(), Right.WRITE, says=f"{_TO}touch it"),
    "projects.deleteProject": Row(
        on_deleted(), Right.WRITE, elsewhere=True, says="Error: must be an owner to delete a project"
    ),
    "projects.state": Row(on(), Right.WRITE, says=f"{_TO}get state"),
    "projects.status": Row(on(), Right.WRITE, says=f"{_TO}get status"),
    "projects.setQuotas": Row(on_deleted(cores=1), says="Error: must be an admin"),
    "projects.addCollaborator": Row(
        _collaborator, Right.WRITE, says="Error: user {caller} does not have write access to project {project}"
    ),
    "projects.removeCollaborator": Row(_opts(account_id=NOBODY), Right.WRITE, says=_NOT_ON),
    "projects.inviteCollaborator": Row(_collaborator, Right.WRITE, says=_NOT_ON),
    "projects.inviteCollaboratorWithoutAccount": Row(
        _opts(to="a@example.com", email="Come"), Right.WRITE, says=_NOT_ON
    ),
    "projects.changeUserType": Row(
        lambda world: {
            "opts": {
                "project_id": world.project,
                "target_account_id": world.id_of("owner"),
                "new_group": "owner",
            }
        },
        Right.OWN,
        says="Error: Only project owners can change user types",
    ),
    "jupyter.kernels": Row(on(), Right.WRITE, says=_DENIED),
    "jupyter.execute": Row(on(**_CODE), Right.WRITE, past="no-such", says=_DENIED),
    "sync.history": Row(on(path="a.txt"), Right.WRITE, says="Error: user must be collaborator on source project"),
    "messages.send": Row(lambda world: {"subject": "s", "body": "b", "to_ids": [world.id_of("other")]}),
    "messages.get": Row(),
    "org.getAll": Row(says="Error: must be a site admin"),
    "org.create": Row(lambda _: {"name": os.urandom(8).hex()}, says="Error: only admins may create organizations"),
    "org.addAdmin": Row(
        _in_org("owner"), says="Error: only site admins can make a user an organization admin right now"
    ),
    "org.addUser": Row(_in_org("owner"), says="Error: only site admins can add/move a user to an org right now"),
    "org.get": _org(),
    "org.set": _org(title="T"),
    "org.getUsers": _org(),
    "org.removeUser": Row(_in_org("other"), only=_ORG_ADMINS, says=_ORG),
    "org.removeAdmin": Row(_in_org("other"), only=_ORG_ADMINS, says=_ORG),
    "org.createUser": Row(
        lambda world: {"name": world.org, "email": "x"}, only=_ORG_ADMINS, past="does not appear to be valid", says=_ORG
    ),
    "org.createToken": Row(lambda world: {"user": world.id_of("owner")}, only=_ORG_ADMINS, says=_ORG),
    "org.expireToken": Row(fixed(token="unknown")),
    "org.message": _org(subject="s", body="b"),
    "db.userQuery": Row(
        lambda world: {"query": {"projects": {"project_id": world.project, "title": "T"}}}, Right.WRITE
    ),
    "db.touch": Row(on(), Right.WRITE, says=f"{_NOT_ON} on the project"),
    "db.fileUseTimes": Row(on(path="a.txt"), Right.READ, says=f"{_NOT_ON} on the project"),
    "db.removeBlobTtls": Row(),
}
INSIDE: Rows = {
    "system.ping": Row(),
    "system.test": Row(),
    "system.exec": Row(fixed(command="true")),
    "system.jupyterExecute": Row(fixed(**_CODE), past="no-such"),
    "system.listJupyterKernels": Row(),
    "system.stopJupyterKernel": Row(fixed(pid=999_999)),
    "system.signal": Row(fixed(signal=0, pid=1)),
    "system.configuration": Row(),
    "system.version": Row(),
    "system.listing": Row(),
    "system.deleteFiles": Row(fixed(paths=[])),
    "system.moveFiles": Row(fixed(paths=[], dest=".")),
    "system.renameFile": Row(fixed(src="none", dest="other"), past="ENOENT"),
    "system.realpath": Row(lambda _: "a.txt"),
    "system.canonicalPaths": Row(lambda _: ["a.txt"]),
    "system.writeTextFileToProject": Row(fixed(path="b.txt", content="")),
    "system.readTextFileFromProject": Row(fixed(path="a.txt")),
}

HUB_MARKERS = {function.name: function.may_call for function in hub_functions()}
INSIDE_MARKERS = {function.name: function.may_call for function in project_functions()}

"""The MCP server that comes with the Python client of the compatible product works with a served hub.

It is made for version 1 of the package `mcp`; all that it uses is there in version 2, under another name.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from support.people import Person, project_key

pytestmark = pytest.mark.anyio

SERVER = """
import sys
import mcp.server.mcpserver as renamed
renamed.FastMCP = renamed.MCPServer
sys.modules["mcp.server.fastmcp"] = renamed
from cocalc_api.mcp.server import main
main()
"""
INSIDE = {"exec", "jupyter_execute", "project_status"}


@asynccontextmanager
async def mcp_server(who: Person) -> AsyncIterator[Client]:
    environment = {"COCALC_API_KEY": who.key, "COCALC_HOST": who.hub.url}
    async with Client(StdioServerParameters(command=sys.executable, args=["-c", SERVER], env=environment)) as client:
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> str:
    (item,) = (await client.call_tool(tool, arguments)).content
    return str(getattr(item, "text", item))


async def read(client: Client, uri: str) -> str:
    (item,) = (await client.read_resource(uri)).contents
    return str(getattr(item, "text", item))


async def test_an_account_finds_its_projects_and_works_in_one(ada: Person) -> None:
    project = ada.new_project("Lesson for MCP")
    ada.write(project, "notes.txt", "text")
    async with mcp_server(ada) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == {"projects_search", "set_current_project", "get_current_project"} | INSIDE
        found = await call(client, "projects_search", query="lesson for")
        assert "PROJECTS (1 found)" in found
        assert project in found
        assert "Ada Test (owner)" in found
        assert await call(client, "get_current_project") == (
            "No project currently set. Use set_current_project(project_id) to select one."
        )
        chosen = await call(client, "set_current_project", project_id=project)
        assert chosen == "✓ Project 'Lesson for MCP' is now active (state: opened)"
        ran = await call(client, "exec", command="cat notes.txt | tr t T", bash=True)
        assert ran == "stdout:\nTexT\n\nstderr:\n\n\nexit_code: 0"
        failed = await call(client, "exec", command="echo no >&2; exit 3", bash=True)
        assert failed.startswith("Error executing command: Error: command 'echo no >&2; exit 3' exited with nonzero")
        computed = await call(client, "jupyter_execute", input="sum(range(a))", history=["a = 101"])
        assert "5050" in computed
        status = await call(client, "project_status", project_id=project)
        assert "running" in status
        assert "Memory rss" in status
        assert "Lesson for MCP" in await call(client, "get_current_project")
        assert f"[FILE] {'notes.txt':30} {4:>10} bytes" in await read(client, "cocalc://project-files")
        profile = await read(client, "cocalc://account-profile")
        assert f"Account ID:     {ada.account_id}" in profile
        assert f"Email Address:  {ada.email_address}" in profile


async def test_a_key_of_a_project_works_in_that_project(ada: Person, project: str) -> None:
    async with mcp_server(project_key(ada.hub, ada, project)) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == INSIDE
        assert "stdout:\n42\n" in await call(client, "exec", command="echo $((6 * 7))", bash=True)
        assert "[DIR]" in await read(client, "cocalc://project-files")

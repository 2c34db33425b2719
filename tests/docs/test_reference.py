"""Whatever a user can call, set or meet is documented, and the pages made from the code are those of today's code."""

import re
from dataclasses import replace
from pathlib import Path

import click
import pytest
from reference.commands import all_commands
from reference.errors import error_classes, meaning, v1_template
from reference.events import meanings
from reference.pages import DIRECTORY, PAGES
from reference.settings import plain, sections, variable
from reference.tables import TableUndocumented
from reference.tables import check as check_tables

from carrel.hub.api.rpc import hub_functions, project_functions
from carrel.hub.api.v1 import all_events
from carrel.hub.api.v2.commercial import AREAS
from carrel.hub.app import create_app
from carrel.hub.routes import CarrelRoute
from carrel.hub.settings import Settings
from carrel.services.queries.tables import TABLES
from carrel.store.tables import metadata

TOP = Path(__file__).parents[2]
WRITTEN = [*sorted((TOP / "docs").glob("*.md")), *sorted((TOP / "docs/decisions").glob("*.md")), TOP / "README.md"]
PAGE_TEXTS = {name: (DIRECTORY / name).read_text() for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_the_code_is_up_to_date(name: str) -> None:
    assert PAGE_TEXTS[name] == PAGES[name](), "run `make docs` and commit docs/reference"


def test_every_event_is_documented_with_the_meaning_of_each_parameter() -> None:
    page = PAGE_TEXTS["events.md"]
    for event in all_events():
        assert f"\n### {event.name}\n\n{event.summary}\n" in page
        known = meanings(event.parameters.struct)
        assert known.keys() == event.parameters.fields.keys(), f"{event.name}: its Struct's docstring names each field"


def test_every_function_of_the_rpc_endpoints_is_documented() -> None:
    for_hub, for_projects = (TOP / "docs/api-rpc.md").read_text().split("## Functions of a project")
    for page, functions in ((for_hub, hub_functions()), (for_projects, project_functions())):
        rows = "\n".join(line.split(" | ")[0] for line in page.splitlines() if line.startswith("| "))
        assert [function.name for function in functions if f"`{function.name}`" not in rows] == []


def test_no_page_of_tables_is_made_while_one_is_missing() -> None:
    known = set(metadata.tables)
    check_tables(TABLES, known)
    silent = dict(TABLES) | {"news": replace(TABLES["news"], summary="")}
    unshown = {name: table for name, table in TABLES.items() if table.source != "mentions"}
    for tables, in_database in ((TABLES, known | {"new"}), (unshown, known), (silent, known)):
        with pytest.raises(TableUndocumented):
            check_tables(tables, in_database)


def test_every_endpoint_of_version_2_is_documented() -> None:
    named = set()
    for row in re.findall(r"^\| (`.*?) \|", (TOP / "docs/api-v2.md").read_text(), re.MULTILINE):
        first, *more = re.findall(r"`([^`]+)`", row)
        named |= {first, *more}
        for rest in (one.removeprefix("…/") for one in more if one.startswith("…/")):
            named |= {f"{first}/{rest}", f"{first.rpartition('/')[0]}/{rest}"}
    paths = [route.path for route in create_app(Settings()).routes if isinstance(route, CarrelRoute)]
    endpoints = {path.removeprefix("/api/v2/") for path in paths if path.startswith("/api/v2/") and "{" not in path}
    assert endpoints - named - {*AREAS, "csp-report"} == set()


def test_each_line_about_the_compatible_product_names_a_test() -> None:
    rows = re.findall(r"^\| (?!What)(?!-)(.*) \|$", (TOP / "docs/coming-from-cocalc.md").read_text(), re.MULTILINE)
    assert len(rows) > 30
    for row in rows:
        match = re.search(r" \| `([a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`$", row)
        assert match, row
        assert re.search(rf"^(async )?def {match[2]}\(", (TOP / "tests" / match[1]).read_text(), re.MULTILINE), row


def test_every_setting_is_documented() -> None:
    page = PAGE_TEXTS["settings.md"]
    for section, model in sections().items():
        for name, field in model.model_fields.items():
            assert f"| `{variable(section, name)}` |" in page
            assert field.description, f"{section}.{name} has no description"
    for name, field in plain().items():
        assert f"| `{variable(name)}` |" in page
        assert field.description, f"{name} has no description"


def test_every_error_is_documented() -> None:
    page = PAGE_TEXTS["errors.md"]
    for cls in error_classes():
        assert f"| `{cls.code}` |" in page
        assert meaning(cls) or v1_template(cls), f"{cls.__name__} has neither a docstring nor a text of its own"


def test_errors_have_names_of_their_own() -> None:
    codes = [cls.code for cls in error_classes()]
    assert len(codes) == len(set(codes)) > 40


def test_every_command_and_option_is_documented() -> None:
    page = PAGE_TEXTS["command-line.md"]
    for path, command in all_commands():
        assert f"# {path}\n" in page
        assert command.help, f"{path} has no help"
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{path} {option.opts[-1]} has no help"
                assert option.opts[-1] in page


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_a_page_names_only_settings_and_commands_that_exist(path: Path) -> None:
    known = {variable(section, name) for section, model in sections().items() for name in model.model_fields}
    known |= {variable(name) for name in plain()}
    named = set(re.findall(r"\bCARREL_[A-Z_]*[A-Z]\b", path.read_text()))
    assert named <= known | {"CARREL_CONFIG"}
    commands = {full for full, _ in all_commands()}
    for words in re.findall(r"`carrel ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)", path.read_text()):
        assert f"carrel {words}" in commands or f"carrel {words.split()[0]}" in commands, words


@pytest.mark.parametrize("path", [*WRITTEN, TOP / "ARCHITECTURE.md"], ids=lambda path: path.name)
def test_links_inside_the_repository_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []

"""The command line of rsync for one copy, and what its failure is called.

Paths are those of the copy's sandbox, which shows the two homes at `/source` and `/target`. Compression (`-z`) is left
out: both ends are on this machine, so it costs time and changes nothing.
"""

import math
import re

from carrel.domain.copies import CopyPlan
from carrel.storage.ends import Ends, Way
from carrel.storage.homes import CONTROL_DIRECTORIES

SOURCE, TARGET = "/source", "/target"
VANISHED = 24  # a file of the source was deleted while rsync ran
_WILDCARDS = re.compile(r"[*?\[]")
_MOUNTS = re.compile(r"(?<![^\s\"'(=])/(?:source|target)(?:/|(?=[\s\"')]|$))")
_SHOWN_CHARACTERS = 4000
_TEMPORARY = "--temp-dir="


def command(plan: CopyPlan, ends: Ends, unfinished: Way, *, is_one_project: bool) -> list[str]:
    """The whole command; every path in it begins with a mount of the sandbox, so none is taken for an option.

    `unfinished` is the way to the directory that takes rsync's temporary files.
    """
    begin, end = "/".join((SOURCE, *ends.source)), "/".join((TARGET, *ends.target))
    if ends.name is None:
        begin, end = begin + "/", end + "/"
    elif ends.name == ends.source[-1]:
        end += "/"
    else:
        end += f"/{ends.name}"
    fixed = ["rsync", "-axs", "--omit-link-times", _TEMPORARY + "/".join((TARGET, *unfinished))]
    return [*fixed, *_options(plan), *_filters(plan, ends, is_one_project), begin, end]


def _options(plan: CopyPlan) -> list[str]:
    options = []
    if plan.keep_existing:
        options += ["--ignore-existing", "--omit-dir-times"]
    elif not plan.overwrite_newer:
        options.append("--update")
    if plan.backup:
        options.append("--backup")
    if plan.delete_missing:
        options.append("--delete")
    if plan.bwlimit:
        options.append(f"--bwlimit={plan.bwlimit}")
    if plan.timeout_seconds:
        options.append(f"--timeout={max(1, math.ceil(plan.timeout_seconds))}")
    return options


def _filters(plan: CopyPlan, ends: Ends, is_one_project: bool) -> list[str]:
    """Rules in order of precedence: the first that matches a name decides, so ours stand before the caller's."""
    rules = []
    if ends.name is None:
        if not ends.source or not ends.target:
            rules += [f"- /{name}" for name in sorted(CONTROL_DIRECTORIES)]
        if is_one_project:
            rules += _overlap(ends.source, ends.target)
    rules += _callers(plan.exclude)
    if plan.exclude_history:
        rules.append("- *.sage-history")
    return [f"--filter={rule}" for rule in rules]


def _overlap(source: Way, target: Way) -> list[str]:
    """A tree copied into itself does not copy its own copy; one copied over its own parent is not deleted there."""
    if target[: len(source)] == source:
        return [f"- /{_literal(target[len(source) :])}"]
    if source[: len(target)] == target:
        return [f"P /{_literal(source[len(target) :], is_pattern=True)}/***"]
    return []


def _literal(way: Way, *, is_pattern: bool = False) -> str:
    """A pattern for exactly this path; rsync takes backslashes literally unless the pattern has wildcards."""
    text = "/".join(way)
    if is_pattern or _WILDCARDS.search(text):
        return re.sub(r"[\\*?\[]", r"\\\g<0>", text)
    return text


def _callers(exclude: tuple[str, ...]) -> list[str]:
    """`--exclude P` for each, as filters: rsync's `--exclude` also takes `+ P`, `- P`, and `!` to begin anew."""
    rules: list[str] = []
    for pattern in exclude:
        if pattern == "!":
            rules.clear()
        elif pattern.startswith(("+ ", "- ")):
            rules.append(pattern)
        elif pattern:
            rules.append(f"- {pattern}")
    return rules


def failure(arguments: list[str], stderr: bytes) -> str:
    """The text that a failed copy shows; paths in it are relative to the projects."""
    said = _relative(stderr.decode(errors="replace").strip())
    shown = " ".join(_relative(word) or "." for word in arguments if not word.startswith(_TEMPORARY))
    return f'WARNING: copy exited with an error -- {said[:_SHOWN_CHARACTERS]} -- "{shown[:_SHOWN_CHARACTERS]}"'


def _relative(text: str) -> str:
    return _MOUNTS.sub("", text)

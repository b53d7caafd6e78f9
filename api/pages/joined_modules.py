"""Several ES modules as one script: for a page that is to load at once, and for a file by itself.

The modules stay as they are written, each in a function of its own. It knows just what ours use:
named imports, and declarations with `export` before them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_LIST = re.compile(r"^export \{([^}]*)\};\n?", re.MULTILINE)
_LATER = re.compile(r'import\("(\.{1,2}/[^"]+)"\)')
_BLOCK = re.compile(r"^ *(/\*\*?(?:[^*]|\*(?!/))*\*/) *\n", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?://.*|/\*(?!!)(?:[^*]|\*(?!/))*\*/) *\n", re.MULTILINE)

_INDENT = re.compile(r"^ +|^\n", re.MULTILINE)


class JoinFailed(ValueError):
    """A module is written in a way that joining does not know: a mistake of ours."""


def joined(
    entry: str,
    read: Callable[[str], str],
    *,
    later: Callable[[str], str],
    bare: bool = False,
) -> tuple[str, list[str]]:
    """Statements that define all modules that `entry` needs, and the names `entry` exports.

    Args:
        entry: name of a module, such as "verifier/main.mjs".
        read: gives the source of a module by its name.
        later: expression in place of `import("...")`, for the name of the module it asks for.
        bare: leave out comments that have lines to themselves, indents and empty lines.

    Raises:
        JoinFailed: a module is written in another way than it knows, or they go round in a circle.
    """
    done: dict[str, list[str]] = {}
    parts: list[str] = []

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise JoinFailed(f"{name} imports itself by way of {above[-1]}")
        if name in done:
            return
        source = read(name)
        for _, needed in _IMPORT.findall(source):
            add(_beside(name, needed), (*above, name))
        body, exports = _body(name, source, later)
        if bare:
            body = without_comments(name, body)
        done[name] = exports
        given = f"return {{ {', '.join(exports)} }};"
        parts.append(f"const {_variable(name)} = (() => {{\n{body}{given}\n}})();\n")

    add(entry, ())
    names = ", ".join(done[entry])
    parts.append(f"const {{ {names} }} = {_variable(entry)};\n")
    return "".join(parts), done[entry]


def without_comments(name: str, source: str) -> str:
    """A module without indents, empty lines and comments on lines of their own, but licences (`/*!`).

    Raises:
        JoinFailed: it holds a text of several lines, which would be changed.
    """
    source = _COMMENT.sub("", source)
    if any(line.count("`") % 2 for line in source.splitlines()):
        raise JoinFailed(f"{name} holds a text of several lines, to which indents belong")
    return _INDENT.sub("", source)


def in_function(name: str, source: str) -> str:
    """A module without imports as an expression: a function that gives what it exports."""
    body, exports = _body(name, source, later=lambda _: "")
    return f"() => {{\n{body}return {{ {', '.join(exports)} }};\n}}"


def _body(name: str, source: str, later: Callable[[str], str]) -> tuple[str, list[str]]:
    body = _IMPORT.sub(
        lambda found: (
            f"const {{{found[1].replace(' as ', ': ')}}} = {_variable(_beside(name, found[2]))};\n"
        ),
        source,
    )
    exports = _EXPORT.findall(body) + [
        one.strip() for names in _LIST.findall(body) for one in names.split(",") if one.strip()
    ]
    body = _LATER.sub(lambda found: later(_beside(name, found[1])), _EXPORT.sub("", body))
    body = _LIST.sub("", body)
    if re.search(r"^(?:import|export)\b", _BLOCK.sub("", body), re.MULTILINE):
        raise JoinFailed(f"{name} imports or exports in a way that is not joined")
    return body, exports


def _beside(name: str, needed: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), needed))


def _variable(name: str) -> str:
    return "m_" + re.sub(r"\W", "_", name.removesuffix(".mjs"))

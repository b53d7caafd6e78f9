"""Templates, compiled once for each language. Autoescape is always on."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.ext import Extension
from markupsafe import Markup, escape

from api.pages import dates
from api.pages.addresses import leading
from api.pages.icons import icon
from api.pages.messages_catalogue import tongue
from api.pages.shell import top_now
from api.pages.static_files import static_url
from api.pages.style_sheets import consumer_style

FOLDER = Path(__file__).with_name("templates")
_CONSTANT = re.compile(r'\{\{ (_|static|icon|to)\("((?:[^"\\{}])+)"\) \}\}')


class _Constants(Extension):
    """Puts messages without parameters, and addresses of files, into the template, once.

    A page has some sixty of them; looking each up for every request would cost more than the rest.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - signature of the library
        known = self.environment.globals
        return _CONSTANT.sub(lambda found: str(escape(known[found[1]](found[2]))), source)  # type: ignore[operator]  # globals are untyped


@cache
def environment(lang: str) -> Environment:
    """The template environment of one language."""
    # Globals must be there before an extension sees the first template.
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[_Constants],
    )
    made.globals.update(
        _=tongue(lang),
        lang=tongue(lang).lang,
        to=leading(lang),
        static=static_url,
        icon=icon,
        consumer_style=Markup(f"<style>{consumer_style()}</style>"),  # noqa: S704 - our own file
        top=None,
        top_now=top_now,
    )
    made.filters.update(day=dates.day, moment=dates.moment)
    return made


@cache
def template(name: str, lang: str) -> Template:
    """A compiled template."""
    found = environment(lang).get_template(name)
    # A plain mapping: looking through the library's chain of two costs each page some 20 us.
    found.globals = dict(found.globals)
    return found


def render(name: str, lang: str, **values: Any) -> bytes:
    """Render one page as UTF-8."""
    return template(name, lang).render(values).encode()

"""Addresses whose builders are made when somebody first asks for an address.

Werkzeug compiles two functions for each address of an application when the application is made, although a process
builds few of its addresses. That was nine tenths of what making the application cost: of each start of a process, of
each command and of each test.
"""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Route(Rule):
    """A rule of the URL map that compiles each of its builders at the first use."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        """A function that puts the real builder in its own place, and answers with what that one gives."""
        compiled = super()._compile_builder

        def build_first(rule: Route, **values: object) -> tuple[str, str]:
            builder: Builder = compiled(append_unknown).__get__(rule, None)
            if append_unknown:
                rule._build_unknown = builder
            else:
                rule._build = builder
            return builder(**values)

        return build_first

"""What no template may hold: the pages run under a content-security policy that allows nothing inline or foreign."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "tesa").rglob("templates/**/*.html"))

FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "htmx that evaluates": re.compile(r"hx-on\b|hx-vals\s*=\s*[\"']js:|hx-vars"),
    "unescaped value": re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\("),
    "asset of another site": re.compile(
        r"(?:src|srcset|action)\s*=\s*[\"']https?://|<link[^>]*href\s*=\s*[\"']https?://"
    ),
}


def without_comments(text: str) -> str:
    return re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)


def test_there_are_templates() -> None:
    assert TEMPLATES


def test_templates_hold_nothing_inline_or_foreign() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {what}: {match.group(0).strip()}"
        for path in TEMPLATES
        for what, pattern in FORBIDDEN.items()
        for match in pattern.finditer(without_comments(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_every_form_that_posts_carries_a_token() -> None:
    bare = [
        f"{path.relative_to(ROOT)}: {form[:80]}"
        for path in TEMPLATES
        for form in re.findall(r"<form\b.*?</form>", without_comments(path.read_text(encoding="utf-8")), re.DOTALL)
        if re.search(r"method\s*=\s*\"post\"", form, re.IGNORECASE)
        and not re.search(r"csrf_token|hidden_tag|csrf_field|csrf\(", form)
    ]
    assert bare == []

"""What all templates of TeSA have to keep to, read off their sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tesa.web.assets import DIST, manifest
from tests.web.sample import make_sample

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "tesa").glob("*/templates/**/*.html"))
FORBIDDEN = {
    "an inline style": re.compile(r"<style|\sstyle="),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)|\son[a-z]+=|hx-on|javascript:|[\"']js:"),
    "unescaped text": re.compile(r"\|\s*safe\b|\bMarkup\b"),
    "an address outside": re.compile(r"https?://(?!www\.w3\.org/2000/svg)"),
    "a trigger filter, which needs eval": re.compile(r"hx-trigger=\"[^\"]*\["),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_templates_hold_nothing_the_policy_refuses(path: Path) -> None:
    text = path.read_text()
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert found == []


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    sprite = (DIST / manifest()["icons.svg"]).read_text()
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', sprite))
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(
            r"""(?:\bicon\(|icon_name=|icons\.svg'\) \}\}#)["']?([a-z][a-z-]+)["'<]""", path.read_text()
        )
    }
    assert named - drawn - {"icon_name", "name"} == set()


def test_every_class_that_is_named_is_drawn() -> None:
    css = (DIST / manifest()["tesa.css"]).read_text()
    drawn = set(re.findall(r"\.([a-zA-Z][\w-]*)", css))
    named = {
        (f"{path.parent.name}/{path.name}", name)
        for path in TEMPLATES
        for value in re.findall(r'class="([^"]*)"', path.read_text())
        for name in re.sub(r"\{[{%].*?[%}]\}", "{}", value).split()
    }
    assert {(where, name) for where, name in named if "{}" not in name and name not in drawn} == set()


def test_the_lock_names_no_server() -> None:
    assert "http" not in re.sub(r'"(url|funding)": "[^"]*"', "", (ROOT / "frontend" / "package-lock.json").read_text())


def test_the_built_files_are_the_listed_ones_and_their_licences_are_told() -> None:
    for name in manifest().values():
        assert (DIST / name).is_file()
    licences = (DIST / "LICENCES.txt").read_text()
    for package in ("htmx.org 4.0.1", "@tabler/core 1.6.1", "@tabler/icons 3.51.0", "atkinson-hyperlegible-next 5.3.0"):
        assert package in licences


def test_the_stylesheet_asks_for_nothing_outside_and_nothing_inlined() -> None:
    css = (DIST / manifest()["tesa.css"]).read_text()
    for address in re.findall(r"url\(\"?([^)\"]+)\"?\)", css):
        assert (DIST / address).is_file(), address


def test_the_title_is_neutral_and_the_page_is_whole(client: FlaskClient) -> None:
    page = client.get("/home").text
    assert "<title>Giliran saya</title>" in page
    assert 'href="#main"' in page
    assert page.count("<h1") == 1
    assert 'action="/sign-out"' in page
    assert page.count('aria-current="page"') == 1


def test_nobody_signed_in_sees_no_rooms() -> None:
    page = make_sample(signed_in=False).test_client().get("/home").text
    assert 'class="rail"' not in page

"""The English is complete, and the check would notice if it were not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tesa.translations import build


def test_english_is_complete_used_and_built(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = build.check()
    assert outcome == 0, capsys.readouterr().out


def _parts(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.po").write_text(text)
    return folder


def test_missing_unused_and_broken_entries_are_named(tmp_path: Path) -> None:
    text = 'msgid "Satu"\nmsgstr "One"\n\nmsgid "Dua"\nmsgstr ""\n\nmsgid "Tua"\nmsgstr "Old"\n\n'
    text += '#, python-format\nmsgid "Kode %(status)s"\nmsgstr "Code %(number)s"\n'
    catalogue, clashes = build.merged(_parts(tmp_path, a=text))
    used = {"Satu": "x.py", "Dua": "x.py", "Tiga": "y.html", "Kode %(status)s": "y.html"}
    found = list(build.problems(catalogue, used))
    assert clashes == []
    assert "no English (x.py): 'Dua'" in found
    assert "no English (y.html): 'Tiga'" in found
    assert "unused: 'Tua'" in found
    assert any("Kode" in line and "placeholder" in line for line in found)
    assert len(found) == 4


def test_two_parts_that_disagree_are_named(tmp_path: Path) -> None:
    parts = _parts(tmp_path, a='msgid "Kotak"\nmsgstr "Inbox"\n', b='msgid "Kotak"\nmsgstr "Box"\n')
    catalogue, clashes = build.merged(parts)
    assert catalogue.get("Kotak").string == "Inbox"
    assert len(clashes) == 1
    assert "b.po" in clashes[0]


def test_words_in_templates_and_in_python_are_found(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text("{{ _('Halo') }}{% trans %}Dunia{% endtrans %}")
    (tmp_path / "a.py").write_text('from flask_babel import lazy_gettext as _l\nX = _l("Malas")\n')
    assert set(build.used(tmp_path)) == {"Halo", "Dunia", "Malas"}

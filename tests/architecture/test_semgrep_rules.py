"""Each of our own semgrep rules finds what it bans, and leaves the right way alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEMGREP = Path(sys.executable).parent / "semgrep"
BAD = {
    "no-template-from-a-string": "from flask import render_template_string\nrender_template_string(x)\n",
    "no-markup": "from markupsafe import Markup\nMarkup(x)\n",
    "no-sql-from-strings": "from sqlalchemy import text\ntext(f'select {x}')\n",
    "no-fernet": "from cryptography.fernet import Fernet\nFernet(k)\n",
    "no-pickle": "import pickle\npickle.loads(x)\n",
    "no-request-values": "from flask import request\nx = request.values['a']\n",
    "http-with-a-time-out": "import requests\nrequests.get(u)\n",
    "aws-with-a-time-out": "import boto3\nboto3.client('kms', endpoint_url=u)\n",
    "no-error-is-swallowed": "try:\n    f()\nexcept ValueError:\n    pass\n",
    "nothing-opened-into-the-log": "name = vault.unseal(field, blob)\nlog.info('%s', name)\n",
    "no-shell": "import subprocess\nsubprocess.run(c, shell=True)\n",
    "no-safe-in-templates": "<p>{{ name | safe }}</p>\n",
}
MORE_BAD = {
    "no-sql-from-strings": "from sqlalchemy import text\ntext('select ' + x)\ntext('select {}'.format(x))\ntext('a %s' % x)\n",
    "http-with-a-time-out": "import hvac\nimport urllib.request\nhvac.Client(url=u)\nurllib.request.urlopen(u)\n",
    "no-error-is-swallowed": "try:\n    f()\nexcept:\n    g()\n",
}
GOOD = {
    "good.py": """
import boto3
import hvac
import requests
import urllib.request
from flask import request, render_template
from sqlalchemy import text
render_template("a.html", name=x)
text("select :a")
text("select " "1")
x = request.form["a"]
requests.get(u, timeout=5)
urllib.request.urlopen(u, timeout=3)
hvac.Client(url=u, timeout=5)
boto3.client("kms", config=c)
name = vault.unseal(field, blob)
log.info("note %s was read", note.id)
try:
    f()
except ValueError:
    log.exception("odd")
subprocess.run(["ls"])
""",
    "good.html": "<p>{{ safe }} {{ name }} {{ labels.SAFE[x] }}</p>\n",
}


def ending(rule: str) -> str:
    return ".html" if rule.endswith("templates") else ".py"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The rules that each snippet breaks, by file name; all of them in one run."""
    folder = tmp_path_factory.mktemp("snippets")
    for rule, text in BAD.items():
        (folder / f"{rule}{ending(rule)}").write_text(text)
    for rule, text in MORE_BAD.items():
        (folder / f"more-{rule}{ending(rule)}").write_text(text)
    for name, text in GOOD.items():
        (folder / name).write_text(text)
    command = [
        SEMGREP, "scan", "--metrics", "off", "--disable-version-check", "--no-git-ignore", "--json", "--quiet",
        "--config", ROOT / ".semgrep", folder,
    ]  # fmt: skip
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=170).stdout)
    assert answer["errors"] == []
    broken: dict[str, set[str]] = {}
    for result in answer["results"]:
        broken.setdefault(Path(result["path"]).name, set()).add(result["check_id"].rpartition(".")[2])
    return broken


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_every_rule_finds_what_it_bans_and_nothing_else(found: dict[str, set[str]]) -> None:
    wanted = {f"{rule}{ending(rule)}": {rule} for rule in BAD}
    wanted |= {f"more-{rule}{ending(rule)}": {rule} for rule in MORE_BAD}
    assert found == wanted


def test_every_rule_has_its_snippet() -> None:
    text = "".join(path.read_text() for path in (ROOT / ".semgrep").glob("*.yml"))
    assert {line.split("id: ")[1] for line in text.splitlines() if "- id: " in line} == set(BAD)

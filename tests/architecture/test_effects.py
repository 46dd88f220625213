"""Where effects may enter, read off the source itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [*sorted((ROOT / "tesa").rglob("*.py")), ROOT / "config.py", ROOT / "wsgi.py"]
LONGEST_FUNCTION = 60
LONGEST_FILE = 400
ROOMS_THAT_GROW = {"common", "utils", "util", "helpers", "services", "managers", "misc"}


# The two hot paths insert first and look afterwards: a webhook that came twice gives its own row up again.
FASTEST = {"tesa/intake/actions/receive_call.py", "tesa/intake/actions/receive_message.py"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


TREES = {name(path): ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every call as dotted text with its line: ("datetime.now", 12)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def places(wanted: tuple[str, ...], allowed: set[str]) -> list[str]:
    """Where a call that ends like one of `wanted` stands outside the files `allowed`."""
    return [
        f"{path}:{line} {text}"
        for path, tree in TREES.items()
        if path not in allowed
        for text, line in calls(tree)
        if any(text == end or text.endswith("." + end) for end in wanted)
    ]


def test_only_transactions_commit() -> None:
    assert places(("commit",), {"tesa/core/transactions.py"}) == []


def test_only_the_clock_reads_the_wall_clock() -> None:
    readers = (
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "time.time",
        "time.time_ns",
        "func.now",
    )
    assert places(readers, {"tesa/core/clock.py"}) == []


def test_only_edges_open_transactions() -> None:
    """Acts, rules, queries and public reads never open or close a transaction."""
    inner = [
        f"{path}:{line} {text}"
        for path, tree in TREES.items()
        if {"actions", "rules"} & set(Path(path).parts) or Path(path).stem in {"public", "queries", "models", "audit"}
        for text, line in calls(tree)
        if text in {"transaction", "db.session.rollback", "db.session.remove"} and path not in FASTEST
    ]
    assert inner == []


def test_no_error_is_swallowed() -> None:
    silent = [
        f"{path}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and all(isinstance(step, ast.Pass) or _is_text(step) for step in node.body)
    ]
    assert silent == []
    wide = [
        f"{path}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("suppress")
        and {"Exception", "BaseException"} & {ast.unparse(argument) for argument in node.args}
    ]
    assert wide == []


def _is_text(step: ast.stmt) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{path}:{function.lineno} {function.name} has {function.end_lineno - function.lineno + 1} lines"
        for path, tree in TREES.items()
        for function in functions(tree)
        if function.end_lineno is not None and function.end_lineno - function.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_files_have_one_purpose() -> None:
    long = {name(path): count for path in SOURCES if (count := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def test_public_functions_and_modules_say_what_they_do() -> None:
    dumb = [path for path, tree in TREES.items() if tree.body and not ast.get_docstring(tree)]
    for path, tree in TREES.items():
        dumb += [
            f"{path}:{node.lineno} {node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert dumb == []


def test_no_room_grows_without_end() -> None:
    rooms = [name(path) for path in SOURCES if ROOMS_THAT_GROW & {*path.relative_to(ROOT).parent.parts, path.stem}]
    assert rooms == []


def test_one_act_one_file() -> None:
    """`close_case.py` holds the act `close_case` (and may hold others that share its steps)."""
    odd = [
        path
        for path, tree in TREES.items()
        if Path(path).parent.name == "actions"
        and Path(path).stem != "__init__"
        and Path(path).stem not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    ]
    assert odd == []


KEPT_TO = {"twilio": "tesa/telephony/", "cryptography": "tesa/core/vault/", "argon2": "tesa/accounts/"}


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported package with its line, imports inside functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0], node.lineno


def test_libraries_stay_behind_their_module() -> None:
    strayed = [
        f"{path}:{line} {package}"
        for path, tree in TREES.items()
        for package, line in imported(tree)
        if package in KEPT_TO and not path.startswith(KEPT_TO[package])
    ]
    assert strayed == []

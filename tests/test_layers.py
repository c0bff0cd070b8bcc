"""The layers of the house, read from the imports; what is never imported at the start; what is never called at all."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "gradcalc"
MODULES = sorted(PACKAGE.rglob("*.py"))

#: Each part of the package, lowest first, and the other parts that it may import, at whatever depth.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "exhaustion": {"errors"},
    "dtypes": set(),
    "deadline": set(),
    "processes": set(),
    "claims": set(),
    "results": {"claims"},
    "language": {"errors"},
    "rewriting": {"errors", "language"},
    "engines": {"errors", "exhaustion", "dtypes", "deadline", "processes", "language"},
    "verdict": {"dtypes", "results", "engines"},
    "memory": {"language"},
    "program": {"errors", "dtypes", "deadline", "language", "engines", "memory"},
    "session": {"engines", "memory"},
    "cures": {"errors", "dtypes", "deadline", "language", "rewriting", "results", "verdict", "engines", "program"},
    "findings": {
        *("errors", "dtypes", "deadline", "language", "results", "verdict", "engines"),
        *("memory", "program", "cures"),
    },
    "checking": {"errors", "dtypes", "claims", "language", "verdict", "engines", "program"},
    "recording": {"errors", "language", "results", "engines", "program"},
    "accounts": {
        *("errors", "dtypes", "deadline", "language", "results", "verdict", "engines"),
        *("memory", "program", "cures", "findings", "recording"),
    },
    "regression": {"errors", "dtypes", "language", "results", "verdict", "engines", "memory", "program", "findings"},
    "pipeline": {
        *("errors", "dtypes", "deadline", "language", "results", "verdict", "engines"),
        *("claims", "memory", "program", "session", "findings", "checking", "recording", "accounts", "regression"),
    },
    "render": {"errors", "dtypes", "processes", "claims", "results"},
    "console": {"errors", "results", "render"},
    "batch": {
        *("errors", "exhaustion", "language", "results", "engines", "processes"),
        *("session", "pipeline", "render", "console"),
    },
    "daemon": {"errors", "exhaustion", "processes"},
    "cli": {
        "daemon",
        "errors",
        "exhaustion",
        "dtypes",
        "language",
        "claims",
        "results",
        "checking",
        "regression",
        "pipeline",
        "console",
        "render",
        "batch",
    },
    "__main__": {"processes", "daemon", "errors", "exhaustion", "results", "console", "cli", "render"},
    "warm": {"exhaustion", "daemon", "processes", "language", "engines", "console", "__main__"},
    "__init__": {"language", "claims", "results", "checking", "regression", "pipeline"},
}

#: The package itself, which the command line imports for its version.
FACE = "__init__"

HEAVY = ("torch", "sympy", "flint", "numpy", "mpmath")

#: What would run a stranger's text, or read a stranger's bytes.
FORBIDDEN = {
    *("eval", "exec", "compile", "sympify", "parse_expr", "lambdify", "__import__", "S", "nsimplify"),
    *("pickle", "marshal", "shelve", "system", "popen", "literal_eval", "breakpoint"),
}
_ALLOWED_METHODS = {("re", "compile")}

#: Lines. The vocabulary's tables may be long; a parser is one thing.
LONGEST_MODULE, LONGEST_FUNCTION = 450, 60


def _module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _layer(module: str) -> str:
    """The layer of a module of ours: `gradcalc.language.parser` is in `language`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else FACE


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a module imports, at whatever depth; `from a import b` is `a.b`."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are written in full"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))


@each_module
def test_layers(path: Path) -> None:
    """Data flows one way: a module imports what its layer stands on; if not, the import belongs somewhere else."""
    own = _layer(_module_name(path))
    assert own in MAY_IMPORT, f"{path.name}: give the new module its place in MAY_IMPORT"
    for line, name in _imports(path):
        other = _layer(name)
        if name.startswith("gradcalc.") and other in MAY_IMPORT and other != own:
            assert other in MAY_IMPORT[own], f"{path}:{line}: {own} may not import {other}"


def test_layers_have_no_cycle() -> None:
    """The table itself goes one way: a part imports only parts that stand above it."""
    known: set[str] = set()
    for part, others in MAY_IMPORT.items():
        assert others <= known, f"{part} imports {others - known}, which stand below it"
        known.add(part)


@each_module
def test_engines_do_not_know_each_other(path: Path) -> None:
    """What makes the agreement of two engines worth showing."""
    parts = _module_name(path).split(".")
    if len(parts) < 3 or parts[1] != "engines":
        return
    for line, name in _imports(path):
        if name.startswith("gradcalc.engines."):
            assert name.split(".")[2] == parts[2], f"{path}:{line}: the engine {parts[2]} imports {name}"


@each_module
def test_the_lowest_layers_need_the_standard_library_only(path: Path) -> None:
    """Errors, dtypes, results, the language and the verdict work where nothing is installed."""
    if _layer(_module_name(path)) not in {"errors", "dtypes", "claims", "results", "language", "verdict"}:
        return
    for line, name in _imports(path):
        root = name.split(".")[0]
        assert root in sys.stdlib_module_names | {"gradcalc"}, f"{path}:{line} imports {name}"


@each_module
def test_no_stranger_s_text_is_run(path: Path) -> None:
    """No call of eval and its kin, no pickle, no shell, anywhere."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                assert keyword.arg != "shell", f"{path}:{node.lineno}: no shell"
            called = node.func
            if isinstance(called, ast.Name):
                assert called.id not in FORBIDDEN, f"{path}:{node.lineno}: {called.id}"
            if isinstance(called, ast.Attribute):
                owner = called.value.id if isinstance(called.value, ast.Name) else ""
                allowed = (owner, called.attr) in _ALLOWED_METHODS
                assert allowed or called.attr not in FORBIDDEN, f"{path}:{node.lineno}: {called.attr}"
    for line, name in _imports(path):
        assert not FORBIDDEN & set(name.split(".")), f"{path}:{line} imports {name}"


@each_module
def test_sizes(path: Path) -> None:
    """Modules and functions stay small enough to be read at once."""
    if path.parent.name == "vocabulary":
        return
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE, f"{path.name} has {lines} lines: take something out of it"
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.body[0].lineno + 1  # a command's options are a table
            assert length <= LONGEST_FUNCTION, f"{path}:{node.lineno}: {node.name} has {length} lines"


@each_module
def test_modules_say_what_they_are(path: Path) -> None:
    """A module opens with a docstring."""
    assert ast.get_docstring(_tree(path)), f"{path}: say what comes in, what goes out, what it may import"


def _loaded(statements: str) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after `statements`."""
    program = f"{statements}\nimport sys\nprint(*sorted(m for m in {HEAVY!r} if m in sys.modules), file=sys.__stdout__)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.splitlines()[-1].split())


_RUN = "import io\nfrom gradcalc.__main__ import answer\nfrom gradcalc.console import Console\n"
_RUN += "assert answer({tokens!r}, Console(io.StringIO(), io.StringIO(), {{}})) == {status}"


@pytest.mark.parametrize(
    "statements",
    [
        "import gradcalc, gradcalc.cli.app",
        "import gradcalc.language.parser, gradcalc.language.point, gradcalc.language.lowering, gradcalc.pipeline",
        _RUN.format(tokens=["--help"], status=0),
        _RUN.format(tokens=["--version"], status=0),
        _RUN.format(tokens=["functions", "sin"], status=0),
        _RUN.format(tokens=["diff", "sni(x)"], status=2),
        _RUN.format(tokens=["diff", "x", "--at", "y=1"], status=2),
        _RUN.format(tokens=["diff", "x", "--att", "1"], status=2),
        _RUN.format(tokens=["diff", "9" * 100], status=5),
        _RUN.format(tokens=["check", "x", "y"], status=2),
        _RUN.format(tokens=["check", "x", "1", "--over", "x=2..1"], status=2),
    ],
    ids=[
        *("import", "language", "help", "version", "functions", "syntax error", "point error", "usage error", "limit"),
        *("claim error", "range error"),
    ],
)
def test_nothing_heavy_is_loaded(statements: str) -> None:
    """Help, version, listings and every error of usage or syntax load neither torch nor SymPy, NumPy, flint, mpmath."""
    assert _loaded(statements) == set()

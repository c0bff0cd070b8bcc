"""The architecture, read from the imports: who may stand on whom, and what may not be there at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "gradcalc"
MODULES = sorted(path for path in ROOT.rglob("*.py"))

#: Each part of the package, and the parts that it may import.
MAY_IMPORT = {
    "errors": set(),
    "dtypes": set(),
    "results": set(),
    "language": {"errors", "language"},
    "engines": {"errors", "dtypes", "language", "engines"},
    "verdict": {"dtypes", "results", "verdict"},
    "program": {"errors", "dtypes", "language", "engines"},
    "findings": {"errors", "language", "results", "verdict", "engines", "program"},
    "pipeline": {"errors", "dtypes", "language", "results", "verdict", "engines", "program", "findings"},
    "console": {"errors", "results", "render"},
    "render": {"errors", "dtypes", "results", "render"},
    "cli": {"errors", "dtypes", "language", "results", "pipeline", "console", "render", "cli"},
    "__main__": {"errors", "results", "console", "cli", "render"},
    "__init__": {"language", "results", "pipeline"},
}

FORBIDDEN_CALLS = {"eval", "exec", "compile", "sympify", "parse_expr", "lambdify", "__import__"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve"}


def part(path: Path) -> str:
    """The part of the package that a module belongs to."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imports(path: Path) -> Iterator[str]:
    """The modules that a module imports, anywhere in it, but for type checking."""
    tree = ast.parse(path.read_text())
    typing_only = {
        node for test in ast.walk(tree) if isinstance(test, ast.If) and ast.unparse(test.test) == "TYPE_CHECKING"
        for node in ast.walk(test)
    }  # fmt: skip
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_layer_stands_on(path: Path) -> None:
    """Data flows one way; if this fails the new import belongs somewhere else."""
    for name in imports(path):
        if name.startswith("gradcalc.") and name != "gradcalc.__version__":
            assert name.split(".")[1] in MAY_IMPORT[part(path)], f"{path.name} imports {name}"


@pytest.mark.parametrize("engine", ["symbolic", "autograd", "certified"])
def test_engines_do_not_know_one_another(engine: str) -> None:
    """That is what makes their agreement worth showing."""
    others = {"symbolic", "autograd", "certified"} - {engine}
    for path in (ROOT / "engines" / engine).rglob("*.py"):
        for name in imports(path):
            assert not any(name.startswith(f"gradcalc.engines.{other}") for other in others), f"{path.name}: {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_can_run_what_a_user_typed(path: Path) -> None:
    """No eval, exec, compile, sympify, parse_expr, lambdify or pickle, and no shell."""
    assert not FORBIDDEN_MODULES & {name.split(".")[0] for name in imports(path)}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if ast.unparse(node.func) != "re.compile":
                assert called not in FORBIDDEN_CALLS, f"{path.name}:{node.lineno} calls {called}"
            assert all(keyword.arg != "shell" for keyword in node.keywords), f"{path.name}:{node.lineno} uses a shell"

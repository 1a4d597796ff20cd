"""Which ring may import which: an arrow that nobody checks is reversed within a month."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VIGIE = ROOT / "layers" / "core" / "vigie"
SDKS = {"boto3", "botocore", "tweepy", "requests", "aws_lambda_powertools"}
# What a ring's modules may import of Vigie, and which libraries.
RINGS = {
    "domain": ({"vigie.domain"}, set()),
    "classifier": (
        {"vigie.domain", "vigie.classifier", "vigie.messages", "vigie.wire", "vigie.errors"},
        set(),
    ),
    "services": (
        {
            "vigie.domain",
            "vigie.classifier",
            "vigie.services",
            "vigie.ports",
            "vigie.queues",
            "vigie.errors",
            "vigie.messages",
            "vigie.wire",
            "vigie.records",
            "vigie.x_events",
            "vigie.x_posts",
            "vigie.x_lookups",
        },
        set(),
    ),
    "adapters": (
        {
            "vigie.domain",
            "vigie.ports",
            "vigie.queues",
            "vigie.errors",
            "vigie.messages",
            "vigie.wire",
            "vigie.adapters",
        },
        SDKS,
    ),
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def modules(ring):
    found = sorted((VIGIE / ring).rglob("*.py"))
    assert found, f"no module in {ring}"
    return found


@pytest.mark.parametrize("ring", RINGS)
def test_dependencies_point_one_way(ring):
    own, libraries = RINGS[ring]
    for path in modules(ring):
        for name in imports(path):
            top = name.split(".")[0]
            if top == "vigie":
                assert any(name == a or name.startswith(a + ".") for a in own), (path, name)
            elif top not in sys.stdlib_module_names:
                assert top in libraries, (path, name)


def test_no_adapter_imports_another_package_of_adapters():
    for path in modules("adapters"):
        package = "dynamodb" if path.parent.name == "dynamodb" else path.stem
        for name in imports(path):
            if name.startswith("vigie.adapters."):
                other = name.split(".")[2]
                assert other == package or other.startswith(package), (path, name)


def test_one_sdk_an_adapter():
    for path in modules("adapters"):
        used = {name.split(".")[0] for name in imports(path)} & SDKS
        families = {
            "aws" if u in {"boto3", "botocore", "aws_lambda_powertools"} else u for u in used
        }
        assert len(families - {"requests"}) <= 1, (path, families)


@pytest.mark.parametrize("ring", ["domain", "services", "classifier", "adapters"])
def test_below_the_handlers_nobody_reads_the_clock_or_the_environment(ring):
    for path in modules(ring):
        if path.name == "__main__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                text = ast.unparse(node)
                assert text not in {"os.environ", "os.getenv", "time.time", "datetime.utcnow"}, path
                assert text != "datetime.now", path


def test_a_function_folder_holds_one_file_and_imports_no_sibling():
    folders = [p for p in (ROOT / "functions").iterdir() if p.is_dir() and p.name[0] not in "._"]
    assert len(folders) >= 6
    for folder in folders:
        names = {p.name for p in folder.iterdir()} - {"__pycache__"}
        assert names == {"app.py"}, folder
        for name in imports(folder / "app.py"):
            assert not name.startswith("functions"), folder


def test_pydantic_stays_at_the_edges():
    allowed = {"planning", "api"}
    for path in sorted(VIGIE.rglob("*.py")):
        if {"pydantic"} & {name.split(".")[0] for name in imports(path)}:
            assert allowed & {*path.parts, path.stem}, path


def test_what_the_product_ships_never_imports_what_tests_or_trains_it():
    for path in [*VIGIE.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        tops = {name.split(".")[0] for name in imports(path)}
        assert not tops & {"tests", "local", "training", "moto", "pytest"}, path


def test_no_module_has_a_name_that_says_nothing():
    for path in [*VIGIE.rglob("*.py"), *(ROOT / "local").rglob("*.py")]:
        assert path.stem not in {"utils", "common", "helpers", "base", "manager"}, path

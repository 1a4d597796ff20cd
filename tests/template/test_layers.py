import json
import subprocess
import sys

import pytest

from tests.template.reading import ROOT

LAYERS = ROOT / "layers"


def make(layer, target, **variables):
    command = ["make", "--file", str(LAYERS / layer / "Makefile"), target]
    command += [f"{name}={value}" for name, value in variables.items()]
    return subprocess.run(command, cwd=LAYERS / layer, capture_output=True, text=True, check=False)


@pytest.fixture
def tools(tmp_path):
    # The build's virtual environment, played by the one that runs the tests.
    python = tmp_path / "tools" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (tmp_path / "tools" / "ready").touch()
    return tmp_path / "tools"


def test_the_core_layer_holds_what_functions_import_and_no_command_line(tmp_path):
    made = make("core", "build-CoreLayer", ARTIFACTS_DIR=tmp_path)

    assert made.returncode == 0, made.stderr
    package = tmp_path / "python" / "vigie"
    shipped = {path.name for path in package.iterdir()}
    assert {"domain", "services", "adapters", "classifier", "errors.py"} <= shipped
    assert not {"planning", "admin", "__pycache__"} & shipped
    assert not list(tmp_path.rglob("__pycache__"))


def test_the_plan_layer_holds_the_compiled_plan(tmp_path, tools):
    out = tmp_path / "layer"

    made = make("plan", "build-PlanLayer", ARTIFACTS_DIR=out, TOOLS=tools)

    assert made.returncode == 0, made.stderr
    assert json.loads((out / "plan.json").read_text(encoding="utf-8"))["brands"]


def test_a_wrong_plan_fails_the_build_and_the_field_is_named(tmp_path, tools):
    text = (LAYERS / "plan" / "plan.yaml").read_text(encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(text.replace("retention: 90d", "retention: soon"))
    out = tmp_path / "layer"

    made = make(
        "plan",
        "build-PlanLayer",
        ARTIFACTS_DIR=out,
        TOOLS=tools,
        HERE=f"{tmp_path}/",
        ROOT=ROOT,
    )

    assert made.returncode != 0
    assert "retention" in made.stderr
    assert not (out / "plan.json").exists()

"""What `sam build` left, and a Python to try it under as Lambda would."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / ".aws-sam" / "build"
SCRATCH = ROOT / ".build"
RUNTIME = (3, 13)  # the template's Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFunction:
    """One function of the built template; `layers` in the order in which Lambda lays them."""

    id: str
    stage: str
    code: Path
    layers: tuple[Path, ...]
    handler: str
    timeout: int
    memory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A Python that runs here. `is_runtime`: it is the version that Lambda will run."""

    path: str
    version: tuple[int, int, int]

    @property
    def is_runtime(self) -> bool:
        return self.version[:2] == RUNTIME

    def __str__(self) -> str:
        return "Python " + ".".join(map(str, self.version))


@cache
def template() -> dict[str, Any]:
    """The built template. Exits if there is none."""
    path = BUILT / "template.yaml"
    if not path.exists():
        sys.exit("nothing is built yet: run `make package`, or `sam build`")
    parsed: dict[str, Any] = yaml_parse(path.read_text(encoding="utf-8"))
    return parsed


def layers() -> dict[str, Path]:
    """Each layer's folder, by logical id."""
    return {
        name: BUILT / resource["Properties"]["ContentUri"]
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::Serverless::LayerVersion"
    }


def functions() -> Iterator[BuiltFunction]:
    """The functions in the template's order."""
    shared = template()["Globals"]["Function"]
    for name, resource in template()["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = shared | resource["Properties"]
        own = resource["Properties"].get("Layers", [])
        yield BuiltFunction(
            id=name,
            stage=properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"],
            code=(BUILT / properties["CodeUri"]).resolve(),
            layers=tuple(layers()[it["Ref"]] for it in [*shared["Layers"], *own]),
            handler=properties["Handler"],
            timeout=properties["Timeout"],
            memory=properties["MemorySize"],
        )


@cache
def interpreter() -> Interpreter:
    """Python 3.13 where the machine has one, else the one that runs this.

    `LAMBDA_PYTHON` names another one. A shim that is on the path but has nothing behind it does
    not count: each candidate is run.
    """
    named = os.environ.get("LAMBDA_PYTHON")
    name = f"python{RUNTIME[0]}.{RUNTIME[1]}"
    homes = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"]
    homes += [Path.home() / ".local" / "share" / "uv" / "python"]
    candidates = [named] if named else [name, sys.executable]
    if not named:
        candidates[1:1] = [str(it) for home in homes for it in sorted(home.glob(f"*/bin/{name}"))]
    for candidate in candidates:
        if (found := shutil.which(candidate)) and (version := _version(found)):
            return Interpreter(path=found, version=version)
    sys.exit(f"{named} does not run")


def search_path(function: BuiltFunction) -> list[Path]:
    """What Lambda would look modules up in, beside the standard library: the function, its
    layers, and boto3 as the runtime brings it."""
    folders = [function.code]
    for layer in function.layers:
        if layer.name == "DependenciesLayer" and not _runs_here():
            layer = _for_this_machine()
        folders.append(layer / "python")
    return [it for it in (*folders, runtime_libraries()) if it.is_dir()]


def runtime_libraries() -> Path:
    """boto3 and the runtime's client, as the Lambda runtime has them, and nothing else."""
    return _fetched("runtime", ROOT / "requirements" / "runtime.txt")


def says_which() -> str:
    """Which interpreter and which build of the libraries a check ran with."""
    libraries = "the built layer" if _runs_here() else "the same libraries for this machine"
    return f"{interpreter()}, {libraries}"


def _runs_here() -> bool:
    """The layer holds modules for Linux and Lambda's Python; elsewhere they cannot be loaded."""
    return (
        interpreter().is_runtime
        and sys.platform == "linux"
        and platform.machine() in {"x86_64", "aarch64"}
    )


def _for_this_machine() -> Path:
    folder = _fetched("libraries", ROOT / "layers" / "dependencies" / "requirements.txt")
    return folder.parent


def _fetched(name: str, requirements: Path) -> Path:
    """The libraries of `requirements` in a folder of their own, for the interpreter found."""
    major, minor, _ = interpreter().version
    folder = SCRATCH / f"{name}-{major}.{minor}" / "python"
    ready = folder.parent / "ready"
    wanted = requirements.read_text(encoding="utf-8")
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder.parent, ignore_errors=True)
        constraints = ROOT / "layers" / "dependencies" / "constraints.txt"
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"),
                *("--only-binary=:all:", "--python-version", f"{major}.{minor}"),
                *("--requirement", str(requirements), "--constraint", str(constraints)),
                *("--target", str(folder)),
            ],
            check=True,
        )
        ready.write_text(wanted, encoding="utf-8")
    return folder


def _version(python: str) -> tuple[int, int, int] | None:
    answer = subprocess.run(
        [python, "-I", "-c", "import sys; print(*sys.version_info[:3])"],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        return None
    major, minor, micro = map(int, answer.stdout.split())
    return major, minor, micro

"""Compiles the core by mypyc when a wheel is built.

The wheel then has extension modules beside their sources, and Python imports these. Without them,
as in an editable install, it runs the sources; both give the same scores.

``REWARD_SERVER_COMPILE`` in the environment: 1 makes it an error where the core cannot be compiled,
0 compiles nothing. By default the wheel is then pure Python, and a warning says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: What is compiled: modules, and packages with all their modules.
COMPILED = ("reward_server/core",)
#: All code is in one extension module above the package, `reward_server__mypyc`; the others, one
#: beside each source, lead to it.
GROUP = "reward_server"
_VARIABLE = "REWARD_SERVER_COMPILE"
#: The libraries that happen to be installed here change nothing in what is made.
_MYPY_OPTIONS = ("--no-site-packages", "--ignore-missing-imports")
#: Characters of what the compilers wrote.
_SHOWN = 3000


class CompileError(Exception):
    """Nothing was compiled; the message has the end of what the compilers wrote."""


class CompileHook(BuildHookInterface[Any]):
    """Puts the compiled core into every wheel but an editable one."""

    PLUGIN_NAME = "custom"
    _folder: TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the extension modules, and the very sources that they were made from."""
        wanted = os.environ.get(_VARIABLE, "")
        if wanted not in {"", "0", "1"}:
            raise ValueError(
                f"{_VARIABLE}={wanted}: expected 1 (the core must be compiled), 0 (it is not "
                "compiled) or nothing (it is compiled where that can be done)"
            )
        if version == "editable" or wanted == "0":
            return
        self._folder = TemporaryDirectory(prefix="reward-server-")
        folder = Path(self._folder.name)
        try:
            made = compiled(Path(self.root), folder)
        except CompileError as error:
            if wanted == "1":
                raise
            self.app.display_warning(
                f"{error}\n\nWARNING: the core could not be compiled, see above. The wheel is made "
                f"without: it gives the same scores, slower. {_VARIABLE}=1 makes this an error."
            )
            return
        for path in made:
            build_data["force_include"][str(path)] = path.relative_to(folder).as_posix()
        build_data["infer_tag"] = True
        build_data["pure_python"] = False

    def finalize(
        self,
        version: str,  # noqa: ARG002
        build_data: dict[str, Any],  # noqa: ARG002
        artifact_path: str,  # noqa: ARG002
    ) -> None:
        """Remove the extension modules: the wheel has them."""
        if self._folder is not None:
            self._folder.cleanup()


def compiled(root: Path, folder: Path) -> list[Path]:
    """The extension modules and their sources, made in a folder from a copy of the package.

    In the checkout itself they would hide its sources from Python.
    """
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(root / "reward_server", folder / "reward_server", ignore=ignored)
    sources = [
        path
        for part in COMPILED
        for path in (folder / part, *sorted((folder / part).rglob("*.py")))
        if path.is_file()
    ]
    # in a process of its own: mypyc and setuptools work in the current folder, and exit on errors
    run = subprocess.run(  # noqa: S603 - this file
        [sys.executable, "-P", __file__, *(path.relative_to(folder) for path in sources)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if run.returncode:
        raise CompileError(run.stdout[-_SHOWN:])
    built = (*folder.iterdir(), *(folder / "reward_server").rglob("*"))
    return [*sources, *(path for path in built if path.suffix in {".so", ".pyd"})]


def compile_here(sources: list[str]) -> None:
    """Compile modules of the package in the current folder, each beside its source."""
    # an editable install does not need them
    from mypyc.build import mypycify  # noqa: PLC0415
    from mypyc.primitives.registry import method_call_ops  # noqa: PLC0415
    from setuptools import setup  # noqa: PLC0415

    # before Python 3.13 mypyc's own str.lower gives "σ" at the end of a word, where Python's, which
    # is called without it, gives "ς"
    method_call_ops.pop("lower", None)
    modules = mypycify([*_MYPY_OPTIONS, *sources], opt_level="3", debug_level="0", group_name=GROUP)
    setup(name="reward-server", ext_modules=modules, script_args=["build_ext", "--inplace"])


if __name__ == "__main__":
    compile_here(sys.argv[1:])

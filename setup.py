"""Builds the package `performance_tracker` of `models`, `utils` and `workbench`.

An editable install is the checkout itself; anything else has the checkout's modules under the
package's name, with their imports led there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from workbench.bundle.wheel import source_files, wheel_files  # noqa: E402 - of the checkout


class BuildPackage(build_py):
    """Writes the package's files where setuptools would copy a folder."""

    def run(self) -> None:
        """Write the files, or leave an editable install to setuptools."""
        if self.editable_mode:
            super().run()
            return
        for path, content in wheel_files(ROOT).items():
            target = Path(self.build_lib, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """The files that `run` writes."""
        if self.editable_mode:
            return super().get_outputs(include_bytecode)
        return [str(Path(self.build_lib, path)) for path in wheel_files(ROOT)]

    def get_source_files(self) -> list[str]:
        """The files that a source distribution needs to do the same."""
        return list(source_files(ROOT))


setup(cmdclass={"build_py": BuildPackage})

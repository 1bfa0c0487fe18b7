"""The bundler: `models` and `utils` in as few files as a cloud tier asks for, imports led along."""

from __future__ import annotations

"""Running the reference algorithm in LEAN itself: with the LEAN CLI, or with a built LEAN.

`make run ENGINE=lean` and `make run ENGINE=launcher` call `python -m workbench.launcher lean` and
`launcher`. Each looks for everything it needs before it starts anything, says all that is missing
in one error that ends with code 2, and otherwise ends with the code of the engine.
"""

from __future__ import annotations

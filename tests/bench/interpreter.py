# SPDX-License-Identifier: MIT
"""Which Python the peers run in: the one that has their packages. A system's
packages belong to /usr/bin/python3; the first on the PATH may be another."""

import functools
import subprocess


@functools.lru_cache(maxsize=None)
def interpreter_with(module):
    """The interpreter that imports it, or None."""
    for python in ("/usr/bin/python3", "python3"):
        try:
            tried = subprocess.run([python, "-c", "import " + module], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        except OSError:
            continue
        if tried.returncode == 0:
            return python
    return None

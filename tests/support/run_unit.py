#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the service of a user's unit file as systemd would, where no systemd runs.

usage: run_unit.py UNIT

Conditions, specifiers, StateDirectory=, credentials, UMask= and the environment are
made as systemd.exec(5) says. Of the sandbox, a home that can only be read is made,
but for what the unit opens: in a mount name space, where the kernel allows one. A
setting that this program has no meaning for is an error, unless it restricts only."""
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

RESTRICTIONS = {
    "NoNewPrivileges", "PrivateUsers", "PrivateTmp", "ProtectSystem", "ProtectHome",
    "RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime",
    "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute", "SystemCallArchitectures",
    "SystemCallFilter", "SystemCallErrorNumber", "TimeoutStartSec", "StateDirectoryMode",
    "Description", "Documentation",
}
# Opens the paths behind -- for writing, in a home that is read-only, and runs the rest.
IN_HOME = r"""
set -e
mount --bind "$HOME" "$HOME"
while [ "$1" != -- ]; do mount --bind "$1" "$1"; shift; done
shift
mount -o remount,bind,ro,nosuid,nodev "$HOME"
! touch "$HOME/.written" 2>/dev/null
exec "$@"
"""


def settings(path):
    """(name, value) of each line, continued lines joined."""
    with open(path) as f:
        text = f.read().replace("\\\n", " ")
    for line in text.splitlines():
        if line and line[0] not in "#;[":
            name, value = line.split("=", 1)
            yield name, value


def main():
    home = os.environ["HOME"]
    places = {"%h": home, "%E": home + "/.config", "%S": home + "/.local/state", "%%": "%"}
    work = tempfile.mkdtemp(prefix="unit.")
    env = {"HOME": home, "USER": "u", "LOGNAME": "u", "SHELL": "/bin/sh",
           "PATH": "/usr/local/bin:/usr/bin:/bin", "XDG_RUNTIME_DIR": work,
           "CREDENTIALS_DIRECTORY": work + "/credentials"}
    os.mkdir(env["CREDENTIALS_DIRECTORY"], 0o700)
    defaults, loads, before, start, opened = {}, {}, [], [], []

    for name, value in settings(sys.argv[1]):
        for specifier, place in places.items():
            value = value.replace(specifier, place)
        if name == "ConditionPathExists":
            if not os.path.exists(value):
                print("condition: no " + value)
                return 0
        elif name == "Type":
            assert value == "oneshot", value
        elif name == "Environment":
            env.update(word.split("=", 1) for word in shlex.split(value))
        elif name == "UMask":
            os.umask(int(value, 8))
        elif name == "StateDirectory":
            env["STATE_DIRECTORY"] = places["%S"] + "/" + value
            os.makedirs(env["STATE_DIRECTORY"], 0o700, exist_ok=True)
            opened.append(env["STATE_DIRECTORY"])
        elif name == "ReadWritePaths":
            opened += [path.lstrip("-") for path in value.split()] # - : it need not be there
        elif name == "SetCredential":
            key, text = value.split(":", 1)
            defaults[key] = text.encode().decode("unicode_escape")
        elif name == "LoadCredential":
            key, path = value.split(":", 1)
            loads[key] = path
        elif name == "ExecStartPre":
            assert value.startswith("+"), value  # outside the sandbox
            before.append(value[1:])
        elif name == "ExecStart":
            start.append(value)
        else:
            assert name in RESTRICTIONS, "what does %s= do?" % name

    for key in defaults.keys() | loads.keys():
        file = env["CREDENTIALS_DIRECTORY"] + "/" + key
        if os.path.exists(loads.get(key, "")):
            shutil.copy(loads[key], file)
        elif key in defaults:
            with open(file, "w") as f:
                f.write(defaults[key])
        else:
            sys.exit("no " + loads[key])
        os.chmod(file, 0o400)

    def words(line):
        return [word.replace("${STATE_DIRECTORY}", env.get("STATE_DIRECTORY", ""))
                for word in shlex.split(line)]

    for line in before:
        subprocess.run(words(line), env=env, check=True)
    sandbox = ["unshare", "-Urm", "sh", "-c", IN_HOME, "sh"]
    tried = subprocess.run(sandbox + ["--", "true"], env=env, stderr=subprocess.DEVNULL)
    around = sandbox + opened + ["--"] if tried.returncode == 0 else []
    try:
        for line in start:
            status = subprocess.run(around + words(line), env=env, cwd=home).returncode
            if status:
                return status
    finally:
        shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a process that a test starts may see: nothing of the developer's own.

A developer's Copier settings change what is rendered, their git configuration what is
committed, their environment what a service reads. So the tests start processes with an
environment that is built up from a list of names, not one that is cleared of some.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

PLACES = {"HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR"}
"""Where things are on this machine."""

PACKAGES = {
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
    *("http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    *("UV_CACHE_DIR", "UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"),
    *("UV_FIND_LINKS", "UV_CONFIG_FILE", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "UV_HTTP_TIMEOUT"),
    *("UV_LINK_MODE", "UV_OFFLINE", "UV_INSECURE_HOST"),
}
"""How packages are reached; and what begins with `PIP_`."""

GIT_IDENTITY = {
    "GIT_AUTHOR_NAME": "An Owner",
    "GIT_AUTHOR_EMAIL": "owner@example.com",
    "GIT_COMMITTER_NAME": "An Owner",
    "GIT_COMMITTER_EMAIL": "owner@example.com",
}


FOLDER = Path(tempfile.mkdtemp(prefix="keelson-"))
"""Holds the empty files that stand in for the developer's own settings."""
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def isolate() -> None:
    """Keep the developer's own settings from Copier and git in this process."""
    os.environ.update(_stand_ins())


def clean(**extra: str) -> dict[str, str]:
    """Return an environment for a process, without anything of the developer's."""
    kept = {name: value for name, value in os.environ.items() if name in PLACES}
    return {
        **kept,
        **reaching_packages(),
        **_stand_ins(),
        "PATH": path_without_tests(),
        **extra,
    }


def reaching_packages() -> dict[str, str]:
    """Return what uv and pip have to know to fetch packages here."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in PACKAGES or name.startswith("PIP_")
    }


def path_without_tests() -> str:
    """Return PATH without the tests' own virtual environment, and with uv.

    A generated service must not find its tools in ours.
    """
    link = FOLDER / "bin" / "uv"
    if not link.exists():
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(find_uv())
    own = {str(Path(sys.prefix) / "bin"), str(Path(sys.executable).parent)}
    kept = [entry for entry in os.environ["PATH"].split(os.pathsep) if entry not in own]
    return os.pathsep.join([str(link.parent), *kept])


def path_with_only(folder: Path, *commands: str) -> str:
    """Return a PATH with these commands and no others, through links in a folder.

    `python3` is the interpreter of the tests, not what stands in front of it on PATH.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for command in commands:
        found = _python() if command == "python3" else shutil.which(command)
        assert found, f"This machine has no {command}"
        (folder / command).symlink_to(found)
    return str(folder)


def _python() -> str:
    return str(Path(sys.executable).resolve())


def find_uv() -> str:
    """Return the path of uv: the one that started us, on PATH, or that `make` has fetched."""
    fetched = Path(__file__).parents[1] / ".tools" / "uv" / "bin"
    found = os.environ.get("UV") or shutil.which("uv") or shutil.which("uv", path=fetched)
    if not found:
        raise FileNotFoundError(
            "The tests need uv, and there is none on PATH. Run them with `make test`, which "
            "fetches it, or see https://docs.astral.sh/uv/getting-started/installation/."
        )
    return found


def _stand_ins() -> dict[str, str]:
    copier = FOLDER / "copier.yml"
    copier.write_text("{}\n")
    git = FOLDER / "gitconfig"
    git.touch()
    return {
        "COPIER_SETTINGS_PATH": str(copier),
        "GIT_CONFIG_GLOBAL": str(git),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "TERM": "xterm-256color",
    }

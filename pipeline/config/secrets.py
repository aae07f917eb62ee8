"""Where secrets come from: `env:NAME` or `file:PATH`, never the file itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REMEDY: Final = 'write "env:NAME" or "file:PATH"'
LARGEST: Final = 65_536  # a key file is small; /dev/zero is not


@dataclass(frozen=True, slots=True)
class Sources:
    """The environment, and the folder that `file:` paths are relative to."""

    env: Mapping[str, str]
    folder: Path

    def resolve(self, text: str) -> str:
        """What `env:` or `file:` stands for; other text as it is. Raises ValueError in words, without the value."""
        scheme, colon, rest = text.partition(":")
        if not colon or scheme not in ("env", "file"):
            return text
        return self._variable(rest.strip()) if scheme == "env" else self._file(rest.strip())

    def _variable(self, name: str) -> str:
        if not name:
            raise ValueError('"env:" names no variable: write "env:NAME"')
        value = self.env.get(name, "").strip()
        if not value:
            state = "is empty" if name in self.env else "is not set"
            raise ValueError(f"the environment variable {name} {state}: export {name}=...")
        return value

    def _file(self, name: str) -> str:
        if not name:
            raise ValueError('"file:" names no file: write "file:PATH"')
        path = self.folder / Path(name).expanduser()
        try:
            with path.open("rb") as stream:
                content = stream.read(LARGEST + 1)
        except OSError as error:
            raise ValueError(f"the file {path} can't be read ({error.strerror}): put the secret there") from None
        if len(content) > LARGEST:
            raise ValueError(f"the file {path} is too large for a secret (over {LARGEST} bytes)")
        try:
            value = content.decode().strip()
        except UnicodeDecodeError:
            raise ValueError(f"the file {path} is not text: put the secret there as UTF-8") from None
        if not value:
            raise ValueError(f"the file {path} is empty: put the secret there")
        return value


def is_reference(text: str) -> bool:
    """Whether it points at a secret rather than being one."""
    return text.startswith(("env:", "file:"))

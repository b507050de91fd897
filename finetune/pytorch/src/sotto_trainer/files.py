"""Files that appear complete or not at all, also when the process is killed while it writes."""

import json
import os
import shutil
from pathlib import Path


def replace(file: Path, data: bytes) -> None:
    draft = file.with_name(f"{file.name}.new")
    try:
        with open(draft, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def replace_json(file: Path, value: object) -> None:
    replace(file, (json.dumps(value, indent=2) + "\n").encode())


def replace_folder(folder: Path, draft: Path) -> None:
    """`draft` takes the place of `folder`; a kill in between leaves the old one as `folder`.old."""
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(draft, folder)
    shutil.rmtree(old, ignore_errors=True)

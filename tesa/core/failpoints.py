"""Named places where a process can be made to die, so that tests can prove that nothing is lost there.

`TESA_FAILPOINT=name` kills the process (as SIGKILL would) when it reaches `name`; unset, the call costs a dictionary
look-up. Every name used in the code is listed in NAMES; a test walks them.
"""

from __future__ import annotations

import os
import signal

NAMES = frozenset(
    {
        "outbox-after-claim",
        "outbox-after-send",
        "voice-before-commit",
        "voice-after-commit",
        "message-before-commit",
        "message-after-commit",
        "tick-before-commit",
        "tick-after-commit",
        "key-file-before-rename",
        "key-file-after-rename",
        "key-rotation-begun",
        "key-batch-before-commit",
        "key-batch-after-commit",
        "key-retire-before-commit",
        "key-retire-after-commit",
        "shred-before-commit",
        "shred-after-commit",
        "backup-before-rename",
        "restore-half-way",
        "restore-before-finish",
    }
)


def reach(name: str) -> None:
    """Die here if the environment says so."""
    if name not in NAMES:
        raise KeyError(name)
    if os.environ.get("TESA_FAILPOINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)

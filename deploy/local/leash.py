"""Become another program that ends when the one who started it ends, however that happens.

`python -I -S leash.py <starter's pid> <signal> <uid> <gid> program arguments…` (uid -1: stay who you are)

Linux sends the signal itself (PR_SET_PDEATHSIG), so even `kill -9` of the starter leaves nothing behind. The wish is
forgotten when a process changes its user, hence the order here. Where there is no prctl, the next start ends what was
left (`leftovers.py`). Run as a program, not as a `preexec_fn`, which is unsafe in a process with threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def end_with_starter(starter: int, signal: int) -> None:
    """Ask the kernel to send us `signal` when our parent `starter` ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
        if os.getppid() != starter:  # it ended before the kernel knew our wish
            sys.exit(1)


def main(starter: int, signal: int, uid: int, gid: int, command: list[str]) -> None:
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    end_with_starter(starter, signal)
    os.execv(command[0], command)


if __name__ == "__main__":
    starter, signal, uid, gid = (int(word) for word in sys.argv[1:5])
    main(starter, signal, uid, gid, sys.argv[5:])

"""Runs a program that cannot outlive its parent: `python -m devices.mqtt.leash parent-pid program argument…`.

A parent that is killed with SIGKILL stops no child, and a preexec_fn is unsafe in a process with threads; so
this little program asks the kernel and then becomes the other one. Elsewhere than on Linux the child is not
tied.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2); kept by execve, lost by a change of user


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(f"process {parent} has ended, so {program[0]} is not started")
    os.execv(program[0], program)


if __name__ == "__main__":
    main()

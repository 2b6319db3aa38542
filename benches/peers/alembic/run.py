"""The `alembic` command, which prints the most memory that it had last, in bytes."""

import sys

from alembic.config import main

main(sys.argv[1:])
with open("/proc/self/status") as status:
    kilobytes = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
print(int(kilobytes) * 1024)

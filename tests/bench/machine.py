"""What the machine did meanwhile, read from /proc: so this needs Linux."""

import os
import platform
import resource
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def family(ancestor: int) -> list[int]:
    """Return a process and all that it has started, with all that these have."""
    children = defaultdict(list)
    for process in _processes():
        if fields := _fields(process):
            children[int(fields[1])].append(process)
    found = [ancestor]
    for process in found:
        found += children[process]
    return found


def cpu_seconds(processes: Iterable[int]) -> dict[int, float]:
    """Return the time on a CPU that each process has had so far."""
    return {
        process: (int(fields[11]) + int(fields[12])) / TICKS
        for process in processes
        if (fields := _fields(process))
    }


def own_cpu_seconds() -> float:
    """Return what this process has had, with those of its children that have ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(kind) for kind in kinds]
    return sum(one.ru_utime + one.ru_stime for one in used)


def busy_seconds() -> float:
    """Return the time that all CPUs have worked, or were taken away by the machine's host."""
    user, nice, system, _idle, _waiting, irq, softirq, steal, *_ = (
        int(field) for field in (PROC / "stat").read_text().splitlines()[0].split()[1:]
    )
    return (user + nice + system + irq + softirq + steal) / TICKS


def servers(run: str) -> list[int]:
    """Return the processes of Redis and PostgreSQL, without those that serve other databases.

    Args:
        run: What stands in the names of the databases of this run. PostgreSQL shows the
            name and, in brackets, the client of each connection as that process's command.
    """
    found = []
    for process in _processes():
        try:
            name = (PROC / str(process) / "comm").read_text().strip()
            command = (PROC / str(process) / "cmdline").read_text()
        except OSError:  # it has ended
            continue
        of_another = "(" in command or "[local]" in command
        if name == "redis-server" or (name == "postgres" and (run in command or not of_another)):
            found.append(process)
    return found


def largest_mb(processes: Iterable[int]) -> float:
    """Return the resident memory of the largest of some processes, in MB of 1,048,576 bytes."""
    sizes = [0.0]
    for process in processes:
        try:
            pages = (PROC / str(process) / "statm").read_text().split()[1]
        except OSError:
            continue
        sizes.append(int(pages) * resource.getpagesize() / 2**20)
    return max(sizes)


def today() -> str:
    """Say when something is measured, and on what machine."""
    return f"{datetime.now(UTC):%Y-%m-%d}, {description()}"


def description() -> str:
    """Say what this machine is."""
    models = [
        line.partition(":")[2].strip()
        for line in (PROC / "cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = models[0] if models else platform.machine()
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB, Linux {kernel}"


def _processes() -> Iterator[int]:
    return (int(path.name) for path in PROC.iterdir() if path.name.isdigit())


def _fields(process: int) -> list[str] | None:
    """Return what /proc/…/stat says after the name, which may hold anything."""
    try:
        return (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None

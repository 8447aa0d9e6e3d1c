"""What /proc says: who listens on a port, and who used the processors."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
LISTENING = "0A"
# Places in /proc/stat that are idle time; iowait too, since the processor is free meanwhile.
IDLE = (3, 4)


def _fields(stat: Path) -> list[str]:
    # The name stands in parentheses and may hold blanks.
    return stat.read_text().rpartition(")")[2].split()


def cpu_of_thread(stat: Path) -> float:
    """Return the CPU seconds of a /proc/.../stat file, 0 when it is gone."""
    try:
        fields = _fields(stat)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def _cpu_with_ended_children(stat: Path) -> float:
    return sum(map(int, _fields(stat)[11:15])) / TICK


def _processes() -> dict[int, tuple[int, float]]:
    """Return pid -> (parent, CPU seconds with those of children that have ended)."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(stat.parent.name)] = (int(_fields(stat)[1]), _cpu_with_ended_children(stat))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _tree(processes: dict[int, tuple[int, float]], root: int) -> Iterator[int]:
    yield root
    for pid, (parent, _) in processes.items():
        if parent == root:
            yield from _tree(processes, pid)


def cpu_of_trees(roots: dict[str, int]) -> dict[str, float]:
    """Return the CPU seconds of each process and all below it."""
    processes = _processes()
    return {
        name: sum(processes[pid][1] for pid in _tree(processes, root) if pid in processes)
        for name, root in roots.items()
    }


def cpu_of_threads(pid: int) -> dict[int, float]:
    """Return the CPU seconds of each thread of a process; the main thread's number is the process's."""
    tasks = Path(f"/proc/{pid}/task").glob("*/stat")
    return {int(stat.parent.name): cpu_of_thread(stat) for stat in tasks}


def busy_seconds() -> float:
    """Return the seconds all processors have been busy since the start."""
    values = list(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]))
    return sum(value for place, value in enumerate(values) if place not in IDLE) / TICK


def owner_of_port(port: int) -> int | None:
    """Return the process that listens on a TCP port of loopback."""
    wanted = {f"socket:[{inode}]" for inode in _listening(port)}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()) in wanted:
                return int(link.parts[2])
        except OSError:
            continue
    return None


def _listening(port: int) -> Iterator[str]:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
            yield fields[9]


@dataclass
class Meter:
    """Who used the processors between ``start`` and ``stop``.

    Args:
        roots: name -> process whose tree is measured.
        server: process whose threads are told apart, None for none.
    """

    roots: dict[str, int]
    server: int | None = None
    _before: dict[str, float] = field(default_factory=dict)
    _threads: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        """Begin to measure."""
        self._before = self._now()
        self._threads = cpu_of_threads(self.server) if self.server else {}

    def stop(self) -> dict[str, float]:
        """Return CPU seconds per name; ``wall``, ``others``, ``loop`` and ``thread``, the busiest beside the loop."""
        after = self._now()
        spent = {name: after[name] - self._before.get(name, 0.0) for name in after}
        spent["others"] = max(0.0, spent.pop("busy") - spent.pop("ours"))
        return spent | self._threads_spent()

    def _now(self) -> dict[str, float]:
        ours = {"ours": os.getpid(), **self.roots}
        return {**cpu_of_trees(ours), "busy": busy_seconds(), "wall": time.perf_counter()}

    def _threads_spent(self) -> dict[str, float]:
        if self.server is None:
            return {}
        spent = {tid: cpu - self._threads.get(tid, 0.0) for tid, cpu in cpu_of_threads(self.server).items()}
        return {"loop": spent.pop(self.server, 0.0), "thread": max(spent.values(), default=0.0)}

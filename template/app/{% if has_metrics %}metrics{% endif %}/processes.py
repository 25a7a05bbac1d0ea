"""Several processes: each writes its metrics into a folder, and whoever is asked reads them all."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that prometheus_client reads when it is imported: where the folder is."""


class LivingProcesses(MultiProcessCollector):
    """Reads the metrics of all processes. Of the dead, only what they have counted stays."""

    def __init__(self, registry: CollectorRegistry, folder: str) -> None:
        super().__init__(registry, folder)  # type: ignore[no-untyped-call]  # has no types
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        """Return the metrics of all processes together."""
        for process in _gauging(self._folder):
            if not _is_alive(process):
                _forget(process, self._folder)
        metrics: Iterable[Metric] = super().collect()  # type: ignore[no-untyped-call]  # as above
        return metrics


def shared_registry(folder: str) -> CollectorRegistry:
    """Return what the processes have in common that share a folder, which is made if need be."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    registry = CollectorRegistry()
    LivingProcesses(registry, folder)
    return registry


@contextmanager
def shared_folder() -> Iterator[str]:
    """Have a folder for the processes that are started meanwhile, unless the owner has set one."""
    if FOLDER in os.environ:
        yield os.environ[FOLDER]
        return
    with TemporaryDirectory(prefix="metrics-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield folder
        finally:
            del os.environ[FOLDER]


def _gauging(folder: str) -> set[int]:
    """Return the processes that say how they are, such as in `gauge_livesum_4711.db`."""
    return {int(path.stem.rpartition("_")[2]) for path in Path(folder).glob("gauge_live*")}


def _forget(process: int, folder: str) -> None:
    """Forget how a process was. What it has counted stays."""
    with suppress(FileNotFoundError):  # another process is doing the same right now
        mark_process_dead(process, folder)  # type: ignore[no-untyped-call]  # as above


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

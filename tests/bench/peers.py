"""Redis and PostgreSQL as Debian ships them, durable at the reply, in folders of
their own, on loopback and without encryption."""

import glob
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

from machine import say


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what: str, ready, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} does not answer")
        time.sleep(0.05)


class Redis:
    name = "redis"

    def __init__(self, folder: pathlib.Path) -> None:
        self.port = free_port()
        folder.mkdir()
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1",
             "--dir", str(folder), "--appendonly", "yes", "--appendfsync", "always",
             "--save", "", "--auto-aof-rewrite-percentage", "0"],
            stdout=(folder / "log").open("wb"), stderr=subprocess.STDOUT)
        wait_for("redis-server", self._answers)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def load(self, connections: int) -> list[str]:
        return ["redis_load", "--server", str(self.port),
                "--connections", str(connections)]

    def empty(self) -> None:
        """What it holds is in memory: a round begins without the last one's."""
        subprocess.run(["redis-cli", "-p", str(self.port), "flushall"], check=True,
                       stdout=subprocess.DEVNULL)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


class Postgres:
    name = "postgres"

    def __init__(self, folder: pathlib.Path) -> None:
        self.bin = max(glob.glob("/usr/lib/postgresql/*/bin"))
        self.port = free_port()
        self.data = folder / "data"
        folder.mkdir()
        # It refuses to run as root.
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid())[0]
        if os.getuid() == 0:
            shutil.chown(folder, self.user)
            for above in folder.parents:
                if above.stat().st_uid == 0 and above != pathlib.Path("/"):
                    above.chmod(above.stat().st_mode | 0o011)
        self.log = (folder / "log").open("wb")
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "bench")
        self.process = subprocess.Popen(
            self._as_user([f"{self.bin}/postgres", "-D", str(self.data),
                           "-p", str(self.port), "-k", "", "-h", "127.0.0.1",
                           "-c", "shared_buffers=512MB", "-c", "max_wal_size=8GB"]),
            stdout=self.log, stderr=subprocess.STDOUT, cwd=folder)
        self.server = f"host=127.0.0.1 port={self.port} user=bench dbname=postgres"
        wait_for("postgres", lambda: self._sql("SELECT 1"))
        self._sql("CREATE TABLE observations(id uuid PRIMARY KEY, body bytea)")

    def _as_user(self, command: list[str]) -> list[str]:
        return (["setpriv", f"--reuid={self.user}", f"--regid={self.user}",
                 "--init-groups", *command] if os.getuid() == 0 else command)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(self._as_user([f"{self.bin}/{program}", *arguments]), check=True,
                       stdout=self.log, stderr=subprocess.STDOUT, cwd=self.data.parent)

    def _sql(self, statement: str) -> bool:
        done = subprocess.run([f"{self.bin}/psql", "-q", self.server, "-c", statement],
                              stdout=self.log, stderr=subprocess.STDOUT, check=False)
        return done.returncode == 0

    def load(self, connections: int) -> list[str]:
        return ["postgres_load", "--server", self.server,
                "--connections", str(connections)]

    def empty(self) -> None:
        self._sql("TRUNCATE observations")

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            say("postgres did not end; killed")
            self.process.kill()
            self.process.wait()

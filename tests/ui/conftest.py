"""The interface over the real library: the bundled one for asking, small ones for changing."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from corpus.load import BUNDLED_LIBRARY, find_files, read_document
from index.index import Index
from rag.assistant import Assistant
from rag.settings import Settings
from ui.api import create_app
from ui.service import Service

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def bundled_folder(encoder, tmp_path_factory):
    """An index of the bundled library, for reading only."""
    folder = tmp_path_factory.mktemp("bundled") / "index"
    documents = [read_document(path) for path in find_files([BUNDLED_LIBRARY])]
    Index.build(folder, documents, encoder).close()
    return folder


@pytest.fixture
def own_folder(library, encoder, tmp_path):
    """An index of the three invented documents that a test may change."""
    folder = tmp_path / "index"
    Index.build(folder, library, encoder).close()
    return folder


@pytest.fixture(scope="session")
def service_of(encoder):
    """Make a service that opens an index folder: ``service_of(folder, port=…)``."""

    def make(folder, **settings):
        chosen = Settings(index=folder, **settings)
        return Service(lambda: Assistant(Index.open(folder, encoder), chosen), chosen)

    return make


@contextmanager
def opened(service, *, wait=True, **options):
    with TestClient(create_app(service), **options) as client:
        if wait:
            service.wait()
        yield client


@pytest.fixture(scope="session")
def client(bundled_folder, service_of):
    """A client of the bundled library, for reading only."""
    with opened(service_of(bundled_folder)) as bundled:
        yield bundled


@pytest.fixture
def client_of():
    """Open a client of a service until the test ends: ``client_of(service)``."""
    with ExitStack() as stack:
        yield lambda service, **options: stack.enter_context(opened(service, **options))


@pytest.fixture
def make_client(own_folder, service_of, client_of):
    """Open clients of a library that a test may change: ``make_client(upload_files=2)``."""
    return lambda **settings: client_of(service_of(own_folder, **settings))


@pytest.fixture
def own_client(make_client):
    return make_client()


@pytest.fixture
def add_files():
    """Upload named contents, wait for the job to end and return what it says."""

    def add(client, *files, **form):
        sent = [("files", file) for file in files]
        accepted = client.post("/api/v1/documents", files=sent, data=form)
        assert accepted.status_code == 202, accepted.text
        job_id = accepted.json()["job_id"]
        for _ in range(600):
            job = client.get(f"/api/v1/jobs/{job_id}").json()
            if job["state"] == "finished":
                return job
            time.sleep(0.05)
        raise AssertionError(f"the job did not end: {job}")

    return add


class Server:
    """The service as users start it: ``cewen serve`` in a process of its own."""

    def __init__(self, folder, *arguments):
        command = "import sys; from ui.cli import main; main(sys.argv[1:])"
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("CEWEN_")
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", command, "serve", "--port", "0", "--index", folder, *arguments],
            cwd=folder.parent,
            env={**environment, "PYTHONPATH": str(CHECKOUT), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.said = []

    def wait_ready(self):
        for line in self.process.stdout:
            self.said.append(line.strip())
            if line.startswith("已就绪："):
                return line.strip().removeprefix("已就绪：")
        raise AssertionError(f"the server ended: {self.said}")

    def stop(self, number=signal.SIGTERM):
        """Ask the server to end and return its exit code."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=30)
        self.said += rest.splitlines()
        return self.process.returncode


@pytest.fixture(scope="session")
def start_server():
    """Start servers: ``start_server(folder)``; those still running are ended with the session."""
    started = []

    def start(folder, *arguments):
        started.append(Server(folder, *arguments))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
        server.process.communicate()


@pytest.fixture(scope="session")
def url(start_server, tmp_path_factory):
    """The URL of a running service of the bundled library."""
    server = start_server(tmp_path_factory.mktemp("served") / "index")
    yield server.wait_ready()
    assert server.stop() == 0

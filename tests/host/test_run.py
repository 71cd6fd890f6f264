import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from generator.core.errors import MachineError, ToldError
from generator.host.run import serving
from tests.host.test_sandbox import MAIN, get

ENV_PY = """
import os
from alembic import context
import sqlalchemy as sa
url = sa.make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg2")
with sa.create_engine(url).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """
from alembic import op
revision, down_revision = "1", None
def upgrade():
    op.execute("CREATE TABLE thing (id int)")
def downgrade():
    op.execute("DROP TABLE thing")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APPGEN_HOME", str(tmp_path / "home"))
    files = {
        "app/__init__.py": "",
        "app/main.py": MAIN,
        "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\npath_separator = os\n",
        "migrations/env.py": ENV_PY,
        "migrations/versions/1.py": REVISION,
    }
    for path, text in files.items():
        (tmp_path / "shown" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shown" / path).write_text(text)
    return tmp_path / "shown"


def count(url: str) -> int:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO thing VALUES (1)")
        cursor.execute("SELECT count(*) FROM thing")
        return int(cursor.fetchone()[0])


def test_an_application_is_served_and_keeps_its_data(folder: Path) -> None:
    for run in (1, 2):
        with serving(folder) as running:
            assert "pid" in get(running.url + "/health")
            assert count(running.database_url) == run
            assert running.docs == running.url + "/docs"
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(running.database_url)


def test_a_second_server_of_the_same_folder_is_refused(folder: Path) -> None:
    with serving(folder), pytest.raises(MachineError, match="already being served"), serving(folder):
        pass


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToldError, match=r"no app/main\.py"), serving(tmp_path):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(folder: Path, number: signal.Signals) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    code = "import sys; from pathlib import Path; from generator.host.run import run_app; "
    code += "run_app(Path(sys.argv[1]), int(sys.argv[2]))"
    ignoring = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]  # as scripts do that start it with `&`
    args = [*ignoring, sys.executable, "-u", "-c", code, str(folder), str(port)]
    child = subprocess.Popen(args, stdout=subprocess.PIPE, text=True)
    said = [child.stdout.readline() for _ in range(3)]
    assert said[0] == f"Serving    http://127.0.0.1:{port}\n"
    assert "pid" in get(f"http://127.0.0.1:{port}/health")
    child.send_signal(number)
    assert child.wait(20) == 0
    with pytest.raises(OSError, match="refused"):
        get(f"http://127.0.0.1:{port}/health")
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(said[2].split()[1])

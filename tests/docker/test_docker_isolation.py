"""What the application can't do in its containers."""

import json
from typing import Any

import docker
import pytest

from generator.host.docker.session import DockerSession

OUTSIDE = """
import json, socket
def reach(address):
    try:
        socket.create_connection(address, timeout=3)
    except OSError as error:
        return type(error).__name__ + " " + str(error.errno)
    return "reached"
print(json.dumps({
    "interfaces": [name for _, name in socket.if_nameindex()],
    "internet": reach(("1.1.1.1", 443)),
    "name": reach(("deb.debian.org", 80)),
    "private": reach(("10.0.0.1", 80)),
    "database": reach(("127.0.0.1", 5432)),
}))
"""
RIGHTS = """
import json, os
lines = open("/proc/self/status").read().splitlines()
status = dict(line.split(":\\t", 1) for line in lines if ":\\t" in line)
def write(path):
    try:
        open(path, "w").close()
    except OSError as error:
        return error.strerror
    return "written"
print(json.dumps({
    "uid": os.getuid(),
    "capabilities": int(status["CapEff"], 16) | int(status["CapBnd"], 16),
    "no_new_privileges": status["NoNewPrivs"],
    "code": write("/srv/app/app/main.py"),
    "system": write("/etc/hosts2"),
    "temporary": write("/tmp/file"),
}))
"""
THREADS = """
import threading, time
started = 0
try:
    for _ in range(2000):
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        started += 1
except RuntimeError:
    print(started, flush=True)
    import os; os._exit(0)
"""


def asked(session: DockerSession, program: str) -> dict[str, Any]:
    done = session.run(["python", "-"], stdin=program)
    assert done.code == 0, done.stderr
    return json.loads(done.stdout)


def containers(engine: docker.DockerClient, session: DockerSession) -> list[dict[str, Any]]:
    return [engine.containers.get(container).attrs for container in session.container_ids]


def test_nothing_outside_is_reached(session: DockerSession) -> None:
    seen = asked(session, OUTSIDE)
    assert seen.pop("interfaces") == ["lo"]
    assert seen.pop("database") == "reached"
    assert all("reached" not in answer for answer in seen.values()), seen


def test_the_server_has_no_other_network(session: DockerSession, engine: docker.DockerClient) -> None:
    database, *others = containers(engine, session)
    assert database["HostConfig"]["NetworkMode"] == "none"
    assert len(others) == 2
    for other in others:
        assert other["HostConfig"]["NetworkMode"] == f"container:{database['Id']}"
        assert not other["HostConfig"]["PortBindings"]


def test_the_application_has_no_rights(session: DockerSession) -> None:
    seen = asked(session, RIGHTS)
    assert seen == {
        "uid": 10001,
        "capabilities": 0,
        "no_new_privileges": "1",
        "code": "Read-only file system",
        "system": "Read-only file system",
        "temporary": "written",
    }


def test_every_container_is_locked_down(session: DockerSession, engine: docker.DockerClient) -> None:
    for container in containers(engine, session):
        host = container["HostConfig"]
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"]
        assert host["SecurityOpt"] == ["no-new-privileges:true"]
        assert host["Memory"] == host["MemorySwap"] > 0
        assert host["PidsLimit"] > 0
        assert host["NanoCpus"] > 0
        assert not host["Binds"]
        assert all(mount["Type"] == "tmpfs" for mount in container["Mounts"])


def test_too_much_memory_ends_the_command_alone(session: DockerSession) -> None:
    done = session.run(["python", "-c", "x = b'x' * (2 << 30); print('had it')"])
    assert done.code in {-9, 1}
    assert "had it" not in done.stdout
    session.check_alive()


def test_processes_are_counted(session: DockerSession) -> None:
    done = session.run(["python", "-"], stdin=THREADS)
    assert 1 < int(done.stdout) < 128


@pytest.mark.parametrize("path", ["/tmp/full", "/dev/shm/full"])
def test_memory_file_systems_are_small(session: DockerSession, path: str) -> None:
    program = f"open({path!r}, 'wb').write(bytes(200 << 20)); print('room')"
    done = session.run(["python", "-c", program])
    assert "No space left" in done.stderr
    session.run(["python", "-c", f"import os; os.unlink({path!r})"])

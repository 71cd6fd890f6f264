"""The docker sandbox: the delivered image and PostgreSQL, in containers that reach nothing else."""

from generator.host.docker.sandbox import DockerSandbox

__all__ = ["DockerSandbox"]

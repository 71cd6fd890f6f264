"""Starts the service under uvicorn."""

import gc

import uvicorn


def serve(app: str, host: str, port: int) -> None:
    """Serve `module:attribute` until the process is told to stop."""
    config = uvicorn.Config(app, host, port, loop="uvloop", http="httptools", access_log=False)
    config.load()
    gc.collect()
    gc.freeze()  # what is loaded by now lives as long as the process
    uvicorn.Server(config).run()

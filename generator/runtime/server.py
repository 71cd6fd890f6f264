"""Starts the service under uvicorn."""

import gc

import uvicorn


def serve(app: str, host: str, port: int) -> None:
    """Serve `module:attribute` until the process is told to stop."""
    gc.freeze()  # what is loaded by now lives as long as the process
    uvicorn.run(app, host=host, port=port, loop="uvloop", http="httptools", access_log=False)

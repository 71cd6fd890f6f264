"""Starts the service under uvicorn."""

import gc
import logging

import uvicorn

LOG_FORMAT = "%(levelname)s:     %(name)s: %(message)s"  # uvicorn's own, with the logger's name


def serve(app: str, host: str, port: int) -> None:
    """Serve `module:attribute` until the process is told to stop."""
    logging.basicConfig(format=LOG_FORMAT)  # what is logged without uvicorn shows its level too
    config = uvicorn.Config(app, host, port, loop="uvloop", http="httptools", access_log=False)
    config.load()
    gc.collect()
    gc.freeze()  # what is loaded by now lives as long as the process
    uvicorn.Server(config).run()

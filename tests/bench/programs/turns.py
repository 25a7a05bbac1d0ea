"""Serves a few requests in this process whenever it is told to: `python turns.py`, in a service.

Each line that comes in says how many requests to send to each endpoint; the answer is a line
with the CPU time that one took, in µs, by the name of the endpoint. The first line that it
says are the names, with what each endpoint does.
"""

import asyncio
import json
import os
import sys
import time
from types import SimpleNamespace

from httpx2 import ASGITransport, AsyncClient

from app.core.application import create_app
from app.wiring import FEATURES
from tests.bench.bench_layers import TRIAL, TRIALS, Request, call, module_name, works

SIGN_IN = "/api/v1/auth/login"


async def serve(email: str, password: str) -> None:
    told = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # log lines are written, to nobody
    app = create_app((*FEATURES, TRIAL))
    async with app.router.lifespan_context(app):
        stack = app.build_middleware_stack()
        caller = SimpleNamespace(headers={})
        async with AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1") as client:
            form = {"username": email, "password": password}
            answer = await client.post(SIGN_IN, data=form)
        if answer.status_code == 200:
            caller.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        names = {module_name(one): one.NAME for one in TRIALS}
        # Only one of them is called by somebody who has signed in.
        found = {
            name: call(app, stack, name, caller if name == "caller" else None) for name in names
        }
        requests = {name: send for name, send in found.items() if await works(send)}
        print(json.dumps({name: names[name] for name in requests}), file=told)
        while line := await asyncio.to_thread(sys.stdin.readline):
            taken = {name: await timed(send, int(line)) for name, send in requests.items()}
            print(json.dumps(taken), file=told)


async def timed(send: Request, count: int) -> float:
    begin = time.process_time()
    for _ in range(count):
        await send()
    return (time.process_time() - begin) * 1e6 / count


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))

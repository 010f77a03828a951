"""HTTP hello by aiohttp on uvloop; says port=N when it serves."""

import asyncio

import uvloop
from aiohttp import web

import lifeline


async def hello(request):
    return web.Response(text="hello")


async def main():
    app = web.Application()
    app.router.add_get("/", hello)
    # No line per request, as in production.
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(f"port={runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


lifeline.hold()
if hasattr(uvloop, "run"):
    uvloop.run(main())
else:
    uvloop.install()
    asyncio.run(main())

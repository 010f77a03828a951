"""TCP echo: echo.py asyncio|uvloop streams|protocol; says port=N when it serves."""

import asyncio
import sys

import lifeline


async def serve_stream(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def main(kind):
    # TCP_NODELAY is on by default in both loops.
    if kind == "streams":
        server = await asyncio.start_server(serve_stream, "127.0.0.1", 0, backlog=1024)
    else:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=1024)
    print(f"port={server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


lifeline.hold()
if sys.argv[1] == "uvloop":
    import uvloop

    if hasattr(uvloop, "run"):
        uvloop.run(main(sys.argv[2]))
    else:
        uvloop.install()
        asyncio.run(main(sys.argv[2]))
else:
    asyncio.run(main(sys.argv[2]))

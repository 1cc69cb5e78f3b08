#!/usr/bin/env python3
"""A TCP proxy on loopback that spoils connections, for tests of brokers.

It listens on a port of its own, which it writes to PORTFILE, and hands every
connection on to 127.0.0.1:TARGET.  What it spoils is in the file CONTROL, in
one line of words, and holds from the next bytes on; without the file, or with
an empty one, it spoils nothing.

  cut=N        each connection ends after N bytes from the server
  cut=N-M      likewise, after a random number of them between N and M
  swallow=P    with probability P an answer is lost, and the connection with
               it: what the client sent has arrived
  spare=N      swallow nothing of the first N bytes from the server
  hang         nothing passes, in neither direction; no connection ends
  deaf         nothing passes to the server, which does not even read
  refuse       connections end as soon as they are made; those there are, now

A line "CONNECTIONS SPOILED" with both counts is in CONTROL.count.  TERM ends
it.
"""
import argparse
import asyncio
import contextlib
import os
import random
import signal

CHUNK = 16384
POLL_S = 0.02


class Cutter:
    def __init__(self, args):
        self.args = args
        self.random = random.Random(args.seed)
        self.seen = None
        self.words = {}
        self.connections = 0
        self.spoiled = 0

    def told(self):
        """What CONTROL says now."""
        try:
            stat = os.stat(self.args.control)
            if self.seen != (stat.st_mtime_ns, stat.st_ino):
                with open(self.args.control, encoding="ascii") as f:
                    pairs = [w.partition("=") for w in f.read().split()]
                self.words = {name: value for name, _, value in pairs}
                self.seen = (stat.st_mtime_ns, stat.st_ino)
        except FileNotFoundError:
            self.words, self.seen = {}, None
        return self.words

    def count(self):
        name = self.args.control + ".count"
        with open(name + "~", "w", encoding="ascii") as f:
            f.write(f"{self.connections} {self.spoiled}\n")
        os.replace(name + "~", name)

    def limit(self):
        """After how many bytes from the server a connection ends, or None."""
        low, _, high = self.told().get("cut", "").partition("-")
        if not low:
            return None
        return self.random.randint(int(low), int(high or low))

    async def pass_on(self, reader, writer, judge, words):
        """Until one of both ends, or judge says so."""
        while True:
            while words & self.told().keys():
                await asyncio.sleep(POLL_S)
            data = await reader.read(CHUNK)
            while words & self.told().keys() & {"hang"}:
                await asyncio.sleep(POLL_S)
            data = judge(data)
            if not data:
                return
            writer.write(data)
            await writer.drain()

    async def refuse_later(self):
        while "refuse" not in self.told():
            await asyncio.sleep(POLL_S)
        self.spoiled += 1

    async def serve(self, reader, writer):
        self.connections += 1
        limit, passed, near = self.limit(), 0, None

        def judge(data):
            nonlocal passed
            told = self.told()
            passed += len(data)
            spare = int(told.get("spare", "0"))
            if data and passed > spare and "swallow" in told and \
                    self.random.random() < float(told["swallow"]):
                self.spoiled += 1
                return b""
            if limit is not None and passed > limit:
                self.spoiled += 1
                return b""
            return data

        with contextlib.suppress(OSError):
            if "refuse" not in self.told():
                near = await asyncio.open_connection("127.0.0.1",
                                                     self.args.target)
                tasks = [asyncio.ensure_future(c) for c in (
                    self.pass_on(reader, near[1], lambda d: d,
                                 {"hang", "deaf"}),
                    self.pass_on(near[0], writer, judge, {"hang"}),
                    self.refuse_later())]
                await asyncio.wait(tasks,
                                   return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        for end in filter(None, (writer, near and near[1])):
            end.transport.abort()
        self.count()


async def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("portfile", metavar="PORTFILE")
    parser.add_argument("target", metavar="TARGET", type=int)
    parser.add_argument("control", metavar="CONTROL")
    parser.add_argument("--seed", type=int, default=1,
                        help="of what is random (%(default)s)")
    args = parser.parse_args()
    cutter = Cutter(args)
    cutter.count()
    server = await asyncio.start_server(cutter.serve, "127.0.0.1", 0,
                                        limit=CHUNK)
    with open(args.portfile + "~", "w", encoding="ascii") as f:
        f.write(f"{server.sockets[0].getsockname()[1]}\n")
    os.replace(args.portfile + "~", args.portfile)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    os._exit(0)


asyncio.run(main())

#!/usr/bin/env python3
"""A worker of a list in Redis, as funboost's: takes what comes from QUEUE until
it is told to end (TERM), and prints a line of JSON for each message: when it
came, and its body.
"""
import argparse
import json
import signal
import sys
import time

import redis


def take(server, queue):
    """What is there, waited for a little."""
    first = server.blpop([queue], timeout=0.2)
    if first is None:
        return []
    return [first[1]] + (server.lpop(queue, 100) or [])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", metavar="PORT", type=int)
    parser.add_argument("db", metavar="DB", type=int)
    parser.add_argument("queue", metavar="QUEUE")
    args = parser.parse_args()
    server = redis.Redis(port=args.port, db=args.db)
    told = []
    signal.signal(signal.SIGTERM, lambda *_: told.append(True))
    while not told:
        bodies = take(server, args.queue)
        at = time.time()
        for body in bodies:
            sys.stdout.write(json.dumps({"at": at, "body": json.loads(body)}) +
                             "\n")
    sys.stdout.flush()


main()

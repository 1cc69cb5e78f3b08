#!/usr/bin/env python3
"""An SMTP server on loopback, and a sendmail that hands over to it.

smtp.py serve PORTFILE LOG: appends one JSON line to LOG per message: sender,
recipients and the message as it came.
smtp.py send PORTFILE ARG…: sendmail [-i] [-f FROM] TO… as programs call it.
"""
import asyncio
import json
import os
import smtplib
import sys

from aiosmtpd.smtp import SMTP

mode, portfile = sys.argv[1:3]


class Log:
    async def handle_DATA(self, server, session, envelope):
        with open(sys.argv[3], "a", encoding="utf-8") as f:
            f.write(json.dumps({
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "message": envelope.content.decode("ascii"),
            }) + "\n")
        return "250 OK"


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Log()), "127.0.0.1", 0)
    with open(portfile + ".new", "w", encoding="ascii") as f:
        f.write(str(server.sockets[0].getsockname()[1]))
    os.rename(portfile + ".new", portfile)
    await server.serve_forever()


def send():
    args, sender = sys.argv[3:], "me@localhost"
    while args and args[0].startswith("-"):
        option = args.pop(0)
        if option == "-f":
            sender = args.pop(0)
        elif option != "-i":
            sys.exit(f"sendmail: unknown option {option}")
    with open(portfile, encoding="ascii") as f:
        port = int(f.read())
    text = sys.stdin.buffer.read().replace(b"\n", b"\r\n")
    with smtplib.SMTP("127.0.0.1", port) as s:
        s.sendmail(sender, args, text)


if mode == "serve":
    asyncio.run(serve())
else:
    send()

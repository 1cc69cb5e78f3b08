#!/usr/bin/env python3
"""An SMTP server on loopback, and a sendmail that hands over to it.

smtp.py serve PORTFILE LOG [tls|starttls|plain CERT KEY]: appends one JSON line
to LOG per message: sender, recipients, the message as it came, whether by TLS.
With tls or starttls a client has to use it, and to log in as "me" with the
password "canary".  The recipient refused@example.org is refused.
smtp.py send PORTFILE ARG…: sendmail [-i] [-f FROM] TO… as programs call it.
"""
import asyncio
import json
import os
import smtplib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

mode, portfile = sys.argv[1:3]


class Log:
    async def handle_RCPT(self, server, session, envelope, to, options):
        if to == "refused@example.org":
            return "550 no such user"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        with open(sys.argv[3], "a", encoding="utf-8") as f:
            f.write(json.dumps({
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "tls": server.transport.get_extra_info("cipher") is not None,
                "message": envelope.content.decode("ascii"),
            }) + "\n")
        return "250 OK"


def check(server, session, envelope, mechanism, data):
    right = data.login == b"me" and data.password == b"canary"
    return AuthResult(success=right, handled=False)


async def serve():
    loop = asyncio.get_running_loop()
    way, *files = sys.argv[4:] or ["plain"]
    options, context = {}, None
    if files:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*files)
        options = {"authenticator": check, "auth_required": True,
                   "auth_require_tls": way == "starttls"}
    if way == "starttls":
        options.update(tls_context=context, require_starttls=True)
    server = await loop.create_server(
        lambda: SMTP(Log(), **options), "127.0.0.1", 0,
        ssl=context if way == "tls" else None)
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

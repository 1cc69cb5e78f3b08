#!/usr/bin/env python3
"""Stands in for chat and push services, as each documents its requests.

services.py PORTFILE LOG: answers on a port of its own, written to PORTFILE, and
appends one JSON line to LOG per request: the service, what is wrong with the
request (a list), and the text as a reader would see it.  A wrong request is
refused as the service does.  While LOG.status exists, it holds the status and
the text of every answer.
"""
import email.header
import html
import http.server
import json
import os
import re
import sys

portfile, log = sys.argv[1:3]
ZERO_WIDTH = "\u200b"
MENTION = re.compile(r"@(everyone|here|all|channel|[A-Za-z0-9_]+)")


def units(text):
    return len(text.encode("utf-16-le")) // 2


def unescape(text):
    return re.sub(r"\\([\\`*_{}\[\]()#+\-.!~|>])", r"\1", text).replace(
        ZERO_WIDTH, "")


def markup(text, faults):
    if MENTION.search(text):
        faults.append("a mention")
    if re.search(r"(?<!\\)(\\\\)*[*_~`|\[\]#]", text):
        faults.append("markup")
    if re.search(r"<[@#!:]", text):
        faults.append("a reference")


def read_json(request, faults, allowed):
    if request.headers["Content-Type"] != "application/json":
        faults.append("its type")
    body = json.loads(request.body)
    faults += [f"unknown {name}" for name in body if name not in allowed]
    return body


def slack(request, faults):
    body = read_json(request, faults, ("text", "mrkdwn", "unfurl_links"))
    text = body.get("text", "")
    if re.search(r"&(?!(amp|lt|gt);)", text):
        faults.append("a bare &")
    if "<" in text or ">" in text:
        faults.append("a bare < or >")
    if body.get("mrkdwn") is not False:
        faults.append("markup")
    if MENTION.search(text):
        faults.append("a mention")
    return html.unescape(text).replace(ZERO_WIDTH, ""), 200, "ok"


def mattermost(request, faults):
    body = read_json(request, faults, ("text",))
    text = body.get("text", "")
    markup(text, faults)
    if not 0 < len(text) <= 16383:
        faults.append("its length")
    return unescape(text), 200, "ok"


def discord(request, faults):
    body = read_json(request, faults,
                     ("content", "allowed_mentions", "flags"))
    text = body.get("content", "")
    markup(text, faults)
    if not 0 < units(text) <= 2000:
        faults.append("its length")
    if body.get("allowed_mentions") != {"parse": []}:
        faults.append("allowed mentions")
    return unescape(text), 204, ""


def telegram(request, faults):
    body = read_json(request, faults,
                     ("chat_id", "text", "link_preview_options"))
    text = body.get("text", "")
    if request.path != "/bot123:canary/sendMessage":
        faults.append("the path " + request.path)
    if not re.fullmatch(r"-?[0-9]+|@[A-Za-z0-9_]+", body.get("chat_id", "")):
        faults.append("chat_id")
    if not 0 < units(text) <= 4096:
        faults.append("its length")
    if MENTION.search(text):
        faults.append("a mention")
    answer = json.dumps({"ok": True, "result": {"message_id": 1}})
    return text.replace(ZERO_WIDTH, ""), 200, answer


def ntfy(request, faults):
    if not re.fullmatch(r"/ntfy/[-_A-Za-z0-9]{1,64}", request.path):
        faults.append("the topic")
    if request.headers["Authorization"] not in (None, "Bearer tk_canary"):
        faults.append("the token")
    if request.headers["Priority"] not in ("high", "default"):
        faults.append("the priority")
    if len(request.body) > 4096:
        faults.append("its length")
    title = request.headers["Title"]
    if not title.isascii():
        faults.append("a raw title")
    for word in title.split(" ") if "=?" in title else ():
        if len(word) > 75:
            faults.append("a long word")
    parts = email.header.decode_header(title)
    title = "".join(p if isinstance(p, str) else p.decode(c or "ascii")
                    for p, c in parts)
    return title + "\n" + request.body.decode(), 200, '{"id":"x"}'


def ping(request, faults):
    if not re.fullmatch(r"/ping/[-0-9a-f]{36}(/fail)?", request.path):
        faults.append("the path")
    return request.body.decode(), 200, "OK"


SERVICES = {"slack": slack, "mattermost": mattermost, "discord": discord,
            "ntfy": ntfy, "ping": ping}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        name = self.path.split("/")[1]
        name = "telegram" if name.startswith("bot") else name
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        faults, text, status, answer = [], "", 404, "no such service"
        try:
            service = telegram if name == "telegram" else SERVICES[name]
            text, status, answer = service(self, faults)
        except (KeyError, ValueError, TypeError) as e:
            faults.append(repr(e))
        if faults:
            status, answer = 400, "invalid_payload"
        if os.path.exists(log + ".status"):
            with open(log + ".status", encoding="utf-8") as f:
                status, answer = f.read().rstrip("\n").split(" ", 1)
        with open(log, "a", encoding="utf-8") as f:
            f.write(json.dumps({"service": name, "path": self.path,
                                "faults": faults, "text": text}) + "\n")
        self.send_response(int(status))
        self.send_header("Content-Length", str(len(answer.encode())))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
with open(portfile + ".new", "w", encoding="ascii") as f:
    f.write(str(server.server_port))
os.rename(portfile + ".new", portfile)
server.daemon_threads = True
server.serve_forever()

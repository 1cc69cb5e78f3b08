#!/usr/bin/env python3
"""A webhook's receiver, written from the text of Standard Webhooks alone.

hook.py PORTFILE LOG SECRET: answers on a port of its own, which it writes to
PORTFILE, and appends one JSON line to LOG for each request: the headers, the
body, and whether the signature is right.  While the file LOG.status exists it
says how to answer, in words: first the status, or "hang" to answer nothing, or
"cut" to hang up; then "delay=SECONDS" and "HEADER=VALUE" ("_" is a blank).
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

portfile, log, secret = sys.argv[1:4]
key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)


class Hook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.headers["webhook-id"]
        stamp = self.headers["webhook-timestamp"]
        signed = f"{name}.{stamp}.".encode() + body
        mac = hmac.new(key, signed, hashlib.sha256).digest()
        want = "v1," + base64.b64encode(mac).decode()
        given = (self.headers["webhook-signature"] or "").split(" ")
        status, words = "200", []
        if os.path.exists(log + ".status"):
            with open(log + ".status", encoding="ascii") as f:
                status, *words = f.read().split()
        with open(log, "a", encoding="utf-8") as f:
            f.write(json.dumps({
                "id": name,
                "type": self.headers["Content-Type"],
                "key": self.headers["Idempotency-Key"],
                "agent": self.headers["User-Agent"],
                "path": self.path,
                "signed": any(hmac.compare_digest(want, s) for s in given),
                "fresh": abs(time.time() - int(stamp)) < 60,
                "answer": status,
                "body": json.loads(body),
            }) + "\n")
        if status == "hang":
            time.sleep(60)
            return
        told = dict(word.split("=", 1) for word in words)
        time.sleep(float(told.pop("delay", 0)))
        if status == "cut":
            self.close_connection = True
            return
        self.send_response(int(status))
        for header, value in told.items():
            self.send_header(header, value.replace("_", " "))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer.request_queue_size = 128
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
with open(portfile + ".new", "w", encoding="ascii") as f:
    f.write(str(server.server_port))
os.rename(portfile + ".new", portfile)
server.daemon_threads = True
server.serve_forever()

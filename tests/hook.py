#!/usr/bin/env python3
"""A webhook's receiver, written from the text of Standard Webhooks alone.

hook.py PORTFILE LOG SECRET: answers on a port of its own, which it writes to
PORTFILE, and appends one JSON line to LOG for each request: the headers, the
body, and whether the signature is right.  While the file LOG.status exists it
holds the status to answer with; "hang" in it answers nothing.
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
        status = "200"
        if os.path.exists(log + ".status"):
            with open(log + ".status", encoding="ascii") as f:
                status = f.read().strip()
        with open(log, "a", encoding="utf-8") as f:
            f.write(json.dumps({
                "id": name,
                "type": self.headers["Content-Type"],
                "signed": any(hmac.compare_digest(want, s) for s in given),
                "fresh": abs(time.time() - int(stamp)) < 60,
                "answer": status,
                "body": json.loads(body),
            }) + "\n")
        if status == "hang":
            time.sleep(60)
            return
        self.send_response(int(status))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
with open(portfile + ".new", "w", encoding="ascii") as f:
    f.write(str(server.server_port))
os.rename(portfile + ".new", portfile)
server.daemon_threads = True
server.serve_forever()

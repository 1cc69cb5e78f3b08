#!/usr/bin/env python3
"""Speaks FastCGI records by hand to a minutehand.fcgi on a Unix socket.

fcgi_raw.py SOCKET TOKEN SCENE   what a scene expects is checked here; it prints
                                 "N of N ..." and fails unless both are equal.

Scenes: cut, abort, lengths, missing, records, slow (seconds long), hold (sends
half a body, prints a line, and waits for the end of the connection).
"""

import json
import socket
import struct
import sys
import time

SOCKET, TOKEN, SCENE = sys.argv[1:4]
BEGIN, ABORT, END, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6
GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = 9, 10, 11
JOBS = 2


def record(kind, data=b"", req=1, pad=0):
    return struct.pack(">BBHHBB", 1, kind, req, len(data), pad, 0) + data + b"\0" * pad


def begin(role=1, flags=0, req=1):
    return record(BEGIN, struct.pack(">HB5x", role, flags), req)


def length(n, wide=False):
    return struct.pack(">I", n | 1 << 31) if wide or n > 127 else bytes([n])


def pairs(variables, wide=False):
    out = b""
    for name, value in variables.items():
        name, value = name.encode(), value.encode()
        out += length(len(name), wide) + length(len(value), wide) + name + value
    return out


def variables(method, path, query="", body=b"", **more):
    v = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "QUERY_STRING": query,
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_AUTHORIZATION": "Bearer " + TOKEN,
    }
    if body:
        v["CONTENT_TYPE"] = "application/json"
        v["CONTENT_LENGTH"] = str(len(body))
    v.update(more)
    return {k: x for k, x in v.items() if x is not None}


def request(method, path, query="", body=b"", flags=0, **more):
    out = begin(flags=flags)
    out += record(PARAMS, pairs(variables(method, path, query, body, **more)))
    out += record(PARAMS)
    if body:
        out += record(STDIN, body)
    return out + record(STDIN)


class Connection:
    def __init__(self):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(30)
        self.s.connect(SOCKET)

    def send(self, data):
        try:
            self.s.sendall(data)
        except BrokenPipeError:
            pass
        return self

    def read(self, n):
        out = b""
        while len(out) < n:
            try:
                part = self.s.recv(n - len(out))
            except ConnectionResetError:
                part = b""
            if not part:
                return None
            out += part
        return out

    def record(self):
        head = self.read(8)
        if head is None:
            return None
        _, kind, req, n, pad, _ = struct.unpack(">BBHHBB", head)
        data = self.read(n + pad)
        return kind, req, data[:n]

    def answer(self):
        """Status, body, protocol status; None where there is no answer."""
        out = b""
        while True:
            r = self.record()
            if r is None:
                return None
            if r[0] == STDOUT:
                out += r[2]
            elif r[0] == END:
                break
        if not out:
            return 0, b"", r[2][4]
        head, _, body = out.partition(b"\r\n\r\n")
        return int(head.split()[1]), body, r[2][4]


def ask(*args, **more):
    c = Connection().send(request(*args, **more))
    a = c.answer()
    c.s.close()
    return a


def jobs():
    return json.loads(ask("GET", "/funboost/get_timing_jobs")[1])["data"]["count"]


def fill():
    for n in range(JOBS):
        body = json.dumps(
            {"queue_name": "q%d" % n, "job_id": "j", "trigger": "interval",
             "hours": 1, "replace_existing": True}).encode()
        a = ask("POST", "/funboost/add_timing_job", body=body)
        assert a[0] == 200, a
    assert jobs() == JOBS


good = bad = 0


def check(what, is_good, *facts):
    global good, bad
    if is_good:
        good += 1
    else:
        bad += 1
        print("not ok:", what, *facts)


# What changes everything when a part of it is lost: the route, its query, its
# body.
DANGER = [
    ("DELETE", "/funboost/delete_all_timing_jobs", "", b'{"queue_name":"q0"}'),
    ("DELETE", "/funboost/delete_all_timing_jobs", "queue_name=q0", b""),
    ("DELETE", "/funboost/delete_all_timing_jobs", "", b""),
]


def scene_cut():
    """The first K bytes of a request, and the connection's end."""
    for shut in (lambda s: s.close(), lambda s: s.shutdown(socket.SHUT_WR)):
        for args in DANGER:
            whole = request(*args)
            for k in range(len(whole)):
                c = Connection().send(whole[:k])
                shut(c.s)
                if c.s.fileno() >= 0:
                    a = c.answer()
                    check("cut at %d" % k, a is None or a[0] == 400, a)
                    c.s.close()
                else:
                    check("cut at %d" % k, True)
            check("nothing was deleted", jobs() == JOBS, args, jobs())


def scene_abort():
    """Aborted between any two records."""
    for args in DANGER:
        body = args[3]
        parts = [
            begin(),
            record(PARAMS, pairs(variables(*args))),
            record(PARAMS),
        ] + ([record(STDIN, body)] if body else []) + [record(STDIN)]
        for k in range(1, len(parts)):
            c = Connection().send(b"".join(parts[:k]) + record(ABORT))
            a = c.answer()
            check("abort after %d" % k, a is None or a[0] in (0, 400), a)
            check("nothing was deleted", jobs() == JOBS, args, k)


def scene_lengths():
    """Variables whose lengths lie."""
    ok = pairs(variables("GET", "/funboost/get_all_queues"))
    cases = {
        "2^30 twice": length(1 << 30) * 2,
        "2^30 for the name": length(1 << 30) + length(1) + b"ab",
        "2^30 for the value": length(1) + length(1 << 30) + b"ab",
        "2^31-1 twice": b"\xff" * 8,
        "2^31-2 and 3": length((1 << 31) - 2) + length(3) + b"abc",
        "a length cut": b"\x80\0",
        "one length alone": b"\1",
        "no name": length(0) + length(1) + b"x",
        "= in a name": length(3) + length(1) + b"A=Bx",
        "NUL in a name": length(2) + length(0) + b"A\0",
        "NUL in a value": length(1) + length(3) + b"Ax\0y",
        "name behind the end": ok + length(5) + length(0) + b"ABCD",
        "value behind the end": ok + length(1) + length(9) + b"ABCD",
        "too many": ok + b"".join(
            pairs({"V%d" % n: ""}) for n in range(1100)),
        "too large": ok + pairs({"BIG": "x" * (1 << 20)}),
    }
    for what, data in cases.items():
        out = begin()
        while data:
            out += record(PARAMS, data[:65535])
            data = data[65535:]
        c = Connection().send(out + record(PARAMS) + record(STDIN))
        a = c.answer()
        check(what, a is not None and a[0] == 400, a)
        check(what + ": and the worker goes on", jobs() == JOBS)
    a = Connection().send(begin() + record(PARAMS, pairs(variables(
        "GET", "/funboost/get_all_queues"), wide=True)) + record(PARAMS)
        + record(STDIN)).answer()
    check("lengths of four bytes that are true", a[0] == 200, a)
    big = pairs(variables("GET", "/funboost/get_all_queues", HTTP_X="x" * 700000))
    out = begin()
    while big:
        out += record(PARAMS, big[:40000], pad=7)
        big = big[40000:]
    a = Connection().send(out + record(PARAMS) + record(STDIN)).answer()
    check("large ones that are true", a[0] == 200, a)


def scene_missing():
    """Variables that every request has."""
    for args in DANGER:
        for name in ("REQUEST_METHOD", "QUERY_STRING", "REMOTE_ADDR"):
            a = ask(*args, **{name: None})
            check(name, a[0] == 400 and name in a[1].decode(), a)
            check("nothing was deleted", jobs() == JOBS)
    for args in DANGER[:1]:
        for more in ({"CONTENT_LENGTH": "18"}, {"CONTENT_LENGTH": "20"}):
            a = ask(*args, **more)
            check("another length", a[0] == 400, a)
            check("nothing was deleted", jobs() == JOBS)
    a = ask("DELETE", DANGER[0][1], "", b"", CONTENT_TYPE="application/json")
    check("a type without a body", a[0] == 400, a)
    a = ask("POST", "/funboost/publish", "",
            b'{"queue_name":"x","msg_body":{}}', CONTENT_LENGTH=None)
    check("a body without a length", a[0] == 200, a)
    a = ask("POST", "/funboost/publish", "",
            b'{"queue_name":"x","msg_body":{}}', CONTENT_LENGTH="")
    check("an empty length", a[0] == 200, a)
    check("nothing was deleted", jobs() == JOBS)


def scene_records():
    """Records as the specification has them."""
    get = request("GET", "/funboost/get_all_queues")
    kept = request("GET", "/funboost/get_all_queues", flags=1)
    c = Connection()
    for n in range(5):
        check("kept %d" % n, c.send(kept).answer()[0] == 200)
    check("another connection meanwhile", jobs() == JOBS)
    check("the kept one was let go", c.read(1) is None)
    c = Connection().send(get)
    check("not kept", c.answer()[0] == 200 and c.read(1) is None)
    for role in (2, 3, 99):
        a = Connection().send(begin(role=role)).answer()
        check("role %d" % role, a == (0, b"", 3), a)
    c = Connection().send(record(GET_VALUES, pairs({"FCGI_MAX_CONNS": ""}), 0))
    r = c.record()
    check("values", r[0] == GET_VALUES_RESULT and b"FCGI_MPXS_CONNS0" in r[2], r)
    check("and a request", c.send(get).answer()[0] == 200)
    c = Connection().send(record(77, b"xyz", 0))
    r = c.record()
    check("unknown type", r[0] == UNKNOWN_TYPE and r[2][0] == 77, r)
    check("and a request", c.send(get).answer()[0] == 200)
    c = Connection().send(begin() + begin(req=2))
    r = c.record()
    check("two at once", r[:2] == (END, 2) and r[2][4] == 1, r)
    check("the first goes on", c.send(get[16:]).answer()[0] == 200)
    check("another version",
          Connection().send(b"\2" + get[1:]).answer() is None)
    check("no begin", Connection().send(get[16:] + record(STDIN)).s is not None)
    c = Connection()
    for k in range(len(get)):
        c.send(get[k:k + 1])
    check("byte by byte", c.answer()[0] == 200)
    body = b'{"queue_name":"x","msg_body":{"x":"' + b"y" * 60000 + b'"}}'
    out = begin() + record(PARAMS, pairs(variables(
        "POST", "/funboost/publish", "", body)), pad=255) + record(PARAMS, pad=3)
    for k in range(0, len(body), 1000):
        out += record(STDIN, body[k:k + 1000], pad=k % 256)
        out += record(STDIN, b"not ours", req=9)
    a = Connection().send(out + record(STDIN)).answer()
    check("padding, many records, others' records", a[0] == 200, a)
    check("nothing was deleted", jobs() == JOBS)


def scene_slow():
    """10 s without a byte: a body is answered with 408, a head is dropped."""
    whole = request(*DANGER[0])
    for k, what in ((len(whole) - 12, "body"), (100, "head"), (0, "nothing")):
        start = time.monotonic()
        a = Connection().send(whole[:k]).answer()
        took = time.monotonic() - start
        check(what, a[0] == 408 if what == "body" else a is None, a)
        check(what + ": 10 s", 9 < took < 20, took)
        check("nothing was deleted", jobs() == JOBS)


def scene_hold():
    """Stands still at some point until the worker ends the connection."""
    whole = request(*DANGER[0])
    at = {"none": 0, "begin": 16, "head": 100, "body": len(whole) - 12}
    c = Connection()
    if sys.argv[4] == "kept":
        c.send(request("GET", "/funboost/get_all_queues", flags=1)).answer()
    elif sys.argv[4] == "poll":
        c.send(request("POST", "/v1/queues/empty/lease", "",
                       b'{"wait_seconds":20}'))
    else:
        c.send(whole[:at[sys.argv[4]]])
    time.sleep(0.3)
    print("holding", flush=True)
    a = c.answer()
    print(a[0] if a else "closed", flush=True)
    sys.exit(0)


if SCENE != "hold":
    fill()
globals()["scene_" + SCENE]()
print("%d of %d: %s" % (good, good + bad, globals()["scene_" + SCENE].__doc__))
sys.exit(bad != 0)

#!/usr/bin/env python3
"""A client of Render's API for one-off jobs, made from its documentation.

render_client.py BASE SERVICE PHASE: the key is in $KEY.  Prints one line for
each step, the same whoever answers at BASE as long as he speaks the API.
"""
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

base, service, phase = sys.argv[1:4]
key = os.environ["KEY"]
JOBS = f"/services/{service}/jobs"
TASKS = """cleanup-reminders cleanup-users hot-content-notifications
weekly-summary-notifications cleanup-notifications update-hot-scores
update-content-based update-collaborative update-social-collaborative
update-all-recommendations check-meme-counts check-user-counts""".split()
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?"
                  r"(Z|[+-]\d\d:\d\d)")
STATUSES = {"pending", "running", "succeeded", "failed", "canceled"}
OVER = {"succeeded", "failed", "canceled"}


def call(method, path, body=None, token=key):
    data = None if body is None else json.dumps(body).encode()
    if method == "POST" and data is None:
        data = b""
    request = urllib.request.Request(base + path, data, method=method)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Accept", "application/json")
    if body is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def check(job, command):
    """Does a job fit the schema, and is it the one that was asked for?"""
    assert re.fullmatch(r"job-[0-9a-v]{20}", job["id"]), job
    assert job["serviceId"] == service, job
    assert job["startCommand"] == command, job
    assert isinstance(job["planId"], str), job
    assert TIME.fullmatch(job["createdAt"]), job
    assert job.get("status") in STATUSES | {None}, job
    for name in ("startedAt", "finishedAt"):
        assert job.get(name) is None or TIME.fullmatch(job[name]), job
    return job


def listing(**query):
    """All pages of a list, by the cursor of the last element."""
    jobs = []
    while True:
        code, page = call("GET", JOBS + "?" +
                          urllib.parse.urlencode(query, doseq=True))
        assert code == 200, page
        for element in page:
            rest = {k: v for k, v in element.items()
                    if k not in ("job", "cursor")}
            # Ours has the job's members beside it as well.
            assert rest in ({}, element["job"]), element
            jobs.append(element["job"])
        if not page:
            return jobs
        query["cursor"] = page[-1]["cursor"]


def command_of(task):
    return f"node scripts/render-jobs.js {task}"


def create(task, **more):
    code, job = call("POST", JOBS, {"startCommand": command_of(task), **more})
    check(job, command_of(task))
    print("create", task, code)
    return job


def wait(job):
    """Until it is over, as scripts do it: by looking again and again."""
    for _ in range(300):
        code, now = call("GET", f"{JOBS}/{job['id']}")
        assert code == 200 and now["id"] == job["id"], now
        if now.get("status") in OVER:
            return now
        time.sleep(0.1)
    raise TimeoutError(job)


def twelve():
    jobs = [create(task, planId="plan-srv-008") for task in TASKS]
    for task, job in zip(TASKS, jobs):
        job = check(wait(job), command_of(task))
        assert job["planId"] == "plan-srv-008", job
        assert TIME.fullmatch(job["startedAt"]), job
        assert TIME.fullmatch(job["finishedAt"]), job
        print("end", task, job["status"])
    seen = listing(limit=5)
    print("list", [job["startCommand"].split()[2] for job in seen])
    assert sorted(job["id"] for job in seen) == sorted(
        job["id"] for job in jobs)
    print("succeeded", len(listing(status="succeeded")))
    print("others", len(listing(status="pending,running,failed,canceled")))
    print("later", len(listing(createdAfter="2099-01-01T00:00:00Z")))
    print("finished", len(listing(finishedAfter="2020-01-01T00:00:00Z",
                                  limit=100)))


def cancel():
    job = create("check-user-counts")
    code, _ = call("POST", f"{JOBS}/{job['id']}/cancel")
    print("cancel", code, wait(job)["status"])


def errors():
    def refused(what, code, body):
        assert isinstance(body["message"], str) and body["message"], body
        print(what, code)

    refused("no job", *call("GET", JOBS + "/job-00000000000000000000"))
    refused("cancel none",
            *call("POST", JOBS + "/job-00000000000000000000/cancel"))
    refused("wrong key", *call("GET", JOBS, token="wrong"))
    refused("no command", *call("POST", JOBS, {}))
    refused("empty command", *call("POST", JOBS, {"startCommand": ""}))


{"twelve": twelve, "cancel": cancel, "errors": errors}[phase]()

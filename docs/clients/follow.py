#!/usr/bin/env python3
"""Follows a run and resumes after lost connections: follow.py <base url> <run id>. Python 3.8, standard library only."""
import base64, http.client, json, sys, time, urllib.error, urllib.request

base, run = sys.argv[1], sys.argv[2]
last_id, code = "", None


def events(answer):
    """Whole events only: one that was cut off comes again, because its id was not taken."""
    event, data, event_id = "", "", None
    for raw in answer:
        if not raw.endswith(b"\n"):
            return
        field, _, value = raw.decode().rstrip("\n").partition(": ")
        if field == "event":
            event = value
        elif field == "data":
            data += value
        elif field == "id":
            event_id = value
        elif field == "" and data:
            yield event, json.loads(data), event_id
            event, data, event_id = "", "", None


while True:
    try:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": last_id}
        request = urllib.request.Request(f"{base}/v1/runs/{run}/events", headers=headers)
        for name, data, event_id in events(urllib.request.urlopen(request, timeout=45)):
            if name == "output":
                target = sys.stderr if data["stream"] == "stderr" else sys.stdout
                target.buffer.write(data["text"].encode() if "text" in data else base64.b64decode(data["base64"]))
                target.flush()
            elif name == "gap":
                print(f"[bytes {data['from']} to {data['to']} are lost: {data['cause']}]", file=sys.stderr)
            elif name == "exit":
                code = data["exitCode"]
            elif name == "end":
                sys.exit(1 if code is None else code)
            last_id = event_id or last_id
    except urllib.error.HTTPError as problem:
        if problem.code < 500:
            sys.exit(problem.read().decode())
    except (OSError, http.client.HTTPException):
        pass  # lost: goes on from last_id
    time.sleep(1)

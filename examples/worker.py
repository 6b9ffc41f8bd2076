"""A worker of the consumer "risk": claims logins, gives each a risk score, and acknowledges them with the results.

    python3 examples/worker.py http://localhost:4055 [--once]

Start as many as you like, on any machine: each event goes to one of them. One that is killed loses nothing: its lease runs out, and
another worker gets its events, and a result that was written before is not written again.
"""

import json
import sys
import time
import urllib.request

SERVICE, ONCE = sys.argv[1], "--once" in sys.argv
CONSUMER = f"{SERVICE}/raw-events/api/consumers/risk"


def post(url, body=None):
    request = urllib.request.Request(url, json.dumps(body or {}).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=90) as response:
        return json.load(response)


def score(event):
    country = (event["document"].get("data") or {}).get("country", "")
    result = {"name": event["document"]["name"], "status": "SUCCESS", "processed_data": {"risk_score": 0.1 if country == "US" else 0.5}}
    return {"position": event["position"], "document": result}


while True:
    try:
        claimed = post(f"{CONSUMER}/claim?name=user_login&max=100&lease=30s&wait={'0s' if ONCE else '30s'}")
        if claimed["events"]:
            results = [score(event) for event in claimed["events"] if not event["deleted"]]
            post(f"{CONSUMER}/ack", {"token": claimed["token"], "all": True, "results": results, "to": "/processed-events"})
        elif ONCE:
            break
    except OSError as error:  # away, busy, or too late (409): what was claimed comes again
        print(error.read().decode() if hasattr(error, "read") else error, file=sys.stderr)
        time.sleep(1)

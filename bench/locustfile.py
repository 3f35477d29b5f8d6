"""A load of clients on a shared mock, for locust: `pip install 'callpark[load]'`, then

    callpark mock --port 8080
    locust -f bench/locustfile.py --headless -u 50 -r 10 -t 1m -H http://127.0.0.1:8080

and where one process of locust is not enough, distributed, with as many workers as there are processors for them:

    locust -f bench/locustfile.py --headless --master --expect-workers 2 -u 200 -r 50 -t 1m -H http://127.0.0.1:8080
    locust -f bench/locustfile.py --worker --master-host 127.0.0.1

Each user is a team's test run with a session of its own: it has a call parked, lists it, is refused, retrieves it and
looks again. An answer with another status than it should have counts as a failure, and locust then ends with 1.
What a worker's users still do when they are stopped counts too, if it is done within a minute. For more than 1,000
users the mock needs a higher --session-limit.
"""

from itertools import count
from secrets import token_hex
from typing import Any

import gevent
from locust import FastHttpUser, between, events, task
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

ORDER = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
STOP = "callpark-stop"
STOPPED = "callpark-stopped"
STOPS_WITHIN = 60.0


@events.init.add_listener
def agree_on_the_end(environment: Environment, **_: Any) -> None:
    """A master that ends gives its workers half a second to report; so it first has all users stopped, and waits."""
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        runner.register_message(STOP, stop_users)
    elif isinstance(runner, MasterRunner):
        stopped: set[str] = set()
        runner.register_message(STOPPED, lambda msg, **_: stopped.add(msg.data))
        environment.events.test_stop.add_listener(lambda **_: wait_for_workers(runner, stopped))


def stop_users(environment: Environment, **_: Any) -> None:
    environment.runner.stop()
    environment.runner.send_message(STOPPED, environment.runner.client_id)


def wait_for_workers(runner: MasterRunner, stopped: set[str]) -> None:
    stopped.clear()
    asked = set(runner.clients)
    runner.send_message(STOP)
    with gevent.Timeout(STOPS_WITHIN, False):
        while not stopped >= asked & set(runner.clients):
            gevent.sleep(0.05)


class Client(FastHttpUser):
    """A client of the vendor's paths; the control plane parks its calls."""

    wait_time = between(0.01, 0.05)

    def on_start(self) -> None:
        self.session = f"load-{token_hex(4)}"
        self.calls = count(1)

    @task
    def one_call(self) -> None:
        call = f"{next(self.calls):020x}"
        path = f"/uapi/phoneCalls/12/0003*210/{call}"
        set_up = {"action": "setup", "state": "parked", "params": {"phoneCallId": call}}
        self._ask("POST", "/_mock/states", 200, "set up", set_up)
        self._ask("GET", path, 200, "list one")
        self._ask("PUT", path, 400, "refused", {**ORDER, "waitForPickup": 0})
        self._ask("PUT", path, 200, "retrieve", ORDER)
        self._ask("PUT", path, 204, "retrieve again", ORDER)
        self._ask("GET", "/uapi/phoneCalls/12/@self", 200, "list all")
        self._ask("DELETE", path, 200, "hang up")

    def on_stop(self) -> None:
        self._ask("DELETE", f"/_mock/sessions/{self.session}", 204, "drop")

    def _ask(self, method: str, path: str, wanted: int, name: str, body: object = None) -> None:
        headers = {
            "Authorization": f"Bearer mock.{self.session}.12",
            "X-Callpark-Session": self.session,
            "Content-Type": "application/json",
        }
        with self.client.request(
            method, path, name=name, json=body, headers=headers, catch_response=True
        ) as answer:
            if answer.status_code == wanted:
                answer.success()
            else:
                answer.failure(f"{answer.status_code} instead of {wanted}")

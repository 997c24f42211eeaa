"""A script for tests: the real supervisor and database around children of a few lines."""

import socket
import sys
from collections.abc import Mapping
from functools import partial

from lianfang.platform.supervisor import Child, Supervisor, main, run

WEB = """
import http.server, socket, sys
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer(("", 0), Healthy, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.serve_forever()
"""
# It and its own child ignore TERM: only KILL to the group ends them.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) == 2:
    subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[1], "grandchild"])
time.sleep(300)
"""


def prepare(supervisor: Supervisor, mode: str) -> str:
    return supervisor.complete(Child("preparation", [sys.executable, "-c", "print('leader / first-password')"]))


def children(port: socket.socket, env: Mapping[str, str]) -> list[Child]:
    web = Child("web server", [sys.executable, "-c", WEB, str(port.fileno())], inherits=(port.fileno(),))
    if "STUBBORN" not in env:
        return [web]
    return [web, Child("job worker", [sys.executable, "-c", STUBBORN, STUBBORN])]


if __name__ == "__main__":
    sys.exit(main(run=partial(run, prepare=prepare, children=children)))

"""An LwM2M server as a process that does what it is told, and the demo device registered with it."""

import json
import os
import queue
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
COMI = os.environ.get("COMI", str(ROOT / "target/debug/comi"))

ENDPOINT = "urn:dev:os:valve-7"
WAIT = 40


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Manager:
    """The server: `ask` sends a command and returns its answer, `event` waits for one."""

    def __init__(self, port=None):
        self.port = port or free_port()

    def command(self):
        """The program and its arguments."""
        raise NotImplementedError

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr, text=True
        )
        self.answers, self.events = queue.Queue(), queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.event("started")
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.wait()

    def _read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            (self.events if "event" in told else self.answers).put(told)

    @property
    def uri(self):
        return f"coap://127.0.0.1:{self.port}"

    def ask(self, do, path=None, **more):
        command = {"do": do, "endpoint": ENDPOINT} | more
        command |= {"path": path} if path else {}
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self.answers.get(timeout=WAIT)

    def event(self, name, **facts):
        """The next event of this name with these facts; others before it are passed over."""
        while True:
            event = self.events.get(timeout=WAIT)
            if event["event"] == name and facts.items() <= event.items():
                return event

    def forget_events(self):
        while not self.events.empty():
            self.events.get()


class Device:
    """`comi serve --lwm2m`, with the lines that it prints."""

    def __init__(self, server, lifetime=300, *more):
        self.command = [COMI, "serve", "--lwm2m", server.uri, "--endpoint", ENDPOINT, "--lifetime", str(lifetime), *more]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=sys.stderr, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.uri = self.line(r"serves at (coap://\S+)").group(1)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def line(self, pattern):
        while True:
            found = re.search(pattern, self.lines.get(timeout=WAIT))
            if found:
                return found

    def comi(self, command, *arguments):
        """Another command of `comi` to the same device, over CORECONF."""
        done = subprocess.run([COMI, command, self.uri, *arguments], capture_output=True, text=True, timeout=WAIT)
        if done.returncode:
            raise AssertionError(f"comi {command} {arguments}: {done.stderr}")
        return done.stdout

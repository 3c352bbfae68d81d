"""Other implementations' servers as processes."""

import socket
import subprocess
import time


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process that prints `ready` when it serves on the port that ends its command line."""

    def __init__(self, command, *options):
        self.command, self.options = command, options

    def __enter__(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            [*self.command, str(self.port), *self.options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout.readline() == "ready\n", f"{self.command} does not serve"
        self.uri = f"coap://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class LibcoapServer:
    """libcoap's example server on a free port of the loopback."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def __enter__(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            ["coap-server-notls", "-A", "127.0.0.1", "-p", str(self.port), *self.arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.uri = f"coap://127.0.0.1:{self.port}"
        wait_for(self.port)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def wait_for(port):
    """Until a ping (an Empty CON) is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.1)
        probe.connect(("127.0.0.1", port))
        for _ in range(100):
            try:
                probe.send(b"\x40\x00\x00\x01")
                if probe.recv(16):
                    return
            except OSError:
                time.sleep(0.05)
    raise RuntimeError(f"nobody answers on port {port}")

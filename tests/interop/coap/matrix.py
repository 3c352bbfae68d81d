"""Our endpoint, without YANG, against libcoap, aiocoap and node-coap, both ways, over UDP and TCP, feature by feature; and
the tables of docs/interop.md, which must say what was run (`COMI_WRITE=1` writes it).

The groups, a pair of programs and a direction each, run side by side; each is a line of checks."""

import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from device import ROOT, Case, equal
from peers import LibcoapServer, Server

HERE = ROOT / "tests/interop/coap"
PEER = [os.environ.get("COAP_PEER", str(ROOT / "target/debug/coap-peer"))]
AIOCOAP = [sys.executable, str(HERE / "aiocoap_plain.py")]
os.environ.setdefault("NODE_PATH", str(ROOT / "target/interop/node/node_modules"))
LARGE = bytes((at * 7 + at // 256) & 255 for at in range(5000))
BODY = bytes(at * 11 % 251 for at in range(3000))
SIZES = (16, 32, 64, 128, 256, 512, 1024)
DOCUMENT = ROOT / "docs/interop.md"


def talk(command, first, changes):
    """What a program says; the changes are made one after the other, when `first` was said."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        said = b""
        if changes:
            while not re.search(first, said):
                line = process.stdout.readline()
                if not line:
                    break
                said += line
            for change in changes:
                time.sleep(0.5)
                change()
        said += process.communicate(timeout=150)[0]
    return said.decode(errors="replace")


def run(command, method, uri, *options, payload=None, changes=()):
    """What the program prints for each response: code, `observed` or `final`, payload."""
    with tempfile.NamedTemporaryFile() as file:
        if payload is not None:
            file.write(payload)
            file.flush()
            options = ("--payload", file.name, *options)
        said = talk([*command, method, uri, *options], rb"observed", changes)
    lines = [line.split(" ") for line in said.splitlines() if re.match(r"\d\.\d\d ", line)]
    if not lines:
        raise AssertionError(said[-300:])
    return [(code, how, bytes.fromhex(body)) for code, how, body in lines]


def ours(method, uri, *options, **more):
    # node-coap refuses a FETCH or PATCH without Content-Format
    form = ("--format", "0") if "payload" in more else ()
    return run(PEER, method, uri, *form, *options, **more)


def libcoap(method, uri, *options, payload=None, changes=()):
    """The same by coap-client, whose code must be read from its log."""
    names = {"--observe": "-s", "--block": "-b", "--loss": "-l"}
    arguments = [names.get(option, option) for option in options]
    observed = "-s" in arguments
    with tempfile.NamedTemporaryFile() as file, tempfile.NamedTemporaryFile() as out:
        if payload is not None:
            file.write(payload)
            file.flush()
            arguments += ["-t", "0", "-f", file.name]
        command = ["coap-client-notls", "-B", "60", "-v", "7", "-o", out.name, "-m", method, *arguments, uri]
        said = talk(command, rb" c:2.05 ", changes)
        body = open(out.name, "rb").read()
    codes = [code for code in re.findall(r"t:(?:ACK|NON|CON) c:([245]\.\d\d)", said) if code != "2.31"]
    if not codes:
        raise AssertionError(said[-300:])
    # coap-client writes the bodies of all notifications one after the other
    return [(codes[-1], "observed" if observed else "final", body)]


class Group:
    """The checks of one program against another: each is named, and fails by an exception."""

    def __init__(self, peer, direction):
        self.peer, self.direction, self.results = peer, direction, []

    def check(self, feature, action, but=None):
        """Runs a check; with `but`, says why there is none."""
        if but is None:
            try:
                action()
                self.results.append((feature, "yes"))
            except Exception as error:
                self.results.append((feature, f"FAIL {type(error).__name__} {error}"[:300].replace("\n", " ")))
        else:
            self.results.append((feature, but))


def once_of_four(action):
    """Over a network that loses 20 % each way a CON in 165 gets no answer at all, at which most peers give up; and
    libcoap's server takes a last block that is sent again, because its ACK was lost, for a body of its own. So an
    attempt may fail, four in a row may not."""

    def attempts():
        for left in (3, 2, 1, 0):
            try:
                return action()
            except Exception:
                if left == 0:
                    raise

    return attempts


def last(answers):
    return answers[-1][0], answers[-1][2]


def battery(group, ask, uri, blocks=SIZES, lossy=(), lacks=None, watcher=None):
    """All features of the plain resources, asked by `ask`; `watcher` asks where something must change meanwhile."""
    lacks = lacks or {}
    watcher = watcher or ask

    def check(feature, action):
        group.check(feature, action, lacks.get(feature))

    def is_answered(expected, method, path, **more):
        return lambda: equal(last(ask(method, uri + path, **more)), expected)

    check("GET", is_answered(("2.05", b"small"), "get", "/small"))
    check("4.04", lambda: equal(last(ask("get", uri + "/nothing"))[0], "4.04"))

    def put():
        ask("delete", uri + "/store")
        equal(last(ask("put", uri + "/store", payload=b"one"))[0], "2.01")
        equal(last(ask("put", uri + "/store", payload=b"two"))[0], "2.04")
        equal(last(ask("get", uri + "/store")), ("2.05", b"two"))

    def patched(method):
        def action():
            ask("put", uri + "/store", payload=b"one")
            equal(last(ask(method, uri + "/store", payload=b"three"))[0], "2.04")
            equal(last(ask("get", uri + "/store")), ("2.05", b"three"))
        return action

    check("PUT, DELETE", put)
    check("POST", is_answered(("2.04", b"cba"), "post", "/reverse", payload=b"abc"))
    check("FETCH", is_answered(("2.05", b"cba"), "fetch", "/reverse", payload=b"abc"))
    check("PATCH", patched("patch"))
    check("iPATCH", patched("ipatch"))
    check("separate response", is_answered(("2.05", b"late"), "get", "/slow"))

    def block1(*options):
        equal(last(ask("put", uri + "/store", *options, payload=BODY))[0][:2], "2.")
        equal(last(ask("get", uri + "/store", *options)), ("2.05", BODY))

    def by_sizes(action):
        def each():
            for size in blocks:
                action(*(("--block", str(size)) if size else ()))
        return each

    check("Block2", by_sizes(lambda *options: equal(last(ask("get", uri + "/large", *options)), ("2.05", LARGE))))
    check("Block1", by_sizes(block1))
    check("Block1 and Block2", by_sizes(
        lambda *options: equal(last(ask("post", uri + "/reverse", *options, payload=BODY)), ("2.04", BODY[::-1]))))
    check("FETCH by both blocks",
          lambda: equal(last(ask("fetch", uri + "/reverse", payload=BODY)), ("2.05", BODY[::-1])))

    def observe(method, *states):
        def action():
            watcher("put", uri + "/state", payload=b"begin")
            changes = [lambda state=state: watcher("put", uri + "/state", payload=state) for state in states]
            # node-coap refuses a FETCH without payload
            more = {"payload": b"x"} if method == "fetch" else {}
            seen = ask(method, uri + "/state", "--observe", "5", changes=changes, **more)
            # coap-client gives all bodies as one
            equal(b"".join(body for _, how, body in seen if how == "observed"), b"begin" + b"".join(states))
        return action

    check("observe", observe("get", b"first", b"second"))
    check("observe by FETCH", observe("fetch", b"first"))
    check("observe, in blocks", observe("get", BODY))
    check("Echo", lambda: equal(last(ask("put", uri + "/guarded", payload=b"x"))[0], "2.04"))

    def lossy_both_ways():
        equal(last(ask("put", lossy[0] + "/store", *lossy[1], payload=BODY[:600]))[0][:2], "2.")
        equal(last(ask("get", lossy[0] + "/store", *lossy[1])), ("2.05", BODY[:600]))

    if lossy:
        check("20 % loss both ways", once_of_four(lossy_both_ways))


def our_server(peer, ask, doubt, **more):
    group = Group(peer, "our server" + (", unverified peer" if doubt else ""))
    options = ("--doubt",) if doubt else ()
    with Server([*PEER, "serve"], *options) as server, Server([*PEER, "serve"], *options, "--loss", "20") as lossy:
        battery(group, ask, server.uri, lossy=(lossy.uri, more.pop("loss", ())), watcher=ours, **more)
    return group


def our_client(peer, command, **more):
    group = Group(peer, "our client")
    with Server(command) as server:
        battery(group, ours, server.uri, lossy=(server.uri, ("--loss", "20")), **more)
    return group


def over_tcp(uri):
    return uri.replace("coap:", "coap+tcp:", 1)


def our_server_over_tcp(peer, ask, **more):
    group = Group(peer, "our server")
    with Server([*PEER, "serve"], "--tcp") as server:
        battery(group, ask, over_tcp(server.uri), watcher=ours, **more)
    return group


def our_client_over_tcp(peer, command, **more):
    group = Group(peer, "our client")
    with Server(command, "--tcp") as server:
        battery(group, ours, over_tcp(server.uri), **more)
    return group


def our_client_at_libcoap(tcp=False):
    """libcoap's example server has resources of its own."""
    group = Group("libcoap 4.3.1", "our client")
    with LibcoapServer("-d", "10") as server, LibcoapServer("-d", "10", "-l", "20%") as lossy:
        uri = over_tcp(server.uri) if tcp else server.uri

        def stored(uri, *options):
            equal(last(ours("put", uri + "/example_data", *options, payload=BODY))[0][:2], "2.")
            equal(last(ours("get", uri + "/example_data", *options)), ("2.05", BODY))

        def put():
            equal(last(ours("put", uri + "/made", payload=b"one"))[0], "2.01")
            equal(last(ours("put", uri + "/made", payload=b"two"))[0], "2.04")
            equal(last(ours("get", uri + "/made")), ("2.05", b"two"))
            equal(last(ours("delete", uri + "/made"))[0], "2.02")

        def each_size():
            for size in SIZES:
                stored(uri, "--block", str(size))

        def observe():
            seen = ours("get", uri + "/time", "--observe", "4")
            assert len({body for _, how, body in seen if how == "observed"}) >= 3, seen

        none = "the example server has no such resource"
        group.check("GET", lambda: equal(last(ours("get", uri + "/"))[0], "2.05"))
        group.check("4.04", lambda: equal(last(ours("get", uri + "/nothing"))[0], "4.04"))
        group.check("PUT, DELETE", put)
        group.check("POST", None, none)
        group.check("FETCH", lambda: equal(last(ours("fetch", uri + "/time", payload=b"ticks"))[0], "2.05"))
        group.check("PATCH", None, none)
        group.check("iPATCH", None, none)
        group.check("separate response", lambda: equal(last(ours("get", uri + "/async?1")), ("2.05", b"done")))
        group.check("Block2", each_size)
        group.check("Block1", each_size)
        group.check("Block1 and Block2", None, none)
        group.check("FETCH by both blocks", None, none)
        group.check("observe", observe)
        group.check("observe by FETCH", None, none)
        group.check("observe, in blocks", None, none)
        group.check("Echo", None, none)
        if not tcp:
            group.check("20 % loss both ways", once_of_four(lambda: stored(lossy.uri, "--loss", "20")))
    return group


def table(groups):
    """The feature × peer × direction, in Markdown."""
    features = list(dict.fromkeys(feature for group in groups for feature, _ in group.results))
    notes = []

    def cell(group, feature):
        found = dict(group.results).get(feature, "-")
        if found == "yes" or found.startswith("FAIL"):
            return found.split(" ", 1)[0]
        if found not in notes:
            notes.append(found)
        return f"- ({notes.index(found) + 1})"

    rows = [["Feature", *(f"{group.peer}, {group.direction}" for group in groups)]]
    rows += [[feature, *(cell(group, feature) for group in groups)] for feature in features]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join([*lines, "", *(f"{number}. {note}" for number, note in enumerate(notes, 1))])


BEGIN, END = "<!-- written by tests/interop/coap/matrix.py -->", "<!-- until here -->"


def document(texts):
    found = DOCUMENT.read_text()
    before, *parts = found.split(BEGIN)
    assert len(parts) == len(texts), f"{len(parts)} places for tables"
    parts = [f"{BEGIN}\n{text}\n{END}{part.split(END)[1]}" for text, part in zip(texts, parts)]
    expected = before + "".join(parts)
    if os.environ.get("COMI_WRITE"):
        DOCUMENT.write_text(expected)
    with Case("docs/interop.md says what was run"):
        assert found == expected or os.environ.get("COMI_WRITE"), "run tests/interop/run with COMI_WRITE=1, and look at it"


def main():
    aiocoap = lambda *rest, **more: run(AIOCOAP, *rest, **more)
    node = lambda *rest, **more: run(["node", str(HERE / "node/client.js")], *rest, **more)
    no_echo = {"Echo": "its client does not answer 4.01 with Echo"}
    node_client = {**no_echo, "observe, in blocks": "its client drops a notification that comes in blocks"}
    node_server = {
        "Block1 and Block2": "its server loses the answer to a request in blocks; libcoap's client gets 5.00 of it",
        "FETCH by both blocks": "its server loses the answer to a request in blocks; libcoap's client gets 5.00 of it",
        "observe, in blocks": "its server can't send a notification of over 1152 bytes",
        "Echo": "it does not know the option",
    }
    work = []
    for doubt in (False, True):
        work.append(lambda doubt=doubt: our_server("libcoap 4.3.1", libcoap, doubt, loss=("--loss", "20%")))
        work.append(lambda doubt=doubt: our_server("aiocoap 0.4.17", aiocoap, doubt, blocks=(None,), lacks=no_echo))
        work.append(lambda doubt=doubt: our_server("node-coap 1.5.0", node, doubt, blocks=(None,), lacks=node_client))
    work.append(our_client_at_libcoap)
    work.append(lambda: our_client("aiocoap 0.4.17", [*AIOCOAP, "serve"]))
    work.append(lambda: our_client("node-coap 1.5.0", ["node", str(HERE / "node/server.js")],
                                   # its server numbers blocks of 16 bytes wrongly: libcoap's client gets block 0 for ever
                                   blocks=SIZES[1:], lacks=node_server))
    tcp = [
        lambda: our_server_over_tcp("libcoap 4.3.1", libcoap),
        lambda: our_server_over_tcp("aiocoap 0.4.17", aiocoap, blocks=(None,), lacks=no_echo),
        lambda: our_client_at_libcoap(tcp=True),
        lambda: our_client_over_tcp("aiocoap 0.4.17", [*AIOCOAP, "serve"]),
    ]
    with ThreadPoolExecutor(len(work) + len(tcp)) as pool:
        jobs = [[pool.submit(one) for one in each] for each in (work, tcp)]
        tables = [[job.result() for job in each] for each in jobs]
    for transport, groups in zip(("", " over TCP"), tables):
        for group in groups:
            for feature, result in group.results:
                with Case(f"coap{transport}: {feature}, {group.peer}, {group.direction}"):
                    assert not result.startswith("FAIL "), result[5:]
    texts = [table(groups) for groups in tables]
    print("\n\n".join(texts), file=sys.stderr)
    document(texts)


main()

"""A Leshan server."""

import subprocess
import sys

from manager import HERE, ROOT, Manager

WORK = ROOT / "target/interop/leshan"


def build():
    """Fetches Leshan from Maven Central, once for each state of the pom, and compiles the server beside this."""
    pom, source = HERE / "leshan/pom.xml", HERE / "leshan/Server.java"
    made = WORK / "made"
    state = pom.read_text() + source.read_text()
    if not made.exists() or made.read_text() != state:
        made.unlink(missing_ok=True)
        maven = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={WORK}/lib"]
        subprocess.run(maven, check=True, stdout=sys.stderr)
        subprocess.run(["javac", "-d", str(WORK / "classes"), "-cp", f"{WORK}/lib/*", str(source)], check=True)
        made.write_text(state)


class Leshan(Manager):
    """Leshan's server, by Server.java."""

    def command(self):
        return ["java", "-cp", f"{WORK}/classes:{WORK}/lib/*", "Server", str(self.port), str(HERE / "models")]

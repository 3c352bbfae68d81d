//! The servers under test, as processes of their own on core 0.

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running server; killed when dropped.
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    /// This program as an echo.
    pub(crate) fn echo() -> Server {
        let port = free_port();
        let this = std::env::current_exe().expect("this program");
        Server::start(Command::new("taskset").args(["-c", "0"]).arg(this).arg("echo").arg(port.to_string()), port)
    }

    /// libcoap's example server.
    pub(crate) fn libcoap() -> Server {
        let port = free_port();
        Server::start(
            Command::new("taskset")
                .args(["-c", "0", "coap-server-notls", "-A", "127.0.0.1", "-p"])
                .arg(port.to_string()),
            port,
        )
    }

    /// The demo device.
    pub(crate) fn comi() -> Server {
        let port = free_port();
        Server::comi_at(&format!("127.0.0.1:{port}"), port)
    }

    /// The same at every address.
    pub(crate) fn comi_everywhere() -> Server {
        let port = free_port();
        Server::comi_at(&format!("[::]:{port}"), port)
    }

    fn comi_at(listen: &str, port: u16) -> Server {
        let comi = std::env::current_exe().expect("this program").with_file_name("comi");
        assert!(comi.exists(), "build it first: cargo build --release -p comi");
        Server::start(Command::new("taskset").args(["-c", "0"]).arg(comi).args(["serve", "--listen", listen]), port)
    }

    fn start(command: &mut Command, port: u16) -> Server {
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("taskset and the server");
        let server = Server { process, address: ([127, 0, 0, 1], port).into() };
        server.wait_until_it_answers();
        server
    }

    /// A ping is an Empty CON; its answer is a RST (RFC 7252 section 4.3), or an echo.
    fn wait_until_it_answers(&self) {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a local socket");
        socket.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
        for _ in 0..50 {
            let _ = socket.send_to(&[0x40, 0, 0, 1], self.address);
            if socket.recv(&mut [0; 16]).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no server answers at {}", self.address);
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// User and system time so far (proc(5): fields 14 and 15 of stat, in hundredths of a second).
    pub(crate) fn cpu(&self) -> Duration {
        let stat = self.proc_file("stat");
        let fields: Vec<&str> = stat.rsplit(')').next().expect("the name ends").split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().expect("utime") + fields[12].parse::<u64>().expect("stime");
        Duration::from_millis(ticks * 10)
    }

    /// Resident memory now.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = self.proc_file("status");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
        line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).expect("a number") * 1024
    }

    fn proc_file(&self, name: &str) -> String {
        let path = Path::new("/proc").join(self.process.id().to_string()).join(name);
        std::fs::read_to_string(path).expect("Linux's /proc")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

/// The SIDs of position, target and mode in yang/example/acme-valve.sid.
pub(crate) fn valve_sids() -> [u32; 3] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../yang/example/acme-valve.sid");
    let text = std::fs::read_to_string(&path).expect("acme-valve.sid");
    let file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let items = file["ietf-sid-file:sid-file"]["item"].as_array().expect("items");
    ["position", "target", "mode"].map(|leaf| {
        let identifier = format!("/acme-valve:valve/{leaf}");
        let item = items.iter().find(|item| item["identifier"] == identifier.as_str()).expect("the leaf");
        item["sid"].as_str().and_then(|sid| sid.parse().ok()).expect("a SID as text")
    })
}

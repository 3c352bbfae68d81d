//! The limit: a UDP echo that takes and sends in batches and does nothing else, as a process of its own.

use std::io::{IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd as _;

use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmmsg};

/// Datagrams of one system call.
const BATCH: usize = 64;
const DATAGRAM: usize = 2048;

/// Echoes on this port of the loopback for ever.
pub(crate) fn serve(port: u16) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
    let descriptor = socket.as_raw_fd();
    let mut buffers = vec![[0; DATAGRAM]; BATCH];
    loop {
        let mut headers = MultiHeaders::<SockaddrIn>::preallocate(BATCH, None);
        let mut received: Vec<(usize, Option<SockaddrIn>)> = Vec::with_capacity(BATCH);
        {
            let mut slices: Vec<_> = buffers.iter_mut().map(|buffer| [IoSliceMut::new(buffer)]).collect();
            let messages = recvmmsg(descriptor, &mut headers, slices.iter_mut(), MsgFlags::MSG_WAITFORONE, None);
            received.extend(messages.expect("a socket that works").map(|message| (message.bytes, message.address)));
        }
        let slices: Vec<_> =
            buffers.iter().zip(&received).map(|(buffer, (length, _))| [IoSlice::new(&buffer[..*length])]).collect();
        let addresses: Vec<_> = received.iter().map(|(_, address)| *address).collect();
        let mut headers = MultiHeaders::<SockaddrIn>::preallocate(addresses.len(), None);
        // what can't be sent is lost, as any datagram may be
        let _ = sendmmsg(descriptor, &mut headers, &slices, &addresses, [], MsgFlags::empty());
    }
}

//! The runtime of a Comi device.
#![no_std]

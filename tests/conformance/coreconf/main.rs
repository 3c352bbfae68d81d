//! The worked examples of draft-ietf-core-comi-21 against our server, byte for byte: requests as the draft has them go
//! in, and what comes out is the draft's answer (its map keys sorted, readings 7).

mod board;
mod examples;
mod fixture;
mod library;
mod rows;

//! Bodies that tell whether they arrived whole: who wrote them, how long they are, and nothing else.

/// Bytes before the pattern: the number and the length.
const HEAD: usize = 12;

/// The body with this number, of at least [`HEAD`] bytes.
pub(crate) fn body(number: u64, length: usize) -> Vec<u8> {
    let length = length.max(HEAD);
    let mut bytes = number.to_be_bytes().to_vec();
    bytes.extend_from_slice(&u32::try_from(length).expect("short bodies").to_be_bytes());
    bytes.extend((HEAD..length).map(|at| pattern(number, at)));
    bytes
}

/// The number of a body; `None` if it is not whole, or a mixture.
pub(crate) fn number(bytes: &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    let (length, _) = rest.split_first_chunk::<4>()?;
    let number = u64::from_be_bytes(*number);
    let whole = bytes.len() == usize::try_from(u32::from_be_bytes(*length)).ok()?;
    (whole && (HEAD..bytes.len()).all(|at| bytes[at] == pattern(number, at))).then_some(number)
}

fn pattern(number: u64, at: usize) -> u8 {
    let mixed = (number ^ at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed.to_be_bytes()[0]
}

//! `/{object}/{instance}/{resource}/{resource instance}`.

use alloc::string::String;
use core::fmt;

use crate::coap::link_format::push_decimal;

/// An LwM2M path: one to four numbers.
///
/// ```
/// use comi_runtime::lwm2m::Path;
///
/// let path = Path::parse("/3303/0/5700").unwrap();
/// assert_eq!((path.object, path.instance, path.resource), (3303, Some(0), Some(5700)));
/// assert_eq!(path.to_string(), "/3303/0/5700");
/// assert_eq!(Path::parse("/3303/00"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// Object id.
    pub object: u16,
    /// Object instance id.
    pub instance: Option<u16>,
    /// Resource id.
    pub resource: Option<u16>,
    /// Resource instance id.
    pub resource_instance: Option<u16>,
}

impl Path {
    /// Reads a path with or without its first slash; `None` for everything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Path> {
        Path::from_segments(&mut text.strip_prefix('/').unwrap_or(text).split('/'))
    }

    /// The path of these segments: decimal numbers without leading zeros, one to four.
    #[must_use]
    pub fn from_segments(segments: &mut dyn Iterator<Item = &str>) -> Option<Path> {
        let object = number(segments.next()?)?;
        let mut next = || match segments.next() {
            None => Some(None),
            Some(segment) => number(segment).map(Some),
        };
        let path = Path { object, instance: next()?, resource: next()?, resource_instance: next()? };
        segments.next().is_none().then_some(path)
    }
}

impl Path {
    /// Appends it as text, without `core::fmt`.
    pub(crate) fn tell(self, out: &mut String) {
        for id in [Some(self.object), self.instance, self.resource, self.resource_instance].into_iter().flatten() {
            out.push('/');
            push_decimal(out, u32::from(id));
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.tell(&mut text);
        f.write_str(&text)
    }
}

/// Decimal, without sign and leading zeros.
fn number(text: &str) -> Option<u16> {
    let canonical = text == "0" || !text.starts_with('0');
    let digit = |number: u16, byte: u8| number.checked_mul(10)?.checked_add(u16::from(byte.checked_sub(b'0')?));
    let number = text.bytes().try_fold(0, |number, byte| digit(number, byte).filter(|_| byte <= b'9'))?;
    (canonical && !text.is_empty()).then_some(number)
}

//! Codes of requests and responses, and the methods.

use core::fmt;

/// A CoAP code: a class of 3 bits and a detail of 5 bits, written `4.04` (RFC 7252 section 3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u8);

macro_rules! codes {
    ($($name:ident = $class:literal, $detail:literal, $what:literal;)*) => {
        impl Code {
            $(#[doc = $what]
            pub const $name: Code = Code::new($class, $detail);)*
        }
    };
}

codes! {
    EMPTY = 0, 0, "0.00 Empty message";
    GET = 0, 1, "0.01 GET";
    POST = 0, 2, "0.02 POST";
    PUT = 0, 3, "0.03 PUT";
    DELETE = 0, 4, "0.04 DELETE";
    FETCH = 0, 5, "0.05 FETCH (RFC 8132)";
    PATCH = 0, 6, "0.06 PATCH (RFC 8132)";
    IPATCH = 0, 7, "0.07 iPATCH (RFC 8132)";
    CREATED = 2, 1, "2.01 Created";
    DELETED = 2, 2, "2.02 Deleted";
    VALID = 2, 3, "2.03 Valid";
    CHANGED = 2, 4, "2.04 Changed";
    CONTENT = 2, 5, "2.05 Content";
    CONTINUE = 2, 31, "2.31 Continue (RFC 7959)";
    BAD_REQUEST = 4, 0, "4.00 Bad Request";
    UNAUTHORIZED = 4, 1, "4.01 Unauthorized";
    BAD_OPTION = 4, 2, "4.02 Bad Option";
    FORBIDDEN = 4, 3, "4.03 Forbidden";
    NOT_FOUND = 4, 4, "4.04 Not Found";
    METHOD_NOT_ALLOWED = 4, 5, "4.05 Method Not Allowed";
    NOT_ACCEPTABLE = 4, 6, "4.06 Not Acceptable";
    REQUEST_ENTITY_INCOMPLETE = 4, 8, "4.08 Request Entity Incomplete (RFC 7959)";
    CONFLICT = 4, 9, "4.09 Conflict (RFC 8132)";
    PRECONDITION_FAILED = 4, 12, "4.12 Precondition Failed";
    REQUEST_ENTITY_TOO_LARGE = 4, 13, "4.13 Request Entity Too Large";
    UNSUPPORTED_CONTENT_FORMAT = 4, 15, "4.15 Unsupported Content-Format";
    UNPROCESSABLE_ENTITY = 4, 22, "4.22 Unprocessable Entity (RFC 8132)";
    TOO_MANY_REQUESTS = 4, 29, "4.29 Too Many Requests (RFC 8516)";
    INTERNAL_SERVER_ERROR = 5, 0, "5.00 Internal Server Error";
    NOT_IMPLEMENTED = 5, 1, "5.01 Not Implemented";
    BAD_GATEWAY = 5, 2, "5.02 Bad Gateway";
    SERVICE_UNAVAILABLE = 5, 3, "5.03 Service Unavailable";
    GATEWAY_TIMEOUT = 5, 4, "5.04 Gateway Timeout";
    PROXYING_NOT_SUPPORTED = 5, 5, "5.05 Proxying Not Supported";
    HOP_LIMIT_REACHED = 5, 8, "5.08 Hop Limit Reached (RFC 8768)";
}

impl Code {
    /// The code `class.detail`; bits beyond 3 and 5 are cut off.
    pub const fn new(class: u8, detail: u8) -> Code {
        Code((class << 5) | (detail & 0x1f))
    }

    /// The code in its byte of the message.
    pub const fn from_byte(byte: u8) -> Code {
        Code(byte)
    }

    /// Its byte in the message.
    pub const fn byte(self) -> u8 {
        self.0
    }

    /// The part before the dot: 0 request, 2 success, 4 client error, 5 server error.
    pub const fn class(self) -> u8 {
        self.0 >> 5
    }

    /// The part after the dot.
    pub const fn detail(self) -> u8 {
        self.0 & 0x1f
    }

    /// Whether this is a method, known or not.
    pub const fn is_request(self) -> bool {
        self.class() == 0 && self.detail() != 0
    }

    /// Whether this answers a request (RFC 7252 section 12.1; class 3 is a response's, but nothing is assigned in it).
    pub const fn is_response(self) -> bool {
        matches!(self.class(), 2..=5)
    }

    /// Whether this is a response of class 2.
    pub const fn is_success(self) -> bool {
        self.class() == 2
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.class(), self.detail())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a request asks for (RFC 7252 section 5.8, RFC 8132).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Retrieve a representation.
    Get,
    /// Process the payload.
    Post,
    /// Create or replace by the payload.
    Put,
    /// Delete.
    Delete,
    /// Retrieve what the payload names.
    Fetch,
    /// Change as the payload says.
    Patch,
    /// Change as the payload says, with the same result when done twice.
    IPatch,
}

impl Method {
    /// Its code.
    pub const fn code(self) -> Code {
        match self {
            Method::Get => Code::GET,
            Method::Post => Code::POST,
            Method::Put => Code::PUT,
            Method::Delete => Code::DELETE,
            Method::Fetch => Code::FETCH,
            Method::Patch => Code::PATCH,
            Method::IPatch => Code::IPATCH,
        }
    }

    /// The method with this code, if it is one that we know.
    pub const fn from_code(code: Code) -> Option<Method> {
        match code {
            Code::GET => Some(Method::Get),
            Code::POST => Some(Method::Post),
            Code::PUT => Some(Method::Put),
            Code::DELETE => Some(Method::Delete),
            Code::FETCH => Some(Method::Fetch),
            Code::PATCH => Some(Method::Patch),
            Code::IPATCH => Some(Method::IPatch),
            _ => None,
        }
    }

    /// Whether doing it twice is the same as doing it once (RFC 7252 section 5.1, RFC 8132 sections 2 and 3).
    pub const fn is_idempotent(self) -> bool {
        !matches!(self, Method::Post | Method::Patch)
    }

    /// Whether the method only reads (RFC 7252 section 5.1): GET and FETCH.
    pub const fn is_safe(self) -> bool {
        matches!(self, Method::Get | Method::Fetch)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
            Method::Fetch => "FETCH",
            Method::Patch => "PATCH",
            Method::IPatch => "iPATCH",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn codes_print_with_a_dot() {
        assert_eq!(Code::NOT_FOUND.to_string(), "4.04");
        assert_eq!(Code::CONTINUE.byte(), 0x5f);
        assert_eq!(Code::TOO_MANY_REQUESTS.to_string(), "4.29");
    }

    #[test]
    fn every_method_has_its_code() {
        for detail in 0..=31 {
            let code = Code::new(0, detail);
            assert_eq!(Method::from_code(code).map(Method::code), (1..=7).contains(&detail).then_some(code));
        }
    }
}

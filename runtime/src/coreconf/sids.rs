//! The SIDs of ietf-coreconf that the protocol itself needs, held equal to the published .sid file by
//! `constants_are_those_of_the_sid_file`.

macro_rules! sids {
    ($($name:ident = $sid:literal, $identifier:literal;)*) => {
        $(#[doc = concat!("`", $identifier, "`")]
        pub const $name: u32 = $sid;)*

        /// Every constant here with its identifier in the .sid file.
        pub const ALL: &[(u32, &str)] = &[$(($sid, $identifier)),*];
    };
}

sids! {
    BAD_ELEMENT = 1001, "bad-element";
    DATA_MISSING = 1002, "data-missing";
    DATA_NOT_UNIQUE = 1003, "data-not-unique";
    DUPLICATE = 1004, "duplicate";
    ERROR_UNSPECIFIED = 1005, "error";
    INSTANCE_REQUIRED = 1008, "instance-required";
    INVALID_DATATYPE = 1009, "invalid-datatype";
    INVALID_LENGTH = 1010, "invalid-length";
    INVALID_VALUE = 1011, "invalid-value";
    MALFORMED_MESSAGE = 1012, "malformed-message";
    MISSING_CHOICE = 1013, "missing-choice";
    MISSING_ELEMENT = 1014, "missing-element";
    MISSING_INPUT_PARAMETER = 1015, "missing-input-parameter";
    MISSING_KEY = 1016, "missing-key";
    MUST_VIOLATION = 1017, "must-violation";
    NOT_IN_RANGE = 1018, "not-in-range";
    OPERATION_FAILED = 1019, "operation-failed";
    PATTERN_TEST_FAILED = 1020, "pattern-test-failed";
    TOO_FEW_ELEMENTS = 1021, "too-few-elements";
    TOO_MANY_ELEMENTS = 1022, "too-many-elements";
    UNKNOWN_ELEMENT = 1023, "unknown-element";
    ERROR = 1024, "/ietf-coreconf:error";
    ERROR_APP_TAG = 1025, "/ietf-coreconf:error/error-app-tag";
    ERROR_DATA_NODE = 1026, "/ietf-coreconf:error/error-data-node";
    ERROR_MESSAGE = 1027, "/ietf-coreconf:error/error-message";
    ERROR_TAG = 1028, "/ietf-coreconf:error/error-tag";
    UNIFIED = 1029, "unified";
}

/// `/ietf-yang-library:yang-library`
pub const YANG_LIBRARY: u32 = 63667;

/// The name of one of the identities here; `None` for any other SID.
#[must_use]
pub fn identity_name(sid: u32) -> Option<&'static str> {
    ALL.iter().find(|(own, name)| *own == sid && !name.starts_with('/')).map(|(_, name)| *name)
}

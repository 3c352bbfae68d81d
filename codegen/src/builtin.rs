//! The modules that come with Comi: `yang/ietf` and `yang/lwm2m`, found after the user's own folders.

/// A module's text and its SIDs.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Name of the module.
    pub name: &'static str,
    /// Its text.
    pub yang: &'static str,
    /// Its `.sid` file (RFC 9595).
    pub sid: &'static str,
}

macro_rules! built_in {
    ($($path:literal / $name:literal),* $(,)?) => {
        &[$(BuiltIn {
            name: $name,
            yang: include_str!(concat!("../yang/", $path, "/", $name, ".yang")),
            sid: include_str!(concat!("../yang/", $path, "/", $name, ".sid")),
        }),*]
    };
}

/// All of them, as the folders hold them.
pub const MODULES: &[BuiltIn] = built_in![];

/// A module by name.
#[must_use]
pub fn module(name: &str) -> Option<&'static BuiltIn> {
    MODULES.iter().find(|module| module.name == name)
}

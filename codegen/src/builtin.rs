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
pub const MODULES: &[BuiltIn] = built_in![
    "ietf" / "iana-crypt-hash",
    "ietf" / "iana-if-type",
    "ietf" / "ietf-coreconf",
    "ietf" / "ietf-datastores",
    "ietf" / "ietf-inet-types",
    "ietf" / "ietf-interfaces",
    "ietf" / "ietf-netconf-acm",
    "ietf" / "ietf-system",
    "ietf" / "ietf-yang-library",
    "ietf" / "ietf-yang-structure-ext",
    "ietf" / "ietf-yang-types",
    "lwm2m" / "comi-lwm2m",
    "lwm2m" / "lwm2m-device-3",
    "lwm2m" / "lwm2m-server-1",
    "lwm2m" / "lwm2m-temperature-3303",
];

/// A module by name.
#[must_use]
pub fn module(name: &str) -> Option<&'static BuiltIn> {
    MODULES.iter().find(|module| module.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_what_the_folders_hold() {
        let mut found = Vec::new();
        for folder in ["ietf", "lwm2m"] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("yang").join(folder);
            for entry in std::fs::read_dir(path).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                found.extend(name.strip_suffix(".yang").map(str::to_owned));
            }
        }
        found.sort();
        let mut listed: Vec<_> = MODULES.iter().map(|module| module.name.to_owned()).collect();
        listed.sort();
        assert_eq!(listed, found);
    }
}

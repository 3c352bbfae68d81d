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
    "ietf" / "ietf-netconf-with-defaults",
    "ietf" / "ietf-system",
    "ietf" / "ietf-yang-instance-data",
    "ietf" / "ietf-yang-library",
    "ietf" / "ietf-yang-structure-ext",
    "ietf" / "ietf-yang-types",
    "lwm2m" / "comi-lwm2m",
    "lwm2m" / "lwm2m-5gnr-connectivity-27",
    "lwm2m" / "lwm2m-accelerometer-3313",
    "lwm2m" / "lwm2m-access-control-2",
    "lwm2m" / "lwm2m-acidity-3326",
    "lwm2m" / "lwm2m-actuation-3306",
    "lwm2m" / "lwm2m-addressable-text-display-3341",
    "lwm2m" / "lwm2m-altitude-3321",
    "lwm2m" / "lwm2m-analog-input-3202",
    "lwm2m" / "lwm2m-analog-output-3203",
    "lwm2m" / "lwm2m-apn-connection-profile-11",
    "lwm2m" / "lwm2m-audio-clip-3339",
    "lwm2m" / "lwm2m-bearer-selection-13",
    "lwm2m" / "lwm2m-binary-app-data-container-19",
    "lwm2m" / "lwm2m-bitmap-3349",
    "lwm2m" / "lwm2m-buzzer-3338",
    "lwm2m" / "lwm2m-cellular-connectivity-10",
    "lwm2m" / "lwm2m-conductivity-3327",
    "lwm2m" / "lwm2m-connectivity-monitoring-4",
    "lwm2m" / "lwm2m-connectivity-statistics-7",
    "lwm2m" / "lwm2m-cose-23",
    "lwm2m" / "lwm2m-current-3317",
    "lwm2m" / "lwm2m-depth-3319",
    "lwm2m" / "lwm2m-dev-cap-mgmt-15",
    "lwm2m" / "lwm2m-device-3",
    "lwm2m" / "lwm2m-device-rf-capabilities-28",
    "lwm2m" / "lwm2m-digital-output-3201",
    "lwm2m" / "lwm2m-dimmer-3343",
    "lwm2m" / "lwm2m-direction-3332",
    "lwm2m" / "lwm2m-energy-3331",
    "lwm2m" / "lwm2m-event-log-20",
    "lwm2m" / "lwm2m-firmware-update-5",
    "lwm2m" / "lwm2m-frequency-3318",
    "lwm2m" / "lwm2m-gateway-25",
    "lwm2m" / "lwm2m-gateway-routing-26",
    "lwm2m" / "lwm2m-gyrometer-3334",
    "lwm2m" / "lwm2m-humidity-3304",
    "lwm2m" / "lwm2m-illuminance-3301",
    "lwm2m" / "lwm2m-light-control-3311",
    "lwm2m" / "lwm2m-load-3322",
    "lwm2m" / "lwm2m-location-3336",
    "lwm2m" / "lwm2m-location-6",
    "lwm2m" / "lwm2m-lock-and-wipe-8",
    "lwm2m" / "lwm2m-loudness-3324",
    "lwm2m" / "lwm2m-magnetometer-3314",
    "lwm2m" / "lwm2m-mqtt-server-24",
    "lwm2m" / "lwm2m-multi-state-selector-3348",
    "lwm2m" / "lwm2m-on-off-switch-3342",
    "lwm2m" / "lwm2m-oscore-21",
    "lwm2m" / "lwm2m-portfolio-16",
    "lwm2m" / "lwm2m-positioner-3337",
    "lwm2m" / "lwm2m-power-3328",
    "lwm2m" / "lwm2m-power-control-3312",
    "lwm2m" / "lwm2m-power-factor-3329",
    "lwm2m" / "lwm2m-presence-3302",
    "lwm2m" / "lwm2m-pressure-3323",
    "lwm2m" / "lwm2m-push-button-3347",
    "lwm2m" / "lwm2m-rate-3346",
    "lwm2m" / "lwm2m-security-0",
    "lwm2m" / "lwm2m-server-1",
    "lwm2m" / "lwm2m-set-point-3308",
    "lwm2m" / "lwm2m-software-component-14",
    "lwm2m" / "lwm2m-software-management-9",
    "lwm2m" / "lwm2m-temperature-3303",
    "lwm2m" / "lwm2m-time-3333",
    "lwm2m" / "lwm2m-up-down-control-3344",
    "lwm2m" / "lwm2m-virtual-observe-notify-22",
    "lwm2m" / "lwm2m-voltage-3316",
    "lwm2m" / "lwm2m-wlan-connectivity-12",
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

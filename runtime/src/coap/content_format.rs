//! Content-Format numbers that Comi uses (RFC 7252 section 12.3 and the IANA registry).

/// text/plain; charset=utf-8
pub const TEXT_PLAIN: u16 = 0;
/// application/link-format
pub const LINK_FORMAT: u16 = 40;
/// application/octet-stream
pub const OCTET_STREAM: u16 = 42;
/// application/cbor
pub const CBOR: u16 = 60;
/// application/senml+json
pub const SENML_JSON: u16 = 110;
/// application/senml+cbor
pub const SENML_CBOR: u16 = 112;
/// application/yang-data+cbor; id=sid (RFC 9254)
pub const YANG_DATA_CBOR_SID: u16 = 140;
/// application/yang-identifiers+cbor-seq: suggested by draft-ietf-core-comi, not yet registered (reading 21)
pub const YANG_IDENTIFIERS_CBOR_SEQ: u16 = 141;
/// application/yang-instances+cbor-seq: suggested by draft-ietf-core-comi, not yet registered (reading 21)
pub const YANG_INSTANCES_CBOR_SEQ: u16 = 142;
/// application/senml-etch+json (RFC 8790)
pub const SENML_ETCH_JSON: u16 = 320;
/// application/senml-etch+cbor (RFC 8790)
pub const SENML_ETCH_CBOR: u16 = 322;
/// application/concise-problem-details+cbor (RFC 9290)
pub const PROBLEM_DETAILS_CBOR: u16 = 257;
/// application/yang-data+cbor (RFC 9254)
pub const YANG_DATA_CBOR: u16 = 340;
/// application/yang-data+cbor; id=name (RFC 9254)
pub const YANG_DATA_CBOR_NAME: u16 = 341;
/// application/vnd.oma.lwm2m+tlv
pub const LWM2M_TLV: u16 = 11542;
/// application/vnd.oma.lwm2m+json
pub const LWM2M_JSON: u16 = 11543;
/// application/vnd.oma.lwm2m+cbor
pub const LWM2M_CBOR: u16 = 11544;

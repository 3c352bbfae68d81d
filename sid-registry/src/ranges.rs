//! Whose a number is: the registries of RFC 9595 section 6, restated, and what this project keeps free.
//!
//! Read [`owner`] first.

use core::fmt;

use crate::AssignmentRange;

/// How numbers of a block are given out (RFC 9595 section 6.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// 0-999: by the IESG. 0 itself is never given out.
    IesgApproval,
    /// Modules in RFCs.
    RfcRequired,
    /// Experiments: the numbers MUST NOT be used in operation.
    Experimental,
    /// Given out to nobody.
    Reserved,
    /// Outside IANA's million: a mega-range that somebody else may manage (RFC 9595 section 6.3).
    MegaRange,
}

impl Policy {
    /// The policy in a few words.
    pub fn purpose(self) -> &'static str {
        match self {
            Policy::IesgApproval => "IESG approval",
            Policy::RfcRequired => "modules in RFCs",
            Policy::Experimental => "experiments",
            Policy::Reserved => "reserved",
            Policy::MegaRange => "mega-range",
        }
    }
}

/// A block of IANA's mega-range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The first number.
    pub entry_point: u64,
    /// How many numbers.
    pub size: u64,
    /// How they are given out.
    pub policy: Policy,
}

/// IANA's mega-range, 0 up to 999999, by policy. The last size is the table's; RFC 9595's prose says 900000.
pub const IANA_BLOCKS: [Block; 5] = [
    Block { entry_point: 0, size: 1_000, policy: Policy::IesgApproval },
    Block { entry_point: 1_000, size: 59_000, policy: Policy::RfcRequired },
    Block { entry_point: 60_000, size: 40_000, policy: Policy::Experimental },
    Block { entry_point: 100_000, size: 200_000, policy: Policy::RfcRequired },
    Block { entry_point: 300_000, size: 700_000, policy: Policy::Reserved },
];

/// A range that the registry gives to one module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuleRange {
    /// The first number.
    pub entry_point: u64,
    /// How many numbers.
    pub size: u64,
    /// The module.
    pub module: &'static str,
    /// The document that defines it.
    pub reference: &'static str,
}

const fn module(entry_point: u64, size: u64, module: &'static str, reference: &'static str) -> ModuleRange {
    ModuleRange { entry_point, size, module, reference }
}

/// The ranges that RFC 9595 section 6.4.3 gives to modules.
pub const MODULE_RANGES: [ModuleRange; 13] = [
    module(1000, 100, "ietf-coreconf", "draft-ietf-core-comi"),
    module(1100, 50, "ietf-yang-types", "RFC 6991"),
    module(1150, 50, "ietf-inet-types", "RFC 6991"),
    module(1200, 50, "iana-crypt-hash", "RFC 7317"),
    module(1250, 50, "ietf-netconf-acm", "RFC 8341"),
    module(1300, 50, "ietf-sid-file", "RFC 9595"),
    module(1500, 100, "ietf-interfaces", "RFC 8343"),
    module(1600, 100, "ietf-ip", "RFC 8344"),
    module(1700, 100, "ietf-system", "RFC 7317"),
    module(1800, 400, "iana-if-type", "RFC 7224"),
    module(2400, 50, "ietf-voucher", "RFC 8366"),
    module(2450, 50, "ietf-constrained-voucher", "draft-ietf-anima-constrained-voucher"),
    module(2500, 50, "ietf-constrained-voucher-request", "draft-ietf-anima-constrained-voucher"),
];

/// The part of the range for experiments that the examples of specifications use, 60000 up to 62999. They clash among
/// themselves, so this project gives none of it out.
pub const EXAMPLES_FROM: u64 = 60_000;
/// The first number for experiments of one's own: where new modules without a range go.
pub const FREE_FROM: u64 = 63_000;

/// How the number is given out.
pub fn policy(number: u64) -> Policy {
    block(number).map_or(Policy::MegaRange, |block| block.policy)
}

/// The block of IANA's mega-range that holds the number.
pub fn block(number: u64) -> Option<&'static Block> {
    IANA_BLOCKS.iter().find(|block| (block.entry_point..block.entry_point + block.size).contains(&number))
}

/// The range that RFC 9595's table reserves for a module.
pub fn reserved_for(module: &str) -> Option<AssignmentRange> {
    let range = MODULE_RANGES.iter().find(|range| range.module == module)?;
    AssignmentRange::new(range.entry_point, range.size)
}

/// Whose a number is; prints as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The number asked for.
    pub number: u64,
    /// How it is given out.
    pub policy: Policy,
    /// The module whose range holds it, where RFC 9595 names one.
    pub module: Option<&'static ModuleRange>,
}

/// Whose a number is.
///
/// ```
/// let owner = comi_sid::ranges::owner(1752);
/// assert_eq!(owner.module.map(|range| range.module), Some("ietf-system"));
/// ```
pub fn owner(number: u64) -> Owner {
    let module =
        MODULE_RANGES.iter().find(|range| (range.entry_point..range.entry_point + range.size).contains(&number));
    Owner { number, policy: policy(number), module }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        if let Some(ModuleRange { module, reference, entry_point, size }) = self.module {
            return write!(f, "{number} belongs to {module} ({reference}), range {entry_point}:{size}");
        }
        match self.policy {
            Policy::IesgApproval if number == 0 => write!(f, "0 is no SID: it stands for the absence of one"),
            Policy::IesgApproval => write!(f, "{number} is IANA's, given out by the IESG"),
            Policy::RfcRequired => write!(f, "{number} is IANA's, given out to modules in RFCs"),
            Policy::Experimental if (EXAMPLES_FROM..FREE_FROM).contains(&number) => {
                write!(f, "{number} is for experiments, and specifications use it in their examples")
            }
            Policy::Experimental => write!(f, "{number} is for experiments and must not be used in operation"),
            Policy::Reserved => write!(f, "{number} is IANA's and reserved"),
            Policy::MegaRange => {
                let million = number / MEGA_RANGE * MEGA_RANGE;
                write!(
                    f,
                    "{number} is outside IANA's million, in the mega-range from {million}: whose that is says IANA's \
                     registry \"YANG SID Mega-Range\", the rest whoever manages it"
                )
            }
        }
    }
}

/// The size that a mega-range should have (RFC 9595 section 6.3.1); larger ones are multiples of it.
pub const MEGA_RANGE: u64 = 1_000_000;

/// Numbers of a range that are given out alike; prints as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The first number.
    pub entry_point: u64,
    /// How many numbers.
    pub size: u64,
    /// How they are given out.
    pub policy: Policy,
    /// The module that they are for, where RFC 9595 names one.
    pub module: Option<&'static ModuleRange>,
}

/// A range cut where numbers begin to be given out in another way, or to another module.
///
/// ```
/// let range = comi_sid::AssignmentRange::new(1050, 70).ok_or("no range")?;
/// let parts: Vec<String> = comi_sid::ranges::parts(&range).iter().map(ToString::to_string).collect();
/// assert_eq!(parts, [
///     "1050-1099: of ietf-coreconf (draft-ietf-core-comi)",
///     "1100-1119: of ietf-yang-types (RFC 6991)",
/// ]);
/// # Ok::<(), &str>(())
/// ```
pub fn parts(range: &AssignmentRange) -> Vec<Part> {
    let blocks = IANA_BLOCKS.iter().flat_map(|block| [block.entry_point, block.entry_point + block.size]);
    let modules = MODULE_RANGES.iter().flat_map(|module| [module.entry_point, module.entry_point + module.size]);
    let inside = |cut: &u64| (range.entry_point() + 1..range.end()).contains(cut);
    let mut cuts: Vec<u64> = blocks.chain(modules).filter(inside).collect();
    cuts.extend([range.entry_point(), range.end()]);
    cuts.sort_unstable();
    cuts.dedup();
    let part = |(first, end): (&u64, &u64)| {
        let Owner { policy, module, .. } = owner(*first);
        Part { entry_point: *first, size: end - first, policy, module }
    };
    cuts.iter().zip(cuts.iter().skip(1)).map(part).collect()
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.entry_point, self.entry_point + self.size.saturating_sub(1));
        write!(f, "{first}-{last}: ")?;
        match (self.module, self.policy) {
            (Some(ModuleRange { module, reference, .. }), _) => write!(f, "of {module} ({reference})"),
            (None, Policy::IesgApproval) => write!(f, "IANA's, given out by the IESG; 0 is no SID"),
            (None, Policy::RfcRequired) => write!(f, "IANA's, given out to modules in RFCs"),
            (None, Policy::Experimental) => write!(f, "for experiments, must not be used in operation"),
            (None, Policy::Reserved) => write!(f, "IANA's, reserved"),
            (None, Policy::MegaRange) => write!(f, "outside IANA's million: see the registry \"YANG SID Mega-Range\""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_the_first_million_without_holes() {
        let mut next = 0;
        for block in IANA_BLOCKS {
            assert_eq!(block.entry_point, next);
            next += block.size;
        }
        assert_eq!(next, 1_000_000);
    }

    #[test]
    fn module_ranges_are_ascending_and_disjoint() {
        for pair in MODULE_RANGES.windows(2) {
            assert!(pair[0].entry_point + pair[0].size <= pair[1].entry_point, "{pair:?}");
        }
    }

    #[test]
    fn owners_are_told_in_a_sentence() {
        let rows = [
            (0, "0 is no SID: it stands for the absence of one"),
            (999, "999 is IANA's, given out by the IESG"),
            (1005, "1005 belongs to ietf-coreconf (draft-ietf-core-comi), range 1000:100"),
            (3000, "3000 is IANA's, given out to modules in RFCs"),
            (60123, "60123 is for experiments, and specifications use it in their examples"),
            (63000, "63000 is for experiments and must not be used in operation"),
            (99_999, "99999 is for experiments and must not be used in operation"),
            (100_000, "100000 is IANA's, given out to modules in RFCs"),
            (999_999, "999999 is IANA's and reserved"),
            (
                1_234_567,
                "1234567 is outside IANA's million, in the mega-range from 1000000: whose that is says IANA's registry \
                 \"YANG SID Mega-Range\", the rest whoever manages it",
            ),
        ];
        for (number, sentence) in rows {
            assert_eq!(owner(number).to_string(), sentence);
        }
    }

    #[test]
    fn modules_of_the_table_have_their_range() {
        assert_eq!(reserved_for("ietf-interfaces"), AssignmentRange::new(1500, 100));
        assert_eq!(reserved_for("ietf-datastores"), None);
    }
}

//! The table of the part's interrupts, as its peripheral access crate would bring it: an nRF52840 has 48. Without one
//! cortex-m-rt makes room for the 240 that the architecture allows, which is 0.8 kB.

unsafe extern "C" {
    /// Where cortex-m-rt goes with every interrupt that has no handler.
    fn DefaultHandler();
}

#[unsafe(link_section = ".vector_table.interrupts")]
#[unsafe(no_mangle)]
static __INTERRUPTS: [unsafe extern "C" fn(); 48] = [DefaultHandler; 48];

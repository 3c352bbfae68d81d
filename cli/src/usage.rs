//! Arguments that mean nothing, or don't go together: exit status 2, as for those that clap refuses.

use std::fmt;

use anyhow::Result;

/// What is wrong with the arguments of a command, whole.
#[derive(Debug)]
pub(crate) struct WrongUsage(String);

impl WrongUsage {
    pub(crate) fn new(why: impl Into<String>) -> WrongUsage {
        WrongUsage(why.into())
    }
}

impl fmt::Display for WrongUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUsage {}

/// Says of a failure that the arguments are its cause.
pub(crate) trait OrWrongUsage<T> {
    /// The same result, whose error ends the command with status 2.
    fn or_wrong_usage(self) -> Result<T>;
}

impl<T> OrWrongUsage<T> for Result<T> {
    fn or_wrong_usage(self) -> Result<T> {
        self.map_err(|error| WrongUsage::new(format!("{error:#}")).into())
    }
}

/// The exit status of a failure: 2 where the arguments are its cause, else 1.
pub(crate) fn status(error: &anyhow::Error) -> u8 {
    if error.is::<WrongUsage>() { 2 } else { 1 }
}

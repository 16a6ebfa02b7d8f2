//! What stands in place of reading Parquet files in a build without the feature `parquet`.

use super::blocks::Content;
use super::column::Reading;
use super::header::Layout;
use super::rows::{Part, Rows};
use super::source::Source;
use super::{Options, Progress};
use crate::error::{Detail, Error, Result};

/// An open file, of which there is none.
#[derive(Debug)]
pub(super) enum File {}

impl File {
    pub(super) fn open(source: &Source, _: &Content) -> Result<File> {
        let message = format!("`{}` is a Parquet file, which this build cannot read", source.name());
        Err(Error::syntax(Detail::InvalidUse, message)
            .hint("a build with the feature `parquet` can: `cargo install --path . --features parquet`"))
    }

    pub(super) fn names(&self) -> Vec<String> {
        match *self {}
    }

    pub(super) fn readings(&self, _: &Layout) -> std::result::Result<Vec<Reading>, String> {
        match *self {}
    }

    pub(super) fn read(&self, _: Rows<'_>, _: &Options, _: &Progress) -> Result<Vec<Part>> {
        match *self {}
    }
}

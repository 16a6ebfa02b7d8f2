//! The files of this machine, for `LOAD CSV`.

use crate::error::{Detail, Error, ErrorType, Result};
use crate::session::Files;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files of this machine: all that the program may read, or those below a folder.
///
/// ```no_run
/// use standpoint::io::LocalFiles;
/// use standpoint::{Graph, RunOptions};
/// use std::sync::Arc;
///
/// # fn main() -> standpoint::error::Result<()> {
/// let options = RunOptions { files: Some(Arc::new(LocalFiles::below("import"))), ..RunOptions::default() };
/// let load = "LOAD CSV WITH HEADERS FROM 'people.csv' AS row CREATE (:Person {name: row.name})";
/// Graph::in_memory().session().run_with(load, &Default::default(), &options)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LocalFiles {
    folder: Option<PathBuf>,
}

impl LocalFiles {
    /// Every file; names that are not absolute are relative to the folder in which the program runs.
    pub fn anywhere() -> LocalFiles {
        LocalFiles { folder: None }
    }

    /// The files in a folder and in the folders in it; `/` at the beginning of a name stands for that folder. A link
    /// that leads out of it leads nowhere.
    pub fn below(folder: impl Into<PathBuf>) -> LocalFiles {
        LocalFiles { folder: Some(folder.into()) }
    }

    /// The path that a name stands for, and how it is shown: below a folder without what leads to the folder.
    fn resolve(&self, name: &str) -> Result<(PathBuf, String)> {
        let path = local_path(name)?;
        let cannot = |error: &std::io::Error| Error::io(format!("cannot open `{path}`"), error);
        let Some(folder) = &self.folder else {
            let found = Path::new(&path).canonicalize().map_err(|error| cannot(&error))?;
            let shown = found.display().to_string();
            return Ok((found, shown));
        };
        let folder = folder.canonicalize().map_err(|error| cannot(&error))?;
        let found = folder.join(path.trim_start_matches('/')).canonicalize().map_err(|error| cannot(&error))?;
        let shown = found.strip_prefix(&folder).map_err(|_| outside(&path))?.display().to_string();
        Ok((found, shown))
    }
}

impl Files for LocalFiles {
    fn open(&self, name: &str) -> Result<(Arc<str>, Box<dyn Read + Send>)> {
        let (path, shown) = self.resolve(name)?;
        let cannot = |error: &std::io::Error| Error::io(format!("cannot open `{shown}`"), error);
        let file = File::open(&path).map_err(|error| cannot(&error))?;
        if !file.metadata().map_err(|error| cannot(&error))?.is_file() {
            let message = format!("`{name}` is no file");
            return Err(Error::runtime(ErrorType::Io, Detail::Io, message));
        }
        Ok((Arc::from(shown), Box::new(file)))
    }
}

/// The path of a name: a plain path, or a `file:` address.
fn local_path(name: &str) -> Result<String> {
    let scheme = name.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme));
    match scheme {
        None => Ok(name.to_owned()),
        Some(scheme) if scheme.eq_ignore_ascii_case("file") => {
            let rest = &name[scheme.len() + 1..];
            let path = rest.strip_prefix("//localhost").or_else(|| rest.strip_prefix("//")).unwrap_or(rest);
            if rest.starts_with("//") && !path.starts_with('/') {
                let message = format!("`{name}` names a file of another machine");
                return Err(foreign(message).hint("a file of this one is `file:///` and its path"));
            }
            decoded(path).ok_or_else(|| foreign(format!("`{name}` is no well-formed address")))
        }
        Some(scheme) => {
            let message = format!("`LOAD CSV` reads files of this machine, nothing over `{scheme}`");
            Err(foreign(message).hint("fetch it first and load the file"))
        }
    }
}

/// Whether a text before a colon is the scheme of an address; one letter is a drive.
fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// A text with its `%20` and the like as the bytes they stand for.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, after) = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                (u8::try_from(digit(high)? * 16 + digit(low)?).ok()?, after)
            }
            (b'%', _) => return None,
            (byte, after) => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

fn foreign(message: String) -> Error {
    Error::runtime(ErrorType::ArgumentError, Detail::InvalidArgumentValue, message)
}

fn outside(path: &str) -> Error {
    let message = format!("`{path}` is outside of the folder that may be read");
    Error::runtime(ErrorType::Io, Detail::InvalidUse, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_paths_or_addresses() {
        let path = |name: &str| local_path(name).unwrap();
        assert_eq!(path("a/b c.csv"), "a/b c.csv");
        assert_eq!(path("file:///a/b%20c.csv"), "/a/b c.csv");
        assert_eq!(path("FILE://localhost/a.csv"), "/a.csv");
        assert_eq!(path("file:a.csv"), "a.csv");
        assert_eq!(path("c:/a.csv"), "c:/a.csv");
        for (name, part) in [
            ("https://example.org/a.csv", "nothing over `https`"),
            ("s3://bucket/a.csv", "nothing over `s3`"),
            ("file://server/a.csv", "another machine"),
            ("file:///a%2", "no well-formed address"),
        ] {
            assert!(local_path(name).unwrap_err().message().contains(part), "{name}");
        }
    }

    #[test]
    fn a_folder_holds_what_is_below_it() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("in");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(inside.join("a.csv"), "a").unwrap();
        std::fs::write(folder.path().join("b.csv"), "b").unwrap();
        let files = LocalFiles::below(&inside);
        for name in ["a.csv", "/a.csv", "file:///a.csv", "../in/a.csv"] {
            assert!(files.open(name).is_ok(), "{name}");
        }
        assert_eq!(files.open("../b.csv").map(drop).unwrap_err().detail(), Detail::InvalidUse);
        assert_eq!(files.open("c.csv").map(drop).unwrap_err().detail(), Detail::Io);
        assert_eq!(files.open(".").map(drop).unwrap_err().detail(), Detail::Io);
        assert!(LocalFiles::anywhere().open(&folder.path().join("b.csv").to_string_lossy()).is_ok());
    }
}

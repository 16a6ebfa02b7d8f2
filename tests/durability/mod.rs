//! Nothing is lost: power cuts, failing disks, killed processes, readers beside a writer, files of this format's version.
//!
//! The workloads here are small in `cargo test`. The variables that `docs/reliability.md` names make them as large as
//! wanted.

mod disk;
mod failing;
mod formats;
#[cfg(unix)]
mod inputs;
mod kill;
mod late;
mod model;
mod normal;
mod power;
mod recorded;
mod threads;

/// The number in an environment variable, or what is used without it.
pub(crate) fn amount(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

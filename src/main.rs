//! The `standpoint` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(standpoint::cli::main::main(std::env::args_os(), standpoint::shell::run))
}

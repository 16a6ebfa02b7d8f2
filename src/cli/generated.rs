//! What is made from the table of arguments: completions for shells, and manual pages.

use super::arguments::Arguments;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::{self, Write};

/// Writes the completions of a shell.
pub(super) fn completions(shell: Shell, out: &mut dyn Write) -> io::Result<()> {
    let mut written = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "standpoint", &mut written);
    out.write_all(&written)
}

/// Writes the manual page of the program, or of one of its commands; `None` when there is no such command.
pub(super) fn manual(name: Option<&str>, out: &mut dyn Write) -> Option<io::Result<()>> {
    let mut program = Arguments::command();
    program.build();
    let command: Command = match name {
        None => program,
        Some(name) => program.find_subcommand(name)?.clone(),
    };
    let mut written = Vec::new();
    Some(Man::new(command).render(&mut written).and_then(|()| out.write_all(&written)))
}

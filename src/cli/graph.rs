//! `homelint graph`.

use super::{Outcome, Run};

#[derive(clap::Args)]
pub struct Draw {}

pub fn run(_: &Draw) -> Run {
    Ok(Outcome::text(""))
}

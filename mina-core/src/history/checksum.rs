use crate::check::Replayed;
use crate::operation::Operation;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The way the checksum is made; a change of it makes old checksums incomparable, not wrong.
const ALGORITHM: u32 = 1;

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

#[derive(Serialize)]
struct Resolved<'a> {
    up: Vec<&'a Operation>,
    /// None where there is no way back.
    down: Option<Vec<&'a Operation>>,
}

/// The checksum of a block on one engine: over what it does, resolved, up and down, and not over how it is written.
pub fn checksum(replayed: &Replayed) -> String {
    fn operations(trace: &super::Trace) -> Vec<&Operation> {
        let resolved = trace.steps.iter().flat_map(|step| &step.operations);
        resolved.map(|resolved| &resolved.operation).collect()
    }
    let resolved = Resolved {
        up: operations(&replayed.up),
        down: replayed.down.as_ref().map(operations),
    };
    let json = serde_json::to_vec(&resolved).unwrap_or_default();
    let mut text = format!("{ALGORITHM}:");
    for byte in Sha256::digest(&json) {
        text.extend([byte >> 4, byte & 15].map(|half| char::from(HEXADECIMAL[usize::from(half)])));
    }
    text
}

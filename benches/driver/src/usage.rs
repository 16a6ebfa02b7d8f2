//! What the process has used, as Linux tells it; nothing elsewhere.

use serde_json::{Value as Json, json};

/// Adds the resident memory, now and at most, in MB.
pub(crate) fn with_memory(mut answer: Json) -> Json {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for (line, name) in [("VmRSS:", "rss_mb"), ("VmHWM:", "hwm_mb")] {
        let text = status.lines().find_map(|text| text.strip_prefix(line)).unwrap_or_default();
        let kib: f64 = text.trim().trim_end_matches(" kB").parse().unwrap_or(0.0);
        answer[name] = json!(kib / 1024.0);
    }
    answer
}

/// Processor time so far, in seconds.
pub(crate) fn cpu_seconds() -> f64 {
    /// The kernel's unit for these numbers.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let times = behind_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    times.sum::<f64>() / TICKS
}

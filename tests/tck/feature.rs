//! Reads `.feature` files: scenarios, outlines with examples, steps with tables and texts.

/// One scenario, outlines expanded.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// File below the features folder, name and number of the example: tells scenarios apart.
    pub id: String,
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// The step without its keyword.
    pub text: String,
    /// The text between triple quotes.
    pub doc: Option<String>,
    /// The cells of the table.
    pub table: Vec<Vec<String>>,
}

#[derive(Default)]
struct Outline {
    name: String,
    steps: Vec<Step>,
    examples: Vec<Vec<Vec<String>>>,
}

/// All scenarios of a file. Tags are passed over: a scenario tagged `@ignore` is one like the others.
pub fn scenarios(file: &str, text: &str) -> Vec<Scenario> {
    let mut background: Vec<Step> = Vec::new();
    let mut outlines: Vec<Outline> = Vec::new();
    let mut in_background = false;
    let mut in_examples = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with("Feature:") {
            continue;
        }
        if trimmed.starts_with('@') {
            continue;
        }
        if trimmed.starts_with("Background:") {
            in_background = true;
        } else if let Some(name) = title(trimmed) {
            outlines.push(Outline { name: name.to_owned(), ..Outline::default() });
            (in_background, in_examples) = (false, false);
        } else if trimmed.starts_with("Examples:") {
            in_examples = true;
            outlines.last_mut().unwrap().examples.push(Vec::new());
        } else if trimmed.starts_with('|') {
            let row = cells(trimmed);
            match (in_examples, in_background) {
                (true, _) => outlines.last_mut().unwrap().examples.last_mut().unwrap().push(row),
                (_, true) => background.last_mut().unwrap().table.push(row),
                _ => outlines.last_mut().unwrap().steps.last_mut().unwrap().table.push(row),
            }
        } else if trimmed == "\"\"\"" {
            let doc = doc_string(&mut lines, line.len() - line.trim_start().len());
            let steps = if in_background { &mut background } else { &mut outlines.last_mut().unwrap().steps };
            steps.last_mut().unwrap().doc = Some(doc);
        } else if let Some(text) = step(trimmed) {
            let steps = if in_background { &mut background } else { &mut outlines.last_mut().unwrap().steps };
            steps.push(Step { text: text.to_owned(), ..Step::default() });
        } else {
            assert!(outlines.is_empty() && !in_background, "{file}: cannot read {line}");
        }
    }
    outlines.iter().flat_map(|outline| expand(file, &background, outline)).collect()
}

fn title(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("Scenario Outline:").or_else(|| line.strip_prefix("Scenario:"))?;
    Some(rest.trim())
}

fn step(line: &str) -> Option<&str> {
    ["Given ", "When ", "Then ", "And ", "But "].iter().find_map(|keyword| line.strip_prefix(keyword)).map(str::trim)
}

fn doc_string<'a>(lines: &mut impl Iterator<Item = &'a str>, indent: usize) -> String {
    let mut text = Vec::new();
    for line in lines {
        if line.trim() == "\"\"\"" {
            break;
        }
        let blank = line.len() - line.trim_start().len();
        text.push(&line[indent.min(blank)..]);
    }
    text.join("\n")
}

/// The cells of a table row. `\|`, `\\` and `\n` are escapes; other backslashes stand for themselves.
fn cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut chars = line.strip_prefix('|').unwrap().chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('|' | '\\')) => cell.extend(chars.next()),
            ('\\', Some('n')) => {
                chars.next();
                cell.push('\n');
            }
            ('|', _) => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            _ => cell.push(c),
        }
    }
    cells
}

fn expand(file: &str, background: &[Step], outline: &Outline) -> Vec<Scenario> {
    let base: Vec<Step> = background.iter().chain(&outline.steps).cloned().collect();
    if outline.examples.is_empty() {
        return vec![Scenario { id: format!("{file} {}", outline.name), steps: base }];
    }
    let mut scenarios = Vec::new();
    for table in &outline.examples {
        let Some((header, rows)) = table.split_first() else { continue };
        for row in rows {
            let steps = base.iter().map(|step| fill(step, header, row)).collect();
            let id = format!("{file} {} #{}", outline.name, scenarios.len() + 1);
            scenarios.push(Scenario { id, steps });
        }
    }
    scenarios
}

fn fill(step: &Step, header: &[String], row: &[String]) -> Step {
    let fill = |text: &String| {
        let mut text = text.clone();
        for (name, value) in header.iter().zip(row) {
            text = text.replace(&format!("<{name}>"), value);
        }
        text
    };
    Step {
        text: fill(&step.text),
        doc: step.doc.as_ref().map(fill),
        table: step.table.iter().map(|cells| cells.iter().map(fill).collect()).collect(),
    }
}

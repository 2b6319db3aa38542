//! A history as an SVG: the lanes of `history`, drawn.

use mina_command::lanes::{Kind, Row, lay_out};
use mina_command::{Chronicle, Listed};
use std::fmt::Write;

const ROW: usize = 28;
const LANE: usize = 18;
const MARGIN: usize = 20;
/// A wide character of the text; what is said may be a little longer than it is.
const CHARACTER: usize = 8;
const LONGEST: usize = 80;

const STYLE: &str = "    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .id { font-family: ui-monospace, monospace; fill: #0550ae; }
    .mark { font-weight: 600; fill: #1a7f37; }
    .bind { font-weight: 700; font-size: 15px; }
    .lane { fill: none; stroke: #8c959f; stroke-width: 2; }
    .dashed { stroke-dasharray: 4 3; }
    circle { fill: #ffffff; stroke: #0550ae; stroke-width: 2; }
    .head { fill: #1a7f37; stroke: #1a7f37; }
    .paper { fill: #ffffff; }
";

/// The histories side by side, each with the newest on top.
pub fn svg(chronicles: &[Chronicle]) -> String {
    let several = chronicles.len() > 1;
    let (mut body, mut left, mut height) = (String::new(), MARGIN, 0);
    for chronicle in chronicles {
        let top = MARGIN + if several { ROW } else { 0 };
        if several {
            let _ = writeln!(
                body,
                "  <text class=\"bind\" x=\"{left}\" y=\"{}\">{}</text>",
                MARGIN + 12,
                escaped(chronicle.label())
            );
        }
        let panel = Panel::new(chronicle, left, top);
        body += &panel.draw();
        left += panel.width() + 2 * MARGIN;
        height = height.max(top + chronicle.revisions.len() * ROW);
    }
    let (width, height) = (left.max(2 * MARGIN), height.max(ROW) + MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n  \
         <title>Revisions</title>\n  <style>\n{STYLE}  </style>\n  <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n{body}</svg>\n"
    )
}

struct Panel<'a> {
    chronicle: &'a Chronicle,
    rows: Vec<Row>,
    left: usize,
    top: usize,
}

impl<'a> Panel<'a> {
    fn new(chronicle: &'a Chronicle, left: usize, top: usize) -> Self {
        Self {
            rows: lay_out(&chronicle.revisions),
            chronicle,
            left,
            top,
        }
    }

    fn lanes(&self) -> usize {
        let widest = |row: &Row| {
            let forks = row.forks.iter().map(|(column, ..)| column + 1).max().unwrap_or(0);
            row.passing.len().max(row.column + 1).max(forks)
        };
        self.rows.iter().map(widest).max().unwrap_or(1)
    }

    fn text_at(&self) -> usize {
        self.left + self.lanes() * LANE + 4
    }

    fn width(&self) -> usize {
        let said = self.chronicle.revisions.iter().map(|listed| {
            let [id, marks, message] = said(listed).map(|part| part.chars().count());
            id + marks + message + 2
        });
        let characters = said.max().unwrap_or(0).max(self.chronicle.label().len());
        self.text_at() - self.left + characters * CHARACTER
    }

    fn x(&self, column: usize) -> usize {
        self.left + column * LANE + LANE / 2
    }

    fn y(&self, row: usize) -> usize {
        self.top + row * ROW + ROW / 2
    }

    fn draw(&self) -> String {
        let mut text = String::new();
        for (kind, class) in [(Kind::Revises, "lane"), (Kind::DependsOn, "lane dashed")] {
            let lanes = self.lines(kind);
            if !lanes.is_empty() {
                let _ = writeln!(text, "  <path class=\"{class}\" d=\"{}\"/>", lanes.trim_end());
            }
        }
        for (at, row) in self.rows.iter().enumerate() {
            let listed = &self.chronicle.revisions[row.revision];
            let (x, y) = (self.x(row.column), self.y(at));
            let head = if listed.head { " class=\"head\"" } else { "" };
            let _ = writeln!(text, "  <circle{head} cx=\"{x}\" cy=\"{y}\" r=\"5\"/>");
            let [id, marks, message] = said(listed).map(|part| escaped(&part));
            let marks = match marks.is_empty() {
                true => marks,
                false => format!(" <tspan class=\"mark\">{marks}</tspan>"),
            };
            let (x, y) = (self.text_at(), y + 4);
            let _ = writeln!(
                text,
                "  <text x=\"{x}\" y=\"{y}\"><tspan class=\"id\">{id}</tspan>{marks} {message}</text>"
            );
        }
        text
    }

    /// What all lanes of a kind are, row by row: straight where they pass, bent where they meet a revision.
    fn lines(&self, wanted: Kind) -> String {
        let mut path = String::new();
        for (at, row) in self.rows.iter().enumerate() {
            let (x, y) = (self.x(row.column), self.y(at));
            let (above, below) = (y - ROW / 2, y + ROW / 2);
            let mut straight = |x: usize, from: usize, to: usize| {
                let _ = write!(path, "M{x} {from}V{to} ");
            };
            for (column, kind) in row.passing.iter().enumerate() {
                if *kind == Some(wanted) && column != row.column {
                    straight(self.x(column), above, below);
                }
            }
            if row.above == Some(wanted) {
                straight(x, above, y);
            }
            if row.below == Some(wanted) {
                straight(x, y, below);
            }
            for (column, _) in row.joins.iter().filter(|(_, kind)| *kind == wanted) {
                let from = self.x(*column);
                let _ = write!(path, "M{from} {above}C{from} {y} {x} {above} {x} {y} ");
            }
            for (column, ..) in row.forks.iter().filter(|(_, kind, _)| *kind == wanted) {
                let to = self.x(*column);
                let _ = write!(path, "M{x} {y}C{x} {below} {to} {y} {to} {below} ");
            }
        }
        path
    }
}

/// Id, marks and message, cut where they are long.
fn said(listed: &Listed) -> [String; 3] {
    let marks = listed.label.iter().map(|label| format!("({label})"));
    let mut message: String = listed.message.chars().take(LONGEST).collect();
    if listed.message.chars().nth(LONGEST).is_some() {
        message.push('…');
    }
    [listed.revision.clone(), marks.collect(), message]
}

fn escaped(text: &str) -> String {
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let text: String = printable.collect();
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

//! The ways of relationships between boxes: each bent as little as lets it pass beside the boxes that it does not join.

use super::{Picture, Place};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

/// How far two relationships between the same nodes are bent apart.
const BEND: f64 = 26.0;
/// How far every line is bent, as a part of its length.
const LEAST_BEND: f64 = 0.05;
/// How many bends to either side are tried.
const TRIED: i32 = 9;
/// How far apart the points are at which a way is looked at.
const STRIDE: f64 = 6.0;
/// The room between a way and a box that it passes.
const ROOM: f64 = 3.0;
/// The size of the cells by which boxes are found.
const CELL: (f64, f64) = (120.0, 60.0);

type Point = (f64, f64);

/// A way: Bézier curves from its start.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Way {
    /// From one box to another.
    Between { start: Point, control: Point, end: Point },
    /// From a box back to itself.
    Around { start: Point, controls: [Point; 2], end: Point, middle: Point },
}

impl Way {
    /// The data of a path, moved right and down.
    pub(super) fn path(&self, by: f64) -> String {
        let (points, letter): (Vec<Point>, char) = match self {
            Way::Between { start, control, end } => (vec![*start, *control, *end], 'Q'),
            Way::Around { start, controls: [first, second], end, .. } => (vec![*start, *first, *second, *end], 'C'),
        };
        let mut path = String::new();
        for (at, (x, y)) in points.into_iter().enumerate() {
            let before = match at {
                0 => "M".to_owned(),
                1 => format!(" {letter}"),
                _ => " ".to_owned(),
            };
            let _ = write!(path, "{before}{:.1} {:.1}", x + by, y + by);
        }
        path
    }

    /// The point in its middle.
    pub(super) fn middle(&self) -> Point {
        match self {
            Way::Between { .. } => self.at(0.5),
            Way::Around { middle, .. } => *middle,
        }
    }

    /// The point at a part of a way between two boxes.
    fn at(&self, part: f64) -> Point {
        let Way::Between { start, control, end } = self else { return self.middle() };
        let rest = 1.0 - part;
        let along = |a: f64, b: f64, c: f64| rest * rest * a + 2.0 * rest * part * b + part * part * c;
        (along(start.0, control.0, end.0), along(start.1, control.1, end.1))
    }
}

/// The way of each relationship of a picture, in order.
pub(super) fn ways(picture: &Picture) -> Vec<Way> {
    let places: Vec<Place> = picture.nodes.iter().map(|node| node.place).collect();
    let boxes = Boxes::of(&places, picture.size);
    let mut bends = Bends::of(picture.edges.iter().map(|edge| edge.ends));
    let way = |edge: &super::Edge| {
        let (a, b) = edge.ends;
        let bend = bends.next(edge.ends);
        match a == b {
            true => around(places[a], bend.least),
            false => boxes.passed((a, b), bend),
        }
    };
    picture.edges.iter().map(way).collect()
}

/// How relationships between the same nodes are bent, so that none hides another.
struct Bends {
    all: HashMap<(usize, usize), usize>,
    drawn: HashMap<(usize, usize), usize>,
}

/// How far a relationship is bent to the left of the way from its start to its end: at least, and by what steps more.
/// Whatever number of steps each of several between the same nodes takes, no two lie on one another.
#[derive(Clone, Copy)]
struct Bend {
    least: f64,
    step: f64,
}

impl Bends {
    fn of(ends: impl Iterator<Item = (usize, usize)>) -> Bends {
        let mut all = HashMap::new();
        ends.for_each(|ends| *all.entry(pair(ends)).or_default() += 1);
        Bends { all, drawn: HashMap::new() }
    }

    fn next(&mut self, ends: (usize, usize)) -> Bend {
        let all = self.all.get(&pair(ends)).copied().unwrap_or(1);
        let drawn = self.drawn.entry(pair(ends)).or_default();
        *drawn += 1;
        let least = (*drawn as f64 - (all as f64 + 1.0) / 2.0) * BEND;
        // From the lower node to the higher one, so that both directions share the room.
        let way = if ends.0 <= ends.1 { 1.0 } else { -1.0 };
        Bend { least: least * way, step: all as f64 * BEND * way }
    }
}

fn pair((a, b): (usize, usize)) -> (usize, usize) {
    (a.min(b), a.max(b))
}

/// The boxes of a picture, found by where they are.
struct Boxes<'a> {
    places: &'a [Place],
    size: Point,
    cells: HashMap<(i32, i32), Vec<usize>>,
}

impl Boxes<'_> {
    fn of(places: &[Place], size: Point) -> Boxes<'_> {
        let mut cells: HashMap<(i32, i32), Vec<usize>> = HashMap::new();
        for (at, place) in places.iter().enumerate() {
            let (half_width, half_height) = (place.width / 2.0 + ROOM, place.height / 2.0 + ROOM);
            let (left, upper) = cell((place.x - half_width, place.y - half_height));
            let (right, lower) = cell((place.x + half_width, place.y + half_height));
            for column in left..=right {
                (upper..=lower).for_each(|row| cells.entry((column, row)).or_default().push(at));
            }
        }
        Boxes { places, size, cells }
    }

    /// The way between two boxes that goes through the fewest others; of those that go through equally few, the one
    /// that is bent least.
    fn passed(&self, ends: (usize, usize), bend: Bend) -> Way {
        let way =
            |steps: i32| between(self.places[ends.0], self.places[ends.1], bend.least + f64::from(steps) * bend.step);
        let mut best = (way(0), usize::MAX);
        for steps in (0..=TRIED).flat_map(|steps| if steps == 0 { vec![0] } else { vec![steps, -steps] }) {
            let tried = way(steps);
            let met = self.met(&tried, ends);
            if met < best.1 {
                best = (tried, met);
            }
            if met == 0 {
                break;
            }
        }
        best.0
    }

    /// How many boxes besides its ends a way goes through; leaving the page is as bad as going through all.
    fn met(&self, way: &Way, ends: (usize, usize)) -> usize {
        let Way::Between { start, control, end } = way else { return 0 };
        let length = distance(*start, *control) + distance(*control, *end);
        let points = (length / STRIDE).ceil().max(2.0) as u32;
        let mut met: HashSet<usize> = HashSet::new();
        for point in (0..=points).map(|at| way.at(f64::from(at) / f64::from(points))) {
            if point.0 < 0.0 || point.1 < 0.0 || point.0 > self.size.0 || point.1 > self.size.1 {
                return self.places.len();
            }
            let near = self.cells.get(&cell(point)).into_iter().flatten();
            met.extend(near.filter(|at| ends.0 != **at && ends.1 != **at && within(self.places[**at], point)));
        }
        met.len()
    }
}

fn cell((x, y): Point) -> (i32, i32) {
    ((x / CELL.0).floor() as i32, (y / CELL.1).floor() as i32)
}

fn within(place: Place, (x, y): Point) -> bool {
    (x - place.x).abs() < place.width / 2.0 + ROOM && (y - place.y).abs() < place.height / 2.0 + ROOM
}

fn distance(a: Point, b: Point) -> f64 {
    let (dx, dy) = (a.0 - b.0, a.1 - b.1);
    (dx * dx + dy * dy).sqrt()
}

/// The way from a box back to itself.
fn around(place: Place, bend: f64) -> Way {
    let (x, y) = (place.x + place.width / 2.0, place.y);
    let out = 34.0 + bend.abs() + bend / 2.0;
    Way::Around {
        start: (x - 12.0, y - place.height / 2.0),
        controls: [(x + 4.0, y - out), (x + out, y - out / 2.0)],
        end: (x, y),
        middle: (x + out * 0.6, y - out * 0.6),
    }
}

/// The way from the edge of a box to that of another, bent to its left.
fn between(from: Place, to: Place, bend: f64) -> Way {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = (dx * dx + dy * dy).sqrt().max(1.0);
    let bend = bend + LEAST_BEND * length;
    let middle = ((from.x + to.x) / 2.0, (from.y + to.y) / 2.0);
    let control = (middle.0 - dy / length * bend, middle.1 + dx / length * bend);
    Way::Between { start: border(from, control, 1.0), control, end: border(to, control, 3.0) }
}

/// Where the way from the centre of a box to a point leaves it, with some room.
fn border(place: Place, to: Point, room: f64) -> Point {
    let (dx, dy) = (to.0 - place.x, to.1 - place.y);
    let (half_width, half_height) = (place.width / 2.0 + room, place.height / 2.0 + room);
    let part = (half_width / dx.abs().max(1e-9)).min(half_height / dy.abs().max(1e-9)).min(1.0);
    (place.x + dx * part, place.y + dy * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Place {
        Place { x, y, width: 80.0, height: 26.0 }
    }

    #[test]
    fn a_way_goes_round_what_stands_between() {
        let places = [at(60.0, 100.0), at(240.0, 100.0), at(420.0, 100.0)];
        let boxes = Boxes::of(&places, (500.0, 200.0));
        let bend = Bend { least: 0.0, step: BEND };
        let way = boxes.passed((0, 2), bend);
        assert_eq!(boxes.met(&between(places[0], places[2], 0.0), (0, 2)), 1, "the straight way meets it");
        assert_eq!(boxes.met(&way, (0, 2)), 0, "{way:?}");
        // With nothing between, it is bent no more than it must be.
        assert_eq!(boxes.passed((0, 1), bend), between(places[0], places[1], 0.0));
    }

    #[test]
    fn a_way_stays_on_the_page() {
        let places = [at(60.0, 20.0), at(240.0, 20.0), at(420.0, 20.0)];
        let boxes = Boxes::of(&places, (500.0, 200.0));
        let Way::Between { control, .. } = boxes.passed((0, 2), Bend { least: 0.0, step: BEND }) else { panic!() };
        assert!(control.1 > 20.0, "{control:?}");
        let Way::Between { control, .. } = boxes.passed((2, 0), Bend { least: 0.0, step: -BEND }) else { panic!() };
        assert!(control.1 > 20.0, "{control:?}");
    }
}

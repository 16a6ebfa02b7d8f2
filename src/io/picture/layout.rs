//! Where the boxes of a picture stand.
//!
//! Distances on the page follow distances in the graph: the stress of a component, the sum over its pairs of
//! `((|p - q| - d) / d)²`, is made small by moving one pair after another, in a shuffled order and by steps that become
//! shorter (Zheng, Pawar and Goodman, "Graph Drawing by Stochastic Gradient Descent", 2018). Then boxes that overlap are
//! pushed apart, and components are packed in rows. All of it is arithmetic that every machine does alike, from a start
//! that is always the same: the same graph gives the same picture.

use std::collections::VecDeque;

/// The width and height of the page that a step in the graph takes.
const STEP: (f64, f64) = (190.0, 120.0);
/// The least room between boxes.
const GAP: f64 = 14.0;
/// How much shorter steps become.
const COOLING: f64 = 0.8;
/// The size of the last steps.
const COLD: f64 = 0.05;
/// How often boxes are pushed apart before all distances grow.
const PUSHES: usize = 60;
/// How much they grow.
const GROWTH: f64 = 1.15;

/// A box with its centre.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Gives boxes of these sizes their places, so that none overlaps another; gives the size of the page.
pub(super) fn place(boxes: &mut [Place], edges: &[(usize, usize)]) -> (f64, f64) {
    let near = neighbours(boxes.len(), edges);
    let mut components = components(&near);
    // The largest first; of equally large ones that with the first node.
    components.sort_by_key(|component| (std::cmp::Reverse(component.len()), component[0]));
    for component in &components {
        let mut points = unstressed(component, &near);
        points.iter_mut().for_each(|point| *point = (point.0 * STEP.0, point.1 * STEP.1));
        for (at, point) in component.iter().zip(points) {
            (boxes[*at].x, boxes[*at].y) = point;
        }
        push_apart(boxes, component);
    }
    pack(boxes, &components)
}

fn neighbours(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut near = vec![Vec::new(); count];
    for (a, b) in edges.iter().filter(|(a, b)| a != b) {
        near[*a].push(*b);
        near[*b].push(*a);
    }
    for list in &mut near {
        list.sort_unstable();
        list.dedup();
    }
    near
}

fn components(near: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; near.len()];
    let mut components = Vec::new();
    for start in 0..near.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut component = vec![start];
        let mut next = 0;
        while let Some(&at) = component.get(next) {
            let new: Vec<usize> = near[at].iter().copied().filter(|to| !seen[*to]).collect();
            new.iter().for_each(|to| seen[*to] = true);
            component.extend(new);
            next += 1;
        }
        component.sort_unstable();
        components.push(component);
    }
    components
}

/// Points for the nodes of a component, in steps, at which the stress is small.
fn unstressed(component: &[usize], near: &[Vec<usize>]) -> Vec<(f64, f64)> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let side = component.len() as f64;
    let mut points: Vec<(f64, f64)> = component.iter().map(|_| (random.part() * side, random.part() * side)).collect();
    let mut pairs = distances(component, near);
    let longest = pairs.iter().map(|(_, _, distance)| *distance).max().unwrap_or(1);
    let mut step = f64::from(longest) * f64::from(longest);
    while step > COLD {
        random.shuffle(&mut pairs);
        for (a, b, distance) in &pairs {
            pull(&mut points, (*a as usize, *b as usize), f64::from(*distance), step);
        }
        step *= COOLING;
    }
    points
}

/// Moves a pair towards its distance.
fn pull(points: &mut [(f64, f64)], (a, b): (usize, usize), distance: f64, step: f64) {
    let (dx, dy) = (points[a].0 - points[b].0, points[a].1 - points[b].1);
    let length = (dx * dx + dy * dy).sqrt().max(1e-6);
    let by = (step / (distance * distance)).min(1.0) * (length - distance) / 2.0 / length;
    points[a] = (points[a].0 - by * dx, points[a].1 - by * dy);
    points[b] = (points[b].0 + by * dx, points[b].1 + by * dy);
}

/// Every pair of a component with the number of steps between its nodes.
fn distances(component: &[usize], near: &[Vec<usize>]) -> Vec<(u32, u32, u32)> {
    let mut place = vec![u32::MAX; near.len()];
    component.iter().enumerate().for_each(|(at, node)| place[*node] = at as u32);
    let mut pairs = Vec::new();
    for (from, start) in component.iter().enumerate() {
        let mut reached = vec![u32::MAX; component.len()];
        reached[from] = 0;
        let mut queue = VecDeque::from([*start]);
        while let Some(node) = queue.pop_front() {
            let distance = reached[place[node] as usize];
            for to in &near[node] {
                let at = place[*to] as usize;
                if reached[at] == u32::MAX {
                    reached[at] = distance + 1;
                    queue.push_back(*to);
                }
            }
        }
        pairs.extend((from + 1..component.len()).map(|to| (from as u32, to as u32, reached[to])));
    }
    pairs
}

/// Pushes boxes that overlap apart, each pair along the axis where that takes less; where that does not end, all distances
/// grow.
fn push_apart(boxes: &mut [Place], component: &[usize]) {
    loop {
        for _ in 0..PUSHES {
            if !push_once(boxes, component) {
                return;
            }
        }
        for at in component {
            boxes[*at].x *= GROWTH;
            boxes[*at].y *= GROWTH;
        }
    }
}

/// Pushes every pair that overlaps; whether there was any.
fn push_once(boxes: &mut [Place], component: &[usize]) -> bool {
    let mut order = component.to_vec();
    order.sort_by(|a, b| boxes[*a].x.total_cmp(&boxes[*b].x).then(a.cmp(b)));
    let widest = component.iter().map(|at| boxes[*at].width).fold(0.0, f64::max);
    let mut pushed = false;
    for (first, a) in order.iter().enumerate() {
        for b in &order[first + 1..] {
            let (left, right) = (boxes[*a], boxes[*b]);
            // What stood to the left of all of these before may have been pushed; the next round sees it.
            if right.x - left.x > widest + GAP {
                break;
            }
            let over_x = (left.width + right.width) / 2.0 + GAP - (right.x - left.x).abs();
            let over_y = (left.height + right.height) / 2.0 + GAP - (right.y - left.y).abs();
            if over_x <= 1e-6 || over_y <= 1e-6 {
                continue;
            }
            pushed = true;
            if over_x < over_y {
                let way = if left.x <= right.x { 1.0 } else { -1.0 };
                boxes[*a].x -= way * over_x / 2.0;
                boxes[*b].x += way * over_x / 2.0;
            } else {
                let way = if (left.y, a) <= (right.y, b) { 1.0 } else { -1.0 };
                boxes[*a].y -= way * over_y / 2.0;
                boxes[*b].y += way * over_y / 2.0;
            }
        }
    }
    pushed
}

/// The left, upper, right and lower ends of some boxes.
fn ends(boxes: &[Place], component: &[usize]) -> (f64, f64, f64, f64) {
    component.iter().map(|at| boxes[*at]).fold(
        (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY),
        |(left, upper, right, lower), place| {
            (
                left.min(place.x - place.width / 2.0),
                upper.min(place.y - place.height / 2.0),
                right.max(place.x + place.width / 2.0),
                lower.max(place.y + place.height / 2.0),
            )
        },
    )
}

/// Puts components beside and below each other; gives the size of the page.
fn pack(boxes: &mut [Place], components: &[Vec<usize>]) -> (f64, f64) {
    let sizes: Vec<(f64, f64, f64, f64)> = components.iter().map(|component| ends(boxes, component)).collect();
    let area: f64 = sizes.iter().map(|(left, upper, right, lower)| (right - left + GAP) * (lower - upper + GAP)).sum();
    let widest = sizes.iter().map(|(left, _, right, _)| right - left).fold(0.0, f64::max);
    let page = widest.max((area * 1.6).sqrt());
    let (mut x, mut y, mut row, mut width) = (0.0, 0.0, 0.0f64, 0.0f64);
    for (component, (left, upper, right, lower)) in components.iter().zip(sizes) {
        if x > 0.0 && x + right - left > page {
            (x, y, row) = (0.0, y + row + GAP * 2.0, 0.0);
        }
        for at in component {
            boxes[*at].x += x - left;
            boxes[*at].y += y - upper;
        }
        width = width.max(x + right - left);
        x += right - left + GAP * 2.0;
        row = row.max(lower - upper);
    }
    (width, y + row)
}

/// Numbers that look random and are always the same (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 to 1.
    fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, (self.next() % (last as u64 + 1)) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(count: usize) -> Vec<Place> {
        (0..count).map(|at| Place { width: 60.0 + (at % 7) as f64 * 20.0, height: 26.0, ..Place::default() }).collect()
    }

    fn overlap(a: &Place, b: &Place) -> bool {
        (a.x - b.x).abs() < (a.width + b.width) / 2.0 && (a.y - b.y).abs() < (a.height + b.height) / 2.0
    }

    #[test]
    fn no_box_overlaps_another_and_all_are_on_the_page() {
        let chain: Vec<(usize, usize)> = (0..60).map(|at| (at, at + 1)).collect();
        let star: Vec<(usize, usize)> = (1..70).map(|at| (0, at)).collect();
        let complete: Vec<(usize, usize)> = (0..25).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
        let mixed = vec![(0, 1), (1, 2), (2, 0), (3, 4), (5, 5)];
        for (count, edges) in [(61, chain), (70, star), (25, complete), (12, mixed), (1, vec![]), (0, vec![])] {
            let mut placed = boxes(count);
            let (width, height) = place(&mut placed, &edges);
            for (at, a) in placed.iter().enumerate() {
                assert!(a.x - a.width / 2.0 > -0.01 && a.x + a.width / 2.0 < width + 0.01, "{a:?} {width}");
                assert!(a.y - a.height / 2.0 > -0.01 && a.y + a.height / 2.0 < height + 0.01, "{a:?} {height}");
                assert!(placed[..at].iter().all(|b| !overlap(a, b)), "{a:?}");
            }
            let mut again = boxes(count);
            place(&mut again, &edges);
            assert_eq!(placed, again);
        }
    }

    #[test]
    fn what_is_far_in_the_graph_is_far_on_the_page() {
        let chain: Vec<(usize, usize)> = (0..9).map(|at| (at, at + 1)).collect();
        let mut placed = vec![Place { width: 40.0, height: 20.0, ..Place::default() }; 10];
        place(&mut placed, &chain);
        let far = |a: usize, b: usize| (placed[a].x - placed[b].x).hypot(placed[a].y - placed[b].y);
        assert!((1..8).all(|at| far(0, at) < far(0, at + 2)), "{placed:?}");
    }
}

//! The matrix of stances: who supports and opposes what. Rows and columns are ordered by the first singular pair of the
//! matrix of signs, which brings blocs together.

use super::statement::Statement;
use crate::algo::Stance;
use crate::value::NodeId;
use std::collections::{BTreeMap, BTreeSet};

/// How often the vectors are multiplied: plenty for tens of rows.
const ROUNDS: usize = 60;

/// What a cell says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    weight: f64,
    pub(crate) stance: Option<Stance>,
    /// For and against at once.
    pub(crate) mixed: bool,
}

/// Who stands how to what. Rows and columns are ordered so that blocs stand together.
#[derive(Debug)]
pub(crate) struct Matrix {
    pub(crate) rows: Vec<NodeId>,
    pub(crate) columns: Vec<NodeId>,
    pub(crate) cells: BTreeMap<(NodeId, NodeId), Cell>,
}

impl Matrix {
    /// The matrix of some statements; those that take no stand are passed over.
    pub(crate) fn of<'a>(statements: impl IntoIterator<Item = &'a Statement>) -> Matrix {
        let mut cells: BTreeMap<(NodeId, NodeId), Cell> = BTreeMap::new();
        for statement in statements {
            let Some(stance) = statement.stance else { continue };
            let cell = cells.entry((statement.start, statement.end)).or_default();
            cell.mixed |= cell.stance.is_some_and(|before| before.is_for() != stance.is_for());
            // Of proposing and supporting the former says more.
            cell.stance = Some(cell.stance.map_or(stance, |before| before.min(stance)));
            let sure = statement.confidence.unwrap_or(1.0).clamp(0.05, 1.0);
            cell.weight += if stance.is_for() { sure } else { -sure };
        }
        let rows = cells.keys().map(|(row, _)| *row).collect::<BTreeSet<_>>().into_iter().collect();
        let columns = cells.keys().map(|(_, column)| *column).collect::<BTreeSet<_>>().into_iter().collect();
        Matrix { rows, columns, cells }.ordered()
    }

    /// Rows and columns by their part in the first singular pair. The start is fixed, so the same graph gives the same
    /// picture.
    fn ordered(mut self) -> Matrix {
        let place = |list: &[NodeId]| list.iter().enumerate().map(|(at, node)| (*node, at)).collect::<BTreeMap<_, _>>();
        let (row_at, column_at) = (place(&self.rows), place(&self.columns));
        let entries: Vec<(usize, usize, f64)> =
            self.cells.iter().map(|((row, column), cell)| (row_at[row], column_at[column], cell.weight)).collect();
        let mut right: Vec<f64> = (0..self.columns.len()).map(|at| 1.0 + at as f64 / 97.0).collect();
        let mut left = vec![0.0; self.rows.len()];
        for _ in 0..ROUNDS {
            left.fill(0.0);
            entries.iter().for_each(|(row, column, weight)| left[*row] += weight * right[*column]);
            normalise(&mut left);
            right.fill(0.0);
            entries.iter().for_each(|(row, column, weight)| right[*column] += weight * left[*row]);
            normalise(&mut right);
        }
        sort_by_weight(&mut self.rows, &left);
        sort_by_weight(&mut self.columns, &right);
        self
    }
}

fn normalise(vector: &mut [f64]) {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
}

fn sort_by_weight(nodes: &mut Vec<NodeId>, weights: &[f64]) {
    let mut weighed: Vec<(f64, NodeId)> = weights.iter().copied().zip(nodes.iter().copied()).collect();
    // Weights that differ by rounding alone are the same on every machine.
    weighed.sort_by(|a, b| (b.0 * 1e6).round().total_cmp(&(a.0 * 1e6).round()).then(a.1.cmp(&b.1)));
    *nodes = weighed.into_iter().map(|(_, node)| node).collect();
}

impl Cell {
    /// A mark that needs no colour.
    pub(crate) fn mark(&self) -> char {
        if self.mixed { '◆' } else { self.stance.map_or('·', Stance::mark) }
    }
}

//! Indexes, constraints and `SHOW` as text.

use super::Writer;
use crate::syntax::ast::{Demand, DemandedType, IndexKind, RuleCommand, SchemaCommand, SchemaKind, SchemaRule, Show};

impl Writer {
    pub(super) fn schema_command(&mut self, command: &SchemaCommand) {
        match command {
            SchemaCommand::CreateIndex { kind, rule } => {
                self.push(if *kind == IndexKind::Text { "CREATE TEXT INDEX" } else { "CREATE INDEX" });
                self.schema_head(rule);
                self.push(" ON ");
                self.schema_keys(rule);
            }
            SchemaCommand::CreateConstraint { demand, rule } => {
                self.push("CREATE CONSTRAINT");
                self.schema_head(rule);
                self.push(" REQUIRE ");
                self.schema_keys(rule);
                self.demand(demand);
            }
            SchemaCommand::CreateRule(rule) => self.rule(rule),
            SchemaCommand::Drop { kind, name, if_exists } => {
                self.push(match kind {
                    SchemaKind::Index => "DROP INDEX ",
                    SchemaKind::Constraint => "DROP CONSTRAINT ",
                    SchemaKind::Rule => "DROP RULE ",
                });
                self.schema_name(&name.text);
                self.push(if *if_exists { " IF EXISTS" } else { "" });
            }
        }
    }

    pub(super) fn rule(&mut self, rule: &RuleCommand) {
        self.push(if rule.or_replace { "CREATE OR REPLACE RULE " } else { "CREATE RULE " });
        self.schema_name(&rule.name.text);
        self.push(if rule.if_not_exists { " IF NOT EXISTS FOR (" } else { " FOR (" });
        self.variable(&rule.start);
        self.push(")-[:");
        self.symbol(&rule.rel_type);
        self.push("]->(");
        self.variable(&rule.end);
        self.push(") WHEN ");
        self.list(&rule.body, " ", |writer, clause| writer.clause(clause));
    }

    /// A name that is taken for one even where `IF` or `FOR` could follow.
    fn schema_name(&mut self, name: &str) {
        let keyword = ["IF", "FOR"].iter().any(|word| word.eq_ignore_ascii_case(name));
        let text = if keyword { super::quoted(name) } else { super::symbol(name) };
        self.push(&text);
    }

    fn schema_head(&mut self, rule: &SchemaRule) {
        if let Some(name) = &rule.name {
            self.push(" ");
            self.schema_name(&name.text);
        }
        self.push(if rule.if_not_exists { " IF NOT EXISTS" } else { "" });
        self.push(if rule.node { " FOR (n:" } else { " FOR ()-[n:" });
        self.symbol(&rule.element);
        self.push(if rule.node { ")" } else { "]-()" });
    }

    fn schema_keys(&mut self, rule: &SchemaRule) {
        self.push("(");
        self.list(&rule.keys, ", ", |writer, key| {
            writer.push("n.");
            writer.symbol(key);
        });
        self.push(")");
    }

    fn demand(&mut self, demand: &Demand) {
        match demand {
            Demand::Unique => self.push(" IS UNIQUE"),
            Demand::NotNull => self.push(" IS NOT NULL"),
            Demand::Key => self.push(" IS KEY"),
            Demand::Types(types) => {
                self.push(" IS :: ");
                self.list(types, " | ", Self::demanded_type);
            }
        }
    }

    fn demanded_type(&mut self, demanded: &DemandedType) {
        self.push(&demanded.name);
        if let Some(of) = &demanded.of {
            self.push("<");
            self.push(of);
            self.push(" NOT NULL>");
        }
    }

    pub(super) fn show(&mut self, show: &Show) {
        self.push("SHOW ");
        if !show.filter.is_empty() {
            self.push(show.filter);
            self.push(" ");
        }
        self.push(show.kind.words()[0]);
        if let Some(yields) = &show.yields {
            self.push(" YIELD ");
            self.projection(yields);
        }
        self.filter(show.predicate.as_ref());
    }
}

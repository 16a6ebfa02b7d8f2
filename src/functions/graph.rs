//! Functions of nodes, relationships and paths.
//!
//! An entity that the statement has deleted can still be told apart and has its type, but no labels, properties or
//! ends: asking for them is an error.

use super::arguments::{get, wrong_type};
use super::{Body, CallContext, Function};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::Version;
use crate::value::{KeyId, Map, NodeId, Path, RelId, Value};
use std::sync::Arc;

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Scalar, "id", [entity: ENTITY], [], INT, Body::Strict(id),
        "The number of a node or relationship",
        ["id(a) = id(startNode(r))" => "true"]
    ),
    function!(
        Scalar, "elementId", [entity: ENTITY], [], STRING, Body::Strict(element_id),
        "The number of a node or relationship, as a text that tells the two kinds apart",
        ["elementId(a) = elementId(b)" => "false"]
    ),
    function!(
        List, "labels", [node: NODE], [], LIST, Body::Strict(labels),
        "The labels of a node",
        ["labels(a)" => "['Person']"]
    ),
    function!(
        Scalar, "type", [relationship: REL], [], STRING, Body::OfType(rel_type),
        "The type of a relationship",
        ["type(r)" => "'KNOWS'"]
    ),
    function!(
        Scalar, "properties", [input: ENTITY | MAP], [], MAP, Body::Strict(properties),
        "The properties of a node or relationship as a map",
        ["properties(r)" => "{since: 2001}", "properties({a: 1})" => "{a: 1}"]
    ),
    function!(
        List, "keys", [input: ENTITY | MAP], [], LIST, Body::Strict(keys),
        "The keys of a map or of the properties of a node or relationship",
        ["keys(r)" => "['since']", "keys({a: 1, b: null})" => "['a', 'b']"]
    ),
    function!(
        Scalar, "startNode", [relationship: REL], [], NODE, Body::Strict(start_node),
        "The node where a relationship starts",
        ["startNode(r).name" => "'Ann'"]
    ),
    function!(
        Scalar, "endNode", [relationship: REL], [], NODE, Body::Strict(end_node),
        "The node where a relationship ends",
        ["endNode(r).name" => "'Bob'"]
    ),
    function!(
        List, "nodes", [path: PATH], [], LIST, Body::Strict(nodes),
        "The nodes of a path, in order",
        ["nodes(p) = [a, b]" => "true"]
    ),
    function!(
        List, "relationships", [path: PATH], [], LIST, Body::Strict(relationships),
        "The relationships of a path, in order",
        ["relationships(p) = [r]" => "true"]
    ),
    function!(
        List, "rels", [path: PATH], [], LIST, Body::Strict(relationships),
        "The relationships of a path, in order",
        ["rels(p) = [r]" => "true"]
    ),
    function!(
        Scalar, "length", [path: PATH], [], INT, Body::Strict(length),
        "The number of relationships of a path",
        ["length(p)" => "1"]
    ),
];

/// The error for using what a deleted node or relationship no longer has.
pub fn deleted(kind: &str) -> Error {
    let message = format!("this {kind} was deleted by the statement");
    Error::runtime(ErrorType::EntityNotFound, Detail::DeletedEntityAccess, message)
}

/// The properties of a node.
///
/// # Errors
/// When the node was deleted.
pub fn node_properties(graph: &Version, node: NodeId) -> Result<Map> {
    require_node(graph, node)?;
    Ok(named(graph, graph.node_properties(node)))
}

/// The properties of a relationship.
///
/// # Errors
/// When the relationship was deleted.
pub fn rel_properties(graph: &Version, rel: RelId) -> Result<Map> {
    require_rel(graph, rel)?;
    Ok(named(graph, graph.rel_properties(rel)))
}

fn id(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match get(arguments, 0) {
        Value::Node(node) => Ok(Value::Int(i64::from(node.0))),
        // The number of a relationship uses all bits; as a signed number it is still its own.
        Value::Rel(rel) => Ok(Value::Int(rel.packed() as i64)),
        other => Err(wrong_type("id", "a Node or Relationship", other)),
    }
}

fn element_id(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match get(arguments, 0) {
        Value::Node(node) => Ok(Value::string(node.0.to_string())),
        Value::Rel(rel) => Ok(Value::string(rel.packed().to_string())),
        other => Err(wrong_type("elementId", "a Node or Relationship", other)),
    }
}

fn labels(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let Value::Node(node) = get(arguments, 0) else {
        return Err(wrong_type("labels", "a Node", get(arguments, 0)));
    };
    require_node(context.graph, *node)?;
    let catalog = context.graph.catalog();
    let names = context.graph.node_labels(*node).into_iter().map(|label| catalog.label_name(label));
    Ok(Value::list(names.map(|name| Value::String(Arc::clone(name))).collect()))
}

fn rel_type(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let rel = rel("type", arguments)?;
    Ok(Value::String(Arc::clone(context.graph.catalog().rel_type_name(rel.rel_type))))
}

fn properties(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match get(arguments, 0) {
        Value::Node(node) => node_properties(context.graph, *node).map(Value::map),
        Value::Rel(rel) => rel_properties(context.graph, *rel).map(Value::map),
        map @ Value::Map(_) => Ok(map.clone()),
        other => Err(wrong_type("properties", "a Node, Relationship or Map", other)),
    }
}

fn keys(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let keys = |map: &Map| Value::list(map.keys().map(|key| Value::String(Arc::clone(key))).collect());
    match get(arguments, 0) {
        Value::Node(node) => Ok(keys(&node_properties(context.graph, *node)?)),
        Value::Rel(rel) => Ok(keys(&rel_properties(context.graph, *rel)?)),
        Value::Map(map) => Ok(keys(map)),
        other => Err(wrong_type("keys", "a Node, Relationship or Map", other)),
    }
}

fn start_node(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Node(endpoints(context.graph, rel("startNode", arguments)?)?.0))
}

fn end_node(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Node(endpoints(context.graph, rel("endNode", arguments)?)?.1))
}

fn nodes(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let path = path("nodes", arguments)?;
    Ok(Value::list(path.nodes.iter().map(|node| Value::Node(*node)).collect()))
}

fn relationships(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let path = path("relationships", arguments)?;
    Ok(Value::list(path.rels.iter().map(|rel| Value::Rel(*rel)).collect()))
}

fn length(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Int(path("length", arguments)?.rels.len() as i64))
}

pub(super) fn rel(function: &str, arguments: &[Value]) -> Result<RelId> {
    match get(arguments, 0) {
        Value::Rel(rel) => Ok(*rel),
        other => Err(wrong_type(function, "a Relationship", other)),
    }
}

fn path<'a>(function: &str, arguments: &'a [Value]) -> Result<&'a Path> {
    match get(arguments, 0) {
        Value::Path(path) => Ok(path),
        other => Err(wrong_type(function, "a Path", other)),
    }
}

fn endpoints(graph: &Version, rel: RelId) -> Result<(NodeId, NodeId)> {
    graph.endpoints(rel).ok_or_else(|| deleted("relationship"))
}

fn require_node(graph: &Version, node: NodeId) -> Result<()> {
    if graph.contains_node(node) { Ok(()) } else { Err(deleted("node")) }
}

pub(super) fn require_rel(graph: &Version, rel: RelId) -> Result<()> {
    if graph.contains_rel(rel) { Ok(()) } else { Err(deleted("relationship")) }
}

fn named(graph: &Version, properties: Vec<(KeyId, Value)>) -> Map {
    let catalog = graph.catalog();
    properties.into_iter().map(|(key, value)| (Arc::clone(catalog.key_name(key)), value)).collect()
}

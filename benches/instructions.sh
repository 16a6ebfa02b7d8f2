#!/bin/sh
# Compares two builds of the program by the instructions that fixed runs take. Unlike times these hardly vary on a busy
# machine, so that a few percent more are seen.
#
#   benches/instructions.sh OLD NEW [CASE ...]
#
# OLD and NEW are programs `standpoint`; valgrind must be there. Each line tells a case, the instructions of both builds in
# millions without those of opening the graph and reading all of it, and their ratio. Each build has a graph of its own. The
# exit code is 1 when a case takes over 5 % more.
set -eu

if [ $# -lt 2 ]; then
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
old=$1 new=$2
shift 2
command -v valgrind >/dev/null || { echo "valgrind is needed" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The graph: 2,000 persons in 50 cities, 40,000 relationships with a day.
cat >"$folder/graph.cypher" <<'STATEMENTS'
CREATE INDEX person FOR (p:Person) ON (p.id);
UNWIND range(0, 49) AS i CREATE (:City {id: i, city: 'City ' + i});
UNWIND range(0, 1999) AS i
  CREATE (:Person {id: i, name: 'Person ' + (i * 7919 % 2000), age: 18 + i * 31 % 60,
                   gender: CASE i % 2 WHEN 0 THEN 'female' ELSE 'male' END});
MATCH (p:Person) MATCH (c:City) WHERE c.id = p.id % 50 CREATE (p)-[:LIVES_IN]->(c);
UNWIND range(0, 39999) AS i
  MATCH (a:Person {id: i * 7919 % 2000}) MATCH (b:Person {id: (i * i + 13 * i) % 1999})
  CREATE (a)-[:FOLLOWS {since: 20200000 + i % 40000}]->(b);
STATEMENTS
for build in old new; do
    [ "$build" = old ] && program=$old || program=$new
    "$program" "$folder/$build.graph" --quiet -f "$folder/graph.cypher" >"$folder/log" 2>&1 ||
        { cat "$folder/log" >&2; exit 2; }
done

# A case is a name and a statement; `run` says how it is run.
cat >"$folder/cases" <<'CASES'
open	RETURN 1
seek	UNWIND range(0, 999) AS i MATCH (p:Person {id: i}) RETURN count(p.name)
scan	MATCH (p:Person) WHERE p.age > 50 RETURN count(*)
scan-rels	MATCH ()-[f:FOLLOWS]->() WHERE f.since >= 20220000 RETURN count(*)
text	MATCH (p:Person)-[:FOLLOWS]->(q) WHERE toLower(q.gender) = 'male' RETURN count(*)
count	MATCH (a:Person)-[:FOLLOWS]->(b)-[:FOLLOWS]->(c) RETURN count(*)
expand	MATCH (a:Person)-[:FOLLOWS]->(b)-[:FOLLOWS]->(c) WHERE a.id < 50 RETURN count(DISTINCT c.age + a.age)
group	MATCH (a:Person)-[:FOLLOWS]->(b) RETURN a.gender, b.age, count(*), avg(b.id) ORDER BY a.gender, b.age
triangles	MATCH (a:Person)-[:FOLLOWS]->(b)-[:FOLLOWS]->(c), (a)-[:FOLLOWS]->(c) RETURN count(*)
top	MATCH (p:Person) RETURN p.id, p.name ORDER BY p.name LIMIT 20
sort	MATCH (a:Person)-[f:FOLLOWS]->() WITH f ORDER BY f.since DESC, a.id RETURN count(f)
reach	MATCH (p:Person {id: 7})-[:FOLLOWS*1..4]->(q) RETURN count(DISTINCT q)
trails	MATCH (p:Person {id: 7})-[:FOLLOWS*1..3]->(q) RETURN count(*)
optional	MATCH (p:Person) OPTIONAL MATCH (p)-[:LIVES_IN]->(c) WHERE c.id < 9 RETURN count(c)
exists	MATCH (p:Person) WHERE EXISTS { (p)-[:FOLLOWS]->(q) WHERE q.age = 77 } RETURN count(*)
strings	UNWIND range(1, 5000) AS i RETURN count(DISTINCT split(toUpper('a,b,' + i), ',')[2])
lists	RETURN size([x IN range(1, 20000) WHERE x % 3 = 0 | x * x])
create	UNWIND range(1, 5000) AS i CREATE (:New {id: i, name: 'New ' + i})
merge	UNWIND range(1, 2000) AS i MERGE (p:Person {id: i + 1000}) SET p.seen = i
delete	MATCH (p:Person) WHERE p.id < 300 DETACH DELETE p
CASES

# What reads all of the graph before: every property, and both directions.
nodes='MATCH (n) RETURN max(n.id), max(n.name), max(n.age), max(n.gender), max(n.city), sum(COUNT { (n)<--() })'
rels='MATCH (n)-[r]->() RETURN max(r.since), count(n)'

# The instructions of a run of a build, old or new, on a fresh copy of its graph.
run() {
    [ "$1" = old ] && program=$old || program=$new
    cp "$folder/$1.graph" "$folder/run.graph"
    valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$program" "$folder/run.graph" --threads 1 --quiet --format none -c "$nodes" -c "$rels" -c "$2" 2>&1 >/dev/null |
        sed -n 's/.*Collected : //p' | tail -1
}

failed=0 base_old=0 base_new=0
printf '%-12s %10s %10s %7s\n' case old new ratio
while IFS="$(printf '\t')" read -r name text; do
    if [ "$name" != open ] && [ $# -gt 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    one=$(run old "$text") two=$(run new "$text")
    if [ -z "$one" ] || [ -z "$two" ]; then
        echo "$name did not run" >&2
        failed=1
        continue
    fi
    line=$(awk -v name="$name" -v one="$((one - base_old))" -v two="$((two - base_new))" 'BEGIN {
        printf "%-12s %10.2f %10.2f %7.3f", name, one / 1e6, two / 1e6, two / (one > 0 ? one : 1)
    }')
    echo "$line"
    if [ "$(echo "$line" | awk '{ print ($4 > 1.05) }')" = 1 ]; then failed=1; fi
    if [ "$name" = open ]; then base_old=$one base_new=$two; fi
done <"$folder/cases"
exit $failed

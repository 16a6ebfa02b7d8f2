//! Parquet files give the graph that files of values with the same content give.

use standpoint::io::import::{Imported, Options, Progress, Source, import};
use std::path::Path;

fn imported(sources: &[(&str, &Path)], skip_bad: bool) -> standpoint::Result<Imported> {
    let sources: standpoint::Result<Vec<Source>> =
        sources.iter().map(|(what, path)| Source::parse(&format!("{what}={}", path.display()))).collect();
    import(&sources?, &Options { skip_bad, ..Options::default() }, &Progress::default())
}

/// What is wrong with files, without the folder.
fn wrong(folder: &Path, sources: &[(&str, &Path)]) -> String {
    let error = imported(sources, false).unwrap_err();
    error.message().replace(&format!("{}/", folder.display()), "")
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_the_feature_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.parquet");
    std::fs::write(&path, "PAR1").unwrap();
    assert_eq!(
        wrong(folder.path(), &[("Person", &path)]),
        format!("`{}` is a Parquet file, which this build cannot read", path.display())
            .replace(&format!("{}/", folder.path().display()), "")
    );
    let error = imported(&[("Person", &path)], false).unwrap_err();
    assert!(error.hints()[0].contains("--features parquet"), "{:?}", error.hints());
}

#[cfg(feature = "parquet")]
mod with_the_feature {
    use super::*;
    use parquet::basic::{Compression, ZstdLevel};
    use parquet::column::writer::ColumnWriter;
    use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use std::path::PathBuf;
    use std::sync::Arc;

    /// The values of a column chunk.
    enum Values {
        Bools(Vec<bool>),
        Small(Vec<i32>),
        Numbers(Vec<i64>),
        Days(Vec<[u32; 3]>),
        Singles(Vec<f32>),
        Floats(Vec<f64>),
        Texts(Vec<&'static [u8]>),
        Fixed(Vec<&'static [u8]>),
    }

    /// Values with their definition and repetition levels.
    type Chunk = (Values, Vec<i16>, Vec<i16>);

    /// Values that all rows have.
    fn all(values: Values, rows: usize) -> Chunk {
        (values, vec![1; rows], vec![0; rows])
    }

    fn write(path: &Path, schema: &str, compression: Compression, groups: Vec<Vec<Chunk>>) {
        let schema = Arc::new(parse_message_type(&format!("message rows {{ {schema} }}")).unwrap());
        let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
        let mut writer = SerializedFileWriter::new(std::fs::File::create(path).unwrap(), schema, properties).unwrap();
        for group in groups {
            let mut columns = writer.next_row_group().unwrap();
            for (values, defined, repeated) in group {
                let mut column = columns.next_column().unwrap().unwrap();
                let (defined, repeated) = (some(&defined), some(&repeated));
                let bytes =
                    |texts: &[&'static [u8]]| texts.iter().map(|text| ByteArray::from(*text)).collect::<Vec<_>>();
                match (column.untyped(), values) {
                    (ColumnWriter::BoolColumnWriter(to), Values::Bools(of)) => to.write_batch(&of, defined, repeated),
                    (ColumnWriter::Int32ColumnWriter(to), Values::Small(of)) => to.write_batch(&of, defined, repeated),
                    (ColumnWriter::Int64ColumnWriter(to), Values::Numbers(of)) => {
                        to.write_batch(&of, defined, repeated)
                    }
                    (ColumnWriter::FloatColumnWriter(to), Values::Singles(of)) => {
                        to.write_batch(&of, defined, repeated)
                    }
                    (ColumnWriter::DoubleColumnWriter(to), Values::Floats(of)) => {
                        to.write_batch(&of, defined, repeated)
                    }
                    (ColumnWriter::ByteArrayColumnWriter(to), Values::Texts(of)) => {
                        to.write_batch(&bytes(&of), defined, repeated)
                    }
                    (ColumnWriter::FixedLenByteArrayColumnWriter(to), Values::Fixed(of)) => {
                        let fixed: Vec<FixedLenByteArray> = bytes(&of).into_iter().map(Into::into).collect();
                        to.write_batch(&fixed, defined, repeated)
                    }
                    (ColumnWriter::Int96ColumnWriter(to), Values::Days(of)) => {
                        let moment = |parts: &[u32; 3]| Int96::from(parts.to_vec());
                        to.write_batch(&of.iter().map(moment).collect::<Vec<_>>(), defined, repeated)
                    }
                    _ => panic!("the values are not of the column's type"),
                }
                .unwrap();
                column.close().unwrap();
            }
            columns.close().unwrap();
        }
        writer.close().unwrap();
    }

    /// Levels, where a column has any.
    fn some(levels: &[i16]) -> Option<&[i16]> {
        (!levels.is_empty()).then_some(levels)
    }

    /// A graph as text.
    fn shown(imported: &Imported) -> String {
        let mut shown = String::new();
        for question in [
            "MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties ORDER BY n.id",
            "MATCH (a)-[r]->(b) RETURN a.id, type(r), properties(r) AS properties, b.id ORDER BY a.id, b.id",
        ] {
            let mut answer = imported.graph.run(question).unwrap();
            for row in answer.rows().unwrap() {
                let values = row.values().iter().map(standpoint::value::format::to_text);
                shown += &values.collect::<Vec<_>>().join(" | ");
                shown.push('\n');
            }
        }
        shown
    }

    fn csv(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Every type, and in a second group of rows nothing of each.
    #[test]
    fn every_type_is_as_in_a_file_of_values() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.parquet");
        let (year, second) = (1_763_720_130_000_i64, 1_763_720_130);
        let nanos = 37_830_000_000_000_u64;
        let columns: Vec<(&str, &str, Values, &str)> = vec![
            ("optional boolean yes", "yes:boolean", Values::Bools(vec![true]), "true"),
            ("optional int32 tiny (INTEGER(8,true))", "tiny:int", Values::Small(vec![-7]), "-7"),
            ("optional int32 wide (INTEGER(32,false))", "wide:int", Values::Small(vec![-1]), "4294967295"),
            ("optional int64 long", "long:int", Values::Numbers(vec![i64::MIN]), "-9223372036854775808"),
            ("optional int64 great (INTEGER(64,false))", "great:int", Values::Numbers(vec![5]), "5"),
            ("optional float single", "single:float", Values::Singles(vec![0.5]), "0.5"),
            ("optional double double", "double:float", Values::Floats(vec![0.1]), "0.1"),
            ("optional fixed_len_byte_array(2) half (FLOAT16)", "half:float", Values::Fixed(vec![&[0, 0xc2]]), "-3.0"),
            ("optional binary name (STRING)", "name:string", Values::Texts(vec!["Ann, é".as_bytes()]), "\"Ann, é\""),
            ("optional binary bare", "bare:string", Values::Texts(vec![b""]), "\"\""),
            ("optional int32 day (DATE)", "day:date", Values::Small(vec![20_413]), "2025-11-21"),
            ("optional int32 at (TIME(MILLIS,false))", "at:localtime", Values::Small(vec![37_830_000]), "10:30:30"),
            (
                "optional int64 utc (TIME(NANOS,true))",
                "utc:time",
                Values::Numbers(vec![nanos as i64 + 5]),
                "10:30:30.000000005Z",
            ),
            (
                "optional int64 local (TIMESTAMP(MICROS,false))",
                "local:localdatetime",
                Values::Numbers(vec![year * 1000 + 250_000]),
                "2025-11-21T10:15:30.25",
            ),
            (
                "optional int64 moment (TIMESTAMP(MILLIS,true))",
                "moment:datetime",
                Values::Numbers(vec![-1]),
                "1969-12-31T23:59:59.999Z",
            ),
            (
                "optional int64 exact (TIMESTAMP(NANOS,true))",
                "exact:datetime",
                Values::Numbers(vec![second * 1_000_000_000 + 1]),
                "2025-11-21T10:15:30.000000001Z",
            ),
            (
                "optional int96 old",
                "old:localdatetime",
                Values::Days(vec![[nanos as u32, (nanos >> 32) as u32, 2_440_588 + 20_413]]),
                "2025-11-21T10:30:30",
            ),
            ("optional int32 price (DECIMAL(9,2))", "price:float", Values::Small(vec![-1999]), "-19.99"),
            (
                "optional fixed_len_byte_array(5) sum (DECIMAL(11,3))",
                "sum:float",
                Values::Fixed(vec![&[0xff, 0xff, 0xff, 0xfc, 0x18]]),
                "-1.0",
            ),
            (
                "optional fixed_len_byte_array(16) uuid (UUID)",
                "uuid:string",
                Values::Fixed(vec![&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]]),
                "00010203-0405-0607-0809-0a0b0c0d0eff",
            ),
        ];
        let (mut schema, mut names, mut row) = ("required int64 id;".to_owned(), "id".to_owned(), "1".to_owned());
        let mut here: Vec<Chunk> = vec![all(Values::Numbers(vec![1]), 1)];
        let mut absent: Vec<Chunk> = vec![all(Values::Numbers(vec![2, 3]), 2)];
        let count = columns.len();
        for (field, name, values, text) in columns {
            schema += &format!("{field};");
            names += &format!(",{name}");
            row += &format!(",{text}");
            absent.push((none_like(&values), vec![0, 0], vec![0, 0]));
            here.push(all(values, 1));
        }
        write(&path, &schema, Compression::SNAPPY, vec![here, absent]);
        let nothing = ",".repeat(count);
        let text = format!("{names}\n{row}\n2{nothing}\n3{nothing}\n");
        let other = csv(folder.path(), "all.csv", &text);
        let (one, other) = (imported(&[("A", &path)], false).unwrap(), imported(&[("A", &other)], false).unwrap());
        assert_eq!(shown(&one), shown(&other));
        assert_eq!(shown(&one).lines().count(), 3);
    }

    fn none_like(values: &Values) -> Values {
        match values {
            Values::Bools(_) => Values::Bools(Vec::new()),
            Values::Small(_) => Values::Small(Vec::new()),
            Values::Numbers(_) => Values::Numbers(Vec::new()),
            Values::Days(_) => Values::Days(Vec::new()),
            Values::Singles(_) => Values::Singles(Vec::new()),
            Values::Floats(_) => Values::Floats(Vec::new()),
            Values::Texts(_) => Values::Texts(Vec::new()),
            Values::Fixed(_) => Values::Fixed(Vec::new()),
        }
    }

    #[test]
    fn lists_of_each_form_are_lists() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lists.parquet");
        let schema = "required int32 id; \
            optional group tags (LIST) { repeated group list { optional binary element (STRING); } } \
            required group days (LIST) { repeated int32 array (DATE); } \
            repeated double old;";
        let groups = vec![vec![
            (Values::Small(vec![1, 2, 3]), vec![], vec![]),
            // Two texts, an empty list, and none.
            (Values::Texts(vec![b"a", b"b"]), vec![3, 3, 1, 0], vec![0, 1, 0, 0]),
            (Values::Small(vec![0, 1, 2]), vec![1, 1, 0, 1], vec![0, 1, 0, 0]),
            (Values::Floats(vec![0.5, 1.5]), vec![0, 1, 1, 0], vec![0, 0, 1, 0]),
        ]];
        write(&path, schema, Compression::ZSTD(ZstdLevel::default()), groups);
        let read = imported(&[("A", &path)], false).unwrap();
        let found = shown(&read);
        let rows: Vec<&str> = found.lines().collect();
        assert_eq!(rows.len(), 3, "{found}");
        let has = |row: usize, parts: &[&str]| parts.iter().all(|part| rows[row].contains(part));
        assert!(has(0, &["tags: ['a', 'b']", "days: [1970-01-01, 1970-01-02]", "old: []"]), "{found}");
        assert!(has(1, &["tags: []", "days: []", "old: [0.5, 1.5]"]), "{found}");
        assert!(has(2, &["days: [1970-01-03]"]) && !rows[2].contains("tags"), "{found}");
    }

    /// Persons with keys and names, in row groups of two.
    fn people(folder: &Path) -> PathBuf {
        let path = folder.join("people.parquet");
        let group = |keys: [i64; 2], names: [&'static [u8]; 2]| {
            vec![all(Values::Numbers(keys.to_vec()), 2), all(Values::Texts(names.to_vec()), 2)]
        };
        let groups = vec![group([1, 2], [b"Ann", b"Bob"]), group([3, 4], [b"Ann", b"Dan"])];
        write(&path, "optional int64 id; optional binary name (STRING);", Compression::SNAPPY, groups);
        path
    }

    #[test]
    fn many_row_groups_are_read_side_by_side() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("many.parquet");
        let group = |first: i64| {
            let numbers: Vec<i64> = (first..first + 1500).collect();
            let texts = numbers.iter().map(|number| if number % 3 == 0 { &b"fizz"[..] } else { b"other" });
            let chunk = |values| all(values, 1500);
            vec![
                chunk(Values::Numbers(numbers.clone())),
                chunk(Values::Texts(texts.collect())),
                chunk(Values::Floats(numbers.iter().map(|number| *number as f64 * 2.0).collect())),
            ]
        };
        let schema = "optional int64 id; optional binary word (STRING); optional double twice;";
        write(&path, schema, Compression::SNAPPY, (0..60).map(|at| group(at * 1500)).collect());
        let source = Source::parse(&format!("A={}", path.display())).unwrap();
        let options = Options { threads: 4, ..Options::default() };
        let read = import(&[source], &options, &Progress::default()).unwrap();
        let question = "MATCH (n) WHERE n.twice = 2 * n.id AND (n.word = 'fizz') = (n.id % 3 = 0) \
            RETURN count(*) AS count, count(DISTINCT n.id) AS ids, max(n.id) AS most";
        let mut answer = read.graph.run(question).unwrap();
        let rows = answer.rows().unwrap();
        let found: Vec<Option<i64>> = rows[0].values().iter().map(standpoint::Value::as_int).collect();
        assert_eq!(found, [Some(90_000), Some(90_000), Some(89_999)]);
    }

    #[test]
    fn headers_say_what_columns_are_for() {
        let folder = tempfile::tempdir().unwrap();
        let people = people(folder.path());
        let knows = folder.path().join("knows.parquet");
        let schema = "required int64 :END_ID; required binary :START_ID (STRING); required binary :TYPE (STRING); \
            required int32 weight:float; required binary since:date (STRING); required group gone:IGNORE { required int32 x; }";
        let group = |end: i64, start: &'static [u8]| {
            let texts = |text: &'static [u8]| (Values::Texts(vec![text]), vec![], vec![]);
            vec![
                (Values::Numbers(vec![end]), vec![], vec![]),
                texts(start),
                texts(b"KNOWS"),
                (Values::Small(vec![2]), vec![], vec![]),
                texts(b"2025-11-21"),
                (Values::Small(vec![9]), vec![], vec![]),
            ]
        };
        write(&knows, schema, Compression::UNCOMPRESSED, vec![group(1, b"2"), group(4, b"3")]);
        let read = imported(&[("Person", &people), ("Person-->Person", &knows)], false).unwrap();
        let folk = csv(folder.path(), "people.csv", "id,name\n1,Ann\n2,Bob\n3,Ann\n4,Dan\n");
        let rels = csv(
            folder.path(),
            "knows.csv",
            ":END_ID,:START_ID,:TYPE,weight:float,since:date\n1,2,KNOWS,2,2025-11-21\n4,3,KNOWS,2,2025-11-21\n",
        );
        let same = imported(&[("Person", &folk), ("Person-->Person", &rels)], false).unwrap();
        assert_eq!(shown(&read), shown(&same));
        assert!(shown(&read).contains("weight: 2.0"));
    }

    #[test]
    fn bad_rows_are_told_with_their_number_and_can_be_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let people = people(folder.path());
        let rels = folder.path().join("rels.parquet");
        let group = vec![
            (Values::Numbers(vec![1, 2, 4]), vec![1, 1, 0, 1], vec![0; 4]),
            all(Values::Numbers(vec![2, 9, 3, 1]), 4),
        ];
        write(&rels, "optional int64 from; optional int64 to;", Compression::SNAPPY, vec![group]);
        let sources: [(&str, &Path); 2] = [("Person", &people), ("Person-KNOWS->Person", &rels)];
        assert_eq!(wrong(folder.path(), &sources), "rels.parquet:2: there is no `Person` with the key `9`");
        let left = imported(&sources, true).unwrap();
        let told: Vec<&str> = left.bad.iter().map(|why| why.split_once(".parquet").unwrap().1).collect();
        assert_eq!(told, [":2: there is no `Person` with the key `9`", ":3: the key of an end is empty"]);
        assert_eq!((left.skipped, left.graph.snapshot().rel_count()), (2, 2));

        let nulls = folder.path().join("nulls.parquet");
        let group = vec![(Values::Numbers(vec![7, 7]), vec![1, 0, 1], vec![0; 3])];
        write(&nulls, "optional int64 id;", Compression::SNAPPY, vec![group]);
        assert_eq!(wrong(folder.path(), &[("A", &nulls)]), "nulls.parquet:2: the key is empty");
        let left = imported(&[("A", &nulls)], true).unwrap();
        assert_eq!((left.skipped, left.graph.snapshot().node_count()), (2, 1));
        assert!(left.bad[1].ends_with("nulls.parquet:3: the key `7` stands in line 1 already"), "{:?}", left.bad);

        let great = folder.path().join("great.parquet");
        let group = vec![all(Values::Numbers(vec![1]), 1), all(Values::Numbers(vec![-1]), 1)];
        write(&great, "optional int64 id; optional int64 n (INTEGER(64,false));", Compression::SNAPPY, vec![group]);
        let why = "great.parquet:1: n: `18446744073709551615` is too great for an integer";
        assert_eq!(wrong(folder.path(), &[("A", &great)]), why);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_file_and_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        let wrong = || wrong(folder.path(), &[("A", &path)]);
        std::fs::write(&path, "id,name\n1,Ann\n2,Bob\n").unwrap();
        assert!(wrong().starts_with("x.parquet: it is no whole Parquet file: "), "{}", wrong());
        let whole = std::fs::read(people(folder.path())).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        assert!(wrong().starts_with("x.parquet: it is no whole Parquet file: "), "{}", wrong());

        let one = |values| vec![vec![all(Values::Numbers(vec![1]), 1), (values, vec![1], vec![0])]];
        let one_of = |schema: &str, values| {
            write(&path, &format!("optional int64 id; {schema}"), Compression::SNAPPY, one(values));
            wrong()
        };
        assert_eq!(
            one_of("required group home { optional binary city (STRING); }", Values::Texts(vec![b"x"])),
            "x.parquet: the column `home` is a struct, which no property can hold; `:IGNORE` behind its name leaves it out"
        );
        let interval = one_of("optional fixed_len_byte_array(12) span (INTERVAL);", Values::Fixed(vec![&[0; 12]]));
        assert!(interval.starts_with("x.parquet: the column `span` has values of the type"), "{interval}");
        write(&path, "optional double id;", Compression::SNAPPY, vec![vec![all(Values::Floats(vec![1.5]), 1)]]);
        assert_eq!(wrong(), "x.parquet: the key `id` can be an integer or a text, nothing else");
    }

    /// Every byte changed, and every beginning: an error or a graph, never anything else.
    #[test]
    fn damaged_files_are_errors_or_graphs() {
        let folder = tempfile::tempdir().unwrap();
        let whole = std::fs::read(people(folder.path())).unwrap();
        let path = folder.path().join("damaged.parquet");
        let mut refused = 0;
        let mut attempt = |bytes: &[u8]| {
            // A file that is written anew is brought to the disk, a new one is not.
            let _ = std::fs::remove_file(&path);
            std::fs::write(&path, bytes).unwrap();
            match imported(&[("Person", &path)], true) {
                Ok(read) => assert!(read.graph.snapshot().node_count() <= 4),
                Err(error) => {
                    assert!(error.message().contains("damaged.parquet"), "{}", error.message());
                    refused += 1;
                }
            }
        };
        (0..whole.len()).for_each(|length| attempt(&whole[..length]));
        for at in 0..whole.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] ^= change;
                attempt(&bytes);
            }
        }
        assert!(refused > whole.len());
    }
}

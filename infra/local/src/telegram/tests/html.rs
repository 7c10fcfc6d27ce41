//! The HTML parser against TDLib's own answers.

use serde_json::Value;

use super::super::html::{parse, parse_untrimmed};

/// What `parseTextEntities` of TDLib 1.8.69 says to each text.
const CASES: &str = include_str!("html_cases.json");

#[test]
fn parses_and_refuses_as_tdlib_does() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() > 60);
    for case in cases {
        let html = case["html"].as_str().unwrap();
        match (parse_untrimmed(html), case.get("error")) {
            (Ok(formatted), None) => {
                assert_eq!(formatted.text, case["text"], "{html}");
                let expected = case["entities"].as_array().unwrap();
                assert_eq!(formatted.entities.len(), expected.len(), "{html}");
                for (entity, expected) in formatted.entities.iter().zip(expected) {
                    for name in ["type", "offset", "length", "url", "language", "custom_emoji_id"] {
                        assert_eq!(entity.get(name), expected.get(name), "{name} in {html}");
                    }
                    assert_eq!(entity.pointer("/user/id"), expected.get("user_id"), "{html}");
                }
            }
            (Err(error), Some(expected)) => assert_eq!(format!("Can't parse entities: {error}"), *expected, "{html}"),
            (got, _) => panic!("{html}: {got:?}, expected {case}"),
        }
    }
}

#[test]
fn white_space_at_the_ends_is_cut_and_entities_follow() {
    let formatted = parse("\n  <b> padded </b>  ").unwrap();
    assert_eq!(formatted.text, "padded");
    assert_eq!(formatted.entities[0]["offset"], 0);
    assert_eq!(formatted.entities[0]["length"], 6);
}

#[test]
fn zz_fuzz_tmp() {
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string("/tmp/tdj/fuzz2.json").unwrap()).unwrap();
    let (mut bad, mut ents) = (0, 0);
    for case in cases {
        let html = case["html"].as_str().unwrap();
        let ok = match (parse_untrimmed(html), case.get("error")) {
            (Ok(f), None) => {
                if f.text == case["text"] && f.entities.iter().map(|e| (e["type"].clone(), e["offset"].clone(), e["length"].clone())).ne(case["entities"].as_array().unwrap().iter().map(|e| (e["type"].clone(), e["offset"].clone(), e["length"].clone()))) { ents += 1; if ents < 12 { eprintln!("ENT {html:?}\n  {:?}\n  {}", f.entities, case["entities"]); } }
                f.text == case["text"]
            }
            (Err(e), Some(x)) => format!("Can't parse entities: {e}") == *x,
            _ => false,
        };
        if !ok { bad += 1; if bad < 10 { eprintln!("BAD {html:?} {:?} {case}", parse_untrimmed(html)); } }
    }
    eprintln!("bad {bad} ents {ents}");
    assert_eq!(bad, 0);
}

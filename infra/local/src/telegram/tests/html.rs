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

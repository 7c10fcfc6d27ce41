//! Items as DynamoDB sees them: their text, and their size by its rules.

use std::{collections::HashMap, fmt::Write as _};

use aws_sdk_dynamodb::types::AttributeValue;

pub type Item = HashMap<String, AttributeValue>;

/// Bytes by which DynamoDB charges: names and values of all attributes.
pub fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => {
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            digits.div_ceil(2) + 1 + usize::from(number.starts_with('-'))
        }
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        AttributeValue::M(fields) => 3 + fields.iter().map(|(name, value)| 1 + name.len() + value_size(value)).sum::<usize>(),
        other => panic!("the shop stores no {other:?}"),
    }
}

/// One line for the whole, one for each attribute, in the order of their names.
pub fn picture(item: &Item) -> String {
    let mut lines = format!("{} attributes, {} bytes\n", item.len(), size(item));
    let mut names: Vec<&String> = item.keys().collect();
    names.sort();
    for name in names {
        writeln!(lines, "{name}: {}", value(&item[name])).unwrap();
    }
    lines
}

fn value(of: &AttributeValue) -> String {
    match of {
        AttributeValue::S(text) => format!("S {text:?}"),
        AttributeValue::N(number) => format!("N {number}"),
        AttributeValue::Bool(truth) => format!("BOOL {truth}"),
        AttributeValue::Null(_) => "NULL".into(),
        AttributeValue::Ss(texts) => {
            let mut texts = texts.clone();
            texts.sort();
            format!("SS {texts:?}")
        }
        AttributeValue::L(values) => format!("L [{}]", values.iter().map(value).collect::<Vec<_>>().join(", ")),
        AttributeValue::M(fields) => {
            let mut fields: Vec<String> = fields.iter().map(|(name, field)| format!("{name}: {}", value(field))).collect();
            fields.sort();
            format!("M {{{}}}", fields.join(", "))
        }
        other => panic!("the shop stores no {other:?}"),
    }
}
